import { addressFromBytes, formatAddress } from '../address';
import { isIcmpErrorPacket } from '../icmpTypes';
import { PROTOCOL, type Packet } from '../packet';
import type { ExtensionHeaderRequest, PacketRequest } from '../packetRequest';
import { hasPorts, isIcmp } from '../tuple';
import { u16, u32 } from './networkOrder';

/** An IP packet as it is in a frame, read as far as rules test it. Offsets are of the bytes that it was read from. */
export interface IpPacket
  extends
    Transport,
    Pick<
      Packet,
      'family' | 'protocol' | 'tos' | 'ttl' | 'length' | 'dontFragment' | 'moreFragments' | 'fragmentOffset'
    > {
  /** Where the addresses begin. */
  readonly source: number;
  readonly destination: number;
  /** Of IPv6: that of its fragment header, 0 without one. */
  readonly identification: number;
  /** IPv6: the headers before the transport header. */
  readonly extensions: readonly {
    readonly type: ExtensionHeaderRequest['type'];
    readonly at: number;
    readonly length: number;
  }[];
}

/** What comes after the IP header; a later fragment has none of it. */
interface Transport extends Pick<
  Packet,
  'sourcePort' | 'destinationPort' | 'tcpFlags' | 'icmpType' | 'icmpCode' | 'icmpId'
> {
  /** Where the transport header begins; undefined: beyond the bytes that were captured. */
  readonly transport: number | undefined;
}

const NONE: IpPacket['extensions'] = [];

/** Reads an IP packet; undefined where the bytes hold none, or end before what most rules test (addresses, ports). */
export function readIpPacket(bytes: Uint8Array, at: number, family: 4 | 6): IpPacket | undefined {
  return family === 4 ? readIpv4(bytes, at) : readIpv6(bytes, at);
}

function readIpv4(bytes: Uint8Array, at: number): IpPacket | undefined {
  const first = bytes[at] ?? 0;
  const header = (first & 15) * 4;
  if (first >> 4 !== 4 || header < 20 || at + header > bytes.length) return undefined;
  const fragment = u16(bytes, at + 6);
  const fragmentOffset = fragment & 0x1fff;
  const protocol = bytes[at + 9] ?? 0;
  const inner = transportOf(bytes, protocol, at + header, fragmentOffset);
  if (!inner) return undefined;
  // Most packets of a capture are like this, and naming each field is faster than a spread.
  const { sourcePort, destinationPort, tcpFlags, icmpType, icmpCode, icmpId, transport } = inner;
  return {
    family: 4,
    protocol,
    source: at + 12,
    destination: at + 16,
    tos: bytes[at + 1] ?? 0,
    ttl: bytes[at + 8] ?? 0,
    // Where the network card segments large packets, the captured one states no length.
    length: u16(bytes, at + 2) || bytes.length - at,
    identification: u16(bytes, at + 4),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset,
    extensions: NONE,
    sourcePort,
    destinationPort,
    tcpFlags,
    icmpType,
    icmpCode,
    icmpId,
    transport,
  };
}

const EXTENSIONS: ReadonlyMap<number, ExtensionHeaderRequest['type']> = new Map([
  [0, 'hbh'],
  [43, 'rt'],
  [44, 'frag'],
  [60, 'dst'],
]);
const MOST_EXTENSIONS = 16;

function readIpv6(bytes: Uint8Array, at: number): IpPacket | undefined {
  if ((bytes[at] ?? 0) >> 4 !== 6 || at + 40 > bytes.length) return undefined;
  let protocol = bytes[at + 6] ?? 0;
  let next = at + 40;
  let [fragmentOffset, moreFragments, identification] = [0, false, 0];
  const extensions: { type: ExtensionHeaderRequest['type']; at: number; length: number }[] = [];
  for (let i = 0; i < MOST_EXTENSIONS && fragmentOffset === 0; i++) {
    const type = EXTENSIONS.get(protocol);
    if (type === undefined) break;
    if (next + 8 > bytes.length) return undefined;
    const length = type === 'frag' ? 8 : ((bytes[next + 1] ?? 0) + 1) * 8;
    if (type === 'frag') {
      const fragment = u16(bytes, next + 2);
      [fragmentOffset, moreFragments] = [fragment >> 3, (fragment & 1) !== 0];
      identification = u32(bytes, next + 4);
    }
    extensions.push({ type, at: next, length });
    protocol = bytes[next] ?? 0;
    next += length;
  }
  const transport = transportOf(bytes, protocol, next, fragmentOffset);
  return (
    transport && {
      family: 6,
      protocol,
      source: at + 8,
      destination: at + 24,
      tos: (u16(bytes, at) >> 4) & 0xff,
      ttl: bytes[at + 7] ?? 0,
      length: u16(bytes, at + 4) + 40,
      identification,
      dontFragment: false,
      moreFragments,
      fragmentOffset,
      extensions: extensions.length === 0 ? NONE : extensions,
      ...transport,
    }
  );
}

