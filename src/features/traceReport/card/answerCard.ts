import { reasonCode } from '../../../core/netfilter/reasonCode';
import { isThrough } from '../../../core/netfilter/walkEnds';
import type { AnswerCard } from '../../../shared/traceReport';
import { selectedPath, type TraceInput } from '../traceInput';
import { decisions } from './decisions';
import { headline } from './headline';
import { peerOnPath } from './names';
import { cardRows } from './rows';

/** The first facts about the path that is shown: who gets the packet, as what, and who decided it. */
export function answerCard(input: TraceInput): AnswerCard {
  const walked = selectedPath(input);
  const peer = peerOnPath(input, walked);
  const decided = decisions(walked);
  const rows = cardRows(input, walked, peer);
  const spared = decided.length === 0 && isThrough(walked);
  return {
    code: reasonCode(walked),
    headline: headline(input, walked, peer),
    provided: (walked.provided ?? []).map(({ what, reason }) => ({ what, reason })),
    rows: spared ? [...rows, { label: 'rules', parts: [{ text: 'none stops or changes it', style: 'dim' }] }] : rows,
    decided,
  };
}
