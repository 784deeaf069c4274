import type { RuleSet } from '../../core/ruleset/ruleSet';
import type { CommandNode, Line, RulesSection } from '../../core/syntax/tree';
import { rulesOfLine } from '../fileModel';

/**
 * The table that a line of rules is about: the one it names, that of its rule or chain, the one whose `*table` stands
 * above it; else any that has its chain.
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
    const above = section.lines[at]?.node;
    if (above?.kind === 'table') return above.name.text;
    if (above?.kind === 'commit') break;
  }
  const name = node?.chain?.text;
  for (const table of ruleSet.tables.values()) if (name !== undefined && table.chains.has(name)) return table.name;
  return undefined;
}
