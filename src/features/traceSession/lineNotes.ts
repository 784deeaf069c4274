import type { Rule } from '../../core/ruleset/ruleSet';
import { selectedPath, type TraceInput } from '../traceReport/traceInput';
import { whyRule, whyRuleNot } from '../traceReport/ruleWhy';

/** What a rule of the file did to the packet on show. */
export interface LineNote {
  /** 1-based. */
  readonly line: number;
  readonly matched: boolean;
  /** `dport 3000 ≠ 15008`, `decides nat`; one after the other where the packet came by more than once. */
  readonly text: string;
}

/** At most this many rules have a note at once: nobody sees more lines of a file. */
const MOST_NOTES = 300;

/**
 * What the rules in the lines `from` to `to` (1-based, both included) did to the packet, in the order of the file.
 * Rules that the packet did not come by have none.
 */
export function lineNotes(input: TraceInput, from: number, to: number): readonly LineNote[] {
  const walked = selectedPath(input);
  const notes = new Map<number, LineNote>();
  const isIn = ({ line }: Rule): boolean => line.index + 1 >= from && line.index + 1 <= to;
  const add = ({ line }: Rule, matched: boolean, text: string): void => {
    const number = line.index + 1;
    const before = notes.get(number);
    if (!before && notes.size >= MOST_NOTES) return;
    // The same again says nothing new.
    const words = before && before.text !== text ? `${before.text} · ${text}` : text;
    notes.set(number, { line: number, matched: matched || before?.matched === true, text: words });
  };
  walked.events.forEach((event, index) => {
    if (event.kind === 'rule' && isIn(event.rule)) add(event.rule, event.matched, whyRule(walked, index, event).why);
    if (event.kind === 'skipped')
      for (let number = event.from; number <= event.to; number++) {
        const rule = event.rules[number - 1];
        if (rule && isIn(rule)) add(rule, false, whyRuleNot(rule, event.view));
      }
  });
  return [...notes.values()].sort((a, b) => a.line - b.line);
}
