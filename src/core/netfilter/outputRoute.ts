import { formatAddress, isLoopback, meantBySocket } from '../net/address';
import type { Host } from '../net/host';
import type { Packet } from '../net/packet';
import { lookupRoute, type RouteResult } from '../net/routing';
import { sourceAddressFor } from '../net/sourceAddress';
import type { KernelDropReason } from './events';
import { sysctl } from './sysctl';

/** Where a packet of this host goes. */
export type OutputRoute =
  | {
      readonly kind: 'route';
      readonly type: string;
      readonly device: string;
      readonly gateway: string | undefined;
      readonly table: number | undefined;
      readonly result: RouteResult;
    }
  | { readonly kind: 'drop'; readonly reason: KernelDropReason; readonly detail: string };

/**
 * Who looks up the route. `socket`: a connected socket, so all of the packet counts. `kernel`: the host itself replies,
 * with the same effect. `raw`: a raw socket that writes the packet's headers itself, so policy rules see neither its
 * source, its tos nor its protocol and ports (only IPPROTO_RAW). `reroute`: OUTPUT has changed the packet; for IPv4 the
 * kernel then forgets who sent it.
 */
export type RouteSeeker = 'socket' | 'kernel' | 'raw' | 'reroute';

const IPPROTO_RAW = 255;

/**
 * The routing decision for a packet that this host sends; `device` is the one that the socket is bound to. Source:
 * net/ipv4/netfilter.c ip_route_me_harder, net/ipv4/raw.c raw_sendmsg, net/ipv6/raw.c rawv6_sendmsg, net/ipv4/route.c
 * ip_route_output_key_hash.
 */
export function routeOutput(
  packet: Packet,
  host: Host,
  device: string | undefined,
  uid: number | undefined,
  seeker: RouteSeeker,
): OutputRoute {
  const again = seeker !== 'raw';
  const destination = seeker === 'socket' || seeker === 'raw' ? meantBySocket(packet.destination) : packet.destination;
  const result = again
    ? lookupRoute(host, {
        destination,
        source: packet.source,
        mark: packet.mark,
        outInterface: device,
        tos: packet.tos,
        uid: seeker === 'reroute' && packet.family === 4 ? 0 : uid,
        protocol: packet.protocol,
        sourcePort: packet.sourcePort,
        destinationPort: packet.destinationPort,
      })
    : routeOfRawSocket({ ...packet, destination }, host, device, uid);
  const to = formatAddress(packet.destination);
  const leaves = result.type !== 'local' && result.device !== undefined && result.device !== 'lo';
  if (
    again &&
    leaves &&
    packet.family === 4 &&
    isLoopback(packet.source) &&
    sysctl(host, 4, result.device ?? '', 'route_localnet', 'any') !== 1
  ) {
    return {
      kind: 'drop',
      reason: 'martian-source',
      detail: `${formatAddress(packet.source)} may not leave by ${result.device ?? 'it'} unless route_localnet is 1`,
    };
  }
  switch (result.type) {
    case 'none':
      return { kind: 'drop', reason: 'no-route', detail: `there is no route to ${to}` };
    case 'blackhole':
      return { kind: 'drop', reason: 'blackhole', detail: `the route to ${to} is a blackhole` };
    case 'unreachable':
      return { kind: 'drop', reason: 'unreachable', detail: `the route to ${to} is "unreachable"` };
    case 'prohibit':
      return { kind: 'drop', reason: 'prohibited', detail: `the route to ${to} is "prohibit"` };
    default:
      return {
        kind: 'route',
        type: result.type,
        device: result.type === 'local' ? 'lo' : (result.device ?? 'lo'),
        gateway: result.gateway && formatAddress(result.gateway),
        table: result.table,
        result,
      };
  }
}

function routeOfRawSocket(
  { destination, mark, family }: Packet,
  host: Host,
  device: string | undefined,
  uid: number | undefined,
): RouteResult {
  const query = { destination, mark, outInterface: device, uid, protocol: IPPROTO_RAW };
  const first = lookupRoute(host, query);
  if (family === 4 || first.type !== 'none') return first;
  // Where there is no route without a source, IPv6 chooses one and asks again (net/ipv6/ip6_output.c
  // ip6_dst_lookup_tail).
  return lookupRoute(host, { ...query, source: sourceAddressFor(host, first, destination) });
}
