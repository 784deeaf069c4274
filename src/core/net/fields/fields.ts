/**
 * What rules compare: the fields of a packet, of its way through this host, of its sender and of its connection, each
 * with the values that it can have. A packet may lack a field (a later fragment has no ports); then nothing of its
 * domain holds.
 */
export type Domain =
  /** An unsigned number of `bits` bits, at most 48. Flags are numbers too, and names stand for numbers. */
  | { readonly kind: 'number'; readonly bits: number }
  /** An address of the packet's family. */
  | { readonly kind: 'address' }
  /** The name of an interface, empty where there is none. */
  | { readonly kind: 'name' };

const ADDRESS: Domain = { kind: 'address' };
const NAME: Domain = { kind: 'name' };

function number(bits: number): Domain {
  return { kind: 'number', bits };
}

/** The vocabulary. Ports and ids are those of the kernel's structures, in host order. */
const DOMAINS = {
  source: ADDRESS,
  destination: ADDRESS,
  /** As `-p` is compared: after IPv6 extension headers. */
  protocol: number(8),
  inInterface: NAME,
  outInterface: NAME,
  /** In units of 8 bytes; 0 for a packet that is whole and for a first fragment. */
  fragmentOffset: number(13),
  sourcePort: number(16),
  destinationPort: number(16),
  /** What is in the place of the ports, as iptables-nft reads it; with iptables-legacy the ports. */
  sourcePortRead: number(16),
  destinationPortRead: number(16),
  tcpFlags: number(8),
  tcpFlagsRead: number(8),
  /** The value of the MSS option. */
  maximumSegment: number(16),
  /** The type in the upper eight bits, the code in the lower ones. */
  icmp: number(16),
  dccpType: number(4),
  /** Security parameter index of ESP, or of AH in IPv4. */
  spi: number(32),
  /** Compression parameter index. */
  cpi: number(16),
  /** The whole IP packet in bytes. */
  length: number(32),
  /** TTL or hop limit. */
  hops: number(8),
  /** The whole TOS or traffic class byte. */
  tos: number(8),
  mark: number(32),
  sourceMac: number(48),
  /** How the link layer addressed the packet: 0 to this host, 1 to all, 2 to a group. Source: linux/if_packet.h. */
  packetType: number(3),
  uid: number(32),
  gid: number(32),
  /** 1 where a socket of this host sent the packet. */
  hasSocket: number(1),
  realm: number(32),
  inGroup: number(32),
  outGroup: number(32),
  /** States as bits; see `conntrackState.ts`. Exactly one of the first five is set. */
  conntrackState: number(7),
  /** IPS_EXPECTED, IPS_SEEN_REPLY, IPS_ASSURED, IPS_CONFIRMED. */
  conntrackStatus: number(4),
  /** 0 in the direction of the connection's first packet, 1 in the other. */
  conntrackDirection: number(1),
  conntrackMark: number(32),
  conntrackProtocol: number(8),
  originalSource: ADDRESS,
  originalDestination: ADDRESS,
  replySource: ADDRESS,
  replyDestination: ADDRESS,
  originalSourcePort: number(16),
  originalDestinationPort: number(16),
  replySourcePort: number(16),
  replyDestinationPort: number(16),
} as const satisfies Readonly<Record<string, Domain>>;

export type FieldName = keyof typeof DOMAINS;

export function domainOf(field: FieldName): Domain {
  return DOMAINS[field];
}
