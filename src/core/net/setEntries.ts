import { compareAddresses, parseAddress, parseBlock, prefixMask, sameAddress, type Address } from './address';
import type { IpSet, SetExtensions, SetMember, SetPart } from './ipSet';
import { MemberRanges, type AddedMember } from './memberRanges';
import { memberKey, NO_INFO, readExtensions, readMember, type SetShape } from './setMembers';

interface SetProblem {
  /** Its place among the entries of the set. */
  readonly index: number;
  readonly message: string;
}

/** A set in the form that lookups use. */
export interface CompiledSet extends SetShape {
  /** Of list:set: the sets in it, in order. */
  readonly lists: readonly ListedSet[];
  /**
   * Members without ranges and wildcards, by `memberKey`; for sets with networks the lengths are part of the key. A
   * number stands for a member that has only values, and is its place in the order of addition: a set may have millions
   * of them.
   */
  readonly exact: ReadonlyMap<string, number | readonly AddedMember[]>;
  /** Members that stand for several values. */
  readonly ranges: MemberRanges;
  /** Of hash:net,iface: members by the key of their network, and then of the interface. */
  readonly byNetwork: ReadonlyMap<string, ReadonlyMap<string, SetMember>>;
  /**
   * The combinations of network lengths that members have, and of how many; one empty combination for sets without
   * networks.
   */
  readonly lengths: readonly LengthCount[];
  readonly problems: readonly SetProblem[];
}

interface ListedSet extends SetExtensions {
  readonly name: string;
}

interface LengthCount {
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
  const base = {
    shape,
    addressMask: addressMask(set),
    markMask: Number(setOption(set, 'markmask') ?? 0xffffffff) >>> 0,
  };
  const exact = new Map<string, number | AddedMember[]>();
  const ranges = new MemberRanges();
  const byNetwork = new Map<string, Map<string, SetMember>>();
  const problems: SetProblem[] = [];
  const rest = { exact, ranges, byNetwork, problems };
  if (set.type === 'list:set') return { ...base, ...rest, shape: [], lists: listMembers(set.entries), lengths: [] };
  const lengths = new Map<string, { readonly lengths: readonly number[]; count: number }>();
  const hasNetworks = shape.includes('net');
  const count = (member: Pick<SetMember, 'parts'>, size: number): void => {
    const own = hasNetworks ? lengthsOf(member) : NO_LENGTHS;
    const key = hasNetworks ? own.join() : '';
    const known = lengths.get(key);
    if (known) known.count += size;
    else lengths.set(key, { lengths: own, count: size });
  };
  for (const [order, entry] of set.entries.entries()) {
    const members = readMember(entry, set, base);
    if (typeof members === 'string') {
      problems.push({ index: order, message: members });
      continue;
    }
    const plain = !entry.includes(' ') && set.type !== 'bitmap:ip,mac';
    for (const member of members) {
      if (set.type === 'hash:net,iface') {
        if (addByNetwork(byNetwork, member)) count(member, 1);
      } else if (isExact(member)) {
        const key = memberKey(member.parts, set.type);
        const before = exact.get(key);
        if (before === undefined) count(member, 1);
        if (plain && !Array.isArray(before)) exact.set(key, order);
        else exact.set(key, [...addedBefore(before, member), { order, member }]);
      } else {
        ranges.add({ order, member });
        count(member, sizeOf(member));
      }
    }
  }
  return { ...base, ...rest, lists: [], lengths: [...lengths.values()] };
}

/** What was added of the same values so far, without that of which only the last line matters. */
function addedBefore(
  before: number | readonly AddedMember[] | undefined,
  { parts }: SetMember,
): readonly AddedMember[] {
  const list = typeof before === 'number' ? [{ order: before, member: plainMember(parts) }] : (before ?? []);
  return list.length < MOST_ADDED
    ? list
    : [{ order: list[0]?.order ?? 0, member: list.map(({ member }) => member).reduce((a, b) => addedAgain(b, a)) }];
}

/**
 * How many lines that add the same values are kept apart; more become one, as if no range had been added between them.
 */
const MOST_ADDED = 16;

function plainMember(parts: readonly SetPart[]): SetMember {
  return { parts, nomatch: false, counts: NO_COUNTS, info: NO_INFO };
}

const NO_COUNTS = { packets: undefined, bytes: undefined };

/**
 * The member that stands for these values, made of all lines that added it, by itself or in a range; undefined where
 * there is none.
 */
export function savedMember(
  { exact, ranges }: CompiledSet,
  values: readonly SetPart[],
  key: string,
): SetMember | undefined {
  const own = exact.get(key);
  const inRanges = ranges.covering(values);
  if (inRanges.length === 0 && own === undefined) return undefined;
  const list = typeof own === 'number' ? [{ order: own, member: plainMember(values) }] : (own ?? []);
  // One value of a range is a member by itself, whose link-layer address the range does not state.
  const ofValue = list[0]?.member.parts.map((part): SetPart =>
    part.kind === 'mac' ? { kind: 'mac', mac: undefined } : part,
  );
  const ranged = ofValue
    ? inRanges.map(({ order, member }) => ({ order, member: { ...member, parts: ofValue } }))
    : inRanges;
  return [...list, ...ranged]
    .sort((a, b) => a.order - b.order)
    .reduce<SetMember | undefined>((before, { member }) => addedAgain(member, before), undefined);
}

