import { parseSourceFile } from '../syntax/parse';
import { changedRules } from './changedRules';
import type { LineProblem, RuleSet } from './ruleSet';

export interface RulesAfter {
  readonly ruleSet: RuleSet;
  /** What is wrong with the commands themselves. */
  readonly problems: readonly LineProblem[];
}

/**
 * The rules as they would be after commands `iptables -t nat -I PREROUTING 1 …`; the rule set itself stays as it is.
 * Rules that the commands leave alone keep their lines, tables without a command are the same objects.
 */
export function afterCommands(ruleSet: RuleSet, commands: readonly string[]): RulesAfter {
  const { lines } = parseSourceFile(commands.join('\n'));
  const changed = changedRules(ruleSet, new Set(), lines);
  return {
    ruleSet: changed,
    problems: changed.problems.filter(({ line, severity }) => severity === 'error' && lines.includes(line)),
  };
}
