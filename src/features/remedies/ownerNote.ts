import { chainKnowledge, packOfFamily, packs } from '../../core/knowledge/knowledge';
import type { RuleCommand } from '../../core/ruleset/ruleCommand';
import type { Situation } from './remedy';

/** That a change by hand does not last where a program writes the chain; empty where no program does. */
export function ownerNote({ input: { knowledge } }: Situation, commands: readonly RuleCommand[]): string {
  if (!knowledge) return '';
  for (const { table, chain } of commands) {
    const known = chainKnowledge(knowledge, table, chain);
    const owner = known && packOfFamily(known.family);
    const user = packs.some(({ userChains = [] }) => userChains.some((each) => each.chain === chain));
    if (owner && !user) return `${owner.name} writes ${chain} itself: the change lasts until it does so again.`;
  }
  return '';
}
