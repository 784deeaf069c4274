import { networkHeaderLength, packetBytes } from '../../net/bytes';
import type { Packet } from '../../net/packet';
import type { MatchDrop } from '../extension';

/** How many bytes the packet has after its IP header (and IPv6 extension headers). */
export function transportLength(packet: Packet): number {
  return Math.max(0, packet.length - networkHeaderLength(packet));
}

/** The bytes after the IP header: the transport header and its data; data alone in a later fragment. */
export function transportBytes(packet: Packet): Uint8Array {
  return packetBytes(packet).subarray(networkHeaderLength(packet));
}

/**
 * What a match that forgets to ask for fragments takes for the transport header: in a later fragment the data for IPv4,
 * and the IPv6 header itself for IPv6, where the kernel does not come to set the place of the transport header.
 */
export function supposedHeader(packet: Packet): Uint8Array {
  return packet.family === 6 && packet.fragmentOffset > 0 ? packetBytes(packet) : transportBytes(packet);
}

/**
 * The drop of a packet whose transport header is shorter than the `need` bytes that a match reads. undefined where it
 * is long enough, and for later fragments, which have no such header.
 */
export function cutShort(packet: Packet, need: number, protocol: string): MatchDrop | undefined {
  if (packet.fragmentOffset > 0 || transportLength(packet) >= need) return undefined;
  return malformed(`its ${protocol} header is truncated: ${transportLength(packet)} of ${need} bytes`);
}

export function malformed(reason: string, matches = false): MatchDrop {
  return { reason, matches };
}
