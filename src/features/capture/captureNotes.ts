import type { CaptureProblem } from '../../core/net/capture/captureReader';
import type { CaptureCounts } from './flows';
import { counted, grouped } from '../traceReport/traceInput';

/** What of a capture is not a flow, and where it cannot be read: a sentence each. */
export function captureNotes(counts: CaptureCounts, problem: CaptureProblem | undefined): readonly string[] {
  const { packets, notIp, cut, otherLinks, beyond } = counts;
  return [
    ...(problem
      ? [
          packets === 0
            ? `The capture cannot be read: ${problem.message} (byte ${grouped(problem.offset)}).`
            : `The capture cannot be read to its end: ${problem.message} (byte ${grouped(problem.offset)}). The ` +
              `${counted(packets, 'packet')} before that ${are(packets)} shown.`,
        ]
      : []),
    ...(notIp > 0 ? [`${counted(notIp, 'frame')} without an IP packet (ARP and the like) ${are(notIp)} omitted.`] : []),
    ...(cut > 0
      ? [`${counted(cut, 'packet')} ${are(cut)} omitted: fewer bytes were captured than the headers have.`]
      : []),
    ...[...otherLinks].map(
      ([link, count]) => `${counted(count, 'frame')} of link layer ${link} ${are(count)} omitted: it is not read.`,
    ),
    ...(beyond > 0 ? [`${counted(beyond, 'packet')} of further flows ${are(beyond)} not shown.`] : []),
  ];
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are';
}
