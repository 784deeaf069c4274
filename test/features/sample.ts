import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf, type FileModel } from '../../src/features/fileModel';

export function sampleText(name: string): string {
  return readFileSync(path.join(import.meta.dirname, '../../sample', name), 'utf8');
}

export function modelOfText(text: string, fileName = 'rules'): FileModel {
  return modelOf(parseSourceFile(text, { fileName }));
}

/** Takes the cursor mark `‸` out of a text; line and column are 0-based. */
export function cursor(marked: string): { readonly text: string; readonly line: number; readonly column: number } {
  const at = marked.indexOf('‸');
  if (at < 0) throw new Error('the text has no cursor mark');
  const before = marked.slice(0, at).split('\n');
  return {
    text: marked.slice(0, at) + marked.slice(at + 1),
    line: before.length - 1,
    column: before.at(-1)?.length ?? 0,
  };
}

/** The line, 1-based, of the first text that contains `needle`, from `from` on. */
export function lineOf(text: string, needle: string, from = 1): number {
  const at = text.split('\n').findIndex((line, i) => i + 1 >= from && line.includes(needle));
  if (at < 0) throw new Error(`${needle} is not in the text`);
  return at + 1;
}