const NO_TRANSPORT: Transport = {
  sourcePort: 0,
  destinationPort: 0,
  tcpFlags: 0,
  icmpType: 0,
  icmpCode: 0,
  icmpId: 0,
  transport: undefined,
};

function transportOf(bytes: Uint8Array, protocol: number, at: number, fragmentOffset: number): Transport | undefined {
  if (fragmentOffset > 0) return NO_TRANSPORT;
  if (hasPorts(protocol)) {
    const tcp = protocol === PROTOCOL.TCP;
    if (at + (tcp ? 14 : 4) > bytes.length) return undefined;
    return {
      sourcePort: u16(bytes, at),
      destinationPort: u16(bytes, at + 2),
      tcpFlags: tcp ? (bytes[at + 13] ?? 0) : 0,
      icmpType: 0,
      icmpCode: 0,
      icmpId: 0,
      transport: at,
    };
  }
  if (isIcmp(protocol)) {
    if (at + 4 > bytes.length) return undefined;
    return {
      ...NO_TRANSPORT,
      icmpType: bytes[at] ?? 0,
      icmpCode: bytes[at + 1] ?? 0,
      icmpId: at + 6 <= bytes.length ? u16(bytes, at + 4) : 0,
      transport: at,
    };
  }
  return { ...NO_TRANSPORT, transport: at };
}

/** An address of four or sixteen bytes as text. */
export function addressAt(bytes: Uint8Array, at: number, family: 4 | 6): string {
  return formatAddress(addressFromBytes(bytes.subarray(at, at + (family === 4 ? 4 : 16))));
}

export function macAt(bytes: Uint8Array, at: number): string {
  return hexOf(bytes, at, 6, ':');
}

function hexOf(bytes: Uint8Array, at: number, length: number, between = ''): string {
  return [...bytes.subarray(at, at + length)].map((byte) => byte.toString(16).padStart(2, '0')).join(between);
}

const DEEPEST_QUOTE = 1;

/** The packet in the field names of the JSON contract. What TCP counts (sequence numbers, window) is omitted. */
export function requestOf(bytes: Uint8Array, packet: IpPacket, depth = 0): PacketRequest {
  const { family, protocol, transport, fragmentOffset, moreFragments } = packet;
  const ports = hasPorts(protocol) && transport !== undefined;
  const icmp = isIcmp(protocol) && transport !== undefined;
  const error = icmp && isIcmpErrorPacket(packet);
  const quoted = error && depth < DEEPEST_QUOTE ? readIpPacket(bytes, transport + 8, family) : undefined;
  return {
    src: addressAt(bytes, packet.source, family),
    dst: addressAt(bytes, packet.destination, family),
    proto: protocol,
    ...(ports ? { sport: packet.sourcePort, dport: packet.destinationPort } : {}),
    ...(protocol === PROTOCOL.TCP && ports ? { flags: packet.tcpFlags } : {}),
    ...(icmp ? { icmpType: packet.icmpType, ...(packet.icmpCode === 0 ? {} : { icmpCode: packet.icmpCode }) } : {}),
    ...(icmp && !error ? { icmpId: packet.icmpId } : {}),
    ...(quoted ? { inner: requestOf(bytes, quoted, depth + 1) } : {}),
    ...((protocol === PROTOCOL.ESP || protocol === PROTOCOL.AH) && transport !== undefined
      ? { spi: u32(bytes, transport + (protocol === PROTOCOL.AH ? 4 : 0)) }
      : {}),
    ttl: packet.ttl,
    ...(packet.tos === 0 ? {} : { tos: packet.tos }),
    length: packet.length,
    ...(family === 4
      ? {
          ...(packet.dontFragment ? { df: true } : {}),
          ...(moreFragments || fragmentOffset > 0 ? { id: packet.identification } : {}),
          ...(moreFragments ? { mf: true } : {}),
          ...(fragmentOffset > 0 ? { fragOffset: fragmentOffset } : {}),
        }
      : packet.extensions.length === 0
        ? {}
        : { extHeaders: packet.extensions.map((each) => extensionOf(bytes, each)) }),
  };
}

function extensionOf(bytes: Uint8Array, { type, at, length }: IpPacket['extensions'][number]): ExtensionHeaderRequest {
  if (type !== 'frag') return { type, hex: hexOf(bytes, at, length) };
  const fragment = u16(bytes, at + 2);
  return { type, offset: fragment >> 3, mf: (fragment & 1) !== 0, fid: u32(bytes, at + 4) };
}
