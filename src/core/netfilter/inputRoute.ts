import {
  formatAddress,
  isLimitedBroadcast,
  isLinkGroup,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
  sameAddress,
  type Address,
} from '../net/address';
import type { Host, Route } from '../net/host';
import { PROTOCOL, type Packet } from '../net/packet';
import { isStandardRule } from '../net/ipRoute';
import { kernelRoutes } from '../net/kernelRoutes';
import { lookupRoute, type RouteResult } from '../net/routing';
import type { KernelDropReason } from './events';
import { sysctl } from './sysctl';

/** Where an incoming packet goes after PREROUTING. */
export type InputRoute =
  | {
      readonly kind: 'local';
      readonly type: 'local' | 'broadcast' | 'multicast';
      readonly table: number | undefined;
      readonly by?: Route | undefined;
    }
  | {
      readonly kind: 'forward';
      readonly device: string;
      readonly gateway: string | undefined;
      readonly table: number | undefined;
      readonly by: Route | undefined;
    }
  | { readonly kind: 'drop'; readonly reason: KernelDropReason; readonly detail: string };

/**
 * The routing decision for a packet that came in, with the checks that go with it. `scope` is the interface in whose
 * scope the kernel takes it to have come: of what this host sent to itself, the one that has the address it was sent to
 * (net/ipv6/ip6_input.c ip6_rcv_core). Source: net/ipv4/route.c ip_route_input_slow, net/ipv6/ip6_output.c ip6_forward.
 */
export function routeInput(packet: Packet, iface: string, host: Host, scope = iface): InputRoute {
  return packet.family === 4 ? routeIpv4(packet, iface, host) : routeIpv6(packet, iface, host, scope);
}

function lookup(packet: Packet, iface: string, host: Host): RouteResult {
  return lookupRoute(host, {
    destination: packet.destination,
    source: packet.source,
    mark: packet.mark,
    inInterface: iface,
    tos: packet.tos,
    protocol: packet.protocol,
    sourcePort: packet.sourcePort,
    destinationPort: packet.destinationPort,
  });
}

function routeIpv4(packet: Packet, iface: string, host: Host): InputRoute {
  const { source, destination } = packet;
  const localnet = sysctl(host, 4, iface, 'route_localnet', 'any') === 1;
  if (isMulticast(source) || isLimitedBroadcast(source))
    return martian('martian-source', source, 'it can only be a destination');
  if (isMulticast(destination)) return routeMulticast(packet, iface, host, localnet);
  const limited = isLimitedBroadcast(destination) || (isUnspecified(source) && isUnspecified(destination));
  if (!limited && isUnspecified(source)) return martian('martian-source', source, 'it is not a host address');
  if (!limited && isUnspecified(destination))
    return martian('martian-destination', destination, 'it is not a host address');
  if (!limited && isLoopback(destination) && !localnet)
    return martian(
      'martian-destination',
      destination,
      `127.0.0.0/8 may not arrive on ${iface} unless net.ipv4.conf.${iface}.route_localnet is 1`,
    );
  if (!limited && isLoopback(source) && !localnet)
    return martian(
      'martian-source',
      source,
      `127.0.0.0/8 may not arrive on ${iface} unless net.ipv4.conf.${iface}.route_localnet is 1`,
    );
  const route = lookup(packet, iface, host);
  if (limited || route.type === 'broadcast') {
    const bad = isUnspecified(source) ? undefined : badSource(packet, iface, host);
    return bad ?? { kind: 'local', type: 'broadcast', table: route.table };
  }
  const refused = refusal(route, destination);
  if (refused && route.type !== 'none') return refused;
  if (route.type === 'local')
    return badSource(packet, iface, host) ?? { kind: 'local', type: 'local', table: route.table, by: route.route };
  if (sysctl(host, 4, iface, 'forwarding', 'own') !== 1) {
    return drop(
      'forwarding-off',
      `it is not for this host (${formatAddress(destination)}), and net.ipv4.ip_forward is 0`,
    );
  }
  if (refused) return refused;
  if (route.type !== 'unicast')
    return martian('martian-destination', destination, `a ${route.type} address cannot be forwarded to`);
  return badSource(packet, iface, host, route.device) ?? forwarded(route);
}

/** Source: net/ipv4/route.c ip_mc_validate_source. */
function routeMulticast(packet: Packet, iface: string, host: Host, localnet: boolean): InputRoute {
  const { source, destination } = packet;
  const route = lookup(packet, iface, host);
  if (!route.toThisHost)
    return drop('no-route', `this host is not in the multicast group ${formatAddress(destination)}`);
  if (isLoopback(source) && !localnet)
    return martian(
      'martian-source',
      source,
      `127.0.0.0/8 may not arrive on ${iface} unless net.ipv4.conf.${iface}.route_localnet is 1`,
    );
  if (!isUnspecified(source))
    return badSource(packet, iface, host) ?? { kind: 'local', type: 'multicast', table: route.table };
  return isLinkGroup(destination) || packet.protocol === PROTOCOL.IGMP
    ? { kind: 'local', type: 'multicast', table: route.table }
    : martian('martian-source', source, 'a host without an address may only send to groups of its own link');
}

function forwarded(route: RouteResult): InputRoute {
  return {
    kind: 'forward',
    device: route.device ?? 'lo',
    gateway: route.gateway && formatAddress(route.gateway),
    table: route.table,
    by: route.route,
  };
}

function refusal(route: RouteResult, destination: Address): InputRoute | undefined {
  const to = formatAddress(destination);
  switch (route.type) {
    case 'none':
      return drop('no-route', `there is no route to ${to}`);
    case 'blackhole':
      return drop('blackhole', `the route to ${to} is a blackhole`);
    case 'unreachable':
      return drop('unreachable', `the route to ${to} is "unreachable"`);
    case 'prohibit':
      return drop('prohibited', `the route to ${to} is "prohibit"`);
    default:
      return undefined;
  }
}

