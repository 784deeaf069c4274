import type { Walked } from '../../core/netfilter/events';
import type { RuleCommand } from '../../core/ruleset/ruleCommand';
import type { Rule } from '../../core/ruleset/ruleSet';
import { ruleSpan } from '../traceReport/verdict';
import { offLine } from '../whatIf/whatIf';
import { handleNote, ownerNote } from './ownerNote';
import { shownCommands } from './numbered';
import type { Proposal, Situation } from './remedy';
import { traceChanged } from './traceChanged';
import { isAssumed } from '../../core/syntax/typedLine';

/** What a removal is called (`Remove `, before the rule's place), and what else it does; '' for nothing. */
interface RemovalWords {
  readonly title: string;
  readonly note: string;
}

/** To remove a rule, where all that becomes of the packet then is what is `wanted`; else nothing. */
export function removal(
  situation: Situation,
  rule: Rule,
  wanted: (outcomes: readonly Walked[]) => boolean,
  { title, note }: RemovalWords,
): readonly Proposal[] {
  if (isAssumed(rule.line)) return [];
  const { table, name: chain } = rule.chain;
  const command: RuleCommand = { table, chain, operation: 'D', position: rule.number, rule: '', of: rule };
  const outcomes = traceChanged(situation, { commands: [command] });
  if (!outcomes || !wanted(outcomes)) return [];
  const shown = shownCommands(situation, [command]);
  return [
    {
      title: [{ text: title }, ruleSpan(rule.line)],
      ...shown,
      note: [note, shown.note, handleNote(rule), ownerNote(situation, [command])]
        .filter((each) => each !== '')
        .join(' '),
      ...(rule.written && { tried: [offLine(rule.line)] }),
      outcomes,
      reach: 'rule',
    },
  ];
}
