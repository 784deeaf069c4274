import { PROTOCOL, type Packet } from '../net/packet';
import type { PacketView } from './view';

/** Extension headers that another header follows. Source: include/net/ipv6.h, ipv6_ext_hdr. */
const FOLLOWED: ReadonlySet<number> = new Set([
  0,
  PROTOCOL.IPV6_ROUTE,
  PROTOCOL.IPV6_FRAGMENT,
  PROTOCOL.AH,
  PROTOCOL.IPV6_DESTINATION,
]);

/**
 * The protocol that `-p` is compared with; undefined where there is none to compare, so that neither `-p` nor `! -p`
 * holds. iptables-nft asks `meta l4proto`, which in IPv6 stops at an authentication header where ip6_tables looks
 * after it, and which finds nothing in a later fragment of data that begins with an extension header. Source:
 * include/net/netfilter/nf_tables_ipv6.h, net/ipv6/exthdrs_core.c ipv6_find_hdr.
 */
export function protocolAsked({ packet, backend }: PacketView): number | undefined {
  if (backend === 'legacy' || packet.family === 4) return packet.protocol;
  if (packet.fragmentOffset > 0) {
    const next = behindFragmentHeader(packet);
    return FOLLOWED.has(next) ? undefined : next;
  }
  return packet.extensionHeaders.some(({ protocol }) => protocol === PROTOCOL.AH) ? PROTOCOL.AH : packet.protocol;
}

function behindFragmentHeader({ extensionHeaders, protocol }: Packet): number {
  const at = extensionHeaders.findIndex((header) => header.protocol === PROTOCOL.IPV6_FRAGMENT);
  return extensionHeaders[at + 1]?.protocol ?? protocol;
}
