import { packs } from '../../core/knowledge/knowledge';
import type { TraceEvent } from '../../core/netfilter/events';
import { packetMatch, sidesIn } from './packetMatch';
import { commandText, type Proposal, type RuleCommand, type Situation } from './remedy';
import { isThrough } from '../../core/netfilter/walkEnds';
import { traceChanged } from './traceChanged';

/** What keeps out a packet that gets through: a rule at the top of the table filter, where there is one in the dump. */
export function block(situation: Situation): readonly Proposal[] {
  const {
    walked,
    input: { ruleSet, family },
  } = situation;
  const { events, end } = walked;
  if (!isThrough(walked)) return [];
  const entered = events
    .filter(
      (event): event is Extract<TraceEvent, { readonly kind: 'table-enter' }> =>
        event.kind === 'table-enter' &&
        event.table === 'filter' &&
        (event.hook === 'INPUT') === (end.outcome === 'LOCAL'),
    )
    .at(-1);
  const chains = ruleSet?.tables.get('filter')?.chains;
  if (!entered || !chains) return [];
  const { view } = entered;
  const user = packs
    .flatMap(({ userChains = [] }) => userChains)
    .find(({ of, chain }) => of === entered.chain.name && chains.has(chain));
  const rule = `${packetMatch(view.packet, sidesIn(view))} -j DROP`;
  const command: RuleCommand = { table: 'filter', chain: user?.chain ?? entered.chain.name, operation: 'I', rule };
  const outcomes = traceChanged(situation, { commands: [command] });
  if (!outcomes?.every((each) => each.end.outcome === 'DROPPED')) return [];
  return [
    {
      title: [{ text: end.outcome === 'LOCAL' ? 'Keep it out' : 'Stop it' }],
      commands: [commandText(command, family)],
      note: user?.note ?? '',
      rules: [command],
      outcomes,
    },
  ];
}
