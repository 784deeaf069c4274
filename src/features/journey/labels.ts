import type { Taken } from '../../core/knowledge/knowledge';
import { endpoint } from '../../core/net/endpoint';
import { formatAddress } from '../../core/net/address';
import { PROTOCOL } from '../../core/net/packet';
import type { Walked } from '../../core/netfilter/events';
import { peerOnPath } from '../traceReport/card/names';
import { showsPorts } from '../traceReport/packetWords';
import type { TraceInput } from '../traceReport/traceInput';
import type { Evaluation } from '../traceSession/evaluate';
import { proxiesOf } from './proxies';

/** Whose packet it is, in a few words, as far as rules show it. */
export function senderOf(evaluation: Evaluation): string {
  const { request } = evaluation;
  const proxies = proxiesOf(evaluation);
  const sender = request && proxies?.sender(request, evaluation.setting.setting.host);
  if (sender !== undefined) return sender;
  return request?.dir === 'out' ? 'this host' : 'client';
}

/** Who gets a packet in the end: `proxy :15006`, `container 172.17.0.2:80 (br0)`, `dropped`. */
export function receiverOf(
  evaluation: Evaluation,
  input: TraceInput,
  walked: Walked,
  taken: Taken | undefined,
): string {
  const { end } = walked;
  if (end.outcome === 'DROPPED' || end.outcome === 'NONE') return 'dropped';
  const proxies = proxiesOf(evaluation);
  if (end.outcome === 'SENT') {
    const way = taken?.leaves && proxies?.way(taken, taken.leaves);
    return way ?? sentTo(input, walked);
  }
  const name =
    (taken && proxies?.receiver(taken)) ??
    end.receiver?.process ??
    (ICMP.has(end.packet.protocol) ? 'this host' : 'program');
  return showsPorts(end.packet) ? `${name} :${taken?.port ?? end.packet.destinationPort}` : name;
}

/** The kernel itself gets these. */
const ICMP: ReadonlySet<number> = new Set([PROTOCOL.ICMP, PROTOCOL.ICMPV6]);

/** `container 172.17.0.2:80 (br0)`. */
function sentTo(input: TraceInput, walked: Walked): string {
  const { packet, outInterface } = walked.end;
  const noun = peerOnPath(input, walked)?.behind?.noun;
  const to = endpoint(formatAddress(packet.destination), showsPorts(packet) ? packet.destinationPort : undefined);
  return `${noun === undefined ? '' : `${noun} `}${to}${outInterface === undefined ? '' : ` (${outInterface})`}`;
}

/** Who sends a packet and who gets it, of its label: `client → proxy :15006`. */
export function endsOfLabel(label: string): readonly [from: string, to: string] {
  return label.split(' → ') as [string, string];
}
