import { describe, expect, it } from 'vitest';
import { scanWords, splitWords } from '../../src/core/syntax/words';

/** Each case of `restore` was given to iptables-legacy-restore 1.8.9 as a comment and read back with iptables-save. */
describe('words of a rule', () => {
  it.each<[string, string[]]>([
    ['-A INPUT -j DROP', ['-A', 'INPUT', '-j', 'DROP']],
    ['  -A\tINPUT  ', ['-A', 'INPUT']],
    ['--comment "a b"', ['--comment', 'a b']],
    ['--comment "a b"-j ACCEPT', ['--comment', 'a b', '-j', 'ACCEPT']],
    ['--comment a"b c" -j X', ['--comment', 'ab c', '-j', 'X']],
    ['--comment "" -j X', ['--comment', '', '-j', 'X']],
    ['--comment "a\\"b\\\\c\\\'d"', ['--comment', 'a"b\\c\'d']],
    ["--comment 'ab'", ['--comment', "'ab'"]],
    ['--comment a\\b', ['--comment', 'a\\b']],
    ['--comment #x -j X', ['--comment', '#x', '-j', 'X']],
    ['--log-prefix "[x] " # y', ['--log-prefix', '[x] ']],
    ['-j X # 주석', ['-j', 'X']],
    ['-j X#y', ['-j', 'X#y']],
    ['--comment "# not"', ['--comment', '# not']],
    ['--comment "open -j X', ['--comment', 'open -j X\n']],
    ['--comment "open\\', ['--comment', 'open\n']],
    ['', []],
  ])('%s', (text, words) => {
    expect(splitWords(text, 0, text.length).map((word) => word.text)).toEqual(words);
  });

  it.each<[string, string[]]>([
    ['--comment \'a b\'"c"d', ['--comment', 'a bcd']],
    ['a\\ b', ['a b']],
    ['"a\\"b\\c"', ['a"b\\c']],
    ['a;b', ['a']],
    ['a || true', ['a']],
    ['a>b', ['a']],
    ['a # b', ['a']],
    ["'open", ['open']],
    ['"open', ['open']],
  ])('shell: %s', (text, words) => {
    expect(splitWords(text, 0, text.length, 'shell').map((word) => word.text)).toEqual(words);
  });

  it('gives the columns of the spelling and of what is wrong', () => {
    const text = '-A "x y" # note ';
    const scan = scanWords(text, 0, text.length);
    expect(scan.words[1]).toEqual({ start: 3, end: 8, text: 'x y', quoted: true });
    expect(scan.comment).toEqual({ start: 9, end: 15 });
    expect(scanWords('a "b', 0, 4).unterminated).toEqual({ start: 2, end: 4 });
    expect(scanWords("a 'b", 0, 4, 'shell').unterminated).toEqual({ start: 2, end: 4 });
    expect(scanWords('a; b', 0, 4, 'shell').tail).toEqual({ start: 1, end: 4 });
  });
});
