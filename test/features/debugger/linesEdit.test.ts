import { expect, test } from 'vitest';
import { linesEdit, shifted } from '../../../src/features/debugger/adapter/linesEdit';

/** Lines are 0-based in edits and 1-based in breakpoints. */
test.each<
  readonly [what: string, start: [number, number], end: [number, number], text: string, before: number, after: number]
>([
  ['a line is inserted above', [2, 0], [2, 0], 'new\n', 5, 6],
  ['a line is inserted before its own', [4, 0], [4, 0], 'new\n', 5, 6],
  ['a line is inserted after it', [5, 0], [5, 0], 'new\n', 5, 5],
  ['a line break at the end of the line above', [3, 7], [3, 7], '\n', 5, 6],
  ['a line break at its end', [4, 7], [4, 7], '\n', 5, 5],
  ['a word within its line', [4, 3], [4, 5], 'x', 5, 5],
  ['two lines above are deleted', [1, 0], [3, 0], '', 5, 3],
  ['its own line is deleted', [4, 0], [5, 0], '', 5, 5],
  ['its line and the two above are deleted', [2, 0], [5, 0], '', 5, 3],
  ['lines around it become one', [2, 1], [6, 2], 'x', 5, 3],
  ['lines around it become more', [2, 1], [6, 2], 'a\nb\nc\nd\ne\nf\n', 5, 5],
])('%s', (_, [line, character], [endLine, endCharacter], text, before, after) => {
  const edit = linesEdit({ line, character }, { line: endLine, character: endCharacter }, text);
  expect(shifted({ line: before }, edit).line).toBe(after);
});

test.each<
  readonly [what: string, from: number, to: number, text: string, before: number | undefined, after: number | undefined]
>([
  ['text before it', 3, 5, 'longer', 20, 24],
  ['text just before it', 19, 19, 'x', 20, 21],
  ['text at its first word', 19, 22, 'x', 20, 20],
  ['text after it', 30, 31, '', 20, 20],
  ['a breakpoint on the whole line', 3, 5, 'longer', undefined, undefined],
])('the column of a breakpoint and %s', (_, from, to, text, before, after) => {
  const edit = linesEdit({ line: 4, character: from }, { line: 4, character: to }, text);
  expect(shifted({ line: 5, column: before }, edit)).toEqual({ line: 5, column: after });
});
