import { describe, expect, test } from 'vitest';
import { editSourceFile } from '../../src/core/syntax/edit';
import { parseSourceFile } from '../../src/core/syntax/parse';
import type { SourceFile } from '../../src/core/syntax/sourceFile';
import { followed, isSameWhatIf, typed, type WhatIf } from '../../src/features/whatIf/whatIf';

const read = (lines: readonly string[]): SourceFile => parseSourceFile(lines.join('\n'), { fileName: 'rules.v4' });
const RULES = ['*filter', '-A INPUT -j LOG', '-A INPUT -j DROP', '-A INPUT -j LOG', 'COMMIT'];

/** A change of some lines, from 0, as an editor tells it. */
function edited(file: SourceFile, start: number, end: number, newText: string): SourceFile {
  return editSourceFile(file, { startLine: start, startColumn: 0, endLine: end, endColumn: 0, newText });
}

/** The lines that are off after the file was edited, or read anew with other lines. */
describe('lines that are off', () => {
  test.each<[string, readonly number[], (file: SourceFile) => SourceFile, readonly number[]]>([
    ['stay where nothing is edited', [2], (file) => file, [2]],
    ['move down with a line that is written above', [2], (file) => edited(file, 1, 1, '-A INPUT -j RETURN\n'), [3]],
    ['move down with one directly above', [2], (file) => edited(file, 2, 2, '-A INPUT -j RETURN\n'), [3]],
    ['stay where one directly below is taken out', [2], (file) => edited(file, 3, 4, ''), [2]],
    ['move up with a line that is taken out above', [3], (file) => edited(file, 1, 2, ''), [2]],
    ['stay where a line below is edited', [1], (file) => edited(file, 4, 4, '-A INPUT -j RETURN\n'), [1]],
    ['are gone with their line', [2], (file) => edited(file, 2, 3, ''), []],
    ['are gone where their line is edited', [2], (file) => edited(file, 2, 3, '-A INPUT -j ACCEPT\n'), []],
    ['are each followed', [1, 2, 3], (file) => edited(file, 2, 3, ''), [1, 2]],
    ['stay where the file is read anew', [1, 2], () => read(RULES), [1, 2]],
    ['are found by their text where the file is read anew', [2], () => read(['# a', ...RULES]), [3]],
    ['are gone where two lines have their text', [3], () => read(['# a', ...RULES]), []],
    ['stay where the same line has their text', [1], () => read([...RULES.slice(0, 2), ...RULES.slice(3)]), [1]],
    ['are gone where no line has their text', [2], () => read(['*filter', 'COMMIT']), []],
    ['are gone where there never was such a line', [99], () => read(RULES), []],
  ])('%s', (_, lines, edit, expected) => {
    const before = read(RULES);
    const off = lines.map((line): WhatIf => ({ kind: 'off', line, text: before.lines[line]?.text ?? '' }));
    const command = typed('-A INPUT -j ACCEPT');
    const after = edit(before);
    const texts = expected.map((line): WhatIf => ({ kind: 'off', line, text: after.lines[line]?.text ?? '' }));
    expect(followed([command, ...off], before, after)).toEqual([command, ...texts]);
  });
});

test.each<[WhatIf, WhatIf, boolean]>([
  [typed('-F'), typed('-F'), true],
  [typed('-F'), typed('-X'), false],
  [typed('-F'), { kind: 'off', line: 1, text: '-F' }, false],
  [{ kind: 'off', line: 1, text: '-F' }, typed('-F'), false],
  [{ kind: 'off', line: 1, text: '-F' }, { kind: 'off', line: 1, text: '-F' }, true],
  [{ kind: 'off', line: 1, text: '-F' }, { kind: 'off', line: 2, text: '-F' }, false],
  [{ kind: 'off', line: 1, text: '-F' }, { kind: 'off', line: 1, text: '-X' }, false],
])('whether %j and %j are the same change', (one, other, same) => {
  expect(isSameWhatIf(one, other)).toBe(same);
});
