import { splitLines } from '../text/splitLines';
import { parseLine } from './line';
import { readSections } from './readSections';
import type { Line, SourceFile } from './tree';

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
 * `index` renumbered in place, so `file` itself must not be used any more. Sections without a touched line are the
 * same objects too, unless what stands above them changed their meaning. Positions outside of the file are moved
 * into it. Equal to parsing the new text.
 */
export function editSourceFile(file: SourceFile, edit: TextEdit): SourceFile {
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
  // The text ends with the ending of its last line, so what the split gives behind it is the line that follows.
  if (last < lastLine) touched.pop();

  const next = first + touched.length;
  const grown = next - (last + 1);
  let lines: Line[];
  let shapes: Uint8Array;
  if (grown === 0) {
    lines = old.slice();
    shapes = file.shapes.slice();
  } else {
    lines = old.slice(0, first).concat(touched, old.slice(last + 1));
    shapes = new Uint8Array(lines.length);
    shapes.set(file.shapes.subarray(0, first));
    shapes.set(file.shapes.subarray(last + 1), next);
    for (let i = next; i < lines.length; i++) {
      const line = lines[i] as Line;
      line.index = i;
      if (line.embedded) for (const inner of line.embedded) inner.index = i;
    }
  }
  touched.forEach((line, i) => {
    lines[first + i] = line;
    shapes[first + i] = line.shape;
  });
  return {
    lines,
    shapes,
    asItIs: file.asItIs,
    ...readSections(lines, shapes, file.family, { sections: file.sections, from: first, to: next }),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
