import { inBlock, isLimitedBroadcast, isMulticast, isUnspecified, sameAddress, type Address } from './address';
import type { Host, RouteType } from './host';
import { ROUTE_TABLE } from './kernelRoutes';
import { lookupRoute } from './routing';

/**
 * The type of an IPv4 address on this host, as `-m addrtype` finds it: only table local is searched, so everything that
 * is not in it is unicast. With `device`, only the addresses of that interface count. 0.0.0.0 is a broadcast address.
 * Source: net/ipv4/fib_frontend.c __inet_dev_addr_type.
 */
export function addressType(host: Host, address: Address, device?: string): RouteType {
  if (isUnspecified(address) || isLimitedBroadcast(address)) return 'broadcast';
  if (isMulticast(address)) return 'multicast';
  const found = host.routes
    .filter(
      (route) =>
        route.family === 4 &&
        route.table === ROUTE_TABLE.local &&
        route.tos === 0 &&
        inBlock(address, route.destination),
    )
    .sort((a, b) => b.prefixLength - a.prefixLength || a.metric - b.metric)[0];
  return found && (device === undefined || found.device === device) ? found.type : 'unicast';
}

/** The types of an IPv6 address on this host; it may have several. `unicast` is everything but multicast and ::. */
export interface Ipv6AddressTypes {
  readonly unspecified: boolean;
  readonly unicast: boolean;
  readonly multicast: boolean;
  readonly local: boolean;
  readonly anycast: boolean;
  readonly unreachable: boolean;
}

/**
 * The type as `-m addrtype` finds it for IPv6, which looks the address up in the routing table. Source:
 * net/netfilter/xt_addrtype.c match_lookup_rt6.
 */
export function ipv6AddressTypes(host: Host, address: Address, device?: string): Ipv6AddressTypes {
  const result = lookupRoute(host, { destination: address, outInterface: device });
  const failed = result.type === 'none';
  const multicast = isMulticast(address);
  const unspecified = isUnspecified(address);
  const onDevice = host.interfaces.some(
    ({ name, addresses }) => name === device && addresses.some((own) => sameAddress(own.address, address)),
  );
  return {
    unspecified,
    unicast: !multicast && !unspecified,
    multicast,
    local: device === undefined ? result.route?.type === 'local' : onDevice,
    anycast: result.route?.type === 'anycast',
    unreachable: failed || result.type === 'unreachable' || result.type === 'blackhole' || result.type === 'prohibit',
  };
}
