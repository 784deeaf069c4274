import type { RuleSet } from '../../core/ruleset/ruleSet';
import { AppendLine } from '../../core/syntax/appendLine';
import type { RulesSection } from '../../core/syntax/sourceFile';
import type { CommandNode, Line } from '../../core/syntax/tree';
import { rulesOfLine } from '../rulesOfLine';

/**
 * The table that a line of rules is about: the one it names, that of its rule or chain, the one whose `*table` is above
 * it; else any that has its chain.
 */
export function tableOfLine(
  section: RulesSection,
  ruleSet: RuleSet,
  line: Line,
  node?: CommandNode,
): string | undefined {
  const own = node?.table?.text ?? rulesOfLine(ruleSet, line)[0]?.chain.table;
  if (own !== undefined) return own;
  for (const table of ruleSet.tables.values())
    for (const chain of table.chains.values()) if (chain.line === line) return table.name;
  for (let at = section.lines.lastIndexOf(line) - 1; at >= 0; at--) {
    const above = section.lines[at];
    // The words of 100,000 rules are not read for this.
    if (above === undefined || above instanceof AppendLine) continue;
    if (above.node.kind === 'table') return above.node.name.text;
    if (above.node.kind === 'commit') break;
  }
  const name = node?.chain?.text;
  for (const table of ruleSet.tables.values()) if (name !== undefined && table.chains.has(name)) return table.name;
  return undefined;
}
