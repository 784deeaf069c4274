import type { EmbeddedLine, Line } from '../core/syntax/tree';
import type { Columns } from '../core/text/columns';

/** A place within a line. */
export interface LinePlace {
  readonly line: Line;
  readonly column: number;
}

/** Columns in the file: a rule within a JSON log line has columns of its own. */
export function outerColumns(line: Line, { start, end }: Columns): Columns {
  const { toOuter } = line as Partial<EmbeddedLine>;
  return toOuter ? { start: toOuter(start), end: toOuter(end) } : { start, end };
}

/** The line within a JSON log line that a column of the file stands in, with the column there; another line is itself. */
export function innerPlace(line: Line, column: number): LinePlace {
  const { embedded } = line;
  if (!embedded) return { line, column };
  // Their order is that of the file.
  const after = partition(embedded.length, (i) => (embedded[i] as EmbeddedLine).toOuter(0) <= column);
  const inner = embedded[after - 1];
  if (!inner || column > inner.toOuter(inner.text.length)) return { line, column };
  return { line: inner, column: Math.max(0, partition(inner.text.length + 1, (at) => inner.toOuter(at) <= column) - 1) };
}

/** How many of 0 … count - 1 fulfil a condition that the first ones fulfil and the others do not. */
function partition(count: number, holds: (i: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
