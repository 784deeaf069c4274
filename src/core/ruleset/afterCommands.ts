import { parseSourceFile } from '../syntax/parse';
import { bindRules } from './bind';
import type { LineProblem, RuleSet } from './ruleSet';

export interface ChangedRules {
  readonly ruleSet: RuleSet;
  /** What is wrong with the commands themselves. */
  readonly problems: readonly LineProblem[];
}

/**
 * The rules as they would be after commands such as `iptables -t nat -I PREROUTING 1 …`, each with its table; the rule set itself stays
 * as it is. Rules that the commands leave alone keep their lines.
 */
export function afterCommands(ruleSet: RuleSet, commands: readonly string[]): ChangedRules {
  const { lines } = parseSourceFile(commands.join('\n'));
  const changed = bindRules(ruleSet.section, lines);
  return { ruleSet: changed, problems: changed.problems.filter(({ line, severity }) => severity === 'error' && lines.includes(line)) };
}
