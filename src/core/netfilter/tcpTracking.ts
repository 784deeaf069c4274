import { TCP_FLAGS } from '../net/packet';

/** TCP states of connection tracking, in the kernel's order. Source: include/uapi/linux/netfilter/nf_conntrack_tcp.h. */
export type TcpState = 'NONE' | 'SYN_SENT' | 'SYN_RECV' | 'ESTABLISHED' | 'FIN_WAIT' | 'CLOSE_WAIT' | 'LAST_ACK' | 'TIME_WAIT' | 'CLOSE' | 'SYN_SENT2';
const STATES: readonly TcpState[] = ['NONE', 'SYN_SENT', 'SYN_RECV', 'ESTABLISHED', 'FIN_WAIT', 'CLOSE_WAIT', 'LAST_ACK', 'TIME_WAIT', 'CLOSE', 'SYN_SENT2'];

type Next = TcpState | 'INVALID' | 'IGNORE';
type Packets = 'syn' | 'synack' | 'fin' | 'ack' | 'rst' | 'none';

/** One letter for each state: N S R E F W L T C 2, and V for invalid, G for ignored. Columns are the states in order. */
const LETTERS: Readonly<Record<string, Next>> = {
  N: 'NONE', S: 'SYN_SENT', R: 'SYN_RECV', E: 'ESTABLISHED', F: 'FIN_WAIT', W: 'CLOSE_WAIT', L: 'LAST_ACK', T: 'TIME_WAIT', C: 'CLOSE', 2: 'SYN_SENT2',
  V: 'INVALID', G: 'IGNORE',
};
/** Source: nf_conntrack_proto_tcp.c tcp_conntracks. */
const ORIGINAL: Readonly<Record<Packets, string>> = {
  syn: 'SSGGGGGSS2', synack: 'VVRVVVVVVR', fin: 'VVFFLLLTCV', ack: 'EVEEWWTTCV', rst: 'VCCCCCCCCC', none: 'VVVVVVVVVV',
};
const REPLY: Readonly<Record<Packets, string>> = {
  syn: 'V2VVVVVSV2', synack: 'VRGGGGGGGR', fin: 'VVFFLLLTCV', ack: 'VGREWWTTCG', rst: 'VCCCCCCCCC', none: 'VVVVVVVVVV',
};

/** The state after a packet with these flags. */
export function nextTcpState(state: TcpState, flags: number, direction: 'ORIGINAL' | 'REPLY'): Next {
  const row = (direction === 'ORIGINAL' ? ORIGINAL : REPLY)[packetClass(flags)];
  return LETTERS[row.charAt(STATES.indexOf(state))] ?? 'INVALID';
}

function packetClass(flags: number): Packets {
  if (flags & TCP_FLAGS.RST) return 'rst';
  if (flags & TCP_FLAGS.SYN) return flags & TCP_FLAGS.ACK ? 'synack' : 'syn';
  if (flags & TCP_FLAGS.FIN) return 'fin';
  return flags & TCP_FLAGS.ACK ? 'ack' : 'none';
}

const { FIN, SYN, RST, ACK, URG } = TCP_FLAGS;
const VALID: ReadonlySet<number> = new Set([SYN, SYN | URG, SYN | ACK, RST, RST | ACK, FIN | ACK, FIN | ACK | URG, ACK, ACK | URG]);

/** Whether conntrack lets this combination of flags pass at all; PSH, ECE and CWR do not count. Source: tcp_valid_flags. */
export function tcpFlagsValid(flags: number): boolean {
  return VALID.has(flags & (FIN | SYN | RST | ACK | URG));
}
