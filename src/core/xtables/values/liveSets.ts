import type { IpSet } from '../../net/host';
import type { PacketView } from '../view';

/** The key in `view.memory` of the sets as `-j SET` has left them. */
const KEY = 'ipsets';

/** The sets as they are now: those of the host, with what `-j SET` did to them since. undefined: no set is known. */
export function liveSets({ memory, host }: Pick<PacketView, 'memory' | 'host'>): ReadonlyMap<string, IpSet> | undefined {
  return (memory.get(KEY) as ReadonlyMap<string, IpSet> | undefined) ?? host.sets;
}

/** Puts a set with other members in the place of the set of that name. */
export function replaceSet(view: Pick<PacketView, 'memory' | 'host'>, set: IpSet): void {
  view.memory.set(KEY, new Map(liveSets(view) ?? []).set(set.name, set));
}
