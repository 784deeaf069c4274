import type { Tuple } from './conntrack';
import { icmpReplyType, icmpRequestType } from './icmpTypes';
import { PROTOCOL, type Packet } from './packet';

/**
 * Protocols whose connections are distinguished by ports. DCCP has lost its tracker in Linux 6.16 and is not among
 * them.
 */
const WITH_PORTS: ReadonlySet<number> = new Set([PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.SCTP, PROTOCOL.UDPLITE]);

export function hasPorts(protocol: number): boolean {
  return WITH_PORTS.has(protocol);
}

export function isIcmp(protocol: number): boolean {
  return protocol === PROTOCOL.ICMP || protocol === PROTOCOL.ICMPV6;
}

/** The connection tuple of a packet, seen in its own direction. Source: nf_conntrack_core.c nf_ct_get_tuple. */
export function tupleOf(packet: Packet): Tuple {
  const ports = hasPorts(packet.protocol);
  return {
    source: packet.source,
    destination: packet.destination,
    protocol: packet.protocol,
    sourcePort: ports ? packet.sourcePort : 0,
    destinationPort: ports ? packet.destinationPort : 0,
    icmp: isIcmp(packet.protocol) ? { type: packet.icmpType, code: packet.icmpCode, id: packet.icmpId } : undefined,
  };
}

/** The tuple of the reply; undefined for an ICMP type without one. */
export function invertTuple(tuple: Tuple): Tuple | undefined {
  let icmp = tuple.icmp;
  if (icmp) {
    const type = icmpReplyType(tuple.protocol, icmp.type) ?? icmpRequestType(tuple.protocol, icmp.type);
    if (type === undefined) return undefined;
    icmp = { type, code: icmp.code, id: icmp.id };
  }
  return {
    source: tuple.destination,
    destination: tuple.source,
    protocol: tuple.protocol,
    sourcePort: tuple.destinationPort,
    destinationPort: tuple.sourcePort,
    icmp,
  };
}

/** The same text for the same tuple. */
export function tupleKey(tuple: Tuple): string {
  let key = KEYS.get(tuple);
  if (key === undefined) KEYS.set(tuple, (key = keyText(tuple)));
  return key;
}

/** Tables of connections are searched by it, and tuples do not change. */
const KEYS = new WeakMap<Tuple, string>();

function keyText(tuple: Tuple): string {
  const icmp = tuple.icmp ? `${tuple.icmp.type}/${tuple.icmp.code}/${tuple.icmp.id}` : '';
  return (
    `${tuple.protocol} ${tuple.source.words.join('.')} ${tuple.sourcePort} ${tuple.destination.words.join('.')} ` +
    `${tuple.destinationPort} ${icmp}`
  );
}
