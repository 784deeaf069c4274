import type { Direction, TcpSide, TcpTracking } from '../net/conntrack';
import { TCP_FLAGS, type Packet } from '../net/packet';
import { networkHeaderLength } from '../net/bytes';

/** A direction of which nothing is known yet. */
export const FRESH_SIDE: TcpSide = {
  end: 0,
  maxEnd: 0,
  maxWindow: 0,
  maxAck: undefined,
  scale: 0,
  sack: false,
  windowScale: false,
  liberal: false,
  closeInit: false,
};

/** Sequence numbers count modulo 2³². */
const before = (a: number, b: number): boolean => ((a - b) | 0) < 0;
const after = (a: number, b: number): boolean => before(b, a);

/**
 * Checks a packet against the windows of both sides and remembers what it shows of them, some of it even where it is
 * out of window. `ignore`: it passes, and the connection goes on as if it had not come. Source:
 * nf_conntrack_proto_tcp.c tcp_in_window.
 */
export function inWindow(
  packet: Packet,
  tcp: TcpTracking,
  direction: Direction,
  kind: string,
  liberal: boolean,
): { readonly answer: 'accept' | 'invalid' | 'ignore'; readonly tcp: TcpTracking } {
  const other: Direction = direction === 'ORIGINAL' ? 'REPLY' : 'ORIGINAL';
  let sender = tcp.sides[direction];
  let receiver = tcp.sides[other];
  const flags = packet.tcpFlags;
  const syn = (flags & TCP_FLAGS.SYN) !== 0;
  const hasAck = (flags & TCP_FLAGS.ACK) !== 0;
  const with_ = (changes: Partial<TcpTracking> = {}): TcpTracking => ({
    ...tcp,
    ...changes,
    sides: { [direction]: sender, [other]: receiver } as TcpTracking['sides'],
  });
  let sequence = packet.tcpSequence;
  let end = payloadEnd(packet);
  let ack = packet.tcpAcknowledgement;
  let sack = receiver.sack ? highestSack(packet, ack) : ack;
  let window = packet.tcpWindow;
  const begin = (): void => {
    // A SYN without options leaves what an earlier one has said (tcp_options).
    sender = {
      ...sender,
      ...(packet.tcpOptions.length > 0 && readTcpOptions(packet)),
      end,
      maxEnd: end,
      maxWindow: window === 0 ? 1 : window,
    };
    if (direction === 'REPLY' && !(sender.windowScale && receiver.windowScale)) {
      sender = { ...sender, scale: 0 };
      receiver = { ...receiver, scale: 0 };
    }
  };
  if (sender.maxWindow === 0) {
    if (syn) {
      begin();
      if (!hasAck) return { answer: 'accept', tcp: with_() };
    } else {
      const scaled = (window << sender.scale) >>> 0;
      const maxWindow = scaled === 0 ? 1 : scaled;
      sender = { ...sender, end, maxWindow, maxEnd: (end + maxWindow) >>> 0 };
      if (receiver.maxWindow === 0) receiver = { ...receiver, end: sack, maxEnd: sack };
      else if (sack === (receiver.end + 1) >>> 0) receiver = { ...receiver, end: sack };
    }
  } else if (syn && after(end, sender.end) && (tcp.state === 'SYN_SENT' || tcp.state === 'SYN_RECV')) {
    begin();
    if (direction === 'REPLY' && !hasAck) return { answer: 'accept', tcp: with_() };
  }
  if (!hasAck || ((flags & TCP_FLAGS.RST) !== 0 && ack === 0)) ack = sack = receiver.end;
  if ((flags & TCP_FLAGS.RST) !== 0 && sequence === 0 && tcp.state === 'SYN_SENT') sequence = end = sender.end;
  const bad = outside({ sequence, end, sack }, sender, receiver);
  // A liberal tracker accepts the packet, but learns nothing from it.
  if (bad) {
    if (bad.overshot) sender = { ...sender, end };
    return { answer: liberal || sender.liberal ? 'accept' : bad.answer, tcp: with_() };
  }
  if (!syn) window = (window << sender.scale) >>> 0;
  receiver = receiverAfter(receiver, sender.maxEnd, end, sack, window);
  sender = {
    ...sender,
    maxWindow: Math.max(sender.maxWindow, (window + (sack - ack)) >>> 0),
    end: after(end, sender.end) ? end : sender.end,
    maxAck: hasAck && (sender.maxAck === undefined || after(ack, sender.maxAck)) ? ack : sender.maxAck,
  };
  return {
    answer: 'accept',
    tcp: with_(
      kind === 'ack'
        ? { last: { ...tcp.last, direction, sequence, acknowledgement: ack, end, window: packet.tcpWindow } }
        : {},
    ),
  };
}

