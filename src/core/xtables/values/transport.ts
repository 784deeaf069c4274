import { networkHeaderLength, packetBytes } from '../../net/bytes';
import type { Packet } from '../../net/packet';

/** How many bytes the packet has behind its IP header (and IPv6 extension headers). */
export function transportLength(packet: Packet): number {
  return Math.max(0, packet.length - networkHeaderLength(packet));
}

/** The bytes behind the IP header: the transport header and its data; data alone in a later fragment. */
export function transportBytes(packet: Packet): Uint8Array {
  return packetBytes(packet).subarray(networkHeaderLength(packet));
}

/**
 * Why a match that reads a transport header of `need` bytes drops the packet: it is cut short. undefined where it is not, and
 * for later fragments, which have no such header.
 */
export function cutShort(packet: Packet, need: number, protocol: string): string | undefined {
  if (packet.fragmentOffset > 0 || transportLength(packet) >= need) return undefined;
  return `its ${protocol} header is cut short: ${transportLength(packet)} of ${need} bytes`;
}
