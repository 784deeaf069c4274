import { printRuleBody } from '../../core/ruleset/printRule';
import { isTableName } from '../../core/ruleset/ruleSet';
import { ruleCommandText, type RuleCommand } from '../../core/ruleset/ruleCommand';
import { readField } from '../../core/xtables/fields';
import { ruleSpan } from '../traceReport/verdict';
import { ownerNote } from './ownerNote';
import type { Proposal, Situation } from './remedy';
import { getsThrough, traceChanged } from './traceChanged';

/** A rule with a list that accepts the packet once the list has one value more. */
export function widerRule(situation: Situation): readonly Proposal[] {
  for (const { rule, missed, match, view } of situation.misses) {
    const { table, name } = rule.chain;
    const value = missed.asks && readField(missed.asks.field, view);
    const data = match && value !== undefined ? match.extension.including?.(match.data, value) : undefined;
    if (!match || data === undefined || !isTableName(table)) continue;
    const matches = rule.matches.map((each) => (each === match ? { ...each, data, conditions: undefined } : each));
    const command: RuleCommand = {
      table,
      chain: name,
      operation: 'R',
      position: rule.number,
      rule: printRuleBody({ header: rule.header, matches, target: rule.target }, rule.family).trimStart(),
    };
    const outcomes = traceChanged(situation, { commands: [command] });
    if (!outcomes || !getsThrough(outcomes)) continue;
    return [
      {
        title: [{ text: 'Let ' }, ruleSpan(rule.line), { text: ' accept it as well' }],
        commands: [ruleCommandText(command, situation.input.family)],
        note: ownerNote(situation, [command]),
        outcomes,
        reach: 'setting',
      },
    ];
  }
  return [];
}
