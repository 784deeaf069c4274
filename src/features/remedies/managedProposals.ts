import { packs } from '../../core/knowledge/knowledge';
import type { ManagedChange } from '../../core/knowledge/managed';
import { ruleCommandText, type RuleCommand } from '../../core/ruleset/ruleCommand';
import { allTables, isTableName } from '../../core/ruleset/ruleSet';
import type { Walked } from '../../core/netfilter/events';
import { packetRule, sidesIn } from './packetMatch';
import type { DecisionPlace } from './place';
import type { Proposal, Situation } from './remedy';
import { typed } from '../whatIf/whatIf';
import { traceChanged } from './traceChanged';

/**
 * What the programs that manage the rules of this chain have for the packet, in their own words: the first of each that
 * does what is wanted, traced with the rule that it makes. Empty where no program is at work here.
 */
export function managedProposals(
  situation: Situation,
  place: DecisionPlace,
  wanted: 'ACCEPT' | 'DROP',
  isWanted: (outcomes: readonly Walked[]) => boolean,
): readonly Proposal[] {
  for (const change of managedChanges(situation, place, wanted)) {
    const outcomes = traceChanged(situation, { commands: [change.makes] });
    if (!outcomes || !isWanted(outcomes)) continue;
    const { title, lines, makes, note } = change;
    const command = ruleCommandText(makes, situation.input.family);
    const plain = lines.length === 1 && lines[0] === command;
    return [
      {
        title: typeof title === 'string' ? [{ text: title }] : title,
        commands: lines,
        ...(plain ? {} : { tried: [typed(command)], makes: madeBy(makes, command) }),
        note,
        outcomes,
        reach: 'like it',
      },
    ];
  }
  return [];
}

type Offered = Omit<ManagedChange, 'title'> & { readonly title: string | Proposal['title'] };

/** The rule, as the listing of its table has it. */
function madeBy({ table, chain, rule }: RuleCommand, command: string): string {
  return isTableName(table) ? `-A ${chain} ${rule}` : command;
}

function managedChanges(
  { input: { ruleSet, family } }: Situation,
  { chain, view, visited }: DecisionPlace,
  wanted: 'ACCEPT' | 'DROP',
): readonly Offered[] {
  const { table, hook, base } = chain;
  const filters = isTableName(table) ? table === 'filter' : base?.type === 'filter';
  const chains = ruleSet && filters ? allTables(ruleSet).find(({ name }) => name === table)?.chains : undefined;
  if (!chains || (hook !== 'INPUT' && hook !== 'FORWARD' && hook !== 'OUTPUT')) return [];
  const rule = packetRule(table, view.packet, sidesIn(view), wanted);
  return packs.flatMap((pack) => [
    ...(table === 'filter' ? (pack.userChains ?? []) : []).flatMap((user): readonly Offered[] => {
      if (user.of !== hook || !visited.has(user.chain)) return [];
      const makes = { table, chain: user.chain, operation: 'I', rule } as const;
      const title = [
        { text: wanted === 'ACCEPT' ? 'Accept it in ' : 'Drop it in ' },
        { text: user.chain, style: 'code' as const },
      ];
      return [
        {
          title,
          lines: [ruleCommandText(makes, family)],
          makes,
          note: wanted === 'ACCEPT' ? user.elsewhere : user.note,
        },
      ];
    }),
    ...(pack.manage?.({
      wanted,
      table,
      chain: hook,
      packet: view.packet,
      rule,
      has: (each) => chains.has(each),
      visited,
    }) ?? []),
  ]);
}
