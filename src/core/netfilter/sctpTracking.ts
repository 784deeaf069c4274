import type { Direction, SctpState, SctpTracking } from '../net/conntrack';
import type { Packet } from '../net/packet';

const STATES: readonly SctpState[] = [
  'NONE',
  'CLOSED',
  'COOKIE_WAIT',
  'COOKIE_ECHOED',
  'ESTABLISHED',
  'SHUTDOWN_SENT',
  'SHUTDOWN_RECD',
  'SHUTDOWN_ACK_SENT',
  'HEARTBEAT_SENT',
];
const CHUNK = {
  INIT: 1,
  INIT_ACK: 2,
  HEARTBEAT: 4,
  HEARTBEAT_ACK: 5,
  ABORT: 6,
  SHUTDOWN: 7,
  SHUTDOWN_ACK: 8,
  ERROR: 9,
  COOKIE_ECHO: 10,
  COOKIE_ACK: 11,
  SHUTDOWN_COMPLETE: 14,
} as const;

/**
 * One letter for each state in the order of `STATES`: N C W E S(=established) s r a h, and V for invalid. Source:
 * nf_conntrack_proto_sctp.c sctp_conntracks.
 */
const LETTERS = 'NCWESsrah';
const ORIGINAL: Readonly<Record<number, string>> = {
  [CHUNK.INIT]: 'CCWESCCaW',
  [CHUNK.INIT_ACK]: 'CCWESsraC',
  [CHUNK.ABORT]: 'CCCCCCCCC',
  [CHUNK.SHUTDOWN]: 'CCWEssraC',
  [CHUNK.SHUTDOWN_ACK]: 'aCWESaaaa',
  [CHUNK.ERROR]: 'CCWESsraC',
  [CHUNK.COOKIE_ECHO]: 'CCEESsraC',
  [CHUNK.COOKIE_ACK]: 'CCWSSsraC',
  [CHUNK.SHUTDOWN_COMPLETE]: 'CCWESsrCC',
  [CHUNK.HEARTBEAT]: 'hCWESsrah',
  [CHUNK.HEARTBEAT_ACK]: 'CCWESsrah',
};
const REPLY: Readonly<Record<number, string>> = {
  [CHUNK.INIT]: 'VCWESsraV',
  [CHUNK.INIT_ACK]: 'VWWESsraV',
  [CHUNK.ABORT]: 'VCCCCCCCV',
  [CHUNK.SHUTDOWN]: 'VCWErsraV',
  [CHUNK.SHUTDOWN_ACK]: 'VCWESaaaV',
  [CHUNK.ERROR]: 'VCWCSsraV',
  [CHUNK.COOKIE_ECHO]: 'VCEESsraV',
  [CHUNK.COOKIE_ACK]: 'VCWSSsraV',
  [CHUNK.SHUTDOWN_COMPLETE]: 'VCWESsrCV',
  [CHUNK.HEARTBEAT]: 'VCWESsrah',
  [CHUNK.HEARTBEAT_ACK]: 'VCWESsraS',
};

interface SctpChunk {
  readonly type: number;
  readonly flags: number;
  /** After the chunk's header. */
  readonly value: Uint8Array;
}

/**
 * What connection tracking makes of an SCTP packet. `tracking`: what is known of the association after it, and after
 * an INVALID one as well.
 */
export interface TrackedSctp {
  /** `ignored`: accepted, but it neither counts nor keeps the connection alive. */
  readonly kind: 'accepted' | 'ignored' | 'invalid';
  readonly tracking: SctpTracking;
}

/**
 * A packet of an association; undefined where it would open one (`known` undefined) and cannot. The verification tag in
 * the common header is 0 in every packet here. Source: nf_conntrack_proto_sctp.c nf_conntrack_sctp_packet.
 */
export function trackSctp(
  packet: Packet,
  known: SctpTracking | undefined,
  direction: Direction,
): TrackedSctp | undefined {
  const chunks = chunksOf(packet.payload);
  const sound = chunks !== undefined && wellBundled(chunks);
  const has = (type: number): boolean => sound && chunks.some((chunk) => chunk.type === type);
  let tracking = known;
  if (tracking === undefined) {
    if (!sound || has(CHUNK.ABORT) || has(CHUNK.SHUTDOWN_COMPLETE) || has(CHUNK.COOKIE_ACK)) return undefined;
    tracking = open(chunks);
    if (tracking === undefined) return undefined;
  }
  const tagFree = [
    CHUNK.INIT,
    CHUNK.SHUTDOWN_COMPLETE,
    CHUNK.COOKIE_ECHO,
    CHUNK.ABORT,
    CHUNK.SHUTDOWN_ACK,
    CHUNK.HEARTBEAT,
    CHUNK.HEARTBEAT_ACK,
  ].some(has);
  if (!sound || (!tagFree && tracking.tags[direction] !== TAG)) return known && { kind: 'invalid', tracking };
  let kind: 'accepted' | 'ignored' = 'accepted';
  for (const chunk of chunks) {
    const next = advance(tracking, chunk, direction, has(DATA) || kind === 'ignored');
    // What earlier chunks have changed stays changed.
    if (next.kind === 'invalid') return known && next;
    if (next.kind === 'ignored') kind = 'ignored';
    tracking = next.tracking;
  }
  // An INIT that is sent again keeps nothing alive.
  return {
    kind: has(CHUNK.INIT) && known?.state === 'CLOSED' && tracking.state === 'CLOSED' ? 'ignored' : kind,
    tracking,
  };
}

