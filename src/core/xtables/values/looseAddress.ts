import { formatAddress, parseAddress, prefixLengthOf, prefixMask, type Address } from '../../net/address';
import { invalid, type InvalidValue, type ValueType } from '../option';
import { wholeNumber } from './strtoul';

/**
 * Reads an address as getaddrinfo(3) reads a numeric host: for IPv4 also inet_aton(3)'s short forms (`10.1` is
 * 10.0.0.1,
 * `0x0a000001`, `012.0.0.1`). undefined for anything else, and for an address of the other family.
 */
export function looseAddress(text: string, family: 4 | 6): Address | undefined {
  if (family === 6) {
    const address = parseAddress(text);
    return address?.family === 6 ? address : undefined;
  }
  // The resolver finds the IPv4 address that is mapped into an IPv6 one.
  const parts = text.replace(/^::ffff:(?=\d+\.)/i, '').split('.');
  if (parts.length > 4) return undefined;
  let word = 0;
  for (let i = 0; i < parts.length; i++) {
    const last = i === parts.length - 1;
    const max = last ? 2 ** (8 * (5 - parts.length)) - 1 : 255;
    const part = parts[i] as string;
    if (!/^[0-9]/.test(part)) return undefined;
    const value = wholeNumber(part, 0n, BigInt(max));
    if (value === undefined) return undefined;
    word = last ? word * 2 ** (8 * (5 - parts.length)) + Number(value) : word * 256 + Number(value);
  }
  return { family: 4, words: [word >>> 0] };
}

/**
 * An address with a mask; unlike in an AddressBlock, the address keeps the bits outside the mask, as iptables prints
 * them.
 */
export interface HostMask {
  readonly address: Address;
  readonly mask: Address;
}

const LOCALHOST: Address = { family: 4, words: [0x7f000001] };

/**
 * `address[/mask]` of a match option (XTTYPE_HOSTMASK). iptables 1.8.9 takes a mask that is not a prefix but stores all
 * ones in its place, so `10.1.2.3/255.0.255.0` asks for the one address. Of host names only `localhost` is known
 * without a resolver.
 */
export const hostMask: ValueType<HostMask> = {
  metavariable: 'address[/mask]',
  parse(text, { family }): HostMask | InvalidValue {
    const slash = text.indexOf('/');
    // getaddrinfo takes a zone (`fe80::1%lo`) and iptables drops it.
    const host = (slash < 0 ? text : text.slice(0, slash)).replace(family === 6 ? /%.*/s : /$^/, '');
    const address = family === 4 && host === 'localhost' ? LOCALHOST : looseAddress(host, family);
    if (address === undefined) return invalid(`"${host}" is not an IPv${family} address`);
    const mask = slash < 0 ? prefixMask(family, 128) : readMask(text.slice(slash + 1), family);
    if (mask === undefined)
      return invalid(
        `"${text.slice(slash + 1)}" is neither a prefix length from 0 to ${family === 4 ? 32 : 128} nor a mask`,
      );
    return { address, mask };
  },
};

function readMask(text: string, family: 4 | 6): Address | undefined {
  const length = prefixLength(text, family);
  return length === undefined ? undefined : prefixMask(family, length);
}

/**
 * A prefix length, or a mask in address form that is one (XTTYPE_PLEN). iptables 1.8.9 reads a mask that is not a
 * prefix as the length 255, which stands for all bits here.
 */
export function prefixLength(text: string, family: 4 | 6): number | undefined {
  const bits = family === 4 ? 32 : 128;
  const number = wholeNumber(text, 0n, BigInt(bits));
  if (number !== undefined) return Number(number);
  const mask = looseAddress(text, family);
  return mask === undefined ? undefined : (prefixLengthOf(mask) ?? 255);
}

/** True where both addresses agree in the bits of the mask. */
export function sameUnderMask(a: Address, { address: b, mask }: HostMask): boolean {
  if (a.family !== b.family) return false;
  for (let i = 0; i < a.words.length; i++) {
    if ((((a.words[i] as number) ^ (b.words[i] as number)) & (mask.words[i] as number)) !== 0) return false;
  }
  return true;
}

/** As iptables-save prints it: without a mask of all ones. */
export function printHostMask({ address, mask }: HostMask): string {
  const length = prefixLengthOf(mask);
  return formatAddress(address) + (length === address.words.length * 32 ? '' : `/${length ?? formatAddress(mask)}`);
}
