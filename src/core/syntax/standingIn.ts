import type { EmbeddedLine, Line } from './tree';

/** A line with the places of its columns in the file. */
export function standingIn(
  { index, text, eol, contentStart, node, shape, problems }: Line,
  toOuter: (column: number) => number,
  toLine?: (column: number) => Line,
): EmbeddedLine {
  return { index, text, eol, contentStart, node, shape, problems, toOuter, ...(toLine && { toLine }) };
}

/** Where a column of a line that may stand for others is in the file. */
export function outermost(line: Line, column: number): { readonly line: Line; readonly column: number } {
  const { toOuter, toLine } = line as Partial<EmbeddedLine>;
  return toOuter ? { line: toLine?.(column) ?? line, column: toOuter(column) } : { line, column };
}
