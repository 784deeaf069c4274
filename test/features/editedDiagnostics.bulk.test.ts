import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editSourceFile } from '../../src/core/syntax/edit';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { printSourceFile } from '../../src/core/syntax/print';
import type { SourceFile } from '../../src/core/syntax/sourceFile';
import { fileDiagnostics } from '../../src/features/diagnostics';
import { modelOf, ruleSetOf } from '../../src/features/fileModel';
import { runs } from '../runs';

const NAME = 'a.iptables';

/** As an editor asks: the hover may have bound the rules of each dump before. */
function diagnostics(file: SourceFile, hoverFirst = false): unknown {
  const model = modelOf(file);
  if (hoverFirst) for (const { section } of model.dumps) ruleSetOf(section);
  return fileDiagnostics(model, NAME).map(({ line, column, endColumn, severity, code, message }) => [
    line,
    column,
    endColumn,
    severity,
    code,
    message,
  ]);
}

const long = (length: number, letter: string): string =>
  `-A INPUT -m comment --comment ${letter.repeat(length)} -j ACCEPT`;

/** Lines that a table may hold, with what iptables-restore complains of at the edges. */
const line = fc.oneof(
  fc.constantFrom(
    ...[
      '-A INPUT -j ACCEPT',
      '-A INPUT -p tcp --dport 80 -j WEB',
      '-A INPUT -p tcp --dport 99999 -j WEB',
      '-A WEB -s 10.0.0.1 -j DROP',
      '-A WEB -j NOWHERE',
      '-N WEB',
      ':WEB - [0:0]',
      '-X WEB',
      '-F',
      '',
    ],
    ...[
      '-A INPUT -m comment --comment "open -j DROP',
      '-A INPUT -m comment --comment "a\\"b" -j DROP',
      '-A INPUT -j DROP # why',
      '-A INPUT\t-j  DROP',
      ' -A INPUT -j DROP',
      '[1:2] -A INPUT -j DROP',
      '[1:x] -A INPUT -j DROP',
    ],
    ...[
      '-A INPUT -j DROP\r',
      '-A INPUT -j DROP\rx',
      '-A INPUT -j DROP\0junk',
      '\0',
      '# a\rb',
      '-6 -A INPUT -j DROP',
      '-A INPUT -m limit -j DROP',
      '-A INPUT -j LOG --log-prefix "caf\udce9"',
      'COMMIT',
      '*nat',
      '*filter',
    ],
  ),
  fc
    .tuple(
      fc.constantFrom(255, 256, 300, 341, 342, 500, 512, 1022, 1023, 1024, 4000, 10_300),
      fc.constantFrom('a', 'é', '日', '\udce9', '😀'),
    )
    .map(([length, letter]) => long(length, letter)),
  fc.constantFrom(85, 120, 122, 125, 126, 250, 251, 252, 300).map((words) => `-A INPUT${' -4'.repeat(words)} -j DROP`),
);
const lines = fc.array(line, { minLength: 1, maxLength: 12 });
const table = fc
  .tuple(lines, fc.constantFrom('\n', '\r\n'))
  .map(([rows, end]) => ['*filter', ':INPUT ACCEPT [0:0]', ...rows, 'COMMIT', ''].join(end));

describe('problems after an edit', () => {
  test('are those of the text read anew, whatever was asked in between', () => {
    fc.assert(
      fc.property(
        table,
        fc.array(
          fc.record({
            at: fc.nat(),
            remove: fc.constantFrom(0, 0, 1, 3, 40),
            insert: fc.oneof(line, fc.constantFrom('', 'x', '"', '\n', '\r', ' ')),
            hover: fc.boolean(),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        (text, edits) => {
          let file = parseSourceFile(text, { fileName: NAME });
          diagnostics(file, edits[0]?.hover);
          for (const { at, remove, insert, hover } of edits) {
            const startLine = at % file.lines.length;
            const startColumn = at % ((file.lines[startLine]?.text.length ?? 0) + 1);
            file = editSourceFile(file, {
              startLine,
              startColumn,
              endLine: startLine,
              endColumn: startColumn + remove,
              newText: insert,
            });
            const fresh = parseSourceFile(printSourceFile(file), { fileName: NAME });
            expect(diagnostics(file, hover)).toEqual(diagnostics(fresh));
          }
        },
      ),
      { numRuns: runs(120) },
    );
  });

  test.each([
    ['a word of 1,024 bytes', long(1024, 'a'), 'word-too-long'],
    ['a word of 342 characters that are 1,026 bytes', long(342, '日'), 'word-too-long'],
    ['a word of 1,024 bytes that are not text', long(1024, '\udce9'), 'word-too-long'],
    ['252 words', `-A INPUT${' -4'.repeat(248)} -j DROP`, 'too-many-words'],
    ['a NUL', '-A INPUT -j DROP\0x', 'nul-character'],
  ])('%s stays a problem when another line is edited', (_, bad, code) => {
    const alike = [1, 2, 3, 4].map(() => bad.replace('x'.repeat(9), ''));
    const file = parseSourceFile(['*filter', ...alike, 'COMMIT', ''].join('\n'), { fileName: NAME });
    const codes = (of: SourceFile): readonly unknown[] =>
      (diagnostics(of, true) as unknown[][]).filter((each) => each[4] === code).map(([at]) => at);
    expect(codes(file)).toEqual([2, 3, 4, 5]);
    expect(
      codes(editSourceFile(file, { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0, newText: '# above\n' })),
    ).toEqual([3, 4, 5, 6]);
  });
});
