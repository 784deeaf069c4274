import { addToAddress, formatAddress, inBlock, prefixBlock, type Address } from '../core/net/address';
import type { Host } from '../core/net/host';

/** How far off a client next door is, the likeliest first. */
const STEPS = [
  ...Array.from({ length: 55 }, (_, i) => i + 5),
  1,
  2,
  3,
  4,
  ...Array.from({ length: 60 }, (_, i) => -1 - i),
];

/**
 * Another address of the same network, for a client next door; of a prefix that holds one address, of what is usual.
 */
export function neighbour(own: Address, prefixLength: number, host: Host): Address {
  const [whole, usual] = own.family === 4 ? [32, 24] : [128, 64];
  const length = prefixLength < whole ? prefixLength : usual;
  const network = prefixBlock(own, length);
  for (const step of STEPS) {
    const candidate = addToAddress(own, step);
    // The first address names the network, and the last one of IPv4 is for all hosts in it (RFC 3021: not in a /31).
    const special =
      length < whole - 1 &&
      (!inBlock(addToAddress(candidate, -1), network) ||
        (own.family === 4 && !inBlock(addToAddress(candidate, 1), network)));
    if (
      inBlock(candidate, network) &&
      !special &&
      !host.interfaces.some(({ addresses }) =>
        addresses.some(({ address }) => formatAddress(address) === formatAddress(candidate)),
      )
    )
      return candidate;
  }
  return addToAddress(own, 1);
}
