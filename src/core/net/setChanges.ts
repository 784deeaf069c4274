import type { IpSet, SetChange, SetMember, SetPart } from './ipSet';
import { compileSet, lengthsOf, savedMember as savedIn, savedSize } from './setEntries';
import { covers, memberKey } from './setMembers';

/**
 * The same set with the member of these values added, changed or (undefined) gone. `unsure`: which of its members it
 * has from then on is not known.
 */
export function withMember(
  set: IpSet,
  parts: readonly SetPart[],
  member: SetMember | undefined,
  unsure = isUnsure(set),
): IpSet {
  const key = memberKey(parts, set.type);
  const original = set.changes?.original ?? set;
  const saved = savedMember(original, parts, key) !== undefined;
  return {
    ...set,
    changes: { original, members: new Map(set.changes?.members).set(key, { parts, member, saved }), unsure },
  };
}

/** Whether a member of the set may be gone. */
export function isUnsure({ changes }: IpSet): boolean {
  return changes?.unsure ?? false;
}

/** The member that stands for these values. */
export function liveMember(set: IpSet, values: readonly SetPart[]): SetMember | undefined {
  if (set.type === 'hash:net,iface')
    return liveNetwork(set, values[0] as SetPart).find(({ parts }) =>
      covers(parts[1] as SetPart, values[1] as SetPart),
    );
  const key = memberKey(values, set.type);
  const change = set.changes?.members.get(key);
  return change ? change.member : savedMember(set, values, key);
}

function savedMember(set: IpSet, values: readonly SetPart[], key: string): SetMember | undefined {
  const compiled = compileSet(set);
  if (set.type === 'hash:net,iface')
    return compiled.byNetwork.get(memberKey(values.slice(0, 1)))?.get(memberKey(values.slice(1)));
  return savedIn(compiled, values, key);
}

/** Of hash:net,iface: the members of one network. */
export function liveNetwork(set: IpSet, net: SetPart): readonly SetMember[] {
  const network = memberKey([net]);
  const saved = [...(compileSet(set).byNetwork.get(network)?.values() ?? [])];
  if (set.changes === undefined) return saved;
  const { members } = set.changes;
  const changed = [...members.values()].flatMap(({ parts, member }) =>
    member && memberKey(parts.slice(0, 1)) === network ? [member] : [],
  );
  return [...saved.filter(({ parts }) => !members.has(memberKey(parts))), ...changed];
}

/**
 * The combinations of network lengths that members have, the most specific first; one empty combination for sets
 * without networks.
 */
export function liveLengths(set: IpSet): readonly (readonly number[])[] {
  const known = LENGTHS.get(set);
  if (known) return known;
  const lengths = set.type.includes('net') ? countLengths(set) : [[]];
  lengths.sort((a, b) => (b[0] ?? 0) - (a[0] ?? 0) || (b[1] ?? 0) - (a[1] ?? 0));
  LENGTHS.set(set, lengths);
  return lengths;
}

const LENGTHS = new WeakMap<IpSet, readonly (readonly number[])[]>();

function countLengths(set: IpSet): (readonly number[])[] {
  const counts = new Map(compileSet(set).lengths.map((each) => [each.lengths.join(), each]));
  for (const change of set.changes?.members.values() ?? []) {
    const lengths = lengthsOf(change);
    counts.set(lengths.join(), { lengths, count: (counts.get(lengths.join())?.count ?? 0) + difference(change) });
  }
  return [...counts.values()].filter(({ count }) => count > 0).map(({ lengths }) => lengths);
}

/** How many members there are, each value of a range by itself. */
export function liveSize(set: IpSet): number {
  return [...(set.changes?.members.values() ?? [])].reduce((size, change) => size + difference(change), savedSize(set));
}

function difference({ member, saved }: SetChange): number {
  return Number(member !== undefined) - Number(saved);
}
