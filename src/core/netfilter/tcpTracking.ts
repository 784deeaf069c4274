import type { ConntrackEntry, Direction, TcpTracking } from '../net/conntrack';
import { TCP_FLAGS, type Packet } from '../net/packet';
import { FRESH_SIDE, inWindow, payloadEnd, readTcpOptions } from './tcpWindow';

/**
 * TCP states of connection tracking, in the kernel's order. Source: include/uapi/linux/netfilter/nf_conntrack_tcp.h.
 */
type TcpState =
  | 'NONE'
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'ESTABLISHED'
  | 'FIN_WAIT'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'TIME_WAIT'
  | 'CLOSE'
  | 'SYN_SENT2';
const STATES: readonly TcpState[] = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
];

type Next = TcpState | 'INVALID' | 'IGNORE';
type TcpPacketKind = 'syn' | 'synack' | 'fin' | 'ack' | 'rst' | 'none';

/**
 * One letter for each state: N S R E F W L T C 2, and V for invalid, G for ignored. Columns are the states in order.
 */
const LETTERS: Readonly<Record<string, Next>> = {
  N: 'NONE',
  S: 'SYN_SENT',
  R: 'SYN_RECV',
  E: 'ESTABLISHED',
  F: 'FIN_WAIT',
  W: 'CLOSE_WAIT',
  L: 'LAST_ACK',
  T: 'TIME_WAIT',
  C: 'CLOSE',
  2: 'SYN_SENT2',
  V: 'INVALID',
  G: 'IGNORE',
};
/** Source: nf_conntrack_proto_tcp.c tcp_conntracks. */
const ORIGINAL: Readonly<Record<TcpPacketKind, string>> = {
  syn: 'SSGGGGGSS2',
  synack: 'VVRVVVVVVR',
  fin: 'VVFFLLLTCV',
  ack: 'EVEEWWTTCV',
  rst: 'VCCCCCCCCC',
  none: 'VVVVVVVVVV',
};
const REPLY: Readonly<Record<TcpPacketKind, string>> = {
  syn: 'V2VVVVVSV2',
  synack: 'VRGGGGGGGR',
  fin: 'VVFFLLLTCV',
  ack: 'VGREWWTTCG',
  rst: 'VCCCCCCCCC',
  none: 'VVVVVVVVVV',
};

/** What connection tracking makes of a TCP packet. */
export type TrackedTcp =
  /** `tcp`: what is remembered of it nevertheless. */
  | { readonly kind: 'invalid'; readonly tcp?: TcpTracking }
  /** The old connection is over: the packet opens a new one of the same addresses and ports. */
  | { readonly kind: 'reopen' }
  | {
      readonly kind: 'accepted';
      readonly tcp: TcpTracking;
      /** A valid ACK in both directions: the connection is kept under memory pressure. */
      readonly assured: boolean;
      /** It is ignored, or would be: the state that a reset would end goes on. */
      readonly ignored?: true;
      /** It counts for the packet and byte counters; an ignored packet does not. */
      readonly counted: boolean;
    };

/** How this host tracks TCP: the sysctls nf_conntrack_tcp_be_liberal, _loose and _ignore_invalid_rst. */
export interface TcpSetting {
  /** Packets out of window are accepted. */
  readonly liberal: boolean;
  /** A connection may be taken over in the middle. */
  readonly loose: boolean;
  /** A reset before what was acknowledged is not a reason for INVALID. */
  readonly ignoreInvalidReset: boolean;
}

const INVALID: TrackedTcp = { kind: 'invalid' };

/**
 * A packet of a connection. `known` undefined: it would open one. Source: nf_conntrack_proto_tcp.c
 * nf_conntrack_tcp_packet.
 */
export function trackTcp(
  packet: Packet,
  known: TcpTracking | undefined,
  direction: Direction,
  connection: { readonly seenReply: boolean; readonly assured: boolean },
  setting: TcpSetting,
): TrackedTcp {
  const kind = kindOf(packet.tcpFlags);
  const tcp = known ?? openTcp(packet, setting.loose);
  if (tcp === undefined) return INVALID;
  const old = tcp.state as TcpState;
  const transition = decide(packet, tcp, direction, kind, connection, setting);
  if (transition === 'invalid') return INVALID;
  if (transition === 'reopen') return { kind: 'reopen' };
  if ('ignored' in transition)
    return { kind: 'accepted', tcp: transition.ignored, assured: connection.assured, counted: false, ignored: true };
  let { before: next } = transition;
  if (!transition.skipWindow) {
    const window = inWindow(packet, next, direction, kind, setting.liberal);
    if (window.answer === 'invalid') return { kind: 'invalid', tcp: window.tcp };
    if (window.answer === 'ignore')
      return { kind: 'accepted', tcp: window.tcp, assured: connection.assured, counted: false, ignored: true };
    next = window.tcp;
  }
  const closing = old !== transition.state && transition.state === 'FIN_WAIT';
  const side = next.sides[direction];
  return {
    kind: 'accepted',
    tcp: {
      ...next,
      state: transition.state,
      last: { ...next.last, kind, direction },
      sides: closing ? { ...next.sides, [direction]: { ...side, closeInit: true } } : next.sides,
    },
    counted: connection.seenReply || kind !== 'syn' || old !== 'SYN_SENT',
    assured:
      connection.assured ||
      (connection.seenReply && (old === 'SYN_RECV' || old === 'ESTABLISHED') && transition.state === 'ESTABLISHED'),
  };
}

