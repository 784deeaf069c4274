import type { MatchExtension, TargetExtension } from './extension';
import { MATCHES } from './matches/index';
import { TARGETS } from './targets/index';

const matches = byName(MATCHES);
const targets = byName(TARGETS);

/** The match of this name (or alias) for a family; undefined where iptables has none. */
export function matchNamed(name: string, family: 4 | 6): MatchExtension | undefined {
  return matches.get(name)?.find((each) => each.families.includes(family));
}

/** The target of this name (or alias) for a family; undefined where iptables has none. */
export function targetNamed(name: string, family: 4 | 6): TargetExtension | undefined {
  return targets.get(name)?.find((each) => each.families.includes(family));
}

/** Every match and target, in the order of their names. */
export function allExtensions(): readonly (MatchExtension | TargetExtension)[] {
  return [...MATCHES, ...TARGETS];
}

function byName<E extends { readonly name: string; readonly aliases?: readonly string[] }>(
  extensions: readonly E[],
): ReadonlyMap<string, readonly E[]> {
  const map = new Map<string, E[]>();
  for (const extension of extensions) {
    for (const name of [extension.name, ...(extension.aliases ?? [])]) {
      const list = map.get(name);
      if (list) list.push(extension);
      else map.set(name, [extension]);
    }
  }
  return map;
}
