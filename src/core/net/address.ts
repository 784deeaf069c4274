/** An IP address: unsigned 32-bit words in network order, one word for IPv4, four for IPv6. */
export interface Address {
  readonly family: 4 | 6;
  readonly words: readonly number[];
}

/**
 * An address with a mask, which need not be a prefix (`10.0.0.1/255.0.255.0` is legal). `address` has no bit outside
 * `mask`.
 */
export interface AddressBlock {
  readonly address: Address;
  readonly mask: Address;
}

const BYTE = '(?:\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])';
const GROUP = '[\\da-fA-F]{1,4}';

/** Sources of regular expressions that match addresses only, though not every spelling of them. */
export const CERTAIN_IPV4 = `(?:${BYTE}\\.){3}${BYTE}`;
export const CERTAIN_IPV6 = `(?:(?:${GROUP}:){7}${GROUP}|(?:${GROUP}:){1,4}(?::${GROUP}){1,3}|(?:${GROUP}:){1,6}:)`;

/**
 * Reads an address as inet_pton(3) does: IPv4 is four decimal numbers from 0 to 255 without leading zeros, IPv6 may
 * end in an IPv4 address and has no zone. undefined for anything else.
 */
export function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/**
 * Writes an address as inet_ntop(3) does, which is RFC 5952 with the tail of IPv4-mapped and IPv4-compatible addresses
 * in dotted form.
 */
export function formatAddress({ family, words }: Address): string {
  return family === 4 ? formatWord(words[0] as number) : formatIpv6(words);
}

/**
 * Reads `address[/length]` or `address[/mask]` as iptables and iproute2 read it; bits outside the mask are cleared.
 * IPv4 may omit numbers at the end (`10/8`) and write them in octal or hexadecimal (`010.0.0.1` is 8.0.0.1), as
 * libxtables' xtables_numeric_to_ipaddr allows. undefined where iptables refuses it (host names included).
 */
export function parseBlock(text: string, family: 4 | 6): AddressBlock | undefined {
  const slash = text.lastIndexOf('/');
  const addressText = slash < 0 ? text : text.slice(0, slash);
  const address = family === 4 ? (parseIpv4(addressText) ?? parseLooseIpv4(addressText)) : parseIpv6(addressText);
  const mask = slash < 0 ? prefixMask(family, bits(family)) : parseMask(text.slice(slash + 1), family);
  return address && mask && { address: andAddress(address, mask), mask };
}

/** Reads what comes after the `/` of a block: a prefix length or a mask in address form. */
export function parseMask(text: string, family: 4 | 6): Address | undefined {
  const length = looseNumber(text, bits(family));
  if (length !== undefined) return prefixMask(family, length);
  return family === 4 ? (parseIpv4(text) ?? parseFullLooseIpv4(text)) : parseIpv6(text);
}

/** Writes a block as iptables-save does: with a prefix length, or with the mask where that is not a prefix. */
export function formatBlock({ address, mask }: AddressBlock): string {
  const length = prefixLengthOf(mask);
  return `${formatAddress(address)}/${length ?? formatAddress(mask)}`;
}

/** The block of one address. */
export function hostBlock(address: Address): AddressBlock {
  return { address, mask: prefixMask(address.family, bits(address.family)) };
}

/** The block of `length` bits that holds `address`. */
export function prefixBlock(address: Address, length: number): AddressBlock {
  const mask = prefixMask(address.family, length);
  return { address: andAddress(address, mask), mask };
}

/** The block that holds every address of the family. */
export function anyBlock(family: 4 | 6): AddressBlock {
  return { address: anyAddress(family), mask: anyAddress(family) };
}

/** The mask of a prefix of `length` bits; `length` is clamped to what the family has. */
export function prefixMask(family: 4 | 6, length: number): Address {
  const clamped = Math.max(0, Math.min(bits(family), length));
  return (family === 4 ? MASKS_4 : MASKS_6)[clamped] as Address;
}

/** How many bits the mask's prefix has; undefined for a mask that is not a prefix. */
export function prefixLengthOf(mask: Address): number | undefined {
  let length = 0;
  for (const word of mask.words) length += Math.clz32(~word);
  return sameAddress(mask, prefixMask(mask.family, length)) ? length : undefined;
}

/** True where `address` is in `block`; false for the other family. */
export function inBlock(address: Address, block: AddressBlock): boolean {
  if (address.family !== block.address.family) return false;
  for (let i = 0; i < address.words.length; i++) {
    if (((address.words[i] as number) & (block.mask.words[i] as number)) >>> 0 !== block.address.words[i]) return false;
  }
  return true;
}

/** True where both are the same address of the same family. */
export function sameAddress(a: Address, b: Address): boolean {
  if (a.family !== b.family) return false;
  for (let i = 0; i < a.words.length; i++) if (a.words[i] !== b.words[i]) return false;
  return true;
}

