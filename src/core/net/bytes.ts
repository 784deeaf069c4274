import { addressBytes } from './address';
import { PROTOCOL, TCP_FLAGS, type Packet } from './packet';

/**
 * The packet as it is on the wire, from the IP header on, with right checksums. Bytes that the model does not hold
 * are filled in: IPv4 identification and IPv6 flow label are `identification`, missing data is the letter x.
 * Source of the layouts: RFC 791, 8200, 9293, 768, 792, 4443, 9260, 4340, 4303, 4302, 2784.
 */
export function packetBytes(packet: Packet): Uint8Array {
  const headers = packet.family === 4 ? ipv4Header(packet) : ipv6Headers(packet);
  return concat([headers, transportBytes(packet, packet.length - headers.length)]);
}

/** Length of the IP header with IPv4 options or IPv6 extension headers, in bytes. */
export function networkHeaderLength(packet: Pick<Packet, 'family' | 'ipOptions' | 'extensionHeaders'>): number {
  if (packet.family === 4) return 20 + packet.ipOptions.length;
  return packet.extensionHeaders.reduce((sum, header) => sum + header.bytes.length, 40);
}

/** Length of the fixed transport header with TCP options, in bytes. */
export function transportHeaderLength(packet: Pick<Packet, 'protocol' | 'tcpOptions'>): number {
  if (packet.protocol === PROTOCOL.TCP) return 20 + packet.tcpOptions.length;
  return HEADER_LENGTHS.get(packet.protocol) ?? 0;
}

const HEADER_LENGTHS: ReadonlyMap<number, number> = new Map([
  [PROTOCOL.ICMP, 8],
  [PROTOCOL.UDP, 8],
  [PROTOCOL.DCCP, 16],
  [PROTOCOL.GRE, 4],
  [PROTOCOL.ESP, 8],
  [PROTOCOL.AH, 24],
  [PROTOCOL.ICMPV6, 8],
  [PROTOCOL.SCTP, 12],
  [PROTOCOL.UDPLITE, 8],
]);

function ipv4Header(packet: Packet): Uint8Array {
  const header = new Uint8Array(20 + packet.ipOptions.length);
  const view = new DataView(header.buffer);
  header[0] = 0x40 | (header.length / 4);
  header[1] = packet.tos;
  view.setUint16(2, packet.length);
  view.setUint16(4, packet.identification);
  view.setUint16(6, (packet.dontFragment ? 0x4000 : 0) | (packet.moreFragments ? 0x2000 : 0) | packet.fragmentOffset);
  header[8] = packet.ttl;
  header[9] = packet.protocol;
  header.set(addressBytes(packet.source), 12);
  header.set(addressBytes(packet.destination), 16);
  header.set(packet.ipOptions, 20);
  view.setUint16(10, internetChecksum(header));
  return header;
}

function ipv6Headers(packet: Packet): Uint8Array {
  const header = new Uint8Array(40);
  const view = new DataView(header.buffer);
  view.setUint32(0, (0x60000000 | (packet.tos << 20) | (packet.identification & 0xfffff)) >>> 0);
  view.setUint16(4, packet.length - 40);
  header[6] = packet.extensionHeaders[0]?.protocol ?? packet.protocol;
  header[7] = packet.ttl;
  header.set(addressBytes(packet.source), 8);
  header.set(addressBytes(packet.destination), 24);
  return concat([header, ...packet.extensionHeaders.map(({ bytes }) => bytes)]);
}

/**
 * Whether the data of the packet were not given, or only in part: `packetBytes` omits them or fills them in. A SYN has
 * none.
 */
export function lacksData(packet: Packet): boolean {
  if (packet.inner) return lacksData(packet.inner);
  if (packet.payload.length === 0) return packet.protocol !== PROTOCOL.TCP || (packet.tcpFlags & TCP_FLAGS.SYN) === 0;
  const header = packet.fragmentOffset > 0 ? 0 : transportHeaderLength(packet);
  return packet.length - networkHeaderLength(packet) - header > packet.payload.length;
}

function transportBytes(packet: Packet, length: number): Uint8Array {
  if (packet.fragmentOffset > 0) return fill(packet.payload, length);
  // The first fragment carries the checksum and the length of the whole datagram.
  const whole = packet.datagramLength ?? length;
  const segment = transportHeader(packet, whole);
  if (whole < segment.length) return segment.slice(0, length);
  const bytes = concat([
    segment,
    packet.inner ? packetBytes(packet.inner) : fill(packet.payload, whole - segment.length),
  ]);
  return setChecksum(packet, bytes).slice(0, length);
}