type Transition =
  | 'invalid'
  | 'reopen'
  | { readonly ignored: TcpTracking }
  | { readonly state: TcpState; readonly before: TcpTracking; readonly skipWindow: boolean };

function decide(
  packet: Packet,
  tcp: TcpTracking,
  direction: Direction,
  kind: TcpPacketKind,
  connection: { readonly seenReply: boolean; readonly assured: boolean },
  setting: TcpSetting,
): Transition {
  const old = tcp.state as TcpState;
  const other: Direction = direction === 'ORIGINAL' ? 'REPLY' : 'ORIGINAL';
  const next = nextTcpState(old, kind, direction);
  const { last, sides } = tcp;
  switch (next) {
    case 'INVALID':
      return 'invalid';
    case 'SYN_SENT':
      if (STATES.indexOf(old) < STATES.indexOf('TIME_WAIT')) return to('SYN_SENT', tcp);
      if (sides.ORIGINAL.closeInit || sides.REPLY.closeInit || (last.direction === direction && last.kind === 'rst'))
        return 'reopen';
      return ignore(packet, tcp, direction, kind);
    case 'IGNORE':
      return ignore(packet, tcp, direction, kind);
    case 'TIME_WAIT': {
      const challenge =
        old === 'LAST_ACK' &&
        kind === 'ack' &&
        last.direction !== direction &&
        last.kind === 'syn' &&
        last.expectChallenge;
      return challenge ? { ignored: { ...tcp, last: { ...last, expectChallenge: false } } } : to('TIME_WAIT', tcp);
    }
    case 'SYN_SENT2':
      return to('SYN_SENT2', { ...tcp, last: { ...last, simultaneousOpen: true } });
    case 'SYN_RECV':
      return to(direction === 'REPLY' && kind === 'ack' && last.simultaneousOpen ? 'ESTABLISHED' : 'SYN_RECV', tcp);
    case 'CLOSE':
      return kind === 'rst' ? reset(packet, tcp, direction, other, connection, setting) : to('CLOSE', tcp);
    default:
      return to(next, tcp);
  }
}

function to(state: TcpState, before: TcpTracking, skipWindow = false): Transition {
  return { state, before, skipWindow };
}

const CLOSING: ReadonlySet<string> = new Set(['FIN_WAIT', 'LAST_ACK', 'TIME_WAIT', 'CLOSE', 'CLOSE_WAIT']);

/** A reset has to match what was acknowledged last, or it may be forged. */
function reset(
  packet: Packet,
  tcp: TcpTracking,
  direction: Direction,
  other: Direction,
  { seenReply, assured }: { readonly seenReply: boolean; readonly assured: boolean },
  { ignoreInvalidReset }: TcpSetting,
): Transition {
  const { last, sides } = tcp;
  let state: TcpState = 'CLOSE';
  if (CLOSING.has(tcp.state)) return to('CLOSE', tcp, true);
  const acknowledged = sides[other].maxAck;
  if (acknowledged !== undefined && last.kind !== 'syn') {
    const sequence = packet.tcpSequence;
    const established = tcp.state === 'ESTABLISHED' && assured;
    if (sequence === 0 && !established) return to('CLOSE', tcp);
    if (((sequence - acknowledged) | 0) < 0 && !ignoreInvalidReset) return 'invalid';
    if (!established || sequence === acknowledged) return to('CLOSE', tcp);
    if (last.kind === 'ack' && last.direction === direction && sequence === last.end) return to('CLOSE', tcp);
    state = tcp.state;
  }
  const answersIgnored =
    ((seenReply && last.kind === 'syn' && last.direction === other) || (!assured && last.kind === 'ack')) &&
    packet.tcpAcknowledgement === last.end;
  const answersChallenge =
    tcp.state === 'SYN_SENT' &&
    last.kind === 'ack' &&
    last.direction === 'REPLY' &&
    packet.tcpSequence === last.acknowledgement;
  return to(state, tcp, answersIgnored || answersChallenge);
}

