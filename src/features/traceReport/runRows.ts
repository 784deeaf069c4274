import { askAgain } from '../../core/netfilter/asking';
import type { Rule } from '../../core/ruleset/ruleSet';
import type { PacketView } from '../../core/xtables/view';
import { counted, grouped, type SkippedEvent } from './traceInput';
import { lineNumber } from '../../core/syntax/typedLine';
import type { FoldRow, Row, RuleRow } from '../../shared/traceReport';
import { countersOf, ruleTokens, triedBy } from './ruleTokens';
import { whyRuleNot } from './ruleWhy';

/** A run of rules that did not match is shown whole up to this length: every chain of a service mesh. */
const SHOWN_WHOLE = 16;

/** How many rules of a long run are searched for those that nearly matched, and how many of these are shown. */
const LOOKED_AT = 20_000;
const NEAR_SHOWN = 4;

/**
 * The rows of a run of rules that did not match. Of a long one: the first two, those that matched in part (the same
 * destination, another port), and folds for the rest.
 */
export function runRows(event: SkippedEvent, index: number): readonly Row[] {
  const { from, to } = event;
  if (to - from + 1 <= SHOWN_WHOLE) return rulesOfRun(event, from, to, index);
  const shown = new Set([from, from + 1, ...nearMatches(event)]);
  const rows: Row[] = [];
  let gap = from;
  for (const number of [...shown, to + 1]) {
    // A fold of one rule would take as much room as the rule.
    if (number - gap === 1) rows.push(...rulesOfRun(event, gap, gap, index));
    else if (number > gap) rows.push(fold(event, index, gap, number - 1));
    if (number <= to) rows.push(...rulesOfRun(event, number, number, index));
    gap = number + 1;
  }
  return rows;
}

/** Rules `from`–`to` of a chain as rows, each with why it did not match. */
export function rulesOfRun(
  { chain, rules, depth, view }: SkippedEvent,
  from: number,
  to: number,
  index: number,
): readonly RuleRow[] {
  return rules
    .slice(from - 1, to)
    .map((rule) => ({
      kind: 'rule',
      id: { kind: 'rule', event: index, rule: rule.number },
      depth,
      mark: 'no',
      line: lineNumber(rule.line),
      ...triedBy(rule),
      why: whyRuleNot(rule, view),
      chain: chain.name,
      number: rule.number,
      tokens: ruleTokens(rule),
      ...countersOf(rule),
    }));
}

function fold({ chain, depth }: SkippedEvent, index: number, from: number, to: number): FoldRow {
  const count = to - from + 1;
  return {
    kind: 'fold',
    id: { kind: 'fold', event: index, from },
    depth,
    chain: chain.name,
    from,
    to,
    text: `${counted(count, 'more rule')} did not match (${grouped(from)}–${grouped(to)})`,
  };
}

/** Numbers of the rules that said yes to an address or a port before something said no, in their order. */
function nearMatches({ rules, from, to, view }: SkippedEvent): readonly number[] {
  const near: number[] = [];
  for (let number = from; number <= Math.min(to, from + LOOKED_AT) && near.length < NEAR_SHOWN; number++) {
    const rule = rules[number - 1];
    if (rule && matchesInPart(rule, view)) near.push(number);
  }
  return near;
}

function matchesInPart(rule: Rule, view: PacketView): boolean {
  const { source, destination } = rule.header;
  // Most rules of a long chain differ in the address; those are sorted out without making their conditions.
  if (!source && !destination && rule.matches.length === 0) return false;
  return askAgain(rule, view).some(({ question, answer }) => answer === true && question.asks?.negated === false);
}
