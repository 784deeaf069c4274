import { AppendLine } from './appendLine';
import { findFamily } from './family';
import { savedTime } from './sections/rules';
import { Shape } from './shape';
import type { RulesSection, SourceFile } from './sourceFile';
import type { Line } from './tree';

/** An edit that changed rules of one table and nothing else in the file. */
export interface RulesEdit {
  /** The section as it was, and as it is now. */
  readonly from: RulesSection;
  readonly to: RulesSection;
  /** The line `*table` above them. */
  readonly table: Line;
  readonly removed: readonly AppendLine[];
  readonly inserted: readonly AppendLine[];
}

/** Lines of a file and those that an edit puts in their place. */
export interface LinesEdit {
  /** The place of the first, and of the line after the last, in the file as it was. */
  readonly first: number;
  readonly end: number;
  readonly touched: readonly Line[];
}

/**
 * Whether lines in a file are rules of an open table and become rules of it, so that its sections stay what they are:
 * in a file that is one dump and nothing else, what a rule says has no effect on what the lines around it are. `lines`
 * are those of the file after the edit. undefined where the sections have to be found again.
 */
export function rulesEdit(file: SourceFile, { first, end, touched }: LinesEdit): Omit<RulesEdit, 'to'> | undefined {
  const [section] = file.sections;
  if (file.sections.length !== 1 || section?.kind !== 'rules') return undefined;
  if ((section.form !== 'save' && section.form !== 'restore') || section.parts || !isPlain(file)) return undefined;
  const removed = file.lines.slice(first, end);
  if (!removed.every((line) => line instanceof AppendLine) || !touched.every(isPlainRule)) return undefined;
  const start = section.lines[0]?.index ?? 0;
  // After the last line the section may end elsewhere.
  if (end >= start + section.lines.length) return undefined;
  const at = file.shapes.lastIndexOf(Shape.Table, first - 1);
  const table = file.lines[at];
  if (table === undefined || at < start || file.shapes.lastIndexOf(Shape.Commit, first - 1) > at) return undefined;
  if (removed.length !== touched.length && !statesTime(file, start, end)) return undefined;
  return statesFamily(file, start, at, first) ? { from: section, table, removed, inserted: touched } : undefined;
}

/** When the dump was saved is in its first line, or no header moves in or out of the lines that are read for it. */
function statesTime(file: SourceFile, start: number, end: number): boolean {
  return savedTime(file.lines[start]?.text ?? '') !== undefined || !file.shapes.includes(Shape.Header, end);
}

/** `-A CHAIN …` or `[12:3400] -A CHAIN …` that cannot be taken for words that a terminal has separated. */
function isPlainRule(line: Line): line is AppendLine {
  return line instanceof AppendLine && line.contentStart === 0 && !line.text.includes(GAP);
}

/** See `blocks/rewrapped.ts`. */
const GAP = '      ';

/**
 * The family of the section, and where a dump of the other family begins in it, is stated above the touched lines: by
 * the header, or by a rule of the table.
 */
function statesFamily(file: SourceFile, start: number, table: number, first: number): boolean {
  const head = file.lines[start]?.node;
  if (head?.kind === 'comment' && head.header?.role === 'generated' && head.header.family !== undefined) return true;
  return findFamily(file.lines, table, first) !== undefined;
}

const plain = new WeakMap<SourceFile, boolean>();

/** The lines of a dump, blanks and comments, each of them what it is by itself. */
function isPlain(file: SourceFile): boolean {
  let known = plain.get(file);
  if (known === undefined) {
    known =
      file.readings.size === 0 &&
      file.shapes.every((shape) => PLAIN[shape] === 1) &&
      !file.lines.some(({ text }) => text.includes(GAP));
    plain.set(file, known);
  }
  return known;
}

/** The file after such an edit is as plain. */
export function staysPlain(file: SourceFile): void {
  plain.set(file, true);
}

const PLAIN = new Uint8Array(256);
for (const shape of [Shape.Blank, Shape.Rule, Shape.Chain, Shape.Table, Shape.Commit, Shape.Comment, Shape.Header])
  PLAIN[shape] = 1;
