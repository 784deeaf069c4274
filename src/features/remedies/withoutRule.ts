import { decisiveEvent } from '../traceReport/verdict';
import { removal } from './removal';
import type { Proposal, Situation } from './remedy';
import { getsThrough } from './traceChanged';

/** What the rule that dropped the packet keeps out gets through without it. */
export function withoutRule(situation: Situation): readonly Proposal[] {
  const { walked } = situation;
  const index = decisiveEvent(walked);
  const event = index === undefined ? undefined : walked.events[index];
  if (walked.end.dropBy?.kind !== 'rule' || event?.kind !== 'rule') return [];
  const { rule, view } = event;
  if (view.conntrack?.state === 'INVALID') return [];
  return removal(situation, rule, getsThrough, {
    title: 'Remove ',
    note: 'Whatever else the rule drops gets through as well.',
  });
}
