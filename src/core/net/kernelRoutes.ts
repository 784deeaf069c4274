import { isLoopback, notAddress, orAddress, parseAddress, prefixBlock, prefixMask, type Address } from './address';
import type { Interface, InterfaceAddress, Route, RouteType } from './host';

/** Numbers of the routing tables that have names (/etc/iproute2/rt_tables). */
export const ROUTE_TABLE = { default: 253, main: 254, local: 255 } as const;

/**
 * The routes that the kernel itself adds for the addresses of interfaces that are up: each address and, for IPv4, the
 * broadcast address of its subnet in table local; the subnet in table main (in table local on lo); for IPv6 also the
 * subnet's anycast address (`forwarding`: only routers have it) and ff00::/8 on every interface but lo.
 * Source: net/ipv4/fib_frontend.c fib_add_ifaddr, net/ipv6/addrconf.c; seen with `ip route show table all`.
 */
export function kernelRoutes(interfaces: readonly Interface[], forwarding: boolean): Route[] {
  return interfaces.flatMap((iface) => [...ipv4Routes(iface), ...ipv6Routes(iface, forwarding)]);
}

/**
 * The addresses of an interface that the kernel calls secondary, because an earlier one has the same subnet: it chooses
 * them for nothing by itself. IPv6 knows no secondary addresses.
 */
export function secondaryAddresses({ addresses }: Interface): ReadonlySet<InterfaceAddress> {
  const primaries = new Set<number>();
  const secondary = new Set<InterfaceAddress>();
  for (const own of addresses) {
    if (own.address.family !== 4) continue;
    const subnet = subnetKey(own);
    if (primaries.has(subnet)) secondary.add(own);
    else primaries.add(subnet);
  }
  return secondary;
}

/** A number for each IPv4 subnet. */
function subnetKey({ address, prefixLength }: InterfaceAddress): number {
  return wordKey(prefixBlock(address, prefixLength).address, prefixLength);
}

function wordKey(address: Address, length: number): number {
  return (address.words[0] as number) * 64 + length;
}

function ipv4Routes(iface: Interface): Route[] {
  const routes: Route[] = [];
  const seen = new Set<number>();
  const primaries = new Map<number, Address>();
  const onLoopback = iface.name === 'lo';
  for (const own of iface.addresses) {
    if (own.address.family !== 4) continue;
    const subnet = subnetKey(own);
    const primary = primaries.get(subnet);
    if (!primary) primaries.set(subnet, own.address);
    const add = (type: 'local' | 'unicast' | 'broadcast', at: Address, length: number, table: number): void => {
      const destination = prefixBlock(at, length);
      const key = wordKey(destination.address, length) * TYPES.length + TYPES.indexOf(type);
      if (seen.has(key)) return;
      seen.add(key);
      routes.push({
        ...PLAIN,
        family: 4,
        type,
        destination,
        prefixLength: length,
        device: iface.name,
        preferredSource: primary ?? own.address,
        table,
      });
    };
    add('local', own.address, 32, ROUTE_TABLE.local);
    if (primary || own.prefixLength === 32) continue;
    add(
      onLoopback ? 'local' : 'unicast',
      own.address,
      own.prefixLength,
      onLoopback ? ROUTE_TABLE.local : ROUTE_TABLE.main,
    );
    if (own.prefixLength < 31) {
      add('broadcast', orAddress(own.address, notAddress(prefixMask(4, own.prefixLength))), 32, ROUTE_TABLE.local);
    }
  }
  return routes;
}

const TYPES = ['local', 'unicast', 'broadcast'] as const;

function ipv6Routes(iface: Interface, forwarding: boolean): Route[] {
  const routes: Route[] = [];
  const seen = new Set<string>();
  const add = (type: RouteType, at: Address, length: number, table: number, metric: number): void => {
    const destination = prefixBlock(at, length);
    const key = `${type} ${table} ${length} ${destination.address.words.join()}`;
    if (seen.has(key)) return;
    seen.add(key);
    routes.push({ ...PLAIN, family: 6, type, destination, prefixLength: length, device: iface.name, table, metric });
  };
  for (const { address, prefixLength } of iface.addresses) {
    if (address.family !== 6) continue;
    add('local', address, 128, ROUTE_TABLE.local, 0);
    if (isLoopback(address)) continue;
    add('unicast', address, prefixLength, ROUTE_TABLE.main, 256);
    // RFC 4291 2.6.1: the subnet-router anycast address; the kernel leaves it out where the subnet has less than four
    // addresses.
    if (forwarding && prefixLength < 127 && iface.name !== 'lo')
      add('anycast', prefixBlock(address, prefixLength).address, 128, ROUTE_TABLE.local, 0);
  }
  if (iface.name !== 'lo') add('multicast', MULTICAST, 8, ROUTE_TABLE.local, 256);
  return routes;
}

/** A route without any of its optional parts. */
export const PLAIN = {
  type: 'unicast',
  gateway: undefined,
  device: undefined,
  preferredSource: undefined,
  metric: 0,
  table: ROUTE_TABLE.main,
  realm: 0,
  tos: 0,
} as const satisfies Partial<Route>;

const MULTICAST = parseAddress('ff00::') as Address;
