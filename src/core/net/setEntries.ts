import { compareAddresses, parseAddress, parseBlock, prefixMask, sameAddress, type Address } from './address';
import type { IpSet } from './host';
import { coversAll, memberKey, readExtensions, readMember, type SetExtensions, type SetMember, type SetPart, type SetShape } from './setMembers';

export interface SetProblem {
  readonly entry: string;
  readonly message: string;
}

/** A set in the form that a lookup wants. */
export interface CompiledSet extends SetShape {
  /** Of list:set: the sets in it, in order. */
  readonly lists: readonly ListedSet[];
  /** Members without ranges and wildcards, by `memberKey`; for sets with networks the lengths are part of the key. */
  readonly exact: ReadonlyMap<string, SetMember>;
  /** Members that stand for several values. */
  readonly ranges: readonly SetMember[];
  /** Of hash:net,iface: members by the key of their network. */
  readonly byNetwork: ReadonlyMap<string, readonly SetMember[]>;
  /** The combinations of network lengths that members have, and of how many; one empty combination for sets without networks. */
  readonly lengths: readonly LengthCount[];
  /** How many members there are, each value of a range by itself. */
  readonly size: number;
  readonly problems: readonly SetProblem[];
}

export interface ListedSet extends SetExtensions {
  readonly name: string;
}

export interface LengthCount {
  readonly lengths: readonly number[];
  readonly count: number;
}

const CACHE = new WeakMap<IpSet, CompiledSet>();

/** Reads the members of a set as the file has it, without what packets changed, once per set object. */
export function compileSet(now: IpSet): CompiledSet {
  const set = now.changes?.original ?? now;
  const known = CACHE.get(set);
  if (known) return known;
  const compiled = compile(set);
  CACHE.set(set, compiled);
  return compiled;
}

/** The value of an option of `create`. */
export function setOption({ options }: IpSet, name: string): string | undefined {
  return options[options.indexOf(name) + 1 || options.length];
}

function compile(set: IpSet): CompiledSet {
  const shape = (set.type.split(':')[1] as string).split(',') as SetPart['kind'][];
  const problems: SetProblem[] = [];
  const exact = new Map<string, SetMember>();
  const ranges: SetMember[] = [];
  const byNetwork = new Map<string, SetMember[]>();
  const base = { shape, addressMask: addressMask(set), markMask: Number(setOption(set, 'markmask') ?? 0xffffffff) >>> 0 };
  const rest = { exact, ranges, byNetwork, problems };
  if (set.type === 'list:set') return { ...base, ...rest, shape: [], lists: listMembers(set.entries), lengths: [], size: set.entries.length };
  for (const entry of set.entries) {
    const members = readMember(entry, set, base);
    if (typeof members === 'string') {
      problems.push({ entry, message: members });
      continue;
    }
    for (const member of members) {
      if (set.type === 'hash:net,iface') addByNetwork(byNetwork, member);
      else if (isExact(member)) {
        const key = memberKey(member.parts, set.type);
        exact.set(key, addedAgain(member, exact.get(key) ?? inRanges(ranges, member.parts)));
      } else {
        ranges.push(member);
        for (const [key, before] of exact) if (coversAll(member.parts, before.parts)) exact.set(key, addedAgain({ ...member, parts: before.parts }, before));
      }
    }
  }
  const all = [...exact.values(), ...ranges, ...[...byNetwork.values()].flat()];
  // What stands in a range as well is one member.
  const twice = ranges.length === 0 ? 0 : [...exact.values()].filter(({ parts }) => ranges.some((range) => coversAll(range.parts, parts))).length;
  return { ...base, ...rest, lists: [], lengths: countLengths(all), size: all.reduce((sum, member) => sum + sizeOf(member), -twice) };
}

/** What several ranges, one added after the other, have made of one value. */
export function inRanges(ranges: readonly SetMember[], values: readonly SetPart[]): SetMember | undefined {
  let found: SetMember | undefined;
  for (const range of ranges) if (coversAll(range.parts, values)) found = addedAgain(range, found);
  return found;
}

/** Added again, a member keeps the counters, and the link layer address of a bitmap:ip,mac, that are not written anew. */
function addedAgain(member: SetMember, before: SetMember | undefined): SetMember {
  if (before === undefined) return member;
  const [, mac] = member.parts;
  const parts = mac?.kind === 'mac' && mac.mac === undefined ? before.parts : member.parts;
  return { ...member, parts, counts: { packets: member.counts.packets ?? before.counts.packets, bytes: member.counts.bytes ?? before.counts.bytes } };
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
    return part.kind !== 'port' || part.first === part.last;
  });
}

export function lengthsOf({ parts }: Pick<SetMember, 'parts'>): readonly number[] {
  return parts.flatMap((part) => (part.kind === 'net' ? [part.length] : []));
}

function countLengths(members: readonly SetMember[]): LengthCount[] {
  const counts = new Map<string, LengthCount>();
  for (const member of members) {
    const lengths = lengthsOf(member);
    counts.set(lengths.join(), { lengths, count: (counts.get(lengths.join())?.count ?? 0) + sizeOf(member) });
  }
  return [...counts.values()];
}

/** How many values a member stands for. Only IPv4 has ranges of addresses outside sets of networks. */
function sizeOf({ parts }: SetMember): number {
  return parts.reduce((size, part) => {
    if (part.kind === 'port') return size * (part.last - part.first + 1);
    return part.kind === 'ip' && compareAddresses(part.first, part.last) < 0 ? size * ((part.last.words.at(-1) ?? 0) - (part.first.words.at(-1) ?? 0) + 1) : size;
  }, 1);
}

function addressMask(set: IpSet): Address | undefined {
  const length = setOption(set, 'netmask');
  const bits = setOption(set, 'bitmask');
  if (length !== undefined) return parseBlock(`::/${length}`, 6) && prefixMask(set.family, Number(length));
  return bits === undefined ? undefined : parseAddress(bits);
}

/** `before` and `after` only place a member; the order of a saved list is the order of its lines. */
function listMembers(entries: readonly string[]): ListedSet[] {
  const listed: ListedSet[] = [];
  for (const entry of entries) {
    const [name = '', place, other = ''] = entry.split(' ');
    const member = { name, ...readExtensions(entry.split(' ').slice(1)) };
    const at = listed.findIndex((each) => each.name === other);
    if (place === 'before' && at >= 0) listed.splice(at, 0, member);
    else if (place === 'after' && at >= 0) listed.splice(at + 1, 0, member);
    else listed.push(member);
  }
  return listed;
}
