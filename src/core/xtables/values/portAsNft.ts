import { packetBytes } from '../../net/bytes';
import { PROTOCOL, type Packet } from '../../net/packet';
import type { PacketView } from '../view';
import { supposedHeader, transportLength } from './transport';

/** After `! -p tcp` it may be any protocol. */
const WITH_PORTS: ReadonlySet<number> = new Set([
  PROTOCOL.TCP,
  PROTOCOL.UDP,
  PROTOCOL.UDPLITE,
  PROTOCOL.SCTP,
  PROTOCOL.DCCP,
]);

/** Whether nf_tables reads the packet, in place of a match of xtables. */
export function readsAsNft({ backend, table }: PacketView): boolean {
  return backend === 'nft' || table.includes(' ');
}

/** The flags that iptables-nft finds, or iptables-legacy for it: what is in their place in a later fragment. */
export function tcpFlagsAsNft(view: PacketView): number | undefined {
  const { packet } = view;
  if (!readsAsNft(view)) return packet.fragmentOffset > 0 ? undefined : packet.tcpFlags;
  return packet.protocol === PROTOCOL.TCP && packet.fragmentOffset === 0 && transportLength(packet) > FLAGS_OFFSET
    ? packet.tcpFlags
    : unsignedAsNft(view, FLAGS_OFFSET, 1);
}

const FLAGS_OFFSET = 13;

export function portAsNft(view: PacketView, side: 'source' | 'destination'): number | undefined {
  const offset = side === 'source' ? 0 : 2;
  // Making the bytes of a packet is expensive, and they mostly equal what the model has.
  const { packet } = view;
  const known =
    WITH_PORTS.has(packet.protocol) &&
    authentication(packet) < 0 &&
    packet.fragmentOffset === 0 &&
    transportLength(packet) >= offset + 2;
  return known ? (side === 'source' ? packet.sourcePort : packet.destinationPort) : unsignedAsNft(view, offset, 2);
}

/**
 * Where an authentication header of IPv6 begins, at which the search for the transport header stops (see
 * `protocolAsked`); -1 for none.
 */
function authentication({ family, extensionHeaders }: Packet): number {
  let at = 40;
  if (family === 6) {
    for (const { protocol, bytes } of extensionHeaders) {
      if (protocol === PROTOCOL.AH) return at;
      at += bytes.length;
    }
  }
  return -1;
}

/**
 * What nf_tables reads at an offset of where the transport header would be; undefined beyond the packet's end. In a
 * later fragment that is its data (IPv4) or its IPv6 header. Seen on Linux 6.18: the fast path of nft_payload does not
 * check for fragments.
 */
export function unsignedAsNft({ packet }: PacketView, offset: number, size: 1 | 2): number | undefined {
  const at = packet.fragmentOffset === 0 ? authentication(packet) : -1;
  const bytes = at < 0 ? supposedHeader(packet) : packetBytes(packet).subarray(at);
  if (bytes.length < offset + size) return undefined;
  return size === 1 ? bytes[offset] : ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
}