function transportHeader(packet: Packet, length: number): Uint8Array {
  const bytes = new Uint8Array(transportHeaderLength(packet));
  const view = new DataView(bytes.buffer);
  switch (packet.protocol) {
    case PROTOCOL.TCP:
      setPorts(view, packet);
      view.setUint32(4, packet.tcpSequence);
      view.setUint32(8, packet.tcpAcknowledgement);
      bytes[12] = (bytes.length / 4) << 4;
      bytes[13] = packet.tcpFlags;
      view.setUint16(14, packet.tcpWindow);
      bytes.set(packet.tcpOptions, 20);
      break;
    case PROTOCOL.UDP:
    case PROTOCOL.UDPLITE:
      setPorts(view, packet);
      view.setUint16(4, length);
      break;
    case PROTOCOL.ICMP:
    case PROTOCOL.ICMPV6:
      bytes[0] = packet.icmpType;
      bytes[1] = packet.icmpCode;
      if (packet.inner) view.setUint32(4, packet.icmpRest ?? 0);
      else {
        view.setUint16(4, packet.icmpId);
        view.setUint16(6, packet.icmpSequence ?? 1);
      }
      break;
    case PROTOCOL.SCTP:
      setPorts(view, packet);
      break;
    case PROTOCOL.DCCP:
      // A REQUEST: data offset 4 words, packet type 0 with long sequence numbers.
      setPorts(view, packet);
      bytes[4] = 4;
      bytes[8] = 1;
      break;
    case PROTOCOL.ESP:
      view.setUint32(0, packet.spi);
      view.setUint32(4, 1);
      break;
    case PROTOCOL.AH:
      bytes[0] = PROTOCOL.IPV6_NONE;
      bytes[1] = 4;
      view.setUint32(4, packet.spi);
      view.setUint32(8, 1);
      break;
    case PROTOCOL.GRE:
      view.setUint16(2, 0x0800);
      break;
  }
  return bytes;
}

function setPorts(view: DataView, packet: Packet): void {
  view.setUint16(0, packet.sourcePort);
  view.setUint16(2, packet.destinationPort);
}

function setChecksum(packet: Packet, bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer);
  switch (packet.protocol) {
    case PROTOCOL.TCP:
      view.setUint16(16, internetChecksum(withPseudoHeader(packet, bytes)));
      break;
    case PROTOCOL.UDP:
    case PROTOCOL.UDPLITE:
      // 0 would mean "no checksum", so it is sent as its other form.
      view.setUint16(6, internetChecksum(withPseudoHeader(packet, bytes)) || 0xffff);
      break;
    case PROTOCOL.ICMP:
      view.setUint16(2, internetChecksum(bytes));
      break;
    case PROTOCOL.ICMPV6:
      view.setUint16(2, internetChecksum(withPseudoHeader(packet, bytes)));
      break;
    case PROTOCOL.DCCP:
      view.setUint16(6, internetChecksum(withPseudoHeader(packet, bytes)));
      break;
    case PROTOCOL.SCTP:
      view.setUint32(8, crc32c(bytes), true);
      break;
  }
  return bytes;
}

function withPseudoHeader(packet: Packet, bytes: Uint8Array): Uint8Array {
  const tail = new Uint8Array(packet.family === 4 ? 4 : 8);
  if (packet.family === 4) {
    tail[1] = packet.protocol;
    new DataView(tail.buffer).setUint16(2, bytes.length);
  } else {
    new DataView(tail.buffer).setUint32(0, bytes.length);
    tail[7] = packet.protocol;
  }
  return concat([addressBytes(packet.source), addressBytes(packet.destination), tail, bytes]);
}

/** The ones' complement sum of RFC 1071. */
function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] as number) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** CRC-32C (Castagnoli), RFC 9260 appendix A. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** `bytes` made exactly `length` long: cut, or continued with the letter x. */
function fill(bytes: Uint8Array, length: number): Uint8Array {
  const filled = new Uint8Array(Math.max(0, length)).fill(0x78);
  filled.set(bytes.subarray(0, filled.length));
  return filled;
}

/** All of them, one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
