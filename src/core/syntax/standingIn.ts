import type { EmbeddedLine, Line } from './tree';

/** A line with the places of its columns in the file. */
export function standingIn({ index, text, eol, contentStart, node, shape, problems }: Line, toOuter: (column: number) => number, toLine?: (column: number) => Line): EmbeddedLine {
  return { index, text, eol, contentStart, node, shape, problems, toOuter, ...(toLine && { toLine }) };
}
