import { formatAddress, isLoopback, type Address } from '../net/address';
import type { Host } from '../net/host';
import { packs } from './packs';

/**
 * The first address of a pod that others can reach, its interface, and a port on which a program of its own listens;
 * undefined what the file does not state.
 */
export interface PodPlace {
  readonly address: Address | undefined;
  readonly prefixLength: number;
  readonly iface: string | undefined;
  readonly appPort: number | undefined;
}

const TCP = 6;

export function podPlace({ interfaces, listeners }: Host, family: 4 | 6): PodPlace {
  const others = interfaces.filter(({ name }) => name !== 'lo');
  const iface = others.find(({ addresses }) => addresses.some(({ address }) => address.family === family)) ?? others[0];
  const own = iface?.addresses.find(({ address }) => address.family === family && !isLoopback(address));
  const app = listeners.find(
    ({ protocol, port, address }) =>
      protocol === TCP &&
      !packs.some(({ journeys }) => journeys?.isProxyPort(port) === true) &&
      !(address && isLoopback(address)),
  );
  return { address: own?.address, prefixLength: own?.prefixLength ?? 0, iface: iface?.name, appPort: app?.port };
}

/** `podPlace` with the address as text. */
export function ownPlace(
  host: Host,
  family: 4 | 6,
): { readonly address: string | undefined; readonly port: number | undefined } {
  const { address, appPort } = podPlace(host, family);
  return { address: address && formatAddress(address), port: appPort };
}
