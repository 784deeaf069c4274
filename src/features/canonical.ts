import type { TableName } from '../core/xtables/view';
import { compareBytes } from '../core/text/utf8';
import { printRule } from '../core/ruleset/printRule';
import { BUILTIN_CHAINS, type RuleSet, type Table } from '../core/ruleset/ruleSet';
import { boundRules, rulesFile } from './rulesOfText';
import { isAssumed } from '../core/syntax/typedLine';

/**
 * The rules as iptables-save prints them after loading: tables in the order of the text, chains in the order of their
 * declaration.
 */
export function canonicalText(text: string, family: 4 | 6): string {
  return printRuleSet(boundRules(rulesFile(text), family));
}

export function printRuleSet(ruleSet: RuleSet): string {
  return [...ruleSet.tables.values()].map(printTable).join('');
}

/** Built-in chains first, user-defined ones sorted by name, as libiptc keeps them. */
function printTable(table: Table<TableName>): string {
  const builtin = BUILTIN_CHAINS[table.name]
    .map((hook) => table.chains.get(hook))
    .filter((chain) => chain !== undefined);
  const own = [...table.chains.values()]
    .filter(({ hook }) => hook === undefined)
    .sort((a, b) => compareBytes(a.name, b.name));
  const shown = [...builtin, ...own].map((chain) => ({
    ...chain,
    name: chain.name,
    rules: chain.rules.filter(({ line }) => !isAssumed(line)),
    isAssumed: chain.hook === undefined && chain.rules.length > 0 && chain.rules.every(({ line }) => isAssumed(line)),
  }));
  const targets = new Set(
    shown.flatMap(({ rules }) => rules.flatMap(({ target }) => (target.kind === 'jump' ? target.chain : []))),
  );
  const chains = shown.filter((chain) => !chain.isAssumed || targets.has(chain.name));
  return [
    `*${table.name}`,
    ...chains.map(({ name, policy }) => `:${name} ${policy ?? '-'} [0:0]`),
    ...chains.flatMap(({ rules }) => rules.map((rule) => printRule(rule.passing()))),
    'COMMIT',
    '',
  ].join('\n');
}
