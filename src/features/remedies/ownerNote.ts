import { chainKnowledge, packOfFamily, packs } from '../../core/knowledge/knowledge';
import type { RuleCommand } from '../../core/ruleset/ruleCommand';
import { HOOKS, isTableName, type Rule } from '../../core/ruleset/ruleSet';
import type { Situation } from './remedy';

/** That a change by hand does not last where a program writes the chain; empty where no program does. */
export function ownerNote({ input: { knowledge } }: Situation, commands: readonly RuleCommand[]): string {
  for (const { table, chain } of commands) {
    const writer = isTableName(table) ? undefined : packs.find(({ nftTables }) => nftTables?.test(table));
    if (writer) return `${writer.name} writes the table ${table} itself: the change lasts until it does so again.`;
    if (OF_IPTABLES.test(table) && (HOOKS as readonly string[]).includes(chain))
      return (
        'iptables has a table and a chain of this name: where it made them, add the rule with iptables, which may ' +
        'not be able to read one of nft.'
      );
    if (!knowledge) continue;
    const known = chainKnowledge(knowledge, table, chain);
    const owner = known && packOfFamily(known.family);
    const user = packs.some(({ userChains = [] }) => userChains.some((each) => each.chain === chain));
    if (owner && !user) return `${owner.name} writes ${chain} itself: the change lasts until it does so again.`;
  }
  return '';
}

const OF_IPTABLES = /^ip6? (?:filter|nat|mangle|raw|security)$/;

/** Where the handle comes from by which nft knows a rule; empty where the file shows it, and for iptables. */
export function handleNote({ chain, written, handle }: Rule): string {
  if (!written || handle !== undefined) return '';
  return `The file does not show the handle of the rule: \`nft -a list chain ${chain.table} ${chain.name}\` does.`;
}
