import {
  addToAddress,
  andAddress,
  compareAddresses,
  formatAddress,
  notAddress,
  orAddress,
  parseAddress,
  parseBlock,
  prefixBlock,
  prefixLengthOf,
  prefixMask,
  sameAddress,
  type Address,
} from './address';
import type { IpSet, SetExtensions, SetInfo, SetMember, SetPart } from './ipSet';
import { icmpTypeOf } from './icmpTypes';
import { protocolName, protocolNumber } from './protocols';
import { portOfService } from './services';

export type PartKind = SetPart['kind'];

/** What the options of a set say about the values of its members. */
export interface SetShape {
  /** What a part of a member is: the words of the type's name. */
  readonly shape: readonly PartKind[];
  /** What `netmask`, `bitmask` or `markmask` leave of an address or a mark. */
  readonly addressMask: Address | undefined;
  readonly markMask: number;
}

export const NO_INFO: SetInfo = { mark: 0, mask: 0, priority: 0 };

/**
 * A key of the parts in which the members of a set differ. The link layer address that follows the address of a
 * bitmap:ip,mac is not one of them.
 */
export function memberKey(parts: readonly SetPart[], type = ''): string {
  return (type === 'bitmap:ip,mac' ? parts.slice(0, 1) : parts)
    .map((part) => {
      switch (part.kind) {
        case 'ip':
          return part.first.words.join('.');
        case 'net':
          return `${part.address.words.join('.')}/${part.length}`;
        case 'port':
          return `${part.protocol ?? ''}:${part.first}`;
        case 'mac':
          return part.mac ?? '*';
        case 'mark':
          return String(part.mark);
        case 'iface':
          return `${part.bridgePort ? 'physdev:' : ''}${part.name}`;
      }
    })
    .join(' ');
}

/** A member of single values in the words of `ipset save`: `10.0.0.1,tcp:80`. */
export function memberText(parts: readonly SetPart[]): string {
  return parts
    .map((part) => {
      switch (part.kind) {
        case 'ip':
          return formatAddress(part.first);
        case 'net':
          return `${formatAddress(part.address)}/${part.length}`;
        case 'port': {
          const { protocol, first } = part;
          if (protocol === undefined) return String(first);
          return `${protocolName(protocol)}:${protocol === 1 || protocol === 58 ? `${first >> 8}/${first & 0xff}` : first}`;
        }
        case 'mac':
          return part.mac ?? '';
        case 'mark':
          return `0x${part.mark.toString(16)}`;
        case 'iface':
          return part.name;
      }
    })
    .join(',');
}

/**
 * The words after the values: `packets 3 bytes 180 skbmark 0x1/0xff skbprio 1:20`. Source: ipset(8), "counters",
 * "skbinfo".
 */
export function readExtensions(words: readonly string[]): SetExtensions {
  const after = (name: string): string | undefined =>
    words.includes(name) ? words[words.indexOf(name) + 1] : undefined;
  const count = (name: string): bigint | undefined => {
    const value = after(name);
    return value !== undefined && /^[0-9]{1,20}$/.test(value) ? BigInt(value) : undefined;
  };
  const [mark, mask] = after('skbmark')?.split('/') ?? [];
  const [major = '0', minor = '0'] = after('skbprio')?.split(':') ?? [];
  const info = {
    mark: numberOf(mark),
    mask: mark !== undefined && mask === undefined ? 0xffffffff : numberOf(mask),
    priority: ((parseInt(major, 16) << 16) | (parseInt(minor, 16) & 0xffff)) >>> 0,
  };
  return { counts: { packets: count('packets'), bytes: count('bytes') }, info };
}

function numberOf(text = '0'): number {
  return /^(0x[0-9a-f]{1,8}|[0-9]{1,10})$/i.test(text) ? Number(text) >>> 0 : 0;
}

