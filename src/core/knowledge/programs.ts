import { packOfFamily } from './chains';
import { isOfFamily } from './family';
import type { ProgramPack } from './pack';
import { packs } from './packs';
import type { Programs } from './attribution';
import type { RuleSetView } from './view';

const known = new WeakMap<RuleSetView, NonNullable<Programs>>();

/**
 * The programs whose chains are in the rule set. Each is searched on first use, among chains that may be its own: a
 * node has 20,000.
 */
export function programsIn(ruleSet: RuleSetView): NonNullable<Programs> {
  let programs = known.get(ruleSet);
  if (programs === undefined) {
    programs = new ProgramsOfRules(ruleSet);
    known.set(ruleSet, programs);
  }
  return programs;
}

class ProgramsOfRules {
  private readonly answers = new Map<string, boolean>();

  constructor(private readonly ruleSet: RuleSetView) {}

  has(program: string): boolean {
    let answer = this.answers.get(program);
    if (answer === undefined) this.answers.set(program, (answer = this.isIn(program)));
    return answer;
  }

  private isIn(program: string): boolean {
    const { ruleSet } = this;
    const own = packs.filter(({ name }) => name === program);
    return (
      own.some(({ chains }) => chains?.isIn?.(ruleSet) === true) ||
      ruleSet.someChain(
        (table, name) =>
          own.some((pack) => familyIn(pack, ruleSet, table, name) !== undefined) &&
          programOfChain(ruleSet, table, name) === program,
      )
    );
  }
}

/** Where two programs have chains of one name, it is the first one's, as everywhere. */
function programOfChain(ruleSet: RuleSetView, table: string, name: string): string | undefined {
  for (const pack of packs) {
    const family = familyIn(pack, ruleSet, table, name);
    if (family !== undefined) return packOfFamily(family)?.name ?? family;
  }
  return undefined;
}

/** The family of the program's chains that the chain belongs to. */
function familyIn(
  { chains, families }: ProgramPack,
  ruleSet: RuleSetView,
  table: string,
  name: string,
): string | undefined {
  return (
    chains?.knowledge(ruleSet, table, name)?.family ??
    families.find((family) => isOfFamily(family, ruleSet, table, name))?.family
  );
}

/** The program that a process of this name is part of. */
export function programOfProcess(process: string): string | undefined {
  return packs.find(({ processes = [] }) => processes.includes(process))?.name;
}
