import { formatAddress, isLoopback } from '../net/address';
import type { Host } from '../net/host';
import type { Packet } from '../net/packet';
import { lookupRoute, type RouteResult } from '../net/routing';
import type { KernelDropReason } from './events';
import { sysctl } from './sysctl';

/** Where a packet of this host goes. */
export type OutputRoute =
  | { readonly kind: 'route'; readonly type: string; readonly device: string; readonly gateway: string | undefined; readonly table: number | undefined; readonly result: RouteResult }
  | { readonly kind: 'drop'; readonly reason: KernelDropReason; readonly detail: string };

/**
 * The routing decision for a packet that this host sends. `bound`: its source counts for rules such as `ip rule add from …`; it does
 * not for a raw socket that writes the source into the packet itself. `again`: OUTPUT has changed it, or the
 * kernel made it itself, so its source address is looked at as well. Source: net/ipv4/netfilter.c ip_route_me_harder, net/ipv4/route.c ip_route_output_key_hash.
 */
export function routeOutput(packet: Packet, host: Host, device: string | undefined, uid: number | undefined, bound: boolean, again = false): OutputRoute {
  const result = lookupRoute(host, {
    destination: packet.destination, source: bound ? packet.source : undefined, mark: packet.mark, outInterface: device, tos: packet.tos, uid,
    protocol: packet.protocol, sourcePort: packet.sourcePort, destinationPort: packet.destinationPort,
  });
  const to = formatAddress(packet.destination);
  const leaves = result.type !== 'local' && result.device !== undefined && result.device !== 'lo';
  if (again && leaves && packet.family === 4 && isLoopback(packet.source) && sysctl(host, 4, result.device ?? '', 'route_localnet', 'any') !== 1) {
    return { kind: 'drop', reason: 'martian-source', detail: `${formatAddress(packet.source)} may not leave by ${result.device ?? 'it'} unless route_localnet is 1` };
  }
  switch (result.type) {
    case 'none': return { kind: 'drop', reason: 'no-route', detail: `there is no route to ${to}` };
    case 'blackhole': return { kind: 'drop', reason: 'blackhole', detail: `the route to ${to} is a blackhole` };
    case 'unreachable': return { kind: 'drop', reason: 'unreachable', detail: `the route to ${to} is "unreachable"` };
    case 'prohibit': return { kind: 'drop', reason: 'prohibited', detail: `the route to ${to} is "prohibit"` };
    default:
      return {
        kind: 'route', type: result.type, device: result.type === 'local' ? 'lo' : (result.device ?? 'lo'),
        gateway: result.gateway && formatAddress(result.gateway), table: result.table, result,
      };
  }
}
