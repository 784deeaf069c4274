import type { Line } from '../syntax/tree';
import type { TableName } from '../xtables/view';
import { bindRules } from './bind';
import { bindCommands } from './bindCommands';
import { boundOf } from './boundTables';
import { changedNft } from './nft/changedNft';
import { isOpenTable } from './openTable';
import { shareIndex } from './ruleIndex';
import { isTableName, type RuleSet } from './ruleSet';

/**
 * The rules as they would be without some lines of their section, and after commands: as if the lines were deleted from
 * the text, and the commands were run then, one by one. The rule set itself stays as it is; tables that the change does
 * not touch are the same objects. A rule set that was changed is changed further. What is wrong with a command is among
 * the problems, with its line, and it has no effect.
 */
export function changedRules(ruleSet: RuleSet, without: ReadonlySet<Line>, commands: readonly Line[]): RuleSet {
  const { changed, beside, native } = ruleSet;
  if (ruleSet.section.form === 'nft') return changedNft(ruleSet, without, commands);
  if (changed) {
    const { from } = changed;
    const same = from.beside === beside && from.native === native;
    return changedRules(
      same ? from : { ...from, ...(beside && { beside }), ...(native && { native }) },
      new Set([...changed.without, ...without]),
      [...changed.commands, ...commands],
    );
  }
  const lost = tablesOf(ruleSet, without);
  const dropped = lost !== undefined && canDrop(ruleSet, lost);
  const from = dropped ? ruleSet : rebound(ruleSet, without);
  const made = bindCommands(from, {
    tables: new Set([...(dropped ? lost : []), ...commands.flatMap(tableOfCommand)]),
    without: dropped ? without : new Set(),
    commands,
  });
  if (!made.instead)
    for (const [name, { chains }] of made.tables)
      for (const chain of chains.values()) {
        const before = from.tables.get(name)?.chains.get(chain.name);
        if (before && before !== chain) shareIndex(before, chain);
      }
  return { ...made, section: ruleSet.section, changed: { from: ruleSet, without, commands } };
}

function tableOfCommand({ node }: Line): readonly TableName[] {
  if (node.kind !== 'command') return [];
  const name = node.table?.text ?? 'filter';
  return isTableName(name) ? [name] : [];
}

/** The tables that have rules of these lines; undefined where one of the lines is not that of a rule. */
function tablesOf({ tables }: RuleSet, lines: ReadonlySet<Line>): ReadonlySet<TableName> | undefined {
  const found = new Set<TableName>();
  if (lines.size === 0) return found;
  const left = new Set(lines);
  for (const table of tables.values())
    for (const { rules } of table.chains.values())
      for (const { line } of rules)
        if (lines.has(line)) {
          found.add(table.name);
          left.delete(line);
        }
  return left.size === 0 ? found : undefined;
}

/** Whether the rest of the tables stays as it is where a rule is not appended. */
function canDrop(ruleSet: RuleSet, tables: ReadonlySet<TableName>): boolean {
  const bound = boundOf(ruleSet)?.tables ?? [];
  return [...tables].every((name) => {
    const table = ruleSet.tables.get(name);
    return table !== undefined && isOpenTable(table) && bound.some((each) => each.table === table);
  });
}

/** The section read without these lines: what comes after them may mean something else. */
function rebound(ruleSet: RuleSet, without: ReadonlySet<Line>): RuleSet {
  const { section } = ruleSet;
  const left = (lines: readonly Line[]): readonly Line[] => lines.filter((line) => !without.has(line));
  return {
    ...ruleSet,
    ...bindRules({
      ...section,
      lines: left(section.lines),
      ...(section.parts && { parts: section.parts.map((part) => ({ ...part, lines: left(part.lines) })) }),
    }),
  };
}
