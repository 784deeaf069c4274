import { addToAddress, andAddress, compareAddresses, notAddress, orAddress, parseAddress, parseBlock, prefixBlock, prefixLengthOf, prefixMask, sameAddress, type Address } from './address';
import type { IpSet } from './host';
import { icmpTypeOf } from './icmpTypes';
import { protocolNumber } from './protocols';
import { portOfService } from './services';

/** One part of a member of a set. Values of a packet have the same form, a single value in each part. */
export type SetPart =
  | { readonly kind: 'ip'; readonly first: Address; readonly last: Address }
  | { readonly kind: 'net'; readonly address: Address; readonly length: number }
  /** `protocol` undefined: bitmap:port, which has TCP and UDP. */
  | { readonly kind: 'port'; readonly protocol: number | undefined; readonly first: number; readonly last: number }
  /** undefined: bitmap:ip,mac member whose link layer address is yet to be learnt. */
  | { readonly kind: 'mac'; readonly mac: string | undefined }
  | { readonly kind: 'mark'; readonly mark: number }
  | { readonly kind: 'iface'; readonly name: string; readonly wildcard: boolean; readonly bridgePort: boolean };

export interface SetMember {
  readonly parts: readonly SetPart[];
  readonly nomatch: boolean;
  /** What its counters say at first, in a set that counts; undefined: nothing is written, which is 0. */
  readonly counts: { readonly packets: bigint | undefined; readonly bytes: bigint | undefined };
}

export interface SetProblem {
  readonly entry: string;
  readonly message: string;
}

/** A set in the form that a lookup wants. */
export interface CompiledSet {
  /** What a part of a member is: the words of the type's name. */
  readonly shape: readonly ('ip' | 'net' | 'port' | 'mac' | 'mark' | 'iface')[];
  /** Of list:set: the names of its members. */
  readonly lists: readonly string[];
  /** Members without ranges and wildcards, by `memberKey`; for sets with networks the lengths are part of the key. */
  readonly exact: ReadonlyMap<string, SetMember>;
  /** Members that stand for several values. */
  readonly ranges: readonly SetMember[];
  /** Of hash:net,iface: members by the key of their network. */
  readonly byNetwork: ReadonlyMap<string, readonly SetMember[]>;
  /** The combinations of network lengths that members have, most specific first; one empty combination for sets without networks. */
  readonly lengths: readonly (readonly number[])[];
  /** What `netmask`, `bitmask` or `markmask` leave of an address or a mark. */
  readonly addressMask: Address | undefined;
  readonly markMask: number;
  readonly problems: readonly SetProblem[];
}

const CACHE = new WeakMap<IpSet, CompiledSet>();

/** Reads the members of a set, once per set object. */
export function compileSet(set: IpSet): CompiledSet {
  const known = CACHE.get(set);
  if (known) return known;
  const compiled = compile(set);
  CACHE.set(set, compiled);
  return compiled;
}

