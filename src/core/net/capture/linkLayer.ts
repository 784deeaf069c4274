import type { CapturedFrame } from './captureReader';
import { u16 } from './networkOrder';

/** What comes before an IP packet. */
export interface LinkHeader {
  readonly family: 4 | 6;
  /** Where the IP packet begins. */
  readonly at: number;
  /** Which way it went, where the link layer says so. */
  readonly direction: 'in' | 'out' | undefined;
  /** Where the address of the sender begins in the frame; undefined: there is no address of six bytes. */
  readonly sourceMac: number | undefined;
}

/** https://www.tcpdump.org/linktypes.html */
const LINK = {
  NULL: 0,
  ETHERNET: 1,
  RAW_BSD: 12,
  RAW_OPENBSD: 14,
  RAW: 101,
  LOOP: 108,
  LINUX_SLL: 113,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
} as const;

const READERS: ReadonlyMap<number, (bytes: Uint8Array) => LinkHeader | undefined> = new Map([
  [LINK.ETHERNET, ethernet],
  [LINK.LINUX_SLL, (bytes) => (bytes.length < 16 ? undefined : cooked(bytes, 1, 14, 16))],
  [LINK.LINUX_SLL2, (bytes) => (bytes.length < 20 ? undefined : cooked(bytes, 10, 0, 20))],
  [LINK.RAW, (bytes) => raw(bytes, 0)],
  [LINK.RAW_BSD, (bytes) => raw(bytes, 0)],
  [LINK.RAW_OPENBSD, (bytes) => raw(bytes, 0)],
  [LINK.IPV4, (bytes) => raw(bytes, 0)],
  [LINK.IPV6, (bytes) => raw(bytes, 0)],
  // Four bytes with the address family of the machine that captured, which differs between systems.
  [LINK.NULL, (bytes) => raw(bytes, 4)],
  [LINK.LOOP, (bytes) => raw(bytes, 4)],
]);

/** The IP packet of a frame; undefined: it holds none (ARP, LLDP). */
export function linkHeader({ linkType, bytes }: CapturedFrame): LinkHeader | undefined {
  return READERS.get(linkType)?.(bytes);
}

/** Whether frames of a type can be read at all. */
export function isKnownLink(linkType: number): boolean {
  return READERS.has(linkType);
}

function ethernet(bytes: Uint8Array): LinkHeader | undefined {
  return network(bytes, 12, 14, undefined, 6);
}

/** SLL and SLL2: where their packet type and their protocol stand, and how long they are. */
function cooked(bytes: Uint8Array, type: number, protocol: number, length: number): LinkHeader | undefined {
  const out = bytes[type] === 4;
  const macLength = length === 16 ? u16(bytes, 4) : bytes[11];
  const mac = macLength === 6 && !out ? (length === 16 ? 6 : 12) : undefined;
  return network(bytes, protocol, length, out ? 'out' : 'in', mac);
}

const ETHERTYPE = { IPV4: 0x0800, IPV6: 0x86dd, PPPOE: 0x8864 } as const;
const TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const MOST_TAGS = 4;

/**
 * The IP packet that the EtherType at `type` announces, after the VLAN tags and the PPPoE header that begin at `at`.
 */
function network(
  bytes: Uint8Array,
  type: number,
  at: number,
  direction: LinkHeader['direction'],
  sourceMac: number | undefined,
): LinkHeader | undefined {
  let kind = u16(bytes, type);
  let start = at;
  for (let i = 0; i < MOST_TAGS && TAGS.has(kind); i++) {
    kind = u16(bytes, start + 2);
    start += 4;
  }
  if (kind === ETHERTYPE.PPPOE) {
    const protocol = u16(bytes, start + 6);
    kind = protocol === 0x0021 ? ETHERTYPE.IPV4 : protocol === 0x0057 ? ETHERTYPE.IPV6 : 0;
    start += 8;
  }
  return kind === ETHERTYPE.IPV4 || kind === ETHERTYPE.IPV6
    ? { family: kind === ETHERTYPE.IPV4 ? 4 : 6, at: start, direction, sourceMac }
    : undefined;
}

function raw(bytes: Uint8Array, at: number): LinkHeader | undefined {
  const version = (bytes[at] ?? 0) >> 4;
  return version === 4 || version === 6
    ? { family: version, at, direction: undefined, sourceMac: undefined }
    : undefined;
}
