import type { Packet } from '../net/packet';

const INIT = 1;
const SHUTDOWN_ACK = 8;
const HEARTBEAT = 4;
const HEARTBEAT_ACK = 5;
const ABORT = 6;
const SHUTDOWN_COMPLETE = 14;
const COOKIE_ECHO = 10;

/**
 * Whether an SCTP packet can open an association for connection tracking: the first chunk decides, and chunks that may not be
 * bundled stand alone. Source: nf_conntrack_proto_sctp.c sctp_new, do_basic_checks.
 */
export function sctpAllowsNew(packet: Packet): boolean {
  const bytes = packet.payload;
  let first: number | undefined;
  let count = 0;
  let alone = false;
  for (let at = 0; at + 4 <= bytes.length;) {
    const type = bytes[at] as number;
    const length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    if (length === 0) return false;
    first ??= type;
    count++;
    if (type === INIT || type === 2 || type === SHUTDOWN_COMPLETE) alone = true;
    if (type === COOKIE_ECHO && count > 1) return false;
    at += (length + 3) & ~3;
  }
  if (count === 0 || (alone && count > 1)) return false;
  if (first === SHUTDOWN_COMPLETE || first === ABORT) return false;
  return first === INIT || first === HEARTBEAT || first === HEARTBEAT_ACK || (first === SHUTDOWN_ACK);
}
