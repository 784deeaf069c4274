import { parseAddress, type Address } from '../../net/address';

/**
 * An address for one that somebody made unreadable, the same for the same text: `10.0.0.x` keeps what is known of it,
 * `<public ip>` becomes one of the range for tests of networks (RFC 2544, RFC 5180).
 */
export function standInAddress(text: string, family: 4 | 6): Address {
  const seed = hashOf(text);
  if (family === 6) return parseAddress(`2001:2::${(seed % 0xffff).toString(16)}`) as Address;
  const parts = text.split('.');
  const known = parts.map((part) => (/^\d{1,3}$/.test(part) && Number(part) < 256 ? Number(part) : undefined));
  const made = [198, 19, FIRST + (seed % COUNT), FIRST + ((seed >>> 8) % COUNT)];
  const isPartlyKnown = parts.length === 4 && known[0] !== undefined;
  return parseAddress(made.map((part, i) => (isPartlyKnown ? known[i] : undefined) ?? part).join('.')) as Address;
}

/** Parts of an address that is neither a network nor a broadcast, and no usual one. */
const FIRST = 20;
const COUNT = 200;

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