/** The entry may be out of step with the hosts: the packet goes through and is remembered. */
function ignore(packet: Packet, tcp: TcpTracking, direction: Direction, kind: TcpPacketKind): Transition {
  const { last, sides } = tcp;
  if (
    kind === 'synack' &&
    last.kind === 'syn' &&
    last.direction !== direction &&
    packet.tcpAcknowledgement === last.end
  ) {
    const fresh = { ...FRESH_SIDE, liberal: sides[direction].liberal };
    const asked = {
      ...FRESH_SIDE,
      end: last.end,
      maxEnd: last.end,
      maxWindow: last.window === 0 ? 1 : last.window,
      scale: last.scale,
      sack: last.sack,
      windowScale: last.windowScale,
    };
    return to('SYN_RECV', {
      ...tcp,
      state: 'SYN_SENT',
      last: { ...last, expectChallenge: false },
      sides: { [direction]: fresh, [last.direction]: asked } as TcpTracking['sides'],
    });
  }
  let remembered: TcpTracking['last'] = {
    ...last,
    kind,
    direction,
    sequence: packet.tcpSequence,
    end: payloadEnd(packet),
    window: packet.tcpWindow,
  };
  if (kind === 'syn' && direction === 'ORIGINAL') {
    const options = readTcpOptions(packet);
    remembered = {
      ...remembered,
      scale: options.scale,
      sack: options.sack,
      windowScale: options.windowScale,
      simultaneousOpen: false,
      expectChallenge: tcp.state === 'LAST_ACK',
    };
  }
  if (tcp.state === 'SYN_SENT' && kind === 'ack' && direction === 'REPLY')
    remembered = { ...remembered, acknowledgement: packet.tcpAcknowledgement };
  return { ignored: { ...tcp, last: remembered } };
}

/**
 * What a packet without a connection starts with; undefined where it cannot open one. An ACK in the middle of a
 * connection can, where the host is `loose`.
 */
function openTcp(packet: Packet, loose: boolean): TcpTracking | undefined {
  const next = nextTcpState('NONE', kindOf(packet.tcpFlags), 'ORIGINAL');
  if (next === 'INVALID' || next === 'IGNORE') return undefined;
  const end = payloadEnd(packet);
  const maxWindow = packet.tcpWindow === 0 ? 1 : packet.tcpWindow;
  const middle = next !== 'SYN_SENT';
  if (middle && !loose) return undefined;
  const side = middle
    ? { ...FRESH_SIDE, end, maxEnd: (end + maxWindow) >>> 0, maxWindow, sack: true, liberal: true }
    : { ...FRESH_SIDE, ...readTcpOptions(packet), end, maxEnd: end, maxWindow };
  return {
    state: 'NONE',
    sides: { ORIGINAL: side, REPLY: middle ? { ...FRESH_SIDE, sack: true, liberal: true } : FRESH_SIDE },
    last: { ...NOTHING_SEEN, kind: 'none' },
  };
}

const NOTHING_SEEN: TcpTracking['last'] = {
  kind: 'syn',
  direction: 'ORIGINAL',
  sequence: 0,
  acknowledgement: 0,
  end: 0,
  window: 0,
  scale: 0,
  sack: false,
  windowScale: false,
  expectChallenge: false,
  simultaneousOpen: false,
};

/** What is known of a connection; one of which only the state is given is as ctnetlink makes it. */
export function tcpOf({ tcp, tcpState = 'ESTABLISHED' }: ConntrackEntry): TcpTracking {
  if (tcp) return tcp;
  const side = { ...FRESH_SIDE, sack: true, liberal: true };
  return { state: tcpState, sides: { ORIGINAL: side, REPLY: side }, last: NOTHING_SEEN };
}

function nextTcpState(state: TcpState, kind: TcpPacketKind, direction: Direction): Next {
  const row = (direction === 'ORIGINAL' ? ORIGINAL : REPLY)[kind];
  return LETTERS[row.charAt(STATES.indexOf(state))] ?? 'INVALID';
}

function kindOf(flags: number): TcpPacketKind {
  if (flags & TCP_FLAGS.RST) return 'rst';
  if (flags & TCP_FLAGS.SYN) return flags & TCP_FLAGS.ACK ? 'synack' : 'syn';
  if (flags & TCP_FLAGS.FIN) return 'fin';
  return flags & TCP_FLAGS.ACK ? 'ack' : 'none';
}

const { FIN, SYN, RST, ACK, URG } = TCP_FLAGS;
const VALID: ReadonlySet<number> = new Set([
  SYN,
  SYN | URG,
  SYN | ACK,
  RST,
  RST | ACK,
  FIN | ACK,
  FIN | ACK | URG,
  ACK,
  ACK | URG,
]);

/**
 * Whether conntrack lets this combination of flags pass at all; PSH, ECE and CWR do not count. Source: tcp_valid_flags.
 */
export function tcpFlagsValid(flags: number): boolean {
  return VALID.has(flags & (FIN | SYN | RST | ACK | URG));
}