/** The other side after a packet within the window. `maxEnd`: how far the sender was allowed to send before it. */
function receiverAfter(receiver: TcpSide, maxEnd: number, end: number, sack: number, window: number): TcpSide {
  return {
    ...receiver,
    maxWindow:
      receiver.maxWindow !== 0 && after(end, maxEnd) ? (receiver.maxWindow + end - maxEnd) >>> 0 : receiver.maxWindow,
    maxEnd: after((sack + window) >>> 0, (receiver.maxEnd - 1) >>> 0)
      ? (sack + window + (window === 0 ? 1 : 0)) >>> 0
      : receiver.maxEnd,
  };
}

const LEAST_ACK_WINDOW = 66000;

function outside(
  { sequence, end, sack }: { sequence: number; end: number; sack: number },
  sender: TcpSide,
  receiver: TcpSide,
): { readonly answer: 'invalid' | 'ignore'; readonly overshot?: true } | undefined {
  const ackWindow = Math.max(sender.maxWindow, LEAST_ACK_WINDOW);
  const lowestAck = (receiver.end - ackWindow - 1) >>> 0;
  const lowestEnd = (sender.end - receiver.maxWindow - 1) >>> 0;
  if (!before(sequence, (sender.maxEnd + 1) >>> 0)) {
    const overshot = (end - sender.maxEnd + 1) >>> 0;
    const fits =
      receiver.maxWindow !== 0 &&
      after(end, lowestEnd) &&
      after(sack, lowestAck) &&
      overshot <= receiver.maxWindow &&
      before(sack, (receiver.end + 1) >>> 0);
    return fits ? { answer: 'ignore', overshot: true } : { answer: 'invalid' };
  }
  if (!before(sack, (receiver.end + 1) >>> 0)) return { answer: 'invalid' };
  if (receiver.maxWindow !== 0 && !after(end, lowestEnd)) return { answer: 'ignore' };
  return after(sack, lowestAck) ? undefined : { answer: 'ignore' };
}

/** The sequence number after the packet: SYN and FIN count as one byte each. */
export function payloadEnd(packet: Packet): number {
  const data = packet.length - networkHeaderLength(packet) - 20 - packet.tcpOptions.length;
  const flags = (packet.tcpFlags & TCP_FLAGS.SYN ? 1 : 0) + (packet.tcpFlags & TCP_FLAGS.FIN ? 1 : 0);
  return (packet.tcpSequence + data + flags) >>> 0;
}

const SACK_PERMITTED = 4;
const WINDOW_SCALE = 3;
const SACK = 5;
const MOST_SCALE = 14;

/** What a SYN says about the window. Source: tcp_options. */
export function readTcpOptions(packet: Packet): Pick<TcpSide, 'scale' | 'sack' | 'windowScale'> {
  const found = { scale: 0, sack: false, windowScale: false };
  for (const { kind, value } of optionsOf(packet.tcpOptions)) {
    if (kind === SACK_PERMITTED && value.length === 0) found.sack = true;
    else if (kind === WINDOW_SCALE && value.length === 1) {
      found.scale = Math.min(value[0] as number, MOST_SCALE);
      found.windowScale = true;
    }
  }
  return found;
}

/** The highest number that selective acknowledgements name. Source: tcp_sack. */
function highestSack(packet: Packet, ack: number): number {
  let highest = ack;
  for (const { kind, value } of optionsOf(packet.tcpOptions)) {
    if (kind !== SACK) continue;
    for (let at = 0; at + 8 <= value.length; at += 8) {
      const right = new DataView(value.buffer, value.byteOffset + at + 4).getUint32(0);
      if (after(right, highest)) highest = right;
    }
  }
  return highest;
}

function* optionsOf(bytes: Uint8Array): Iterable<{ readonly kind: number; readonly value: Uint8Array }> {
  for (let at = 0; at < bytes.length;) {
    const kind = bytes[at] as number;
    if (kind === 0) return;
    if (kind === 1) {
      at++;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > bytes.length) return;
    yield { kind, value: bytes.subarray(at + 2, at + length) };
    at += length;
  }
}
