import type { Listener } from '../net/host';
import { TCP_FLAGS, type Packet } from '../net/packet';

/** The socket of a connection that a listener has accepted. */
export interface AcceptedSocket {
  readonly socket: Listener;
  /** The sequence number that it waits for. */
  readonly next: number;
  /**
   * Its SYN+ACK was acknowledged. The number of that acknowledgement cannot be known, so any packet with ACK counts.
   */
  readonly acknowledged: boolean;
}

/** The socket after a SYN, and what the host replies. */
export type AfterSyn =
  | { readonly socket: AcceptedSocket; readonly answer: 'syn-ack' | 'ack' }
  | { readonly socket: undefined; readonly answer: 'reset' };

/** Of Linux's first window, where the way takes 1500 bytes: 44 or 45 segments. Observed on 6.18. */
const WINDOW = { 4: 64240, 6: 64800 } as const;

/**
 * A SYN for a listener: it opens a connection, comes again, or ends the one that has its addresses and ports but is not
 * acknowledged yet. Source: net/ipv4/tcp_minisocks.c tcp_check_req, net/ipv4/tcp_input.c tcp_validate_incoming.
 */
export function withSyn(packet: Packet, listener: Listener, known: AcceptedSocket | undefined): AfterSyn {
  const { tcpSequence, destination } = packet;
  const next = (tcpSequence + 1) >>> 0;
  if (!known || (!known.acknowledged && known.next === next))
    return { socket: { socket: { ...listener, address: destination }, next, acknowledged: false }, answer: 'syn-ack' };
  return !known.acknowledged && inWindow(packet, known)
    ? { socket: undefined, answer: 'reset' }
    : { socket: known, answer: 'ack' };
}

function inWindow({ tcpSequence, family }: Packet, { next }: AcceptedSocket): boolean {
  return (tcpSequence - next) >>> 0 < WINDOW[family];
}

/**
 * The sender of an RST that does not have the next number is asked whether it is meant (RFC 5961, 3.2;
 * net/ipv4/tcp_minisocks.c tcp_check_req).
 */
export function isChallenged(packet: Packet, known: AcceptedSocket): boolean {
  return !known.acknowledged && packet.tcpSequence !== known.next && inWindow(packet, known);
}

/** Any other packet of the connection; an RST ends it with the very number that comes next (RFC 5961, 3.2). */
export function withPacket({ tcpFlags, tcpSequence }: Packet, known: AcceptedSocket): AcceptedSocket | undefined {
  if (tcpFlags & TCP_FLAGS.RST) return known.next === tcpSequence ? undefined : known;
  return tcpFlags & TCP_FLAGS.ACK ? { ...known, acknowledged: true } : known;
}
