import type { WantedBreakpoint } from '../breakpoints';

/**
 * An edit of the file: lines `first` to `last`, 0-based, became `count` lines. `last` before `first`: only inserted.
 */
export interface LinesEdit {
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** Within one line: what is at a column, 0-based, or after it moves by so many. */
  readonly columns?: { readonly from: number; readonly by: number };
}

interface Position {
  readonly line: number;
  readonly character: number;
}

/**
 * The lines that an edit of a text changes: whole lines that are inserted or deleted leave the line after them alone.
 */
export function linesEdit(start: Position, end: Position, text: string): LinesEdit {
  const lines = text.split('\n').length;
  const whole = start.character === 0 && end.character === 0 && (text === '' || text.endsWith('\n'));
  return whole
    ? { first: start.line, last: end.line - 1, count: lines - 1 }
    : {
        first: start.line,
        last: end.line,
        count: lines,
        ...(start.line === end.line &&
          lines === 1 && { columns: { from: end.character, by: text.length - (end.character - start.character) } }),
      };
}

/** Where a breakpoint is after an edit: on the same line, or on the first that took its place. */
export function shifted(wanted: WantedBreakpoint, { first, last, count, columns }: LinesEdit): WantedBreakpoint {
  const line = wanted.line - 1;
  if (columns && line === first && wanted.column !== undefined && wanted.column > columns.from)
    return { ...wanted, column: wanted.column + columns.by };
  if (line > last) return { ...wanted, line: wanted.line + count - (last - first + 1) };
  return line > first ? { ...wanted, line: Math.min(wanted.line, first + Math.max(1, count)) } : wanted;
}
