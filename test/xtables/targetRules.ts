import { bindRules } from '../../src/core/ruleset/bind';
import { printRule } from '../../src/core/ruleset/printRule';
import { BUILTIN_CHAINS, type BoundTarget } from '../../src/core/ruleset/ruleSet';
import type { TableName } from '../../src/core/xtables/view';
import { rulesOfText } from '../../src/features/rulesOfText';

/** A rule after loading: what is wrong with it, what iptables-save would print, and its target. */
export interface LoadedRule {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly saved: string;
  readonly target: BoundTarget;
}

/**
 * Loads one rule `-A CHAIN …` as a table of its own; a chain that is not built in is declared, and nothing jumps to it.
 */
export function loadRule(text: string, table: TableName, family: 4 | 6 = 4): LoadedRule {
  const chain = text.split(' ')[1] as string;
  const hooks = BUILTIN_CHAINS[table];
  const declared =
    hooks.map((name) => `:${name} ACCEPT [0:0]\n`).join('') +
    (hooks.some((name) => name === chain) ? '' : `:${chain} - [0:0]\n`);
  const ruleSet = bindRules(rulesOfText(`*${table}\n${declared}${text}\nCOMMIT\n`, family));
  const rule = ruleSet.tables.get(table)?.chains.get(chain)?.rules[0];
  return {
    errors: ruleSet.problems.filter(({ severity }) => severity === 'error').map(({ message }) => message),
    warnings: ruleSet.problems.filter(({ severity }) => severity === 'warning').map(({ message }) => message),
    saved: rule ? printRule(rule) : '',
    target: rule?.target ?? { kind: 'none' },
  };
}
