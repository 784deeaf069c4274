import type { Address } from '../net/address';
import { addressType, ipv6AddressTypes } from '../net/addressType';
import type { Host } from '../net/host';
import { lookupRoute } from '../net/routing';
import type { PacketView } from '../xtables/view';
import { hex, hexName, knownType, type DataType } from './dataTypes';
import type { Read } from './fieldReaders';

const TYPE_NUMBERS: Readonly<Record<string, number>> = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
};

/**
 * `fib daddr . iif type`, `fib saddr . iif oif`: a question to the routing tables. `words` are those of the expression.
 * Source: net/ipv4/netfilter/nft_fib_ipv4.c, net/ipv6/netfilter/nft_fib_ipv6.c.
 */
export function fibField(words: readonly string[]): readonly [DataType, (view: PacketView) => Read] {
  const result = words.at(-1);
  const parts = new Set(words.slice(1, -1));
  const addressOf = ({ packet }: PacketView): Address => (parts.has('saddr') ? packet.source : packet.destination);
  const device = ({ inInterface, outInterface }: PacketView): string | undefined =>
    parts.has('iif') ? inInterface : parts.has('oif') ? outInterface : undefined;
  if (result === 'type')
    return [knownType('fib_addrtype'), (view) => hex(typeOf(view.host, addressOf(view), device(view)), 4)];
  return [knownType('ifname'), (view) => hexName(routeOf(view, addressOf(view), parts))];
}

function typeOf(host: Host, address: Address, device: string | undefined): number {
  if (address.family === 4) return TYPE_NUMBERS[addressType(host, address, device)] ?? 1;
  const types = ipv6AddressTypes(host, address, device);
  if (types.unspecified) return 0;
  if (types.multicast) return TYPE_NUMBERS['multicast'] as number;
  if (types.anycast) return TYPE_NUMBERS['anycast'] as number;
  if (types.local) return TYPE_NUMBERS['local'] as number;
  if (types.unreachable) return TYPE_NUMBERS['unreachable'] as number;
  return TYPE_NUMBERS['unicast'] as number;
}

/**
 * The interface by which packets to the address leave; empty where there is none, or another than the one that is asked
 * for.
 */
function routeOf(
  { host, packet, inInterface, outInterface }: PacketView,
  destination: Address,
  parts: ReadonlySet<string>,
): string {
  if (parts.has('iif') && inInterface === 'lo') return 'lo';
  const asked = parts.has('iif') ? inInterface : parts.has('oif') ? outInterface : undefined;
  const { route } = lookupRoute(host, {
    destination,
    mark: parts.has('mark') ? packet.mark : 0,
    tos: packet.family === 4 ? packet.tos : 0,
  });
  // An address of this host gives no interface (net/ipv4/netfilter/nft_fib_ipv4.c takes unicast routes only).
  if (route?.type !== 'unicast') return '';
  const found = route.device ?? '';
  return asked !== undefined && asked !== found ? '' : found;
}
