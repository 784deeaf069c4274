import type { Address } from '../net/address';
import type { Tuple } from '../net/conntrack';

/**
 * The hash by which the kernel spreads connections over a range of addresses: fixed for a source, a destination and a zone, so it
 * can be told beforehand (on little-endian hosts). Source: nf_nat_core.c find_best_ips_proto, include/linux/jhash.h jhash2.
 */
export function natHash(tuple: Tuple, zone: number, persistent: boolean): number {
  const source = [0, 1, 2, 3].map((i) => swap(tuple.source.words[i] ?? 0));
  const last = tuple.destination.family === 4 ? 0 : 3;
  return jhash2(source, persistent ? 0 : (swap(tuple.destination.words[last] ?? 0) ^ zone) >>> 0);
}

/** The address within the range that the hash picks; each 32-bit word is picked by itself. */
export function chooseAddress([first, last]: readonly [Address, Address], hash: number, tuple: Tuple, half: 'source' | 'destination', persistent: boolean): Address {
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

const INITIAL = 0xdeadbeef;

function jhash2(words: readonly number[], seed: number): number {
  let a = (INITIAL + (words.length << 2) + seed) >>> 0;
  let b = a;
  let c = a;
  let at = 0;
  let left = words.length;
  while (left > 3) {
    a = (a + (words[at] as number)) | 0;
    b = (b + (words[at + 1] as number)) | 0;
    c = (c + (words[at + 2] as number)) | 0;
    a = (a - c) ^ rotate(c, 4); c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6); a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8); b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16); c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19); a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4); b = (b + a) | 0;
    left -= 3;
    at += 3;
  }
  if (left === 0) return c >>> 0;
  if (left >= 3) c = (c + (words[at + 2] as number)) | 0;
  if (left >= 2) b = (b + (words[at + 1] as number)) | 0;
  a = (a + (words[at] as number)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
