import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replacementFor, withEdits } from '../../src/features/whatIf/withEdits';

const TEXT = 'one\ntwo\nthree\n';
const beside = { line: 1, text: 'two' };

test.each<[string, string, Parameters<typeof withEdits>[1], string | undefined]>([
  ['a line is written', TEXT, [{ line: 1, text: 'new', beside }], 'one\nnew\ntwo\nthree\n'],
  ['at the end', TEXT, [{ line: 3, text: 'new', beside }], 'one\ntwo\nthree\nnew\n'],
  ['beyond the end', 'one\ntwo', [{ line: 7, text: 'new', beside }], 'one\ntwo\nnew'],
  ['a line is taken out', TEXT, [{ line: 1, text: undefined, beside }], 'one\nthree\n'],
  [
    'both',
    TEXT,
    [
      { line: 2, text: undefined, beside },
      { line: 0, text: 'new', beside },
    ],
    'new\none\ntwo\n',
  ],
  ['with the line ends of the file', 'one\r\ntwo\r\n', [{ line: 1, text: 'new', beside }], 'one\r\nnew\r\ntwo\r\n'],
  ['another text', 'one\nzwei\n', [{ line: 1, text: 'new', beside }], undefined],
  [
    'a text that is another one in part',
    'one\nzwei\n',
    [
      { line: 1, text: 'new', beside },
      { line: 0, text: 'new', beside: { line: 0, text: 'one' } },
    ],
    undefined,
  ],
])('%s', (_, text, edits, expected) => {
  expect(withEdits(text, edits)).toBe(expected);
});

test.each<[string, string, ReturnType<typeof replacementFor>]>([
  ['same', 'same', { start: 4, end: 4, text: '' }],
  ['', '', { start: 0, end: 0, text: '' }],
  ['a', 'aa', { start: 1, end: 1, text: 'a' }],
  ['aa', 'a', { start: 1, end: 2, text: '' }],
  ['one two', 'one and two', { start: 4, end: 4, text: 'and ' }],
  ['one', '', { start: 0, end: 3, text: '' }],
])('%j becomes %j by one replacement', (from, to, expected) => {
  expect(replacementFor(from, to)).toEqual(expected);
});

describe('law: the replacement makes one text of the other', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 });
  test('of any two', () => {
    fc.assert(
      fc.property(letters, letters, (from, to) => {
        const { start, end, text } = replacementFor(from, to);
        expect(from.slice(0, start) + text + from.slice(end)).toBe(to);
        if (from === to) expect([start, text]).toEqual([end, '']);
        // It is the smallest one: neither end of it is the same in both.
        const old = from.slice(start, end);
        if (old !== '' && text !== '') expect([old[0] === text[0], old.at(-1) === text.at(-1)]).toEqual([false, false]);
      }),
    );
  });
});