/**
 * The checks of the source address: the packet's way back. `device`: where it will leave, which `iif` rules see as its
 * origin. Source: net/ipv4/fib_frontend.c fib_validate_source, __fib_validate_source.
 */
function badSource(packet: Packet, iface: string, host: Host, device = 'lo'): InputRoute | undefined {
  const { source } = packet;
  const filter = sysctl(host, 4, iface, 'rp_filter', 'max');
  const acceptLocal = sysctl(host, 4, iface, 'accept_local', 'any') === 1;
  if (filter === 0 && !hasRealms(host)) {
    if (acceptLocal) return undefined;
    // Only the addresses of this host are compared, so that even a broadcast address is accepted.
    if (!hasOwnRouting(host)) return isOwnAddress(host, source) ? martian('martian-source', source, OWN) : undefined;
  }
  const useMark = sysctl(host, 4, iface, 'src_valid_mark', 'any') === 1;
  const byTransport = host.policyRules.some(
    (rule) => rule.family === 4 && (rule.ipProtocol ?? rule.sourcePorts ?? rule.destinationPorts) !== undefined,
  );
  const back = lookupRoute(host, {
    destination: source,
    source: packet.destination,
    mark: useMark ? packet.mark : 0,
    tos: packet.tos,
    inInterface: device,
    ...(byTransport
      ? { protocol: packet.protocol, sourcePort: packet.destinationPort, destinationPort: packet.sourcePort }
      : {}),
  });
  if (back.type === 'none' || back.type === 'unreachable' || back.type === 'prohibit' || back.type === 'blackhole') {
    return filter === 0
      ? undefined
      : drop(
          'reverse-path',
          `there is no route back to ${formatAddress(source)}, and rp_filter on ${iface} is ${filter}`,
        );
  }
  if (back.type === 'local' && !acceptLocal) return martian('martian-source', source, OWN);
  if (back.type !== 'unicast' && back.type !== 'local')
    return martian('martian-source', source, `a ${back.type} address cannot be a source`);
  const leaves = back.route?.device ?? back.device;
  if (leaves === iface) return undefined;
  const strange = `replies to ${formatAddress(source)} would leave by ${leaves ?? 'no interface'}, not by ${iface}`;
  if (filter === 1) return drop('reverse-path', `${strange}, and rp_filter is 1 (strict)`);
  // An interface without an address cannot be asked for a way of its own.
  return filter > 0 && !hasAddress(host, iface)
    ? drop('reverse-path', `${strange}, which has no IPv4 address, and rp_filter is ${filter}`)
    : undefined;
}

const OWN = 'it is an address of this host, yet the packet came from outside';

/** Local routes or policy rules were added, so the addresses of the interfaces alone do not show what is local. */
function hasOwnRouting(host: Host): boolean {
  let known = ownRouting.get(host);
  if (known === undefined) ownRouting.set(host, (known = findsOwnRouting(host)));
  return known;
}

const ownRouting = new WeakMap<Host, boolean>();

function findsOwnRouting({ policyRules, routes, interfaces }: Host): boolean {
  return (
    policyRules.some((rule) => rule.family === 4 && !isStandardRule(rule)) ||
    routes.filter(({ family, type }) => family === 4 && type === 'local').length >
      kernelRoutes(interfaces, true).filter(({ family, type }) => family === 4 && type === 'local').length
  );
}

function hasRealms({ routes }: Host): boolean {
  return routes.some(({ family, realm }) => family === 4 && realm !== 0);
}

function isOwnAddress({ interfaces }: Host, address: Address): boolean {
  return interfaces.some(({ addresses }) => addresses.some((own) => sameAddress(own.address, address)));
}

function hasAddress({ interfaces }: Host, iface: string): boolean {
  return interfaces.some(
    ({ name, addresses }) => name === iface && addresses.some(({ address }) => address.family === 4),
  );
}

function routeIpv6(packet: Packet, iface: string, host: Host, scope: string): InputRoute {
  const { source, destination } = packet;
  const route = lookup(packet, iface, host);
  if (isMulticast(destination)) {
    return route.toThisHost
      ? { kind: 'local', type: 'multicast', table: route.table }
      : drop('no-route', `this host is not in the multicast group ${formatAddress(destination)}`);
  }
  if (route.type === 'local') return { kind: 'local', type: 'local', table: route.table, by: route.route };
  const refused = refusal(route, destination);
  if (refused) return refused;
  if (sysctl(host, 6, 'all', 'forwarding', 'own') !== 1)
    return drop(
      'forwarding-off',
      `it is not for this host (${formatAddress(destination)}), and net.ipv6.conf.all.forwarding is 0`,
    );
  // Linux checks the source only of what leaves by another interface, and the hop limit before (net/ipv6/ip6_output.c
  // ip6_forward).
  if (route.device !== scope && packet.ttl > 1) {
    if (isUnspecified(source) || isMulticast(source) || isLoopback(source))
      return martian('martian-source', source, 'packets from it are not forwarded');
    if (isLinkLocal(source))
      return martian('martian-source', source, 'a link-local address is valid on its own link only');
  }
  return forwarded(route);
}

function martian(reason: 'martian-source' | 'martian-destination', address: Address, why: string): InputRoute {
  return drop(
    reason,
    `${formatAddress(address)} is a martian ${reason === 'martian-source' ? 'source' : 'destination'}: ${why}`,
  );
}

function drop(reason: KernelDropReason, detail: string): InputRoute {
  return { kind: 'drop', reason, detail };
}
