import type { TraceEvent, Walked } from '../../core/netfilter/events';
import { ruleCommandText, type RuleCommand } from '../../core/ruleset/ruleCommand';
import { isThrough } from '../../core/netfilter/walkEnds';
import { managedProposals } from './managedProposals';
import { ownerNote } from './ownerNote';
import type { Hook } from '../../core/xtables/view';
import { packetRule, sidesIn } from './packetMatch';
import { placeOf } from './place';
import type { Proposal, Situation } from './remedy';
import { traceChanged } from './traceChanged';

/** What keeps out a packet that gets through: a rule where it is filtered, if the dump has such a place. */
export function block(situation: Situation): readonly Proposal[] {
  const {
    walked,
    input: { ruleSet, family },
  } = situation;
  const { events } = walked;
  if (!isThrough(walked)) return [];
  const index = filteringAt(situation);
  const entered = index === undefined ? undefined : (events[index] as Entered);
  if (index === undefined || !entered || !ruleSet) return [];
  const left = events.findIndex((event, i) => i > index && event.kind === 'table-leave');
  const place = placeOf(walked, left < 0 ? events.length - 1 : left);
  const managed = place ? managedProposals(situation, place, 'DROP', areDropped) : [];
  if (managed.length > 0) return managed;
  const { view, chain } = entered;
  const rule = packetRule(chain.table, view.packet, sidesIn(view), 'DROP');
  const command: RuleCommand = { table: chain.table, chain: chain.name, operation: 'I', rule };
  const outcomes = traceChanged(situation, { commands: [command] });
  if (!outcomes || !areDropped(outcomes)) return [];
  return [
    {
      title: [{ text: 'Drop it' }],
      commands: [ruleCommandText(command, family)],
      note: ownerNote(situation, [command]),
      outcomes,
      reach: 'like it',
    },
  ];
}

type Entered = Extract<TraceEvent, { readonly kind: 'table-enter' }>;

/**
 * Where the packet was last filtered: by the table filter of iptables, where the dump has it, else by a chain of nft of
 * type filter that is registered at the hook of that table.
 */
function filteringAt({ walked: { events, end }, input: { ruleSet } }: Situation): number | undefined {
  const entered = (isOne: (event: Entered) => boolean): number =>
    events.findLastIndex(
      (event) => event.kind === 'table-enter' && (event.hook === 'INPUT') === (end.outcome === 'LOCAL') && isOne(event),
    );
  const own = ruleSet?.tables.has('filter') ? entered(({ table }) => table === 'filter') : -1;
  if (own >= 0) return own;
  const native = entered(({ chain: { base }, hook }) => base?.type === 'filter' && FILTERED.has(hook));
  return native < 0 ? undefined : native;
}

const FILTERED: ReadonlySet<Hook> = new Set(['INPUT', 'FORWARD', 'OUTPUT']);

function areDropped(outcomes: readonly Walked[]): boolean {
  return outcomes.every((each) => each.end.outcome === 'DROPPED');
}
