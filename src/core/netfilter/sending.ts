import { isLinkLocal, isMulticast, isUnspecified } from '../net/address';
import type { Host } from '../net/host';
import { lookupRoute, type RouteResult } from '../net/routing';
import { sourceAddressFor } from '../net/sourceAddress';
import { routeOutput, type OutputRoute } from './outputRoute';
import { Ended, type Passage } from './passage';

/**
 * Puts a packet of this host on its route. After `reroute` the rest of OUTPUT still sees the interface of the route
 * before.
 */
export function takeRoute(
  passage: Passage,
  route: Extract<OutputRoute, { kind: 'route' }>,
  phase: 'output' | 'reroute',
): void {
  passage.emit({
    kind: 'route',
    phase,
    packet: passage.at.packet,
    type: route.type,
    device: route.device,
    gateway: route.gateway,
    table: route.table,
    tableName: passage.context.host.tableNames?.get(route.table ?? -1),
    by: route.result.route,
  });
  passage.move({
    outRoute: route,
    routedAs: passage.at.packet,
    ...(phase === 'output' && { outInterface: route.device }),
  });
}

/**
 * What a raw socket does with the header that it is given. Source: net/ipv4/raw.c raw_send_hdrinc, net/ipv6/raw.c
 * rawv6_send_hdrinc.
 */
export function checkRawHeader(passage: Passage, { device, result }: Extract<OutputRoute, { kind: 'route' }>): void {
  const { host } = passage.context;
  const { family, source, destination, length } = passage.at.packet;
  const mtu = mtuOf(host, device);
  if (length > mtu)
    throw new Ended(
      passage.kernelDrop('too-big', `a raw socket sends no more than the MTU of ${device}, ${mtu} bytes`, 'NONE'),
    );
  if (family === 4 && isUnspecified(source))
    passage.change({ source: sourceAddressFor(host, result, destination) ?? source });
}

export function mtuOf({ interfaces }: Host, device: string): number {
  return interfaces.find(({ name }) => name === device)?.mtu ?? 1500;
}

/**
 * OUTPUT has changed what routing reads. `shown`: the packet as the rules saw it last, which is how a failure reports
 * it.
 */
export function reroute(passage: Passage, shown = passage.at.packet): void {
  const { packet, outInterface, socket } = passage.at;
  // A link-local or multicast destination means something on its link only (net/ipv6/netfilter.c ip6_route_me_harder).
  const device =
    packet.family === 6 && (isLinkLocal(packet.destination) || isMulticast(packet.destination))
      ? outInterface
      : undefined;
  const route = routeOutput(packet, passage.context.host, passage.arrival.iface ?? device, socket?.uid, 'reroute');
  if (route.kind === 'drop') {
    passage.move({ packet: shown });
    throw new Ended(
      passage.kernelDrop(
        'reroute-failed',
        `after the change it has to be routed again, and ${route.detail}`,
        undefined,
        true,
      ),
    );
  }
  takeRoute(passage, route, 'reroute');
}

/** The route that a packet in POSTROUTING is on, for MASQUERADE's choice of an address. */
export function currentRoute({ at: { outRoute, packet }, arrival, context }: Passage): RouteResult {
  return (
    outRoute?.result ??
    lookupRoute(context.host, {
      destination: packet.destination,
      source: arrival.packet.source,
      mark: packet.mark,
      inInterface: arrival.iface,
      tos: packet.tos,
    })
  );
}
