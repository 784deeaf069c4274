import { packs } from '../../core/knowledge/knowledge';
import type { ManagedChange } from '../../core/knowledge/managed';
import { ruleCommandText } from '../../core/ruleset/ruleCommand';
import type { Walked } from '../../core/netfilter/events';
import { packetMatch, sidesIn } from './packetMatch';
import type { DecisionPlace } from './place';
import type { Proposal, Situation } from './remedy';
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
        ...(plain ? {} : { typed: [command], makes: `-A ${makes.chain} ${makes.rule}` }),
        note,
        outcomes,
        reach: 'like it',
      },
    ];
  }
  return [];
}

type Offered = Omit<ManagedChange, 'title'> & { readonly title: string | Proposal['title'] };

function managedChanges(
  { input: { ruleSet, family } }: Situation,
  { chain, view, visited }: DecisionPlace,
  wanted: 'ACCEPT' | 'DROP',
): readonly Offered[] {
  const chains = ruleSet?.tables.get('filter')?.chains;
  const { name } = chain;
  if (chain.table !== 'filter' || !chains || (name !== 'INPUT' && name !== 'FORWARD' && name !== 'OUTPUT')) return [];
  const matches = packetMatch(view.packet, sidesIn(view));
  return packs.flatMap((pack) => [
    ...(pack.userChains ?? []).flatMap((user): readonly Offered[] => {
      if (user.of !== name || !visited.has(user.chain)) return [];
      const makes = { table: 'filter', chain: user.chain, operation: 'I', rule: `${matches} -j ${wanted}` } as const;
      const title =
        wanted === 'ACCEPT'
          ? [{ text: 'Accept it in ' }, { text: user.chain, style: 'code' as const }]
          : [{ text: name === 'INPUT' ? 'Keep it out' : 'Stop it' }];
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
      chain: name,
      packet: view.packet,
      matches,
      has: (each) => chains.has(each),
      visited,
    }) ?? []),
  ]);
}
