import type { Columns } from '../core/text/columns';
import { allTables, type Chain, type NftTable, type Rule, type Table } from '../core/ruleset/ruleSet';
import { visible } from '../core/text/visible';
import { printRule, printRuleBody } from '../core/ruleset/printRule';
import { AppendLine } from '../core/syntax/appendLine';
import { nftTokens } from '../core/syntax/nft/tokens';
import type { Line } from '../core/syntax/tree';
import { columnsOfRule, contentOf, outerColumns } from './embeddedLine';
import { extent } from './extent';
import { allSectionsOf, ruleSetOf, type Dump, type FileModel } from './fileModel';
import { rulesShown } from './rulesOfLine';

/** An entry of the outline. Lines and columns are 0-based; `selection` lies within `from`–`to`. */
export interface OutlineSymbol {
  readonly kind: 'dump' | 'table' | 'chain' | 'rule';
  readonly name: string;
  readonly detail: string;
  readonly from: number;
  /** The last line, included. */
  readonly to: number;
  readonly selection: Columns & { readonly line: number };
  readonly children: readonly OutlineSymbol[];
}

/**
 * Beyond this many rules in a file the outline ends at the chains: nobody scrolls through more, and the editor would
 * have to hold them.
 */
export const MOST_RULES_IN_OUTLINE = 3000;

/**
 * The outline: rule sets, their tables, their chains, their rules. A file that is one rule set and nothing else begins
 * with the tables.
 */
export function symbolsOf(model: FileModel): readonly OutlineSymbol[] {
  const lines = model.dumps.flatMap(allSectionsOf).reduce((sum, section) => sum + section.lines.length, 0);
  const withRules = lines <= MOST_RULES_IN_OUTLINE;
  const [only] = model.dumps;
  if (model.dumps.length === 1 && only && isWholeFile(model, only)) return tablesOf(only, withRules);
  return model.dumps.map((dump) => dumpSymbol(dump, withRules));
}

function isWholeFile({ file }: FileModel, { section }: Dump): boolean {
  return file.sections.length === 1 && section.lines.length > file.lines.length / 2;
}

function dumpSymbol(dump: Dump, withRules: boolean): OutlineSymbol {
  const { from, to } = extent(allSectionsOf(dump).flatMap(({ lines }) => lines));
  const first = dump.section.lines[0];
  return {
    kind: 'dump',
    name: visible(dump.label),
    detail: dump.detail,
    from,
    to,
    selection: { line: first?.index ?? from, ...(first ? outerColumns(first, contentOf(first)) : NOWHERE) },
    children: tablesOf(dump, withRules),
  };
}

function tablesOf(dump: Dump, withRules: boolean): readonly OutlineSymbol[] {
  return allSectionsOf(dump).flatMap((section) => {
    // The tables of both back ends have the same names.
    const backend = dump.beside && section !== dump.native ? section.backend : undefined;
    return allTables(ruleSetOf(section)).flatMap(
      (table) => tableSymbol(table, section.lines, backend, withRules) ?? [],
    );
  });
}

function tableSymbol(
  table: Table,
  lines: readonly Line[],
  backend: string | undefined,
  withRules: boolean,
): OutlineSymbol | undefined {
  const chains = [...table.chains.values()]
    .map((chain) => chainSymbol(chain, withRules))
    .filter((symbol) => symbol !== undefined);
  const head =
    (table as Partial<NftTable>).line ??
    // The words of 100,000 rules are not read for this.
    lines.find(
      (line) => !(line instanceof AppendLine) && line.node.kind === 'table' && line.node.name.text === table.name,
    );
  const from = chains.reduce((first, chain) => Math.min(first, chain.from), head?.index ?? Infinity);
  const to = chains.reduce((last, chain) => Math.max(last, chain.to), head?.index ?? -1);
  if (to < 0) return undefined;
  const count = [...table.chains.values()].reduce((sum, { rules }) => sum + rules.length, 0);
  const name = head?.node.kind === 'table' ? head.node.name : undefined;
  return {
    kind: 'table',
    name: table.name,
    detail: `${counted(count, 'rule')}${backend === undefined ? '' : `, ${backend}`}`,
    from,
    to,
    selection: head && name ? { line: head.index, ...outerColumns(head, name) } : { line: from, start: 0, end: 0 },
    children: chains.sort((a, b) => a.from - b.from),
  };
}

/**
 * A chain spans its rules, so that the editor can say in which chain the cursor is; one without rules its declaration.
 * A built-in chain that is neither declared nor used is omitted.
 */
function chainSymbol(chain: Chain, withRules: boolean): OutlineSymbol | undefined {
  const { line, policy, name } = chain;
  const rules = rulesShown(chain);
  // -E takes an empty name, which an outline cannot show.
  if ((rules.length === 0 && !line) || name === '') return undefined;
  const native = line?.node.kind === 'nft';
  const { from, to } = extentOf(rules, native || rules.length === 0 ? line : undefined);
  const head = native ? line : (rules[0]?.line ?? line);
  const word = native ? chainWord(line) : head && nameIn(head, name);
  const { start, end } = word && head ? outerColumns(head, word) : NOWHERE;
  const count = counted(rules.length, 'rule');
  return {
    kind: 'chain',
    name: visible(name),
    detail: policy === undefined ? count : `${policy} · ${count}`,
    from,
    to,
    selection: { line: head?.index ?? from, start, end },
    children: withRules ? rules.map(ruleSymbol) : NO_CHILDREN,
  };
}

const NOWHERE: Columns = { start: 0, end: 0 };
const NO_CHILDREN: readonly OutlineSymbol[] = [];

/** The first and the last line of rules, and of one line besides. */
function extentOf(rules: readonly Rule[], line: Line | undefined): { readonly from: number; readonly to: number } {
  let from = line?.index ?? rules[0]?.line.index ?? 0;
  let to = from;
  for (const rule of rules) {
    const { index } = rule.line;
    if (index < from) from = index;
    if (index > to) to = index;
  }
  return { from, to };
}

/** Where a line names its chain. Of most rules the words need not be read for that. */
function nameIn(line: Line, name: string): Columns | undefined {
  if (line.text.startsWith(`${APPEND}${name} `, line.contentStart)) {
    const start = line.contentStart + APPEND.length;
    return { start, end: start + name.length };
  }
  const { node } = line;
  return node.kind === 'chain' ? node.name : node.kind === 'command' ? node.chain : undefined;
}

const APPEND = '-A ';

/** Where a chain of nftables has its name: the last word before its block, or before the next statement. */
function chainWord({ text, contentStart }: Line): Columns | undefined {
  const tokens = nftTokens(text, contentStart);
  const end = tokens.findIndex(({ kind }) => kind === 'mark');
  return tokens.at(end < 0 ? end : end - 1);
}

function ruleSymbol(rule: Rule): OutlineSymbol {
  const { line, number } = rule;
  return {
    kind: 'rule',
    name: `${number}`,
    detail: visible(rule.written ? printRule(rule) : printRuleBody(rule, rule.family).trimStart()),
    from: line.index,
    to: line.index,
    selection: { line: line.index, ...columnsOfRule(rule) },
    children: [],
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
