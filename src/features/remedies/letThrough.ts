import { isTableName } from '../../core/ruleset/ruleSet';
import type { Walked } from '../../core/netfilter/events';
import { decisiveEvent, ruleSpan } from '../traceReport/verdict';
import { managedProposals } from './managedProposals';
import { ownerNote } from './ownerNote';
import { packetRule, sidesIn } from './packetMatch';
import { closingLogs, placeOf, type DecisionPlace } from './place';
import type { RuleCommand } from '../../core/ruleset/ruleCommand';
import { shownCommands } from './numbered';
import type { Proposal, Situation } from './remedy';
import { isThrough } from '../../core/netfilter/walkEnds';
import { getsThrough, traceChanged } from './traceChanged';

/** As many tables may each need a rule of their own before the packet is through. */
const MOST_RULES = 4;

/** What lets a packet through that a rule or a policy dropped: rules that accept it, before what decided. */
export function letThrough(situation: Situation): readonly Proposal[] {
  const first = acceptingRule(situation.walked);
  if (!first) return [];
  const { place, command } = first;
  const { conntrack } = place.view;
  const managed =
    conntrack === undefined || conntrack.state === 'NEW'
      ? managedProposals(situation, place, 'ACCEPT', getsThrough)
      : [];
  if (managed.length > 0) return managed;
  const commands: RuleCommand[] = [command];
  while (commands.length <= MOST_RULES) {
    const outcomes = traceChanged(situation, { commands });
    if (!outcomes) return [];
    const stopped = outcomes.find((walked) => !isThrough(walked));
    if (!stopped) {
      const note =
        commands.length > 1 ? 'It is dropped in more than one place, so all of these changes are needed.' : '';
      const shown = shownCommands(situation, commands);
      return [
        {
          title: titleOf(place, command),
          ...shown,
          note: [note, shown.note, ownerNote(situation, commands)].filter((each) => each !== '').join(' '),
          outcomes,
          reach: 'like it',
        },
      ];
    }
    const next = acceptingRule(stopped);
    if (!next) return [];
    commands.push(next.command);
  }
  return [];
}

/**
 * The rule that accepts what was dropped. undefined for what no rule dropped, and for what connection tracking finds
 * broken: that had better stay out.
 */
function acceptingRule(walked: Walked): { readonly place: DecisionPlace; readonly command: RuleCommand } | undefined {
  const { dropBy } = walked.end;
  if (dropBy?.kind !== 'rule' && dropBy?.kind !== 'policy') return undefined;
  const index = decisiveEvent(walked);
  const place = index === undefined ? undefined : placeOf(walked, index);
  if (!place || place.view.conntrack?.state === 'INVALID') return undefined;
  const { chain, rule } = place;
  const position = rule?.rule.number ?? closingLogs(chain);
  const where = position === undefined ? { operation: 'A' as const } : { operation: 'I' as const, position };
  return { place, command: { table: chain.table, chain: chain.name, ...where, rule: acceptingRuleFor(place) } };
}

/** Replies of known connections are let through by their state, and not by their addresses. */
function acceptingRuleFor({ view, chain: { table } }: DecisionPlace): string {
  if (!isAnswer(view.conntrack?.state)) return packetRule(table, view.packet, sidesIn(view), 'ACCEPT');
  return isTableName(table)
    ? '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'
    : 'ct state established,related accept';
}

function isAnswer(state: string | undefined): boolean {
  return state === 'ESTABLISHED' || state === 'RELATED';
}

function titleOf({ chain, rule, view }: DecisionPlace, { position }: RuleCommand): Proposal['title'] {
  const what = isAnswer(view.conntrack?.state) ? 'Accept packets of known connections' : 'Accept it';
  const line = rule?.rule.line ?? (position === undefined ? undefined : chain.rules[position - 1]?.line);
  if (line === undefined) return [{ text: `${what} at the end of ${chain.name}` }];
  return [{ text: `${what} before ` }, ruleSpan(line)];
}