/** How many members the file has, each value of a range by itself. A value that is also in a range counts once. */
export function savedSize(set: IpSet): number {
  const compiled = compileSet(set);
  const known = SIZES.get(compiled);
  if (known !== undefined) return known;
  let size = compiled.lists.length;
  for (const { count } of compiled.lengths) size += count;
  if (compiled.ranges.all.length > 0) {
    for (const [key, own] of compiled.exact)
      if (compiled.ranges.covering(partsOf(own, key, set, compiled)).length > 0) size--;
  }
  SIZES.set(compiled, size);
  return size;
}

const SIZES = new WeakMap<CompiledSet, number>();

function partsOf(
  own: number | readonly AddedMember[],
  key: string,
  set: IpSet,
  compiled: CompiledSet,
): readonly SetPart[] {
  if (typeof own !== 'number') return own[0]?.member.parts ?? [];
  const members = readMember((set.changes?.original ?? set).entries[own] ?? '', set, compiled);
  return (
    (typeof members === 'string'
      ? undefined
      : members.find(({ parts }) => memberKey(parts, set.type) === key)?.parts) ?? []
  );
}

/**
 * Added again, a member keeps the counters, and the link layer address of a bitmap:ip,mac, that are not written anew.
 */
function addedAgain(member: SetMember, before: SetMember | undefined): SetMember {
  if (before === undefined) return member;
  const [, mac] = member.parts;
  const parts = mac?.kind === 'mac' && mac.mac === undefined ? before.parts : member.parts;
  return {
    ...member,
    parts,
    counts: {
      packets: member.counts.packets ?? before.counts.packets,
      bytes: member.counts.bytes ?? before.counts.bytes,
    },
  };
}

/**
 * A member that is added again replaces the one before, for its `nomatch` and `wildcard`. Says whether it is a new one.
 */
function addByNetwork(byNetwork: Map<string, Map<string, SetMember>>, member: SetMember): boolean {
  const [net, iface] = member.parts;
  // Members for a bridge port are kept apart by the kernel, and -m set never asks for one.
  if (net === undefined || (iface?.kind === 'iface' && iface.bridgePort)) return false;
  const key = memberKey([net]);
  const name = memberKey(member.parts.slice(1));
  const others = byNetwork.get(key) ?? new Map<string, SetMember>();
  const replaced = others.delete(name);
  byNetwork.set(key, others.set(name, member));
  return !replaced;
}

function isExact({ parts }: SetMember): boolean {
  return parts.every((part) => {
    if (part.kind === 'ip') return sameAddress(part.first, part.last);
    return part.kind !== 'port' || part.first === part.last;
  });
}

const NO_LENGTHS: readonly number[] = [];

export function lengthsOf({ parts }: Pick<SetMember, 'parts'>): readonly number[] {
  return parts.flatMap((part) => (part.kind === 'net' ? [part.length] : []));
}

/** How many values a member stands for. Only IPv4 has ranges of addresses outside sets of networks. */
function sizeOf({ parts }: SetMember): number {
  return parts.reduce((size, part) => {
    if (part.kind === 'port') return size * (part.last - part.first + 1);
    return part.kind === 'ip' && compareAddresses(part.first, part.last) < 0
      ? size * ((part.last.words.at(-1) ?? 0) - (part.first.words.at(-1) ?? 0) + 1)
      : size;
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
  const seen = new Set<string>();
  for (const entry of entries) {
    const [name = '', place, other = ''] = entry.split(' ');
    if (seen.has(name)) continue;
    seen.add(name);
    const member = { name, ...readExtensions(entry.split(' ').slice(1)) };
    const at = listed.findIndex((each) => each.name === other);
    if (place === 'before' && at >= 0) listed.splice(at, 0, member);
    else if (place === 'after' && at >= 0) listed.splice(at + 1, 0, member);
    else listed.push(member);
  }
  return listed;
}

/** What an entry of a set stands for; nothing where it cannot be read. */
export function membersOf(set: IpSet, entry: string): readonly SetMember[] {
  const members = readMember(entry, set, compileSet(set));
  return typeof members === 'string' ? [] : members;
}

/** Whether a member is found by its values alone: not through a mask of the set, and not by its first network only. */
export function plainLookup(set: IpSet): boolean {
  const { addressMask: mask, markMask } = compileSet(set);
  return mask === undefined && markMask === 0xffffffff && set.type !== 'list:set' && set.type !== 'hash:net,iface';
}
