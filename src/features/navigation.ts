import type { Chain, RuleSet, Table } from '../core/ruleset/ruleSet';
import { AppendLine } from '../core/syntax/appendLine';
import type { RulesSection } from '../core/syntax/sourceFile';
import type { Line, Word } from '../core/syntax/tree';
import type { Columns, FileRange } from '../core/text/columns';
import { ruleSetOf, type FileModel } from './fileModel';
import { rulesOfLine } from './rulesOfLine';
import { sectionOf } from './sectionOfLine';
import { classifyWords } from './ruleWords';
import { innerPlace, outerColumns, outerSpan } from './embeddedLine';

/** A chain that the cursor is on. */
interface ChainAt {
  readonly range: Columns;
  readonly table: Table;
  readonly chain: Chain;
  readonly section: RulesSection;
}

/** How a chain is named at a place. `write`: it is made, filled or taken away there. */
export interface Mention extends FileRange {
  readonly kind: 'declaration' | 'rule' | 'jump';
}

/** The chain named at a place; line and column are 0-based. */
function chainAt(model: FileModel, lineNumber: number, column: number): ChainAt | undefined {
  const outer = model.file.lines[lineNumber];
  if (!outer) return undefined;
  const { line, column: at } = innerPlace(model.file, outer, column);
  const section = sectionOf(model, line);
  if (section?.kind !== 'rules') return undefined;
  const ruleSet = ruleSetOf(section);
  for (const word of chainWords(line, section)) {
    if (at < word.start || at > word.end) continue;
    const table = tableOf(ruleSet, section, line);
    const chain = table?.chains.get(word.text);
    if (table && chain) return { range: outerColumns(line, word), table, chain, section };
  }
  return undefined;
}

/** Where a chain is declared; for one that is only used, its first rule. */
export function chainDefinition(model: FileModel, lineNumber: number, column: number): Mention | undefined {
  const mentions = chainMentions(model, lineNumber, column);
  return mentions.find(({ kind }) => kind === 'declaration') ?? mentions.find(({ kind }) => kind === 'rule');
}

/** Every place in the same rule set and table that names the chain, in the order of the file. */
export function chainMentions(model: FileModel, lineNumber: number, column: number): readonly Mention[] {
  const at = chainAt(model, lineNumber, column);
  if (!at) return [];
  const {
    section,
    chain: { name },
  } = at;
  const ruleSet = ruleSetOf(section);
  const mentions: Mention[] = [];
  for (const line of section.lines) {
    // Most lines do not hold the name at all.
    if (!line.text.includes(name)) continue;
    for (const word of chainWords(line, section)) {
      if (word.text !== name || tableOf(ruleSet, section, line)?.name !== at.table.name) continue;
      mentions.push({ ...outerSpan(line, word), kind: kindOf(line, word) });
    }
  }
  return mentions;
}

function kindOf({ node }: Line, word: Word): Mention['kind'] {
  if (node.kind === 'chain') return 'declaration';
  if (node.kind !== 'command' || word !== node.chain) return 'jump';
  return node.operation === 'N' || node.operation === 'P' ? 'declaration' : 'rule';
}

/** The words of a line that name chains. */
function chainWords({ node }: Line, section: RulesSection): readonly Word[] {
  if (node.kind === 'chain') return [node.name];
  if (node.kind !== 'command') return [];
  return classifyWords(node, section.family ?? 4)
    .filter(({ role }) => role.kind === 'chain' || role.kind === 'jump-chain')
    .map(({ word }) => word);
}

const tablesOfLines = new WeakMap<RulesSection, ReadonlyMap<Line, string | undefined>>();

/** The table that a line is about: its own `-t`, the `*table` above it, else the one that its rule was put into. */
function tableOf(ruleSet: RuleSet, section: RulesSection, line: Line): Table | undefined {
  const { node } = line;
  const own = node.kind === 'command' ? node.table?.text : undefined;
  // A command without `-t` is about filter.
  const name = own ?? rulesOfLine(ruleSet, line)[0]?.chain.table ?? headings(section).get(line) ?? 'filter';
  return [...ruleSet.tables.values()].find((table) => table.name === name);
}

/** For each line the `*table` above it, or the table of its list. */
function headings(section: RulesSection): ReadonlyMap<Line, string | undefined> {
  let map = tablesOfLines.get(section);
  if (map === undefined) {
    const made = new Map<Line, string | undefined>();
    for (const { lines, defaultTable } of section.parts ?? [section]) {
      let current = defaultTable;
      for (const line of lines) {
        // The words of 100,000 rules are not read for this.
        const node = line instanceof AppendLine ? undefined : line.node;
        if (node?.kind === 'table') current = node.name.text;
        else if (node?.kind === 'commit') current = undefined;
        else made.set(line, current);
      }
    }
    map = made;
    tablesOfLines.set(section, map);
  }
  return map;
}
