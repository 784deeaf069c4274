import { packs } from '../../core/knowledge/knowledge';
import { ruleCommandText, type RuleCommand } from '../../core/ruleset/ruleCommand';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import { ruleView } from '../ruleSetView';
import { decisiveEvent, ruleSpan } from '../traceReport/verdict';
import { annotationProposals } from './annotations';
import { offLine } from '../whatIf/whatIf';
import { handleNote, ownerNote } from './ownerNote';
import type { Proposal, Situation } from './remedy';
import { getsThrough, traceChanged } from './traceChanged';

/** A RETURN spared the packet from being redirected: what becomes of it without that rule. */
export function captureAfterAll(situation: Situation): readonly Proposal[] {
  const {
    walked,
    input: { family, knowledge, ruleSet },
  } = situation;
  const index = decisiveEvent(walked);
  const event = index === undefined ? undefined : walked.events[index];
  if (event?.kind !== 'rule' || event.effect?.kind !== 'verdict' || event.effect.verdict !== 'RETURN') return [];
  const { rule } = event;
  const { table } = rule.chain;
  const view = ruleSet && ruleView(ruleSet, rule);
  const proposed =
    knowledge && view ? packs.flatMap((pack) => pack.capture?.({ rule: view, rules: knowledge }) ?? []) : [];
  const annotated = annotationProposals(situation, proposed, isCaptured);
  if (annotated.length > 0) return annotated;
  const command: RuleCommand = {
    table,
    chain: rule.chain.name,
    operation: 'D',
    position: rule.number,
    rule: '',
    of: rule,
  };
  const outcomes = traceChanged(situation, { commands: [command] });
  if (!outcomes || !isCaptured(outcomes)) return [];
  return [
    {
      title: [{ text: 'Redirect it: remove ' }, ruleSpan(rule.line)],
      commands: [ruleCommandText(command, family)],
      note: [handleNote(rule), ownerNote(situation, [command])].filter((each) => each !== '').join(' '),
      ...(rule.written && { tried: [offLine(rule.line)] }),
      outcomes,
      reach: 'rule',
    },
  ];
}

function isCaptured(outcomes: readonly Walked[]): boolean {
  return (
    getsThrough(outcomes) &&
    outcomes.every(({ events }) =>
      events.some((event: TraceEvent) => event.kind === 'translate' && event.half === 'destination'),
    )
  );
}
