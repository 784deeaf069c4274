import { packs } from '../../core/knowledge/knowledge';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import { ruleView } from '../ruleSetView';
import { decisiveEvent } from '../traceReport/verdict';
import { annotationProposals } from './annotations';
import { removal } from './removal';
import type { Proposal, Situation } from './remedy';
import { getsThrough } from './traceChanged';

/** A RETURN spared the packet from being redirected: what becomes of it without that rule. */
export function captureAfterAll(situation: Situation): readonly Proposal[] {
  const {
    walked,
    input: { knowledge, ruleSet },
  } = situation;
  const index = decisiveEvent(walked);
  const event = index === undefined ? undefined : walked.events[index];
  if (event?.kind !== 'rule' || event.effect?.kind !== 'verdict' || event.effect.verdict !== 'RETURN') return [];
  const { rule } = event;
  const view = ruleSet && ruleView(ruleSet, rule);
  const proposed =
    knowledge && view ? packs.flatMap((pack) => pack.capture?.({ rule: view, rules: knowledge }) ?? []) : [];
  const annotated = annotationProposals(situation, proposed, isCaptured);
  if (annotated.length > 0) return annotated;
  return removal(situation, rule, isCaptured, { title: 'Redirect it: remove ', note: '' });
}

function isCaptured(outcomes: readonly Walked[]): boolean {
  return (
    getsThrough(outcomes) &&
    outcomes.every(({ events }) =>
      events.some((event: TraceEvent) => event.kind === 'translate' && event.half === 'destination'),
    )
  );
}
