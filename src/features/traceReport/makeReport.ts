import { lineNumber } from '../../core/syntax/typedLine';
import type { TraceEvent } from '../../core/netfilter/events';
import type { Rule } from '../../core/ruleset/ruleSet';
import { selectedPath, selectPath, type TraceInput } from './traceInput';
import type { OutcomeReport, RunPage, StepId, TraceReport } from '../../shared/traceReport';
import { answerCard } from './card/answerCard';
import { AssumedValues } from './card/assumedValues';
import { groupName } from './outcomeNames';
import { pathOf } from './pathOf';
import { outcomeTabs } from './outcomeTabs';
import { questionsOf } from './questions';
import { rulesOfRun } from './runRows';
import { stepGroups } from './stepGroups';
import { badgeOf, decisiveEvent, textOfSpans, verdictOf } from './verdict';

/** At most this many questions are asked at once: a Service of a thousand endpoints has 999. */
const MOST_QUESTIONS = 12;

/** A trace as the view shows it: every path as a tab, and the selected one in full. */
export function makeReport(input: TraceInput): TraceReport {
  const tabs = outcomeTabs(input);
  const all = questionsOf(input);
  const questions = all.filter(({ chosen }, i) => i < MOST_QUESTIONS || chosen !== undefined);
  const selected = input.selected < tabs.length ? Math.max(0, input.selected) : 0;
  return {
    packet: input.packet,
    family: input.family,
    tabs,
    group: groupName(input, input.traced.outcomes.slice(0, tabs.length), input.traced.outcomes.length),
    moreOutcomes: input.traced.outcomes.length - tabs.length,
    questions,
    moreQuestions: all.length - questions.length,
    selected,
    outcome: outcomeReport(selectPath(input, selected)),
  };
}

/** The selected outcome alone. */
export function outcomeReport(input: TraceInput): OutcomeReport {
  const walked = selectedPath(input);
  const verdict = verdictOf(input);
  const decisive = decisiveEvent(walked);
  const assumed = new AssumedValues(input, walked);
  return {
    badge: badgeOf(walked),
    card: answerCard(input),
    verdict,
    verdictText: textOfSpans(verdict),
    path: pathOf(walked, input.ruleSet, assumed),
    groups: stepGroups(walked, input.ruleSet, assumed),
    decisive: decisive === undefined ? undefined : { kind: 'event', event: decisive },
  };
}

/** Up to `count` rules of a folded run, from rule `from` of its chain on. undefined where there is no such run. */
export function runPage(input: TraceInput, run: StepId, from: number, count: number): RunPage | undefined {
  const event = selectedPath(input).events[run.event];
  if (event?.kind !== 'skipped') return undefined;
  const first = Math.max(event.from, Math.floor(from));
  const last = Math.min(event.to, first + Math.max(0, Math.floor(count)) - 1);
  return { run, from: first, rows: rulesOfRun(event, first, last, run.event) };
}

/** The steps that stand for a line of the file, 1-based, in the order in which the packet came by. */
export function stepsAtLine(input: TraceInput, line: number): readonly StepId[] {
  return selectedPath(input).events.flatMap((event, index): StepId[] => {
    switch (event.kind) {
      case 'rule':
        return event.rule.line.index + 1 === line ? [{ kind: 'event', event: index }] : [];
      case 'policy':
        return event.chain.line && event.chain.line.index + 1 === line ? [{ kind: 'event', event: index }] : [];
      case 'skipped': {
        const rule = event.rules.slice(event.from - 1, event.to).find((each) => each.line.index + 1 === line);
        return rule ? [{ kind: 'rule', event: index, rule: rule.number }] : [];
      }
      default:
        return [];
    }
  });
}

/** The line of a step, 1-based; undefined for a step that is nowhere in the file. */
export function lineOfStep(input: TraceInput, step: StepId): number | undefined {
  const { event, rule } = eventAt(input, step);
  if (rule) return lineNumber(rule.line);
  return event?.kind === 'policy' ? lineNumber(event.chain.line) : undefined;
}

/** The event that a step is about, and the rule, where it is about one. */
export function eventAt(
  input: TraceInput,
  step: StepId,
): { readonly event: TraceEvent | undefined; readonly rule: Rule | undefined } {
  const event = selectedPath(input).events[step.event];
  if (event?.kind === 'rule') return { event, rule: event.rule };
  return { event, rule: event?.kind === 'skipped' && step.kind === 'rule' ? event.rules[step.rule - 1] : undefined };
}
