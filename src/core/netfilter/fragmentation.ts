import { PROTOCOL, type Packet } from '../net/packet';

const IPV6_HOP_BY_HOP = 0;
const IPV6_FRAGMENT_HEADER = 8;
const IPV6_LEAST_MTU = 1280;

/**
 * The lengths of the fragments in which a packet leaves by an interface, just one where it leaves whole; undefined: it
 * is too big and may not be fragmented. `bySocket`: a socket of this host sends it that lets the kernel do so. What
 * connection tracking has reassembled leaves as it came. Source: net/ipv4/ip_output.c ip_finish_output, ip_fragment,
 * ip_do_fragment; net/ipv6/ip6_output.c ip6_finish_output, ip6_fragment.
 */
export function fragmentLengths(packet: Packet, mtu: number, bySocket: boolean): readonly number[] | undefined {
  const { family, length, assembledFrom } = packet;
  if (length <= mtu && !assembledFrom) return [length];
  if (isTooBig(packet, mtu, bySocket)) return undefined;
  const largest = largestOf(packet);
  const limit = family === 4 ? Math.min(mtu, largest ?? mtu) : Math.max(largest ?? mtu, IPV6_LEAST_MTU);
  const header = family === 4 ? 20 + packet.ipOptions.length : 40 + unfragmentable(packet) + IPV6_FRAGMENT_HEADER;
  const data = length - header + (family === 4 ? 0 : IPV6_FRAGMENT_HEADER);
  const room = limit - header;
  const came = assembledFrom?.map((part) => part.payload);
  const payloads = came?.every((payload, i) => payload <= room && (payload % 8 === 0 || i === came.length - 1))
    ? came
    : slices(data, room);
  return payloads.map((payload) => header + payload);
}

/**
 * Whether a packet may not leave by an interface because of its size; a router says so before FORWARD. Source:
 * net/ipv4/ip_forward.c ip_exceeds_mtu, net/ipv6/ip6_output.c ip6_pkt_too_big.
 */
export function isTooBig(packet: Packet, mtu: number, bySocket = false): boolean {
  if (packet.length <= mtu || (packet.family === 4 && !packet.dontFragment)) return false;
  const largest = largestOf(packet);
  return largest === undefined ? !bySocket : largest > mtu;
}

function largestOf({ assembledFrom }: Packet): number | undefined {
  return assembledFrom && Math.max(...assembledFrom.map(({ length }) => length));
}

/** All but the last carry a multiple of eight bytes. */
function slices(data: number, room: number): number[] {
  const list: number[] = [];
  for (let left = data; left > 0; left -= list.at(-1) as number) list.push(left <= room ? left : room & ~7);
  return list;
}

/**
 * Bytes of the extension headers that every router reads, which come before the fragment header. Source: RFC
 * 8200, 4.5.
 */
function unfragmentable({ extensionHeaders }: Packet): number {
  const last = extensionHeaders.findLastIndex(
    ({ protocol }) => protocol === IPV6_HOP_BY_HOP || protocol === PROTOCOL.IPV6_ROUTE,
  );
  return extensionHeaders.slice(0, last + 1).reduce((sum, { bytes }) => sum + bytes.length, 0);
}
