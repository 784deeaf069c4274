import { BUILTIN_CHAINS, isTableName } from '../../core/ruleset/ruleSet';
import { Command } from '../../core/syntax/command';
import { Shape } from '../../core/syntax/shape';
import type { RulesSection, SourceFile } from '../../core/syntax/sourceFile';
import type { Backend } from '../../core/xtables/backend';
import type { Hook } from '../../core/xtables/view';

/** Where a line stands. Made from the lines around it and their shapes alone: no rule is read for it. */
export interface CompletionPlace {
  readonly file: SourceFile;
  /** 0-based. */
  readonly line: number;
  readonly family: 4 | 6;
  readonly backend: Backend;
  /** undefined outside of a table, and where nothing states it. */
  readonly table: string | undefined;
  /** Between `*table` and COMMIT. */
  readonly inTable: boolean;
  /** The lines say `iptables -t TABLE …` themselves. */
  readonly commands: boolean;
  /** The lines that may declare chains of this table; the end is exclusive. */
  readonly from: number;
  readonly to: number;
}

/** The place of a line of restore input, a dump or a list of rules. */
export function placeOfLine(file: SourceFile, line: number): CompletionPlace {
  const section = sectionAround(file, line);
  const common = {
    file,
    line,
    family: section?.family ?? file.family ?? 4,
    backend: section?.backend ?? 'legacy',
    commands: false,
  } as const;
  const heading = headingAbove(file, line);
  if (heading !== undefined) {
    const { node } = file.lines[heading] as SourceFile['lines'][number];
    return {
      ...common,
      table: node.kind === 'table' ? node.name.text : undefined,
      inTable: true,
      from: heading + 1,
      to: tableEnd(file, line + 1),
    };
  }
  if (file.shapes.includes(Shape.Table)) return { ...common, table: undefined, inTable: false, from: line, to: line };
  const first = section?.lines[0]?.index ?? 0;
  return {
    ...common,
    table: section?.defaultTable,
    inTable: false,
    from: first,
    to: Math.max(line, section?.lines.at(-1)?.index ?? file.lines.length - 1) + 1,
  };
}

/** The place of a command line, which names family and table itself. */
export function placeOfCommand(file: SourceFile, line: number, family: 4 | 6, table: string): CompletionPlace {
  return {
    file,
    line,
    family,
    backend: sectionAround(file, line)?.backend ?? 'legacy',
    table,
    inTable: false,
    commands: true,
    from: 0,
    to: file.lines.length,
  };
}

/** The hooks of a place's table; all where the table is not known. */
export function builtinChainsOf({ table }: CompletionPlace): readonly Hook[] {
  if (table === undefined) return BUILTIN_CHAINS.mangle;
  return isTableName(table) ? BUILTIN_CHAINS[table] : [];
}

/**
 * The chains that are declared for the table, without the built-in ones; the line of the place itself does not count.
 */
export function userChainsOf(place: CompletionPlace): readonly string[] {
  const builtin = new Set<string>(builtinChainsOf(place));
  return [...declaredChainsOf(place)].filter((name) => !builtin.has(name));
}

/** The chains that are declared for the table. */
export function declaredChainsOf(place: CompletionPlace): ReadonlySet<string> {
  const {
    file: { lines, shapes },
    from,
    to,
    table,
    commands,
  } = place;
  const names = new Set<string>();
  const declaring = commands ? Shape.ProgramCommand : Shape.Rule;
  for (let i = from; i < to; i++) {
    const shape = shapes[i];
    if ((shape !== declaring && (shape !== Shape.Chain || commands)) || i === place.line) continue;
    const line = lines[i];
    // Nearly all lines append a rule.
    if (line === undefined || line.text.startsWith('-A ', line.contentStart)) continue;
    const { node } = line;
    if (node.kind === 'chain') names.add(node.name.text);
    else if (
      node instanceof Command &&
      node.operation === 'N' &&
      node.chain &&
      (!commands || ((node.table?.text ?? 'filter') === table && (node.family ?? 4) === place.family))
    )
      names.add(node.chain.text);
  }
  return names;
}

/** The line `*table` above, unless a COMMIT is between. */
function headingAbove({ shapes, lines }: SourceFile, line: number): number | undefined {
  for (let i = line - 1; i >= 0; i--) {
    if (shapes[i] === Shape.Table && lines[i]?.node.kind === 'table') return i;
    if (shapes[i] === Shape.Commit) return undefined;
  }
  return undefined;
}

function tableEnd({ shapes }: SourceFile, from: number): number {
  let end = from;
  while (end < shapes.length && shapes[end] !== Shape.Commit && shapes[end] !== Shape.Table) end++;
  return end;
}

/** The rules that a line belongs to; for one that is not complete yet, those above it, else those below. */
function sectionAround(file: SourceFile, line: number): RulesSection | undefined {
  const sections = file.sections.filter((section) => section.kind === 'rules');
  return sections.findLast(({ lines }) => (lines[0]?.index ?? 0) <= line) ?? sections[0];
}
