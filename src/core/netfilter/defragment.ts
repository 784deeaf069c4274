import { PROTOCOL, type Packet } from '../net/packet';
import type { World } from './world';

/**
 * Connection tracking sees whole packets only: a fragment waits (undefined) until the others are there; the last one to
 * come carries the whole packet on, as long as all of them and with the transport header of the first. Packets that are
 * not fragments pass. Source: net/ipv4/netfilter/nf_defrag_ipv4.c, net/ipv6/netfilter/nf_conntrack_reasm.c.
 */
export function defragment(packet: Packet, world: World): Packet | undefined {
  if (!packet.moreFragments && packet.fragmentOffset === 0) return withoutFragmentHeader(packet);
  const clash = clashOf(packet, world.fragmentsOf(packet));
  if (clash === 'overlap') world.forgetFragments(packet);
  if (clash) return undefined;
  const parts = world.addFragment(packet);
  let covered = 0;
  for (const part of parts) {
    const start = part.fragmentOffset * 8;
    if (start > covered) return undefined;
    covered = Math.max(covered, start + payloadLength(part));
  }
  const last = parts[parts.length - 1];
  const first = parts[0];
  if (!first || !last || last.moreFragments || first.fragmentOffset > 0) return undefined;
  world.forgetFragments(packet);
  const assembledFrom = parts.map((part) => ({ length: part.length, payload: payloadLength(part) }));
  const largest = (list: readonly Packet[]): number => Math.max(0, ...list.map(({ length }) => length));
  // The whole may not be fragmented where the largest of its fragments might not (net/ipv4/ip_fragment.c
  // ip_frag_reasm).
  const dontFragment = largest(parts.filter((part) => part.dontFragment)) === largest(parts);
  return withoutFragmentHeader({
    ...first,
    length: first.length - payloadLength(first) + covered,
    moreFragments: false,
    fragmentOffset: 0,
    mark: packet.mark,
    dontFragment,
    assembledFrom,
  });
}

/**
 * A fragment that is there already is dropped; one that overlaps others takes all of them with it. Source:
 * net/ipv4/inet_fragment.c inet_frag_queue_insert.
 */
function clashOf(packet: Packet, parts: readonly Packet[]): 'duplicate' | 'overlap' | undefined {
  const end = (part: Packet): number => part.fragmentOffset * 8 + payloadLength(part);
  const shared = parts.filter((part) => part.fragmentOffset * 8 < end(packet) && packet.fragmentOffset * 8 < end(part));
  const [first] = shared;
  if (!first) return undefined;
  return first.fragmentOffset <= packet.fragmentOffset && end(packet) <= end(shared.at(-1) as Packet)
    ? 'duplicate'
    : 'overlap';
}

/** In IPv6 the fragment header goes, also from a packet that is its own only fragment. */
function withoutFragmentHeader(packet: Packet): Packet {
  const header = packet.extensionHeaders.find(({ protocol }) => protocol === PROTOCOL.IPV6_FRAGMENT);
  if (!header) return packet;
  return {
    ...packet,
    extensionHeaders: packet.extensionHeaders.filter((each) => each !== header),
    length: packet.length - header.bytes.length,
  };
}

/** Bytes after the IP header and what precedes the fragmentable part. */
function payloadLength(packet: Packet): number {
  const headers =
    packet.family === 4
      ? 20 + packet.ipOptions.length
      : 40 + packet.extensionHeaders.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return packet.length - headers;
}
