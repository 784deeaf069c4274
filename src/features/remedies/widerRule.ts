import { printRuleBody } from '../../core/ruleset/printRule';
import type { RuleCommand } from '../../core/ruleset/ruleCommand';
import { readField } from '../../core/xtables/fields';
import { ruleSpan } from '../traceReport/verdict';
import { ownerNote } from './ownerNote';
import { shownCommands } from './numbered';
import type { NearMiss } from './nearMisses';
import type { Proposal, Situation } from './remedy';
import { getsThrough, traceChanged } from './traceChanged';
import { isAssumed } from '../../core/syntax/typedLine';

/** A rule with a list that accepts the packet once the list has one value more. */
export function widerRule(situation: Situation): readonly Proposal[] {
  for (const miss of situation.misses) {
    if (isAssumed(miss.rule.line)) continue;
    const command = miss.rule.written ? widerNftRule(miss) : widerIptablesRule(miss);
    if (!command) continue;
    const outcomes = traceChanged(situation, { commands: [command] });
    if (!outcomes || !getsThrough(outcomes)) continue;
    const shown = shownCommands(situation, [command]);
    return [
      {
        title: [{ text: 'Extend ' }, ruleSpan(miss.rule.line), { text: ' to accept it' }],
        ...shown,
        note: [shown.note, ownerNote(situation, [command])].filter((each) => each !== '').join(' '),
        outcomes,
        reach: 'setting',
      },
    ];
  }
  return [];
}

function widerIptablesRule({ rule, missed, match, view }: NearMiss): RuleCommand | undefined {
  const { table, name } = rule.chain;
  const value = missed.asks && readField(missed.asks.field, view);
  const data = match && value !== undefined ? match.extension.including?.(match.data, value) : undefined;
  if (!match || data === undefined) return undefined;
  const matches = rule.matches.map((each) => (each === match ? { ...each, data, conditions: undefined } : each));
  return {
    table,
    chain: name,
    operation: 'R',
    position: rule.number,
    rule: printRuleBody({ header: rule.header, matches, target: rule.target }, rule.family).trimStart(),
  };
}

/** nft replaces a rule by its handle. */
function widerNftRule({ rule, missed, view }: NearMiss): RuleCommand | undefined {
  const { table, name } = rule.chain;
  const wider = missed.widened?.(view);
  if (!wider || !rule.written || rule.handle === undefined) return undefined;
  const { text } = rule.line;
  return {
    table,
    chain: name,
    operation: 'R',
    position: rule.number,
    rule: `${text.slice(rule.written.start, wider.start)}${wider.text}${text.slice(wider.end, rule.written.end)}`,
    of: rule,
  };
}
