import type { Packet } from '../net/packet';
import { PROTOCOL, TCP_FLAGS } from '../net/packet';
import type { ConntrackView } from '../net/conntrack';
import { Decisions } from './decisions';
import type { TraceEvent, Walked } from './events';
import { walk, type WalkContext } from './walk';

/**
 * Lets the host answer a packet that it took: an RST or SYN+ACK to a SYN, an echo reply. The answer walks the hooks like any other
 * packet; what stays of it is what connection tracking remembers, which the next packet of a sequence meets.
 */
export function hostAnswers(walked: Walked, context: WalkContext): void {
  if (walked.end.outcome !== 'LOCAL') return;
  const answer = answerOf(walked);
  if (!answer) return;
  walk(
    { packet: answer, direction: 'out', iface: undefined, socket: { kind: 'kernel', uid: 0, gid: 0, groups: [] }, state: undefined },
    { ...context, decisions: new Decisions() },
  );
}

/** Segment routing, which a host throws away unless it was switched on. */
const SEGMENT_ROUTING = 4;

function answerOf({ end, events }: Walked): Packet | undefined {
  const { packet } = end;
  const route = events.findLast((event) => event.kind === 'route');
  // Nobody answers a SYN to a broadcast or multicast address.
  if (packet.protocol === PROTOCOL.TCP && route?.type !== 'local') return undefined;
  if (packet.extensionHeaders.some(({ protocol, bytes }) => protocol === PROTOCOL.IPV6_ROUTE && bytes[2] === SEGMENT_ROUTING)) return undefined;
  if (packet.protocol === PROTOCOL.ICMP && packet.icmpType === 8) return reversed(packet, { icmpType: 0 });
  if (packet.protocol === PROTOCOL.ICMPV6 && packet.icmpType === 128) return reversed(packet, { icmpType: 129 });
  if (packet.protocol !== PROTOCOL.TCP || packet.tcpFlags & TCP_FLAGS.RST || !end.receiverKnown) return undefined;
  const tracked = lastView(events);
  const fresh = (packet.tcpFlags & (TCP_FLAGS.SYN | TCP_FLAGS.ACK)) === TCP_FLAGS.SYN;
  if (end.receiver && !fresh && tracked?.state === 'ESTABLISHED') return undefined;
  if (end.receiver && fresh) return reversed(packet, { tcpFlags: TCP_FLAGS.SYN | TCP_FLAGS.ACK });
  return reversed(packet, { tcpFlags: packet.tcpFlags & TCP_FLAGS.ACK ? TCP_FLAGS.RST : TCP_FLAGS.RST | TCP_FLAGS.ACK });
}

function lastView(events: readonly TraceEvent[]): ConntrackView | undefined {
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i];
    if (event?.kind === 'conntrack') return event.view;
  }
  return undefined;
}

function reversed(packet: Packet, patch: Partial<Packet>): Packet {
  return {
    ...packet, source: packet.destination, destination: packet.source, sourcePort: packet.destinationPort, destinationPort: packet.sourcePort,
    mark: 0, ttl: 64, tos: 0, length: packet.family === 4 ? 40 : 60, tcpOptions: new Uint8Array(), payload: new Uint8Array(), sourceMac: undefined, destinationMac: undefined, ...patch,
  };
}
