import { formatAddress, inBlock, prefixBlock, sameAddress, type Address } from '../../net/address';
import type { Interface, InterfaceAddress } from '../../net/host';
import type { Assumptions } from './assumptions';
import type { AddressOfFile } from './fileAddresses';
import type { RouteOfFile } from './fileFacts';

/**
 * Gives the addresses that the file tells without their interface (`hostname -I`, `podIP`) to the interface that a route names with it or whose network it
 * lies in, else to the first one, which is an assumption. Those that an interface has already stay there.
 */
export function placeAddresses(interfaces: readonly Interface[], own: readonly AddressOfFile[], routes: readonly RouteOfFile[], noted: Assumptions): readonly Interface[] {
  const placed = new Map<string, InterfaceAddress[]>();
  for (const { address, prefixLength, source, line } of own) {
    if (interfaces.some(({ addresses }) => addresses.some((each) => sameAddress(each.address, address)))) continue;
    const network = routes.find(({ route }) => route.device !== undefined && route.gateway === undefined && route.prefixLength > 0 && (route.preferredSource ? sameAddress(route.preferredSource, address) : inBlock(address, route.destination)))?.route;
    const told = network?.device ?? interfaces.find((iface) => isNeighbour(iface, address))?.name;
    const name = told ?? interfaces.find((iface) => iface.name !== 'lo')?.name;
    if (name === undefined) continue;
    if (told === undefined) noted.assume('address', `${formatAddress(address)} is an address of this host (${source}); the file does not tell of which interface: ${name} is assumed.`, line);
    const length = prefixLength ?? (network && inBlock(address, network.destination) ? network.prefixLength : address.family === 4 ? 32 : 128);
    placed.set(name, [...(placed.get(name) ?? []), { address, prefixLength: length }]);
  }
  return placed.size === 0 ? interfaces : interfaces.map((iface) => ({ ...iface, addresses: [...(placed.get(iface.name) ?? []), ...iface.addresses] }));
}

function isNeighbour({ name, addresses }: Interface, address: Address): boolean {
  return name !== 'lo' && addresses.some((each) => each.address.family === address.family && inBlock(address, prefixBlock(each.address, each.prefixLength)));
}
