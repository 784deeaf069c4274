import type { Address } from './address';

/** One direction of a connection. `icmp` replaces the ports for ICMP. */
export interface Tuple {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly icmp: { readonly type: number; readonly code: number; readonly id: number } | undefined;
}

export const CONNTRACK_STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'] as const;
export type ConntrackState = (typeof CONNTRACK_STATES)[number];
export type Direction = 'ORIGINAL' | 'REPLY';

/**
 * What was seen of one direction of a TCP connection. Numbers are sequence numbers and windows. Source:
 * nf_conntrack_tcp.h ip_ct_tcp_state.
 */
export interface TcpSide {
  readonly end: number;
  readonly maxEnd: number;
  /** 0: nothing was seen yet. */
  readonly maxWindow: number;
  readonly maxAck: number | undefined;
  readonly scale: number;
  readonly sack: boolean;
  readonly windowScale: boolean;
  /** Taken over in the middle: its window is not checked. */
  readonly liberal: boolean;
  /** It sent the first FIN. */
  readonly closeInit: boolean;
}

/** What connection tracking remembers of a TCP connection. Source: nf_conntrack_tcp.h ip_ct_tcp. */
export interface TcpTracking {
  readonly state: string;
  readonly sides: Readonly<Record<Direction, TcpSide>>;
  /** The packet seen last, or let through without being believed. */
  readonly last: {
    readonly kind: 'syn' | 'synack' | 'fin' | 'ack' | 'rst' | 'none';
    readonly direction: Direction;
    readonly sequence: number;
    readonly acknowledgement: number;
    readonly end: number;
    readonly window: number;
    readonly scale: number;
    readonly sack: boolean;
    readonly windowScale: boolean;
    readonly expectChallenge: boolean;
    readonly simultaneousOpen: boolean;
  };
}

/** States of an SCTP association for connection tracking. Source: include/uapi/linux/netfilter/nf_conntrack_sctp.h. */
export type SctpState =
  | 'NONE'
  | 'CLOSED'
  | 'COOKIE_WAIT'
  | 'COOKIE_ECHOED'
  | 'ESTABLISHED'
  | 'SHUTDOWN_SENT'
  | 'SHUTDOWN_RECD'
  | 'SHUTDOWN_ACK_SENT'
  | 'HEARTBEAT_SENT';

/** What is remembered of an association. */
export interface SctpTracking {
  readonly state: SctpState;
  /** The verification tag that packets of each direction have to bear; 0: not known. */
  readonly tags: Readonly<Record<Direction, number>>;
  /** An INIT was seen in this direction. */
  readonly init: Readonly<Record<Direction, boolean>>;
  /** The direction of a heartbeat whose tag did not fit. */
  readonly strangeHeartbeat: Direction | undefined;
}

/** A connection. Immutable: the walk replaces it when something changes. */
export interface ConntrackEntry {
  readonly id: number;
  readonly original: Tuple;
  readonly reply: Tuple;
  /** A packet in the reply direction was seen. */
  readonly seenReply: boolean;
  readonly assured: boolean;
  /** The first packet got through; before that the entry dies with its packet. */
  readonly confirmed: boolean;
  /** The connection was expected by a helper or belongs to another (ICMP errors do not make one). */
  readonly expected: boolean;
  readonly sourceNat: boolean;
  readonly destinationNat: boolean;
  /** Whether each half of NAT is decided; decided halves do not visit the nat chains again. */
  readonly sourceNatDone: boolean;
  readonly destinationNatDone: boolean;
  /** The half whose port (or ICMP id) NAT drew at random. */
  readonly randomHalf?: 'source' | 'destination' | undefined;
  /** The first and the last number that may have been drawn. */
  readonly randomNumbers?: readonly [number, number] | undefined;
  /** The interface whose address MASQUERADE chose: the connection dies when its packets leave by another one. */
  readonly masqueradeDevice?: string | undefined;
  readonly mark: number;
  readonly zone: { readonly original: number; readonly reply: number };
  /** TCP state in conntrack's words: SYN_SENT, SYN_RECV, ESTABLISHED, FIN_WAIT … */
  readonly tcpState: string | undefined;
  /**
   * Windows and the last packet of a TCP connection; undefined for other protocols and where only the state is known.
   */
  readonly tcp?: TcpTracking | undefined;
  /** The state of an SCTP association with its verification tags; undefined for other protocols and where not known. */
  readonly sctp?: SctpTracking | undefined;
  readonly helper: string | undefined;
  readonly labels: ReadonlySet<number>;
  readonly secmark: string | undefined;
  /** Packets and bytes seen in each direction, where known. */
  readonly counts: {
    readonly original: { packets: number; bytes: number };
    readonly reply: { packets: number; bytes: number };
  };
  /** Seconds till it expires, where known. */
  readonly expires: number | undefined;
  /** Raised by SYNPROXY, by helpers … */
  readonly master: number | undefined;
}

/**
 * What a rule in raw has set for new connections. It goes with the packet in the place of its connection until that is
 * known.
 */
export const TEMPLATE_ID = -1;

export function isTemplate({ id }: ConntrackEntry): boolean {
  return id === TEMPLATE_ID;
}

/**
 * What connection tracking says of the packet at hand. `undefined` in the view: tracking has not run yet (raw table) or
 * is off.
 */
export interface ConntrackView {
  readonly state: ConntrackState;
  /** undefined for INVALID and UNTRACKED. */
  readonly entry: ConntrackEntry | undefined;
  readonly direction: Direction;
}
