import type { SourceFile } from '../core/syntax/sourceFile';
import type { EmbeddedLine, Line } from '../core/syntax/tree';
import type { Rule } from '../core/ruleset/ruleSet';
import { countFirst } from '../core/text/bisect';
import type { Columns, FileRange } from '../core/text/columns';

/** A place within a line. */
export interface LinePlace {
  readonly line: Line;
  readonly column: number;
}

/**
 * Columns in the file: a line that is read in place of another one has columns of its own. Of one joined from several,
 * the columns within the first that they are in.
 */
export function outerColumns(line: Line, columns: Columns): Columns {
  if (!('toOuter' in line)) return { start: columns.start, end: columns.end };
  const { start, end } = outerSpan(line, columns);
  return { start, end };
}

/** The columns of the file that are a rule. */
export function columnsOfRule({ line, written }: Pick<Rule, 'line' | 'written'>): Columns {
  return outerColumns(line, written ?? contentOf(line));
}

/** The columns of a line without its indentation and what is before it. */
export function contentOf({ contentStart, text }: Line): Columns {
  return { start: contentStart, end: text.length };
}

/** Where columns of a line are in the file; lines count from 0. */
export function outerSpan(line: Line, { start, end }: Columns): FileRange {
  const { toOuter, toLine } = line as Partial<EmbeddedLine>;
  if (!toOuter) return { line: line.index, start, end };
  const at = lineAt(line, toLine, start);
  let last = end;
  // What goes on in the line below ends here with its first part.
  if (toLine && lineAt(line, toLine, end) !== at)
    last = start + countFirst(end - start, (i) => lineAt(line, toLine, start + i) === at) - 1;
  return {
    line: at,
    start: toOuter(start),
    end: Math.max(toOuter(start), last < end ? toOuter(last) + 1 : toOuter(end)),
  };
}

/**
 * What is read in place of a line of the file: lines within a JSON string, what a shell makes of it; empty where it is
 * read as it stands.
 */
export function linesWithin(file: SourceFile, line: Line): readonly Line[] {
  return file.readings.get(line.index) ?? line.embedded ?? [];
}

/** The line that is read in place of the one at a column of the file, with the column there; another line is itself. */
export function innerPlace(file: SourceFile, line: Line, column: number): LinePlace {
  const read = file.readings.get(line.index);
  if (read) return closest(read, line, column) ?? { line, column };
  const { embedded } = line;
  if (!embedded) return { line, column };
  // Their order is that of the file.
  const after = countFirst(embedded.length, (i) => (embedded[i] as EmbeddedLine).toOuter(0) <= column);
  const inner = embedded[after - 1];
  if (!inner || column > inner.toOuter(inner.text.length)) return { line, column };
  return {
    line: inner,
    column: Math.max(0, countFirst(inner.text.length + 1, (at) => inner.toOuter(at) <= column) - 1),
  };
}

/**
 * Of lines that stand for this one, in whatever order their words come: the one with a word nearest before the
 * column, else the first.
 */
function closest(read: readonly EmbeddedLine[], line: Line, column: number): LinePlace | undefined {
  let best: { readonly line: Line; readonly column: number; readonly outer: number } | undefined;
  // A loop makes many lines of one; they all are in the same place.
  for (const inner of read.slice(0, MOST_READ)) {
    for (let at = 0; at <= Math.min(inner.text.length, MOST_COLUMNS); at++) {
      if (lineAt(inner, inner.toLine, at) !== line.index) continue;
      const outer = inner.toOuter(at);
      const nearer = best === undefined || outer > best.outer || (outer === best.outer && isInLater(best, inner, at));
      if (outer <= column && nearer) best = { line: inner, column: at, outer };
    }
  }
  const [first] = read;
  return best ?? (first && { line: first, column: first.contentStart });
}

/** Statements of nft that are in one line have its whole text: whether a column is in the second of two of them. */
function isInLater({ line: { node: first } }: LinePlace, { node: second }: Line, column: number): boolean {
  return first.kind === 'nft' && second.kind === 'nft' && column > first.end && column >= second.start;
}

const MOST_READ = 200;
const MOST_COLUMNS = 2000;

function lineAt(line: Line, toLine: EmbeddedLine['toLine'], column: number): number {
  return toLine?.(column).index ?? line.index;
}
