import {
  formatAddress,
  isLoopback,
  notAddress,
  orAddress,
  parseAddress,
  prefixBlock,
  prefixMask,
  sameAddress,
  type Address,
} from './address';
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
 * True where an earlier address of the same interface has the same subnet: the kernel then calls this one secondary,
 * and chooses it for nothing by itself. IPv6 knows no secondary addresses.
 */
export function isSecondary(iface: Interface, address: InterfaceAddress): boolean {
  return primaryOf(iface, address) !== address;
}

function primaryOf(iface: Interface, { address, prefixLength }: InterfaceAddress): InterfaceAddress {
  const subnet = prefixBlock(address, prefixLength).address;
  return iface.addresses.find(
    (other) =>
      other.address.family === 4 &&
      other.prefixLength === prefixLength &&
      sameAddress(prefixBlock(other.address, prefixLength).address, subnet),
  ) as InterfaceAddress;
}

function ipv4Routes(iface: Interface): Route[] {
  const routes: Route[] = [];
  const seen = new Set<string>();
  for (const own of iface.addresses) {
    if (own.address.family !== 4) continue;
    const primary = primaryOf(iface, own);
    const add = (type: RouteType, at: Address, length: number, table: number): void => {
      const destination = prefixBlock(at, length);
      const key = `${type} ${length} ${destination.address.words.join()}`;
      if (seen.has(key)) return;
      seen.add(key);
      routes.push({
        ...PLAIN,
        family: 4,
        type,
        destination,
        prefixLength: length,
        device: iface.name,
        preferredSource: primary.address,
        table,
      });
    };
    add('local', own.address, 32, ROUTE_TABLE.local);
    if (primary !== own || own.prefixLength === 32) continue;
    const onLoopback = iface.name === 'lo';
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

function ipv6Routes(iface: Interface, forwarding: boolean): Route[] {
  const routes: Route[] = [];
  const seen = new Set<string>();
  const add = (type: RouteType, at: Address, length: number, table: number, metric: number): void => {
    const destination = prefixBlock(at, length);
    const key = `${type} ${table} ${length} ${formatAddress(destination.address)}`;
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
