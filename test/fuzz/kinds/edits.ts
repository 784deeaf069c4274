import { editSourceFile, type TextEdit } from '../../../src/core/syntax/edit';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { printSourceFile } from '../../../src/core/syntax/print';
import type { SourceFile } from '../../../src/core/syntax/sourceFile';
import { fileDiagnostics } from '../../../src/features/diagnostics';
import { modelOf } from '../../../src/features/fileModel';
import { plainFile } from '../../syntax/plainFile';
import { listOf, must, numberOf, partOf, textOf, type FuzzKind } from '../kind';
import { anyText, mutate } from '../texts';

/** A file and changes of it: reading what changed gives what reading all anew gives. */
export const editsKind: FuzzKind = {
  name: 'edits',
  summary: 'a file and edits of it: the parse of the edit is the parse of the text, and so are its diagnostics',
  generate: (random, corpus) => ({
    text: anyText(random, corpus).slice(0, 700),
    edits: Array.from({ length: random.int(1, 3) }, () => ({
      from: random.int(0, 5000),
      length: random.chance(0.5) ? 0 : random.int(0, 80),
      put: random.chance(0.3) ? '' : mutate(random, '', corpus, random.int(1, 2)).slice(0, 300),
    })),
  }),
  check(input) {
    let text = textOf(partOf(input, 'text'));
    let file = parseSourceFile(text);
    for (const edit of listOf(partOf(input, 'edits'))) {
      const start = snap(text, numberOf(partOf(edit, 'from')) % (text.length + 1));
      const end = snap(text, Math.min(start + Math.abs(numberOf(partOf(edit, 'length'))), text.length));
      const put = textOf(partOf(edit, 'put'));
      file = editSourceFile(file, { ...startOf(file, start), ...endOf(file, end), newText: put });
      text = text.slice(0, start) + put + text.slice(end);
      const fresh = parseSourceFile(text);
      must(printSourceFile(file) === text, () => 'the file after an edit is not printed as it is');
      must(
        JSON.stringify(plainFile(file)) === JSON.stringify(plainFile(fresh)),
        () => 'the file after an edit is another one than the text read anew',
      );
      // Asked after each edit, as editors do: what is kept of the file before must not show.
      must(
        JSON.stringify(fileDiagnostics(modelOf(file))) === JSON.stringify(fileDiagnostics(modelOf(fresh))),
        () => 'the diagnostics after an edit are others than those of the text read anew',
      );
    }
  },
};

/** Editors do not put a position between CR and LF. */
function snap(text: string, offset: number): number {
  return text.charAt(offset - 1) === '\r' && text.charAt(offset) === '\n' ? offset - 1 : offset;
}

function startOf(file: SourceFile, offset: number): Pick<TextEdit, 'startLine' | 'startColumn'> {
  const { line, column } = position(file, offset);
  return { startLine: line, startColumn: column };
}

function endOf(file: SourceFile, offset: number): Pick<TextEdit, 'endLine' | 'endColumn'> {
  const { line, column } = position(file, offset);
  return { endLine: line, endColumn: column };
}

function position(file: SourceFile, offset: number): { readonly line: number; readonly column: number } {
  let start = 0;
  for (const [line, { text, eol }] of file.lines.entries()) {
    if (offset <= start + text.length) return { line, column: offset - start };
    start += text.length + eol.length;
  }
  return { line: file.lines.length - 1, column: 0 };
}