const TAG = 0;
const DATA = 0;

function chunksOf(bytes: Uint8Array): readonly SctpChunk[] | undefined {
  const chunks: SctpChunk[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    if (length === 0) return undefined;
    chunks.push({ type: bytes[at] as number, flags: bytes[at + 1] as number, value: bytes.subarray(at + 4) });
    at += (length + 3) & ~3;
  }
  return chunks;
}

/** INIT, INIT ACK and SHUTDOWN COMPLETE stand alone, COOKIE ECHO and COOKIE ACK are first. */
function wellBundled(chunks: readonly SctpChunk[]): boolean {
  let alone = false;
  for (const [i, { type }] of chunks.entries()) {
    alone ||= type === CHUNK.INIT || type === CHUNK.INIT_ACK || type === CHUNK.SHUTDOWN_COMPLETE;
    if (i > 0 && (alone || type === CHUNK.COOKIE_ACK || type === CHUNK.COOKIE_ECHO)) return false;
  }
  return chunks.length > 0;
}

function open(chunks: readonly SctpChunk[]): SctpTracking | undefined {
  const tags = { ORIGINAL: 0, REPLY: 0 };
  for (const { type, value } of chunks) {
    if (nextState('NONE', type, 'ORIGINAL') === 'NONE') return undefined;
    if (type !== CHUNK.INIT) continue;
    const tag = initTag(value);
    if (tag === undefined) return undefined;
    tags.REPLY = tag;
  }
  return { state: 'NONE', tags, init: { ORIGINAL: false, REPLY: false }, strangeHeartbeat: undefined };
}

function initTag(value: Uint8Array): number | undefined {
  return value.length < 16 ? undefined : new DataView(value.buffer, value.byteOffset).getUint32(0);
}

function nextState(state: SctpState, chunk: number, direction: Direction): SctpState | undefined {
  const row = (direction === 'ORIGINAL' ? ORIGINAL : REPLY)[chunk];
  // Other chunks, DATA and SACK among them, change nothing.
  return row === undefined ? state : STATES[LETTERS.indexOf(row.charAt(STATES.indexOf(state)))];
}

/** `strict`: a heartbeat has to bear the right tag. */
function advance(
  tracking: SctpTracking,
  { type, flags, value }: SctpChunk,
  direction: Direction,
  strict: boolean,
): TrackedSctp {
  const other: Direction = direction === 'ORIGINAL' ? 'REPLY' : 'ORIGINAL';
  const invalid = (after = tracking): TrackedSctp => ({ kind: 'invalid', tracking: after });
  let { tags, init, strangeHeartbeat } = tracking;
  if (type === CHUNK.ABORT || type === CHUNK.SHUTDOWN_COMPLETE) {
    // The T flag says that the tag is the other side's.
    if (tags[flags & 1 ? other : direction] !== TAG) return invalid();
  } else if (type === CHUNK.COOKIE_ECHO) {
    if (tags[direction] !== TAG) return invalid();
  } else if (type === CHUNK.COOKIE_ACK) {
    init = { ORIGINAL: false, REPLY: false };
  } else if (type === CHUNK.HEARTBEAT && tags[direction] !== TAG) {
    return strict ? invalid() : { kind: 'ignored', tracking: { ...tracking, strangeHeartbeat: direction } };
  } else if (type === CHUNK.HEARTBEAT_ACK && tags[direction] !== TAG) {
    if (strict || strangeHeartbeat === undefined || strangeHeartbeat === direction) return invalid();
    tags = { ORIGINAL: 0, REPLY: 0 };
    strangeHeartbeat = undefined;
  }
  const state = nextState(tracking.state, type, direction);
  if (state === undefined) return invalid({ ...tracking, tags, init, strangeHeartbeat });
  if (type === CHUNK.INIT || type === CHUNK.INIT_ACK) {
    const tag = initTag(value);
    if (tag === undefined) return invalid();
    // One that names the tag that is known is taken for a repetition, or an old one (Linux 6.18 and the longterm
    // kernels since 2026).
    if (type === CHUNK.INIT && (tracking.state === 'NONE' || tags[other] !== tag))
      init = {
        [direction]: true,
        [other]: init[direction] && init[other] ? false : init[other],
      } as SctpTracking['init'];
    if (
      type === CHUNK.INIT_ACK &&
      ((!init[other] && tags[other] !== 0) || (init[direction] && init[other])) &&
      tags[other] !== tag
    )
      return invalid();
    tags = { ...tags, [other]: tag };
  }
  return { kind: 'accepted', tracking: { state, tags, init, strangeHeartbeat } };
}
