import { parseSourceFile } from '../syntax/parse';
import type { TableName } from '../xtables/view';
import { bindRules } from './bind';
import type { LineProblem, RuleSet } from './ruleSet';

/** A command of iptables and the table that it is about. */
export interface TableCommand {
  readonly table: TableName;
  /** `iptables -t nat -I PREROUTING 1 …`. */
  readonly text: string;
}

export interface ChangedRules {
  readonly ruleSet: RuleSet;
  /** What is wrong with the commands themselves. */
  readonly problems: readonly LineProblem[];
}

/**
 * The rules as they would be after commands; the rule set itself stays as it is. Rules that the commands leave alone
 * keep their lines, tables without a command are the same objects.
 */
export function afterCommands(ruleSet: RuleSet, commands: readonly TableCommand[]): ChangedRules {
  const { lines } = parseSourceFile(commands.map(({ text }) => text).join('\n'));
  const changed = bindRules(ruleSet.section, {
    commands: lines,
    from: ruleSet,
    tables: new Set(commands.map(({ table }) => table)),
  });
  return {
    ruleSet: changed,
    problems: changed.problems.filter(({ line, severity }) => severity === 'error' && lines.includes(line)),
  };
}