/** The members that a line adds, or what is wrong with it. */
export function readMember(entry: string, set: IpSet, base: SetShape): SetMember[] | string {
  const blank = entry.indexOf(' ');
  const values = blank < 0 ? entry : entry.slice(0, blank);
  const words =
    blank < 0
      ? NO_WORDS
      : entry
          .slice(blank)
          .replace(/ comment "[^"]*"/, '')
          .split(' ');
  const texts = values.includes(',') ? values.split(',') : [values];
  if (texts.length > base.shape.length || (texts.length < base.shape.length && set.type !== 'bitmap:ip,mac')) {
    return `"${values}" does not match the type ${set.type}`;
  }
  const wildcard = words.includes('wildcard');
  const parts: SetPart[][] = [];
  for (const [i, kind] of base.shape.entries()) {
    const each = readPart(kind, texts[i], set, base, wildcard);
    if (each === undefined) return `"${texts[i] ?? ''}" is not a value for the ${kind} of a ${set.type} set`;
    parts.push(each);
  }
  if (parts.reduce((product, { length }) => product * length, 1) > MOST_COMBINATIONS)
    return `"${values}" stands for more networks than are evaluated, ${MOST_COMBINATIONS}`;
  const nomatch = words.includes('nomatch');
  const extensions = words.length === 0 ? NO_EXTENSIONS : readExtensions(words);
  return combined(parts).map((each) => ({ parts: each, nomatch, ...extensions }));
}

const NO_WORDS: readonly string[] = [];
const NO_EXTENSIONS: SetExtensions = { counts: { packets: undefined, bytes: undefined }, info: NO_INFO };
/** Two ranges of IPv4 addresses are at most 62 networks each. */
const MOST_COMBINATIONS = 62 * 62;

function combined(parts: readonly SetPart[][]): readonly SetPart[][] {
  if (parts.every(({ length }) => length === 1)) return [parts.map(([part]) => part as SetPart)];
  let combinations: SetPart[][] = [[]];
  for (const each of parts) combinations = combinations.flatMap((before) => each.map((part) => [...before, part]));
  return combinations;
}

function readPart(
  kind: PartKind,
  text: string | undefined,
  set: IpSet,
  base: SetShape,
  wildcard: boolean,
): SetPart[] | undefined {
  if (text === undefined) return kind === 'mac' ? [{ kind: 'mac', mac: undefined }] : undefined;
  switch (kind) {
    case 'ip': {
      const range = readAddressRange(text, set.family);
      if (range === undefined) return undefined;
      const masked = (address: Address): Address =>
        base.addressMask ? andAddress(address, base.addressMask) : address;
      return [{ kind: 'ip', first: masked(range.first), last: masked(range.last) }];
    }
    case 'net':
      return readNetworks(text, set.family, base.addressMask);
    case 'port': {
      const port = readPort(text, set);
      return port && [port];
    }
    case 'mac':
      return /^[0-9a-f]{1,2}([:-][0-9a-f]{1,2}){5}$/i.test(text)
        ? [
            {
              kind: 'mac',
              mac: text
                .split(/[:-]/)
                .map((part) => part.padStart(2, '0').toLowerCase())
                .join(':'),
            },
          ]
        : undefined;
    case 'mark':
      return /^(0x[0-9a-f]{1,8}|[0-9]{1,10})$/i.test(text)
        ? [{ kind: 'mark', mark: (Number(text) & base.markMask) >>> 0 }]
        : undefined;
    case 'iface': {
      const bridgePort = text.startsWith('physdev:');
      return [{ kind: 'iface', name: bridgePort ? text.slice(8) : text, wildcard, bridgePort }];
    }
  }
}

function readAddressRange(text: string, family: 4 | 6): { first: Address; last: Address } | undefined {
  const dash = text.indexOf('-');
  // ipset takes plain addresses only of IPv6.
  if (family === 6) {
    const address = parseAddress(text.replace(/\/128$/, ''));
    return address?.family === 6 ? { first: address, last: address } : undefined;
  }
  if (dash > 0) {
    const [first, last] = [parseAddress(text.slice(0, dash)), parseAddress(text.slice(dash + 1))];
    return first?.family === family && last?.family === family && compareAddresses(first, last) <= 0
      ? { first, last }
      : undefined;
  }
  const address = parseAddress(text);
  if (address?.family === 4) return { first: address, last: address };
  const block = parseBlock(text, family);
  return block && { first: block.address, last: orAddress(block.address, notAddress(block.mask)) };
}

