import type { Address } from '../net/address';
import type { Tuple } from '../net/conntrack';
import { jhash } from '../xtables/values/jhash';

/**
 * The hash by which the kernel spreads connections over a range of addresses: fixed for a source, a destination and a
 * zone (for either direction), so it can be computed beforehand (on little-endian hosts). Source: nf_nat_core.c
 * find_best_ips_proto, include/linux/jhash.h jhash2.
 */
export function natHash(tuple: Tuple, zone: number, persistent: boolean): number {
  const source = [0, 1, 2, 3].map((i) => swap(tuple.source.words[i] ?? 0));
  const last = tuple.destination.family === 4 ? 0 : 3;
  return jhash(source, persistent ? 0 : (swap(tuple.destination.words[last] ?? 0) ^ zone) >>> 0);
}

/** The address within the range that the hash picks; each 32-bit word is picked by itself. */
export function chooseAddress(
  [first, last]: readonly [Address, Address],
  hash: number,
  tuple: Tuple,
  half: 'source' | 'destination',
  persistent: boolean,
): Address {
  if (first.words.every((word, i) => word === last.words[i])) return first;
  let full = false;
  let j = hash;
  const words = first.words.map((word, i) => {
    const minimum = full ? 0 : word;
    const distance = full ? 0xffffffff : ((last.words[i] as number) - word + 1) >>> 0;
    const chosen = (minimum + Number((BigInt(j) * BigInt(distance)) >> 32n)) >>> 0;
    if (chosen !== last.words[i]) full = true;
    // A new destination is written over the old one word by word, so that the new word goes into the hash.
    if (!persistent) j = (j ^ swap(half === 'destination' ? chosen : (tuple.destination.words[i] ?? 0))) >>> 0;
    return chosen;
  });
  return { family: first.family, words };
}

/** A word as it lies in the memory of a little-endian machine. */
function swap(word: number): number {
  return (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}
