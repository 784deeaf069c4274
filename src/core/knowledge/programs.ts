import { chainKnowledge, packOfFamily } from './chains';
import { packs } from './packs';
import type { RuleSetView } from './view';

/** The program that a family of chains or rules belongs to. */
function programOf(family: string): string {
  return packOfFamily(family)?.name ?? family;
}

const known = new WeakMap<RuleSetView, ReadonlySet<string>>();

/** The programs whose chains are in the rule set; a node has thousands of chains, so it is worked out once. */
export function programsIn(ruleSet: RuleSetView): ReadonlySet<string> {
  let programs = known.get(ruleSet);
  if (programs === undefined) {
    const families = ruleSet.chains.flatMap((chain) =>
      chain.builtin ? [] : (chainKnowledge(ruleSet, chain.table, chain.name)?.family ?? []),
    );
    programs = new Set([
      ...families.map(programOf),
      ...packs.filter(({ chains }) => chains?.isIn?.(ruleSet) === true).map(({ name }) => name),
    ]);
    known.set(ruleSet, programs);
  }
  return programs;
}

/** The program that a process of this name is part of. */
export function programOfProcess(process: string): string | undefined {
  return packs.find(({ processes = [] }) => processes.includes(process))?.name;
}