/** A key of the parts that must be equal for a member to be found. */
export function memberKey(parts: readonly SetPart[]): string {
  return parts
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

function compile(set: IpSet): CompiledSet {
  const shape = (set.type.split(':')[1] as string).split(',') as CompiledSet['shape'][number][];
  const problems: SetProblem[] = [];
  const exact = new Map<string, SetMember>();
  const ranges: SetMember[] = [];
  const byNetwork = new Map<string, SetMember[]>();
  const lengths = new Map<string, readonly number[]>();
  const option = (name: string): string | undefined => set.options[set.options.indexOf(name) + 1 || set.options.length];
  const base = { shape, exact, ranges, byNetwork, problems, addressMask: addressMask(set, option), markMask: Number(option('markmask') ?? 0xffffffff) >>> 0 };
  if (set.type === 'list:set') return { ...base, shape: [], lists: listMembers(set.entries), lengths: [[]] };
  for (const entry of set.entries) {
    const members = readMember(entry, set, base);
    if (typeof members === 'string') {
      problems.push({ entry, message: members });
      continue;
    }
    for (const member of members) {
      const own = member.parts.flatMap((part) => (part.kind === 'net' ? [part.length] : []));
      lengths.set(own.join(), own);
      if (set.type === 'hash:net,iface') addByNetwork(byNetwork, member);
      else if (isExact(member)) {
        // Added again, it keeps the counters that are not written anew.
        const key = memberKey(member.parts);
        const before = exact.get(key)?.counts;
        exact.set(key, before ? { ...member, counts: { packets: member.counts.packets ?? before.packets, bytes: member.counts.bytes ?? before.bytes } } : member);
      }
      else ranges.push(member);
    }
  }
  return { ...base, lists: [], lengths: [...lengths.values()].sort((a, b) => (b[0] ?? 0) - (a[0] ?? 0) || (b[1] ?? 0) - (a[1] ?? 0)) };
}

/** A member that is added again replaces the one before, for its `nomatch` and `wildcard`. */
function addByNetwork(byNetwork: Map<string, SetMember[]>, member: SetMember): void {
  const [net, iface] = member.parts;
  // Members for a bridge port are kept apart by the kernel, and -m set never asks for one.
  if (net === undefined || (iface?.kind === 'iface' && iface.bridgePort)) return;
  const key = memberKey([net]);
  const name = memberKey(member.parts.slice(1));
  const others = (byNetwork.get(key) ?? []).filter((other) => memberKey(other.parts.slice(1)) !== name);
  byNetwork.set(key, [...others, member]);
}

function isExact({ parts }: SetMember): boolean {
  return parts.every((part) => {
    if (part.kind === 'ip') return sameAddress(part.first, part.last);
    if (part.kind === 'port') return part.first === part.last;
    return !(part.kind === 'mac' && part.mac === undefined);
  });
}

function addressMask(set: IpSet, option: (name: string) => string | undefined): Address | undefined {
  const length = option('netmask');
  const bits = option('bitmask');
  if (length !== undefined) return parseBlock(`::/${length}`, 6) && prefixMask(set.family, Number(length));
  return bits === undefined ? undefined : parseAddress(bits);
}

/** `before` and `after` only place a member; the order of a saved list is the order of its lines. */
function listMembers(entries: readonly string[]): string[] {
  const names: string[] = [];
  for (const entry of entries) {
    const [name = '', place, other = ''] = entry.split(' ');
    const at = names.indexOf(other);
    if (place === 'before' && at >= 0) names.splice(at, 0, name);
    else if (place === 'after' && at >= 0) names.splice(at + 1, 0, name);
    else names.push(name);
  }
  return names;
}

type Base = Pick<CompiledSet, 'shape' | 'addressMask' | 'markMask'>;

function readMember(entry: string, set: IpSet, base: Base): SetMember[] | string {
  const [values = '', ...words] = entry.replace(/ comment "[^"]*"/, '').split(' ');
  const texts = values.split(',');
  if (texts.length > base.shape.length || (texts.length < base.shape.length && set.type !== 'bitmap:ip,mac')) {
    return `"${values}" does not fit the type ${set.type}`;
  }
  const wildcard = words.includes('wildcard');
  let combinations: SetPart[][] = [[]];
  for (const [i, kind] of base.shape.entries()) {
    const parts = readPart(kind, texts[i], set, base, wildcard);
    if (parts === undefined) return `"${texts[i] ?? ''}" is not a value for the ${kind} of a ${set.type} set`;
    combinations = combinations.flatMap((before) => parts.map((part) => [...before, part]));
  }
  const nomatch = words.includes('nomatch');
  const count = (name: string): bigint | undefined => {
    const value = words[words.indexOf(name) + 1];
    return words.includes(name) && value !== undefined && /^[0-9]{1,20}$/.test(value) ? BigInt(value) : undefined;
  };
  const counts = { packets: count('packets'), bytes: count('bytes') };
  return combinations.map((parts) => ({ parts, nomatch, counts }));
}

function readPart(kind: CompiledSet['shape'][number], text: string | undefined, set: IpSet, base: Base, wildcard: boolean): SetPart[] | undefined {
  if (text === undefined) return kind === 'mac' ? [{ kind: 'mac', mac: undefined }] : undefined;
  switch (kind) {
    case 'ip': {
      const range = readAddressRange(text, set.family);
      if (range === undefined) return undefined;
      const masked = (address: Address): Address => (base.addressMask ? andAddress(address, base.addressMask) : address);
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
        ? [{ kind: 'mac', mac: text.split(/[:-]/).map((part) => part.padStart(2, '0').toLowerCase()).join(':') }]
        : undefined;
    case 'mark':
      return /^(0x[0-9a-f]{1,8}|[0-9]{1,10})$/i.test(text) ? [{ kind: 'mark', mark: (Number(text) & base.markMask) >>> 0 }] : undefined;
    case 'iface': {
      const bridgePort = text.startsWith('physdev:');
      return [{ kind: 'iface', name: bridgePort ? text.slice(8) : text, wildcard, bridgePort }];
    }
  }
}

function readAddressRange(text: string, family: 4 | 6): { first: Address; last: Address } | undefined {
  const dash = text.indexOf('-');
  if (dash > 0) {
    const [first, last] = [parseAddress(text.slice(0, dash)), parseAddress(text.slice(dash + 1))];
    return first?.family === family && last?.family === family && compareAddresses(first, last) <= 0 ? { first, last } : undefined;
  }
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
  const range = readAddressRange(text, family);
  if (range === undefined) return undefined;
  const parts: SetPart[] = [];
  for (let at = range.first; compareAddresses(at, range.last) <= 0;) {
    let length = family === 4 ? 32 : 128;
    while (length > 0 && sameAddress(prefixBlock(at, length - 1).address, at) && compareAddresses(endOf(at, length - 1), range.last) <= 0) length--;
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
  if (numbers) return Number(numbers[1]) <= 255 && Number(numbers[2]) <= 255 ? Number(numbers[1]) * 256 + Number(numbers[2]) : undefined;
  const known = icmpTypeOf(text, family);
  return known && known.type * 256 + (known.code ?? 0);
}
