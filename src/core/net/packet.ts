import type { Address } from './address';

/** Bits of the TCP flags byte (RFC 9293, 3.1). */
export const TCP_FLAGS = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECE: 64, CWR: 128 } as const;

/** `SYN`, `ACK`, in the order of their bits. */
export function tcpFlagNames(bits: number): readonly string[] {
  return Object.entries(TCP_FLAGS).flatMap(([name, bit]) => (bits & bit ? [name] : []));
}

/** IP protocol numbers that the core speaks of by name (IANA "Protocol Numbers"). */
export const PROTOCOL = {
  ICMP: 1,
  IGMP: 2,
  IPIP: 4,
  TCP: 6,
  UDP: 17,
  DCCP: 33,
  IPV6_ROUTE: 43,
  IPV6_FRAGMENT: 44,
  GRE: 47,
  ESP: 50,
  AH: 51,
  ICMPV6: 58,
  IPV6_NONE: 59,
  IPV6_DESTINATION: 60,
  MOBILITY: 135,
  SCTP: 132,
  UDPLITE: 136,
  IPCOMP: 108,
} as const;

/** An IPv6 extension header as it is in the packet; `bytes` is the whole header, next-header byte included. */
export interface ExtensionHeader {
  /** 0 hop-by-hop, 43 routing, 44 fragment, 50 ESP, 51 AH, 60 destination options, 135 mobility. */
  readonly protocol: number;
  readonly bytes: Uint8Array;
}

/**
 * A packet as the rules see it at one moment. Immutable: a target that changes it makes a new one.
 * Numbers are in host order; lengths in bytes.
 */
export interface Packet {
  readonly family: 4 | 6;
  readonly source: Address;
  readonly destination: Address;
  /** The transport protocol, after all IPv6 extension headers. */
  readonly protocol: number;
  /** The whole TOS or traffic class byte. */
  readonly tos: number;
  /** TTL or hop limit, 0–255. */
  readonly ttl: number;
  /** The whole IP packet with all headers. */
  readonly length: number;
  /** IPv4 identification, 0–65535. */
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In units of 8 bytes; above 0 the packet has no transport header. */
  readonly fragmentOffset: number;
  /** IPv4 options, padded to 4 bytes; empty for IPv6. */
  readonly ipOptions: Uint8Array;
  readonly extensionHeaders: readonly ExtensionHeader[];

  /** Ports of TCP, UDP, UDP-Lite, SCTP and DCCP; 0 for other protocols. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** The TCP flags byte; 0 for other protocols. */
  readonly tcpFlags: number;
  readonly tcpSequence: number;
  readonly tcpAcknowledgement: number;
  readonly tcpWindow: number;
  /** TCP options, padded to 4 bytes. */
  readonly tcpOptions: Uint8Array;
  readonly icmpType: number;
  readonly icmpCode: number;
  /** Identifier of an echo. */
  readonly icmpId: number;
  /** Sequence number of an echo; 1 where it is not given. */
  readonly icmpSequence?: number;
  /** The four bytes after the checksum of an ICMP error (the MTU of "fragmentation needed"); 0 where not given. */
  readonly icmpRest?: number;
  /** Security parameter index of ESP or AH. */
  readonly spi: number;
  /**
   * What follows the fixed transport header: chunks for SCTP, data for TCP and UDP. May be shorter than `length` says:
   * then x bytes follow.
   */
  readonly payload: Uint8Array;
  /** Length of the transport header and data of the whole datagram, where this packet is its first fragment. */
  readonly datagramLength?: number;
  /** The fragments that it was reassembled from: length of each, and of what is after its IP headers. */
  readonly assembledFrom?: readonly { readonly length: number; readonly payload: number }[];
  /** The packet that an ICMP error quotes. */
  readonly inner: Packet | undefined;

  /** The netfilter mark (`skb->mark`), not part of the wire. */
  readonly mark: number;
  /** `skb->priority`, as `CLASSIFY` sets it. */
  readonly priority: number;
  readonly secmark: string | undefined;
  /** Link layer addresses `aa:bb:cc:dd:ee:ff`, undefined on lo and for what this host sends. */
  readonly sourceMac: string | undefined;
  readonly destinationMac: string | undefined;
}

/**
 * Who owns the socket that sent the packet. `kernel`: a socket of the kernel, which nobody owns. `request`: a
 * connection that is being accepted, which has the owner of its listener but no control group yet (include/net/sock.h
 * sk_fullsock).
 */
export interface SocketOwner {
  readonly kind: 'process' | 'request' | 'kernel';
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
}
