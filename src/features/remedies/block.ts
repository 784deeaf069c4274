import type { TraceEvent, Walked } from '../../core/netfilter/events';
import { ruleCommandText, type RuleCommand } from '../../core/ruleset/ruleCommand';
import { isThrough } from '../../core/netfilter/walkEnds';
import { managedProposals } from './managedProposals';
import { ownerNote } from './ownerNote';
import { packetMatch, sidesIn } from './packetMatch';
import { placeOf } from './place';
import type { Proposal, Situation } from './remedy';
import { traceChanged } from './traceChanged';

/** What keeps out a packet that gets through: a rule in the table filter, where there is one in the dump. */
export function block(situation: Situation): readonly Proposal[] {
  const {
    walked,
    input: { ruleSet, family },
  } = situation;
  const { events, end } = walked;
  if (!isThrough(walked)) return [];
  const index = events.findLastIndex(
    (event) =>
      event.kind === 'table-enter' &&
      event.table === 'filter' &&
      (event.hook === 'INPUT') === (end.outcome === 'LOCAL'),
  );
  const entered = events[index] as Extract<TraceEvent, { readonly kind: 'table-enter' }> | undefined;
  if (!entered || !ruleSet?.tables.has('filter')) return [];
  const left = events.findIndex((event, i) => i > index && event.kind === 'table-leave');
  const place = placeOf(walked, left < 0 ? events.length - 1 : left);
  const managed = place ? managedProposals(situation, place, 'DROP', areDropped) : [];
  if (managed.length > 0) return managed;
  const { view, chain } = entered;
  const rule = `${packetMatch(view.packet, sidesIn(view))} -j DROP`;
  const command: RuleCommand = { table: 'filter', chain: chain.name, operation: 'I', rule };
  const outcomes = traceChanged(situation, { commands: [command] });
  if (!outcomes || !areDropped(outcomes)) return [];
  return [
    {
      title: [{ text: end.outcome === 'LOCAL' ? 'Keep it out' : 'Stop it' }],
      commands: [ruleCommandText(command, family)],
      note: ownerNote(situation, [command]),
      outcomes,
      reach: 'like it',
    },
  ];
}

function areDropped(outcomes: readonly Walked[]): boolean {
  return outcomes.every((each) => each.end.outcome === 'DROPPED');
}
