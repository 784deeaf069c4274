import type { TraceEvent, Walked } from '../../../core/netfilter/events';
import { hasNoListener } from '../../../core/netfilter/walkEnds';
import type { Peer } from '../../../core/knowledge/peer';
import { explainKernelDrop } from '../explainKernelDrop';
import { destinationOf, showsPorts, sourceOf } from '../packetWords';
import { isOwnWay, type TraceInput } from '../traceInput';
import { receiverOf, rulePlace } from '../verdict';
import { AssumedValues } from './assumedValues';
import { addressName, peerName, portName } from './names';

type Translate = Extract<TraceEvent, { readonly kind: 'translate' }>;

/** The answer in one line, in an operator's words: `Service shop/web:http → 10.244.2.17:8080`. */
export function headline(input: TraceInput, walked: Walked, peer: Peer | undefined): string {
  const { end } = walked;
  switch (end.outcome) {
    case 'LOCAL':
      return received(input, walked);
    case 'SENT':
      return sent(input, walked, peer);
    case 'DROPPED':
      return dropped(walked, peer);
    case 'NONE':
      return (
        'It never reaches a hook: ' +
        `${end.dropBy?.kind === 'kernel' ? explainKernelDrop(end.dropBy.reason) : 'the kernel refuses it'}`
      );
  }
}

function received(input: TraceInput, walked: Walked): string {
  const { end } = walked;
  if (hasNoListener(end)) return `Nobody listens on ${destinationOf(end.packet)}`;
  const handed = walked.events.findLast((event) => event.kind === 'rule' && event.effect?.kind === 'tproxy');
  if (handed?.kind === 'rule' && handed.effect?.kind === 'tproxy' && !end.receiver) {
    const { port } = handed.effect;
    return `Handed to the transparent socket on port ${port === 0 ? end.packet.destinationPort : port}`;
  }
  const by = receiverOf(input, walked);
  if (by) return `${by.who} receives it${by.other === undefined ? '' : `, not ${by.other}`}`;
  const name = portName(input, end.packet);
  const port = showsPorts(end.packet)
    ? `, port ${end.packet.destinationPort}${name === undefined ? '' : ` (${name})`}`
    : '';
  return `Delivered to this host${port}`;
}

function sent(input: TraceInput, walked: Walked, peer: Peer | undefined): string {
  const { end, events } = walked;
  const own = isOwnWay(walked);
  const half = (wanted: 'source' | 'destination') =>
    events.find(
      (event, index): event is Translate => event.kind === 'translate' && event.half === wanted && own(index),
    );
  const readdressed = half('destination');
  const from = half('source') ? `, with ${sourceWords(input, walked)} as its source` : '';
  const name = addressName(input, walked, end.packet.destination);
  const to = name === undefined ? destinationOf(end.packet) : `${name} (${destinationOf(end.packet)})`;
  if (!readdressed)
    return (
      `${events[0]?.kind === 'start' && events[0].direction === 'out' ? 'Sent' : 'Forwarded'} by ` +
      `${end.outInterface ?? 'no interface'} to ${to}${from}`
    );
  const what = peer ? peerName(peer) : destinationOf(readdressed.before);
  return `${what} → ${behind(peer, name === undefined)}${to}${from}`;
}

/** An address that was assumed is not a fact for a headline: the rows below have it, marked. */
function sourceWords(input: TraceInput, walked: Walked): string {
  const { packet, outInterface } = walked.end;
  return new AssumedValues(input, walked).isMadeUp(packet.source)
    ? `an address of ${outInterface ?? 'this host'}`
    : sourceOf(packet);
}

/** `one of 5 endpoints, `, `container `; a name says itself what it is of. */
function behind(peer: Peer | undefined, unnamed: boolean): string {
  if (!peer?.behind) return '';
  const { noun, count } = peer.behind;
  return count > 1 ? `one of ${count} ${noun}s, ` : unnamed ? `${noun} ` : '';
}

function dropped({ end }: Walked, peer: Peer | undefined): string {
  const by = end.dropBy;
  const done = end.verdict === 'REJECT' ? 'rejected' : 'dropped';
  if (peer?.behind?.count === 0) return `${peerName(peer)} has no ${peer.behind.noun}s: ${done}`;
  switch (by?.kind) {
    case 'rule':
      return `${done === 'rejected' ? 'Rejected' : 'Dropped'} by ${rulePlace(by.rule)}`;
    case 'policy':
      return `Dropped by the policy of ${by.chain.name}: no rule let it through`;
    case 'kernel':
      return `Dropped by the kernel: ${explainKernelDrop(by.reason)}`;
    default:
      return 'Dropped';
  }
}
