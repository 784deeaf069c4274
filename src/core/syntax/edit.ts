import { splitLines } from '../text/splitLines';
import { parseLine } from './line';
import { readSections } from './readSections';
import { Shape } from './shape';
import { rulesEdit, staysPlain, type RulesEdit } from './rulesEdit';
import type { RulesSection, SourceFile } from './sourceFile';
import type { Line } from './tree';

/** A change of text, as editors report it: lines and columns are 0-based, the end is exclusive. */
export interface TextEdit {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly newText: string;
}

/**
 * The file after an edit. Only the lines that the edit touches are read again; the others are the same objects, with
 * `index` renumbered in place, so `file` itself must not be used any more. Sections without a touched line are the same
 * objects too, unless what is above them changed their meaning. Positions outside of the file are moved into it. Equal
 * to parsing the new text.
 */
export function editSourceFile(file: SourceFile, edit: TextEdit): SourceFile {
  return followEdit(file, edit).file;
}

/** A file after an edit, and the changed rules where nothing else has changed. */
export interface Followed {
  readonly file: SourceFile;
  readonly rules: RulesEdit | undefined;
}

/** `editSourceFile` for those who have bound the rules of the file. */
export function followEdit(file: SourceFile, edit: TextEdit): Followed {
  const old = file.lines;
  const lastLine = old.length - 1;
  const first = clamp(edit.startLine, 0, lastLine);
  const last = clamp(edit.endLine, first, lastLine);
  const startColumn = clamp(edit.startColumn, 0, old[first]?.text.length ?? 0);
  const endColumn = clamp(edit.endColumn, last === first ? startColumn : 0, old[last]?.text.length ?? 0);
  const lastText = old[last];
  const text =
    (old[first]?.text ?? '').slice(0, startColumn) +
    edit.newText +
    (lastText?.text ?? '').slice(endColumn) +
    (lastText?.eol ?? '');
  const touched: Line[] = [];
  splitLines(text, (line, eol) => {
    touched.push(parseLine(line, eol, first + touched.length, file.asItIs));
  });
  // The text ends with the ending of its last line, so what the split gives after it is the line that follows.
  if (last < lastLine) touched.pop();

  const next = first + touched.length;
  const grown = next - (last + 1);
  const rules = rulesEdit(file, { first, end: last + 1, touched });
  if (rules) return exchangeRules(file, rules, first);
  const lines = grown === 0 ? old.slice() : old.slice(0, first).concat(touched, old.slice(last + 1));
  if (grown !== 0) renumber(lines, next);
  const shapes = shapesAfter(file.shapes, first, last + 1, next);
  touched.forEach((line, i) => {
    lines[first + i] = line;
    shapes[first + i] = line.shape;
  });
  return {
    file: {
      lines,
      shapes,
      asItIs: file.asItIs,
      ...readSections(lines, shapes, file.family, { sections: file.sections, from: first, to: next }),
    },
    rules: undefined,
  };
}

/** The sections stay the same: only lines are replaced. */
function exchangeRules(file: SourceFile, edit: Omit<RulesEdit, 'to'>, first: number): Followed {
  const { from, removed, inserted } = edit;
  const grown = inserted.length - removed.length;
  const start = from.lines[0]?.index ?? 0;
  // In the list of the section itself: a copy of 100,000 lines takes longer than all else that an edit of one needs.
  const to: RulesSection = { ...from, lines: exchanged(from.lines as Line[], first - start, removed.length, inserted) };
  const lines = exchanged(file.lines.slice(), first, removed.length, inserted);
  const next = first + inserted.length;
  if (grown !== 0) renumber(lines, next);
  const shapes = grown === 0 ? file.shapes : shapesAfter(file.shapes, first, first + removed.length, next);
  if (grown !== 0) shapes.fill(Shape.Rule, first, next);
  const now: SourceFile = { ...file, lines, shapes, sections: [to] };
  staysPlain(now);
  return { file: now, rules: { ...edit, to } };
}

function exchanged(lines: Line[], at: number, removed: number, inserted: readonly Line[]): Line[] {
  if (inserted.length > MOST_SPREAD) return lines.slice(0, at).concat(inserted, lines.slice(at + removed));
  lines.splice(at, removed, ...inserted);
  return lines;
}

/** More arguments than this are not given to a function. */
const MOST_SPREAD = 1000;

function renumber(lines: readonly Line[], from: number): void {
  for (let i = from; i < lines.length; i++) {
    const line = lines[i] as Line;
    line.index = i;
    if (line.embedded) for (const inner of line.embedded) inner.index = i;
  }
}

/** With room for other lines between `first` and `next`, where `first` to `end` were. */
function shapesAfter(shapes: Uint8Array, first: number, end: number, next: number): Uint8Array {
  const made = new Uint8Array(shapes.length + next - end);
  made.set(shapes.subarray(0, first));
  made.set(shapes.subarray(end), next);
  return made;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
