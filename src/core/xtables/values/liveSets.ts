import type { IpSet, SetExtensions } from '../../net/ipSet';
import { memberKey } from '../../net/setMembers';
import { isUnsure, withMember } from '../../net/setChanges';
import { compileSet } from '../../net/setEntries';
import type { SetTestOptions } from '../../net/testSet';
import type { PacketView, RememberingView } from '../view';

/** The key in `view.memory` of the sets as `-j SET` has left them. */
const KEY = 'ipsets';

export interface SetCounts {
  readonly packets: bigint;
  readonly bytes: bigint;
}

/** The sets as they are now: those of the host, with what `-j SET` did to them since. undefined: no set is known. */
export function liveSets({
  memory,
  host,
}: Pick<PacketView, 'memory' | 'host'>): ReadonlyMap<string, IpSet> | undefined {
  return (memory.get(KEY) as ReadonlyMap<string, IpSet> | undefined) ?? host.sets;
}

/** Why it is not known whether a packet is in a set. */
export function whyUnknown(view: Pick<PacketView, 'memory' | 'host'>, name: string): string {
  return unsureIn(liveSets(view), name)
    ? `the set ${name} was full and has forceadd: a member that was added replaced another one, or was not ` +
        'added, by a random number that was drawn when the set was created'
    : liveSets(view)?.get(name)?.partial
      ? `the file shows only some of the members of the set ${name}`
      : `the members of the set ${name} are not in this file`;
}

function unsureIn(sets: ReadonlyMap<string, IpSet> | undefined, name: string): boolean {
  const set = sets?.get(name);
  if (set === undefined) return false;
  return set.type === 'list:set' ? compileSet(set).lists.some((member) => unsureIn(sets, member.name)) : isUnsure(set);
}

/** Puts a set with other members in the place of the set of that name. */
export function replaceSet(view: Pick<RememberingView, 'memory' | 'host'>, set: IpSet): void {
  view.memory.set(KEY, new Map(liveSets(view) ?? []).set(set.name, set));
}

/**
 * The counts of a member with which a match compares: with the packet, unless `update` says no. Source:
 * net/netfilter/ipset/ip_set_core.c ip_set_match_extensions, which counts before comparing.
 */
export function countsOf(
  { memory, packet }: Pick<PacketView, 'memory' | 'packet'>,
  key: string,
  first: SetExtensions['counts'],
  update: boolean,
): SetCounts {
  const before = (memory.get(countsKey(key)) as SetCounts | undefined) ?? {
    packets: first.packets ?? 0n,
    bytes: first.bytes ?? 0n,
  };
  return update ? { packets: before.packets + 1n, bytes: before.bytes + BigInt(packet.length) } : before;
}

/** Counts the packet for a member, unless `update` says no, and gives the counts after that. */
export function countMember(
  view: RememberingView,
  key: string,
  first: SetExtensions['counts'],
  update: boolean,
): SetCounts {
  const counts = countsOf(view, key, first, update);
  if (update) view.memory.set(countsKey(key), counts);
  return counts;
}

/** A member that a packet made, or made anew, has counted that packet. */
export function beginCounts(
  { memory, packet }: RememberingView,
  set: IpSet,
  parts: Parameters<typeof memberKey>[0],
): void {
  memory.set(countsKey(`${set.name} ${memberKey(parts, set.type)}`), { packets: 1n, bytes: BigInt(packet.length) });
}

function countsKey(key: string): string {
  return `ipset counters ${key}`;
}

/** How a lookup stores what a member of bitmap:ip,mac has learnt. */
export function learning(view: RememberingView): NonNullable<SetTestOptions['learn']> {
  return (set, learnt) => {
    replaceSet(view, withMember(set, learnt.parts, learnt));
    beginCounts(view, set, learnt.parts);
  };
}
