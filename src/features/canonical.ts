import type { TableName } from '../core/xtables/view';
import { compareBytes } from '../core/text/utf8';
import { printRule } from '../core/ruleset/printRule';
import { BUILTIN_CHAINS, type RuleSet, type Table } from '../core/ruleset/ruleSet';
import { boundRules, rulesFile } from './rulesOfText';
import { rulesShown } from './rulesOfLine';

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
  const all = [...builtin, ...own];
  const shown = new Map(all.map((chain) => [chain, rulesShown(chain)] as const));
  const targets = new Set(
    [...shown.values()].flatMap((rules) =>
      rules.map(({ target }) => (target.kind === 'jump' ? target.chain : undefined)),
    ),
  );
  // A chain of which all rules are assumed is there only where a rule that is shown jumps to it.
  const chains = all.filter(
    (chain) =>
      chain.hook !== undefined || chain.rules.length === 0 || shown.get(chain)?.length || targets.has(chain.name),
  );
  return [
    `*${table.name}`,
    ...chains.map(({ name, policy }) => `:${name} ${policy ?? '-'} [0:0]`),
    ...chains.flatMap((chain) => shown.get(chain)?.map((rule) => printRule(rule.passing())) ?? []),
    'COMMIT',
    '',
  ].join('\n');
}
