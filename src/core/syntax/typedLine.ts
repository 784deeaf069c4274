import type { Line } from './tree';

/**
 * Lines that were typed to see what they would do, and that are in no file: those of the first change have this index,
 * those of the next the one before it.
 */
const FIRST = -2;

/** The index of lines that the file does not show, because what they are of is always there. */
export const ASSUMED = -1;

/** Whether a rule is in no file and nobody typed it. */
export function isAssumed({ index }: Pick<Line, 'index'>): boolean {
  return index === ASSUMED;
}

/** The index for lines of change `place`, counted from 0. */
export function indexOfTyped(place: number): number {
  return FIRST - place;
}

/** Which change a line is of, counted from 0; undefined for a line of the file. */
export function changeOfLine({ index }: Pick<Line, 'index'>): number | undefined {
  return index <= FIRST ? FIRST - index : undefined;
}

/** The number of a line as people count; undefined where it is in no file. */
export function lineNumber(line: Pick<Line, 'index'> | undefined): number | undefined {
  return line && line.index >= 0 ? line.index + 1 : undefined;
}

/** `line 12`, `what-if 2`: the rule that the second change makes; `a rule that is not in the file`. */
export function lineWords(line: Pick<Line, 'index'>): string {
  const change = changeOfLine(line);
  if (isAssumed(line)) return 'a rule that is not in the file';
  return change === undefined ? `line ${line.index + 1}` : `what-if ${change + 1}`;
}
