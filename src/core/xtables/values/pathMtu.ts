import type { Host } from '../../net/host';
import { lookupRoute, type RouteQuery } from '../../net/routing';

/**
 * The MTU in bytes of the device that the host would send by; undefined where there is no route or the device is not
 * known.
 */
export function mtuTowards(host: Host, query: RouteQuery): number | undefined {
  const { device } = lookupRoute(host, query);
  return device === undefined ? undefined : interfaceMtu(host, device);
}

/** The MTU of an interface in bytes; undefined for one that is not known. */
export function interfaceMtu(host: Host, name: string): number | undefined {
  return host.interfaces.find((each) => each.name === name)?.mtu;
}
