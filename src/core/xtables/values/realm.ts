import { lookupRoute } from '../../net/routing';
import type { PacketView } from '../view';

/**
 * The realm of the route to the destination in the lower half; in the upper half the source realm of that route or
 * else, for what came in, the realm of the route back to the source. Source: net/ipv4/route.c set_class_tag,
 * fib_frontend.c fib_combine_itag; seen on Linux 6.18.
 */
export function realmOf({ host, packet, routedAs = packet, inInterface, sentAs }: PacketView): number {
  const { source, destination, mark, tos } = routedAs;
  // What comes back over lo keeps the route that it was sent with.
  const arrived = inInterface !== '' && sentAs === undefined;
  if (host.routes.every((route) => route.realm === 0)) return 0;
  const { realm: own } = lookupRoute(host, { destination, source, mark, tos, ...(arrived ? { inInterface } : {}) });
  if (!arrived || own >>> 16 !== 0) return own;
  const back = lookupRoute(host, { destination: source, source: destination, mark, tos }).realm;
  return (own | (back << 16)) >>> 0;
}