/** A range of addresses as a member of a set of networks is the fewest networks that make it up. */
function readNetworks(text: string, family: 4 | 6, mask: Address | undefined): SetPart[] | undefined {
  if (!text.includes('-')) {
    const block = parseBlock(text, family);
    const length = block && prefixLengthOf(block.mask);
    return block && length !== undefined ? [network(block.address, length, mask)] : undefined;
  }
  const range = family === 4 ? readAddressRange(text, family) : undefined;
  if (range === undefined) return undefined;
  const parts: SetPart[] = [];
  for (let at = range.first; compareAddresses(at, range.last) <= 0;) {
    let length = 32;
    while (
      length > 0 &&
      sameAddress(prefixBlock(at, length - 1).address, at) &&
      compareAddresses(endOf(at, length - 1), range.last) <= 0
    )
      length--;
    parts.push(network(at, length, mask));
    const end = endOf(at, length);
    at = addToAddress(end, 1);
    if (compareAddresses(at, end) <= 0) break;
  }
  return parts;
}

function network(address: Address, length: number, mask: Address | undefined): SetPart {
  return { kind: 'net', address: mask ? andAddress(address, mask) : address, length };
}

function endOf(address: Address, length: number): Address {
  return orAddress(address, notAddress(prefixMask(address.family, length)));
}

/** `[protocol:]port[-port]`; without a protocol it is TCP, for bitmap:port it is TCP and UDP. */
function readPort(text: string, set: IpSet): SetPart | undefined {
  const colon = text.indexOf(':');
  const name = colon < 0 ? undefined : text.slice(0, colon);
  const protocol = name === undefined ? 6 : protocolNumber(name);
  if (protocol === undefined) return undefined;
  const port = text.slice(colon + 1);
  if (protocol === 1 || protocol === 58) {
    const value = icmpValue(port, protocol === 1 ? 4 : 6);
    return value === undefined ? undefined : { kind: 'port', protocol, first: value, last: value };
  }
  const [first, last = first] = rangeOf(port, protocol);
  if (first === undefined || last === undefined || first > last) return undefined;
  return { kind: 'port', protocol: set.type === 'bitmap:port' ? undefined : protocol, first, last };
}

function rangeOf(text: string, protocol: number): (number | undefined)[] {
  const whole = portNumber(text, protocol);
  return whole === undefined ? text.split('-').map((part) => portNumber(part, protocol)) : [whole];
}

function portNumber(text: string, protocol: number): number | undefined {
  if (/^[0-9]{1,5}$/.test(text)) return Number(text) <= 65535 ? Number(text) : undefined;
  return portOfService(text, protocol);
}

/** ipset keeps type and code of ICMP in the place of the port, the type in the upper byte. */
function icmpValue(text: string, family: 4 | 6): number | undefined {
  const numbers = /^([0-9]{1,3})\/([0-9]{1,3})$/.exec(text);
  if (numbers)
    return Number(numbers[1]) <= 255 && Number(numbers[2]) <= 255
      ? Number(numbers[1]) * 256 + Number(numbers[2])
      : undefined;
  const known = icmpTypeOf(text, family);
  return known && known.type * 256 + (known.code ?? 0);
}

/** Whether a part of a member, which may be a range, stands for a value. */
export function covers(part: SetPart, value: SetPart): boolean {
  switch (part.kind) {
    case 'ip':
      return (
        value.kind === 'ip' &&
        compareAddresses(part.first, value.first) <= 0 &&
        compareAddresses(value.first, part.last) <= 0
      );
    case 'port':
      return (
        value.kind === 'port' &&
        part.protocol === value.protocol &&
        part.first <= value.first &&
        value.first <= part.last
      );
    case 'iface':
      return value.kind === 'iface' && (part.wildcard ? value.name.startsWith(part.name) : value.name === part.name);
    case 'net':
    case 'mac':
    case 'mark':
      return memberKey([part]) === memberKey([value]);
  }
}

export function coversAll(parts: readonly SetPart[], values: readonly SetPart[]): boolean {
  return parts.every((part, i) => covers(part, values[i] as SetPart));
}
