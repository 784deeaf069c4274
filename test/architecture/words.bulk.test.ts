import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { root, sources, type Source } from './sources';

/** Documents that people write; STYLE.md names the words, and CHANGELOG.md tells of the past. */
const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'docs/contract.md',
  'docs/expectations.md',
  'docs/kernel-findings.md',
  'docs/limits.md',
];

/** Words in another sense, or in a text that is not ours to change. `within`: the file or folder, without it all. */
const ALLOWED: readonly { readonly words: RegExp; readonly within?: string; readonly reason: string }[] = [
  { words: /next door/i, reason: 'a neighbour in the same network' },
  { words: /left out/i, within: 'docs/contract.md', reason: 'the contract may grow, not change' },
  { words: /./, within: 'test/kernel/named/', reason: 'recorded answers are found by these names' },
  { words: /look at iptables rules/, within: 'test/pastes/commandLines.test.ts', reason: 'a line that people paste' },
  { words: /./, within: 'test/architecture/words.bulk.test.ts', reason: 'its own cases' },
];

/** The words in bold of the column "Not" of STYLE.md, each with what to use. */
const vocabulary = readVocabulary(readFileSync(path.join(root, 'STYLE.md'), 'utf8'));
const pattern = new RegExp(
  `\\b(?:${[...vocabulary.keys()].map((words) => words.replace(/ /g, '\\s+')).join('|')})\\b`,
  'gi',
);

test('STYLE.md has words to avoid, each with one to use', () => {
  expect(vocabulary.get('left out')).toBe('omitted');
  expect([...vocabulary.values()].filter((use) => use === '')).toEqual([]);
});

describe('words that STYLE.md avoids', () => {
  const code = ['src', 'test', 'scripts']
    .flatMap((folder) => [...sources(folder), ...sources(folder, '.mjs')])
    .filter(({ file }) => !file.startsWith('test/fixtures/'));

  test('are in no comment and no text of the code', () => {
    expect(code.length).toBeGreaterThan(0);
    expect(code.flatMap((source) => (mayHold(source.text) ? avoided(source.file, proseOf(source)) : []))).toEqual([]);
  });

  test.each(DOCUMENTS)('are not in %s', (file) => {
    expect(avoided(file, [readFileSync(path.join(root, file), 'utf8')])).toEqual([]);
  });

  test.each<[string, string, readonly string[]]>([
    ['a comment', '// It is left out.', ['left out: omitted']],
    ['a comment of several lines', '/**\n * It is left\n * out.\n */\nconst a = 1;', ['left out: omitted']],
    ['line comments', 'f({\n  // In\n  // front of it.\n});', ['In front of: before, after']],
    ['a text', "const a = 'It is cut up.';", ['cut up: fragmented, reassembled']],
    [
      'the parts of a template',
      'const a = `${b} looks at ${c} in front of ${d}`;',
      ['looks at: evaluated, read, checked', 'in front of: before, after'],
    ],
    ['a name', 'const door = fate.course;', []],
    ['a part of a word', '// Searching and hearing.', []],
    ['another sense', '// A client next door.', []],
  ])('are found: %s', (_, text, found) => {
    expect(avoided('a.ts', proseOf({ file: 'a.ts', text }))).toEqual(found.map((each) => `a.ts: ${each}`));
  });
});

function readVocabulary(style: string): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const line of style.split('\n')) {
    const [, use = '', , not = ''] = line.split('|').map((cell) => cell.trim());
    for (const [, each = ''] of not.matchAll(/\*\*([^*]+)\*\*/g)) words.set(each, use);
  }
  return words;
}

/** Whether parsing is worth it: most files have none of the words, not even in code. */
function mayHold(text: string): boolean {
  return onOneLine(text).search(pattern) >= 0;
}

function avoided(file: string, prose: readonly string[]): readonly string[] {
  const allowed = ALLOWED.filter(({ within }) => within === undefined || file.startsWith(within));
  return prose.flatMap((each) => {
    const text = onOneLine(each);
    return [...text.matchAll(pattern)].flatMap(({ 0: words, index }) => {
      const around = text.slice(Math.max(0, index - 20), index + words.length + 20);
      if (allowed.some((one) => one.words.test(around))) return [];
      return [`${file}: ${words}: ${vocabulary.get(words.toLowerCase())}`];
    });
  });
}

/** Line breaks within comments are blanks. */
function onOneLine(text: string): string {
  return text.replace(/\s*\n\s*(?:\/\/|\*(?!\/))?\s*/g, ' ');
}

/** The comments of a file, those that follow each other together, and its texts. */
function proseOf({ file, text }: Source): readonly string[] {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const comments = new Map<number, number>();
  const texts: string[] = [];
  const descend = (node: ts.Node): void => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.getEnd()) ?? []),
    ];
    for (const { pos, end } of ranges) comments.set(pos, end);
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      texts.push(node.text);
    node.getChildren(tree).forEach(descend);
  };
  descend(tree);
  return [...joined(text, comments), ...texts];
}

function joined(text: string, comments: ReadonlyMap<number, number>): readonly string[] {
  const blocks: { start: number; end: number }[] = [];
  for (const [start, end] of [...comments].sort(([a], [b]) => a - b)) {
    const last = blocks.at(-1);
    if (last && text.slice(last.end, start).trim() === '') last.end = end;
    else blocks.push({ start, end });
  }
  return blocks.map(({ start, end }) => text.slice(start, end));
}