/** Below 0 where `a` comes first, above 0 where `b` does: IPv4 before IPv6, then by number. */
export function compareAddresses(a: Address, b: Address): number {
  if (a.family !== b.family) return a.family - b.family;
  for (let i = 0; i < a.words.length; i++) {
    const difference = (a.words[i] as number) - (b.words[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function andAddress(a: Address, b: Address): Address {
  return { family: a.family, words: a.words.map((word, i) => (word & (b.words[i] as number)) >>> 0) };
}

export function orAddress(a: Address, b: Address): Address {
  return { family: a.family, words: a.words.map((word, i) => (word | (b.words[i] as number)) >>> 0) };
}

export function notAddress(a: Address): Address {
  return { family: a.family, words: a.words.map((word) => ~word >>> 0) };
}

/** Checksums of the internet protocols are sums of 16-bit words modulo this (RFC 1071). */
export const CHECKSUM_MODULUS = 0xffff;

/** What an address contributes to a checksum: 0 to 65534. */
export function addressSum({ words }: Address): number {
  return words.reduce((sum, word) => sum + (word >>> 16) + (word & 0xffff), 0) % CHECKSUM_MODULUS;
}

/** The address that is `count` higher, or lower where that is negative; wraps around at the end of the family. */
export function addToAddress(address: Address, count: number): Address {
  const words = [...address.words];
  let carry = count;
  for (let i = words.length - 1; i >= 0 && carry !== 0; i--) {
    const sum = (words[i] as number) + carry;
    words[i] = ((sum % 2 ** 32) + 2 ** 32) % 2 ** 32;
    carry = Math.floor(sum / 2 ** 32);
  }
  return { family: address.family, words };
}

/** An address from its bytes in network order: 4 for IPv4, 16 for IPv6. */
export function addressFromBytes(bytes: Uint8Array): Address {
  const words: number[] = [];
  for (let i = 0; i < bytes.length; i += 4) {
    words.push(
      (((bytes[i] as number) << 24) |
        ((bytes[i + 1] as number) << 16) |
        ((bytes[i + 2] as number) << 8) |
        (bytes[i + 3] as number)) >>>
        0,
    );
  }
  return { family: bytes.length === 4 ? 4 : 6, words };
}

/** The bytes of an address in network order. */
export function addressBytes({ words }: Address): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  words.forEach((word, i) => bytes.set([word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255], i * 4));
  return bytes;
}

/** An IPv4 address from its 32-bit number. */
export function ipv4(word: number): Address {
  return { family: 4, words: [word >>> 0] };
}

/** 0.0.0.0 or ::. */
export function anyAddress(family: 4 | 6): Address {
  return family === 4 ? ANY_4 : ANY_6;
}

/** True for 0.0.0.0 and ::. */
export function isUnspecified({ words }: Address): boolean {
  return words.every((word) => word === 0);
}

/**
 * The address to which a packet goes that a program sends to this one: `::` means `::1` to IPv6 sockets. Source:
 * net/ipv6/udp.c udpv6_sendmsg, raw.c rawv6_sendmsg.
 */
export function meantBySocket(address: Address): Address {
  return address.family === 6 && isUnspecified(address) ? { family: 6, words: [0, 0, 0, 1] } : address;
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback({ family, words }: Address): boolean {
  if (family === 4) return (words[0] as number) >>> 24 === 127;
  return words[0] === 0 && words[1] === 0 && words[2] === 0 && words[3] === 1;
}

/** True for 224.0.0.0/4 and ff00::/8. */
export function isMulticast({ family, words }: Address): boolean {
  return family === 4 ? (words[0] as number) >>> 28 === 14 : (words[0] as number) >>> 24 === 255;
}

/** The scope of an IPv6 multicast address: 1 this interface, 2 this link. Source: RFC 4291, 2.7. */
export function multicastScope({ words }: Address): number {
  return ((words[0] as number) >>> 16) & 15;
}

/** True for 224.0.0.0/24, the groups that no router passes on. */
export function isLinkGroup({ family, words }: Address): boolean {
  return family === 4 && (words[0] as number) >>> 8 === 0xe00000;
}

/** True for 255.255.255.255. */
export function isLimitedBroadcast({ family, words }: Address): boolean {
  return family === 4 && words[0] === 0xffffffff;
}

/** True for 169.254.0.0/16 and fe80::/10. */
export function isLinkLocal({ family, words }: Address): boolean {
  return family === 4 ? (words[0] as number) >>> 16 === 0xa9fe : (words[0] as number) >>> 22 === 0x3fa;
}

/** True for 10/8, 172.16/12, 192.168/16, 100.64/10 and fc00::/7: addresses that no public host has. */
export function isPrivate({ family, words }: Address): boolean {
  const first = words[0] as number;
  if (family === 6) return first >>> 25 === 0x7e;
  return first >>> 24 === 10 || first >>> 20 === 0xac1 || first >>> 16 === 0xc0a8 || first >>> 22 === 0x191;
}

function bits(family: 4 | 6): 32 | 128 {
  return family === 4 ? 32 : 128;
}

const ANY_4: Address = { family: 4, words: [0] };
const ANY_6: Address = { family: 6, words: [0, 0, 0, 0] };
const MASKS_4 = Array.from({ length: 33 }, (_, length): Address => ({ family: 4, words: [maskWord(length)] }));
const MASKS_6 = Array.from({ length: 129 }, (_, length): Address => ({
  family: 6,
  words: [maskWord(length), maskWord(length - 32), maskWord(length - 64), maskWord(length - 96)],
}));

function maskWord(length: number): number {
  if (length <= 0) return 0;
  return length >= 32 ? 0xffffffff : (-1 << (32 - length)) >>> 0;
}

/** Reads character by character, because every rule of a large file comes through here. */
function parseIpv4(text: string): Address | undefined {
  const length = text.length;
  if (length < 7 || length > 15) return undefined;
  let word = 0;
  let part = -1;
  let dots = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (part < 0 || ++dots > 3) return undefined;
      word = word * 256 + part;
      part = -1;
    } else if (code >= 48 && code <= 57) {
      if (part === 0) return undefined;
      part = part < 0 ? code - 48 : part * 10 + code - 48;
      if (part > 255) return undefined;
    } else return undefined;
  }
  return dots === 3 && part >= 0 ? { family: 4, words: [word * 256 + part] } : undefined;
}

function parseLooseIpv4(text: string): Address | undefined {
  const parts = text.split('.');
  if (parts.length > 4) return undefined;
  // A number alone that is too large for one byte is the whole address, as inet_aton(3) reads it.
  if (parts.length === 1) {
    const whole = looseNumber(text, 0xffffffff);
    return whole === undefined ? undefined : ipv4(whole > 255 ? whole : whole * 2 ** 24);
  }
  let word = 0;
  for (let i = 0; i < 4; i++) {
    const part = i < parts.length ? looseNumber(parts[i] as string, 255) : 0;
    if (part === undefined) return undefined;
    word = word * 256 + part;
  }
  return ipv4(word);
}

function parseFullLooseIpv4(text: string): Address | undefined {
  return text.split('.').length === 4 ? parseLooseIpv4(text) : undefined;
}

/** A number as strtoul(3) with base 0 takes it, with nothing after it, from 0 to `max`. */
function looseNumber(text: string, max: number): number | undefined {
  // One or two digits are nearly every prefix length there is.
  const first = text.charCodeAt(0) - 48;
  if (text.length === 1 && first >= 0 && first <= 9) return first <= max ? first : undefined;
  if (text.length === 2 && first >= 1 && first <= 9) {
    const second = text.charCodeAt(1) - 48;
    if (second >= 0 && second <= 9) return first * 10 + second <= max ? first * 10 + second : undefined;
  }
  const digits = text.trimStart().replace(/^\+/, '');
  let value: number;
  if (/^0[xX][0-9a-fA-F]{1,16}$/.test(digits)) value = Number(digits);
  else if (/^0[0-7]{0,21}$/.test(digits)) value = parseInt(digits, 8);
  else if (/^[1-9][0-9]{0,19}$/.test(digits)) value = Number(digits);
  else return undefined;
  return value <= max ? value : undefined;
}

function parseIpv6(text: string): Address | undefined {
  if (text.length < 2 || text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] as string, halves.length === 1);
  if (head === undefined) return undefined;
  let groups = head;
  if (halves.length === 2) {
    const tail = parseGroups(halves[1] as string, true);
    if (tail === undefined || head.length + tail.length > 7) return undefined;
    groups = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  }
  if (groups.length !== 8) return undefined;
  const words = [0, 2, 4, 6].map((i) => (groups[i] as number) * 65536 + (groups[i + 1] as number));
  return { family: 6, words };
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(parseInt(part, 16));
    else {
      const tail = mayEndInIpv4 && i === parts.length - 1 ? parseIpv4(part)?.words[0] : undefined;
      if (tail === undefined) return undefined;
      groups.push(tail >>> 16, tail & 0xffff);
    }
  }
  return groups;
}

function formatWord(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

function formatIpv6(words: readonly number[]): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  const gap = longestZeroRun(groups);
  const last = words[3] as number;
  if (gap.start === 0 && (gap.length === 6 || (gap.length === 5 && groups[5] === 0xffff))) {
    return `${gap.length === 6 ? '::' : '::ffff:'}${formatWord(last)}`;
  }
  const hex = groups.map((group) => group.toString(16));
  if (gap.length < 2) return hex.join(':');
  return `${hex.slice(0, gap.start).join(':')}::${hex.slice(gap.start + gap.length).join(':')}`;
}

/** The first of the longest runs of zeros. */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 };
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > best.length) best = { start: i, length: end - i };
    if (end > i) i = end;
  }
  return best;
}
