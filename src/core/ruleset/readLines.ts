import type { Line } from '../syntax/tree';
import type { LineRule } from './lineRule';
import type { LearnedPattern } from './rulePatterns';

/** What a line became whose words were read in full. */
export interface ReadLine {
  readonly rule: LineRule;
  /** The pattern that was complete with it. */
  readonly pattern: LearnedPattern | undefined;
}

/**
 * Lines survive edits elsewhere in the file, and what was read of them survives with them: after an edit only lines
 * that it touched are read. Lines that match a pattern are not here, because they need no reading.
 */
const READ = new WeakMap<Line, ReadLine>();

export function readBefore(line: Line): ReadLine | undefined {
  return READ.get(line);
}

export function rememberRead(line: Line, read: ReadLine): void {
  READ.set(line, read);
}

/** The rule is no longer what its line says. */
export function forgetRead(line: Line): void {
  READ.delete(line);
}
