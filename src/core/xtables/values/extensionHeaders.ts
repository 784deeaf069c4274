import { packetBytes } from '../../net/bytes';
import { PROTOCOL, type ExtensionHeader, type Packet } from '../../net/packet';

/**
 * The first extension header of a kind, as the kernel's ipv6_find_hdr finds it: nothing after the fragment header of a
 * later fragment is read. undefined where there is none.
 */
export function findHeader(packet: Packet, protocol: number): ExtensionHeader | undefined {
  for (const header of packet.extensionHeaders) {
    if (header.protocol === protocol) return header;
    if (header.protocol === PROTOCOL.IPV6_FRAGMENT && packet.fragmentOffset > 0) return undefined;
  }
  return undefined;
}

/** The length that an options or routing header says it has, in bytes. */
export function statedLength({ bytes }: ExtensionHeader): number {
  return ((bytes[1] ?? 0) + 1) * 8;
}

/** True where the packet is long enough for the length that the header states. */
export function fitsPacket(packet: Packet, header: ExtensionHeader): boolean {
  return packet.length - placeOf(packet, header) >= statedLength(header);
}

/** The packet from the first byte of a header to its end, for matches that read beyond the header. */
export function bytesFrom(packet: Packet, header: ExtensionHeader): Uint8Array {
  return packetBytes(packet).subarray(placeOf(packet, header));
}

function placeOf(packet: Packet, header: ExtensionHeader): number {
  return packet.extensionHeaders
    .slice(0, packet.extensionHeaders.indexOf(header))
    .reduce((sum, { bytes }) => sum + bytes.length, 40);
}

/** Number of 32 bits at a place of a header; missing bytes are 0. */
export function word(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  );
}
