import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markdownBlock, markdownCode, markdownText } from '../../src/core/text/markdown';
import { visible, visibleJson, visibleLines } from '../../src/core/text/visible';

/** What a terminal obeys or nobody sees. */
const HOSTILE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/u;
const text = fc
  .array(
    fc.oneof(
      fc.string(),
      fc.constantFrom(
        '\x1b[31m',
        '\x9b',
        '\x7f',
        '\u202e',
        '\u2066',
        '\u200b',
        '\ufeff',
        '\udce9',
        '\ud800',
        '\n',
        '\t',
        '\r',
        '`',
        '```',
        '[x](command:y)',
        '<img src=x>',
        '![i](http://e)',
        '\u{e0041}',
      ),
    ),
  )
  .map((parts) => parts.join(''));

describe('what is shown', () => {
  test.each([
    ['\x1b[2J', '\\x1b[2J'],
    ['a\nb\tc', 'a\\x0ab\\x09c'],
    ['\x7f\x9b', '\\x7f\\u009b'],
    ['caf\udce9', 'caf\\xe9'],
    ['\u202eRTL', '\\u202eRTL'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800x', '\\ud800x'],
    ['plain café 日本 😀', 'plain café 日本 😀'],
  ])('%j', (given, shown) => {
    expect(visible(given)).toBe(shown);
  });

  test('holds nothing that acts', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(visible(given)).not.toMatch(HOSTILE);
        expect(visible(given)).not.toMatch(/[\n\t]/);
        expect(visibleLines(given)).not.toMatch(HOSTILE);
        expect(visibleLines(given).split('\n').length).toBe(given.split('\n').length);
      }),
    );
  });

  test('JSON means what it meant', () => {
    fc.assert(
      fc.property(text, (given) => {
        const json = visibleJson(JSON.stringify({ given }, undefined, 1));
        expect(json).not.toMatch(HOSTILE);
        expect(JSON.parse(json)).toEqual({ given });
      }),
    );
  });
});

describe('Markdown', () => {
  test.each([
    ['[c](http://evil) <img src=x>', '\\[c\\]\\(http\\:\\/\\/evil\\) \\<img src\\=x\\>'],
    ['1. one', '1\\. one'],
    ['    code', 'code'],
    ['www.evil.example', 'www\\.evil\\.example'],
    ['a\nb', 'a\\\\x0ab'],
  ])('text %j', (given, markdown) => {
    expect(markdownText(given)).toBe(markdown);
  });

  test.each([
    ['a', '`a`'],
    ['a`b', '``a`b``'],
    ['`', '`` ` ``'],
    ['``` x', '```` ``` x ````'],
    ['', ''],
  ])('code %j', (given, markdown) => {
    expect(markdownCode(given)).toBe(markdown);
  });

  test('no fence within ends a block', () => {
    fc.assert(
      fc.property(fc.array(text), (lines) => {
        const [open = '', ...rest] = markdownBlock('text', lines).split('\n');
        const fence = /^`+/.exec(open)?.[0] ?? '';
        expect(rest.findIndex((line) => line.trim().startsWith(fence))).toBe(rest.length - 1);
      }),
    );
  });

  test('no code span ends within', () => {
    fc.assert(
      fc.property(
        text.filter((given) => given !== ''),
        (given) => {
          const span = markdownCode(given);
          const fence = /^`+/.exec(span)?.[0].length ?? 0;
          const runs = [...span.matchAll(/`+/g)].map(([run]) => run.length);
          expect(runs.slice(1, -1).every((length) => length !== fence)).toBe(true);
        },
      ),
    );
  });
});
