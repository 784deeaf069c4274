import { ruleCommandText, type RuleCommand } from '../../core/ruleset/ruleCommand';
import { decisiveEvent, ruleSpan } from '../traceReport/verdict';
import { offLine } from '../whatIf/whatIf';
import { handleNote, ownerNote } from './ownerNote';
import type { Proposal, Situation } from './remedy';
import { getsThrough, traceChanged } from './traceChanged';

/** What the rule that dropped the packet keeps out gets through without it. */
export function withoutRule(situation: Situation): readonly Proposal[] {
  const { walked, input } = situation;
  const index = decisiveEvent(walked);
  const event = index === undefined ? undefined : walked.events[index];
  if (walked.end.dropBy?.kind !== 'rule' || event?.kind !== 'rule') return [];
  const { rule, view } = event;
  const { table, name } = rule.chain;
  if (view.conntrack?.state === 'INVALID') return [];
  const command: RuleCommand = { table, chain: name, operation: 'D', position: rule.number, rule: '', of: rule };
  const outcomes = traceChanged(situation, { commands: [command] });
  if (!outcomes || !getsThrough(outcomes)) return [];
  return [
    {
      title: [{ text: 'Remove ' }, ruleSpan(rule.line)],
      commands: [ruleCommandText(command, input.family)],
      note: ['Whatever else the rule drops gets through as well.', handleNote(rule), ownerNote(situation, [command])]
        .filter((each) => each !== '')
        .join(' '),
      ...(rule.written && { tried: [offLine(rule.line)] }),
      outcomes,
      reach: 'rule',
    },
  ];
}
