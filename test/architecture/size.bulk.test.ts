import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { sources, visit, type Source } from './sources';

/** STYLE.md: aim for less than 300 lines; a longer file has more than one subject. */
const MOST_LINES = 400;

/** As Prettier has it, which leaves comments and texts as wide as they are. */
const WIDTH = 120;

const files = sources('src');

test(`no file of src has more than ${MOST_LINES} lines`, () => {
  expect(files.length).toBeGreaterThan(0);
  expect(
    files
      .map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > MOST_LINES),
  ).toEqual([]);
});

describe(`lines of more than ${WIDTH} columns`, () => {
  test('are only those that cannot be broken', () => {
    expect(files.flatMap(wideLines)).toEqual([]);
  });

  const words = 'in so many words '.repeat(8);
  test.each<[string, string, readonly number[]]>([
    ['a comment', `// ${words}`, [1]],
    ['a text', `const a = '${words}';`, [1]],
    ['the second line', `const a = 1;\nconst b = \`\${a} ${words}\`;`, [2]],
    ['a regular expression', `const a = /${words}/;`, []],
    ['the source of one', `const a = new RegExp(\`^${words}$\`);`, []],
    ['a template of lit', `const a = html\`<p>${words}</p>\`;`, []],
    ['a long expression within a text', `const a = \`\${[1, 2].map((one) => ${'one + '.repeat(20)}1)}\`;`, []],
    ['a text of several lines', `const a = \`usage\n${words}\n\`;`, []],
    ['an address', `// See https://example.org/${'a'.repeat(120)}`, []],
  ])('%s', (_, text, lines) => {
    expect(wideLines({ file: 'a.ts', text })).toEqual(lines.map((line) => `a.ts:${line}`));
  });
});

/** The wide lines of a file, but for those in which a line break would mean something else or make nothing easier. */
function wideLines(source: Source): readonly string[] {
  const { file, text } = source;
  const wide = text.split('\n').flatMap((line, i) => (line.length > WIDTH && !/https?:/.test(line) ? [i] : []));
  // scripts/registry.mjs writes them.
  if (wide.length === 0 || /xtables\/(?:matches|targets)\/index\.ts$/.test(file)) return [];
  const excused = new Set<number>();
  visit(source, (node) => {
    if (!isUnbreakable(node)) return;
    const tree = node.getSourceFile();
    const first = tree.getLineAndCharacterOfPosition(node.getStart()).line;
    const last = tree.getLineAndCharacterOfPosition(node.getEnd()).line;
    for (let line = first; line <= last; line++) excused.add(line);
  });
  return wide.filter((line) => !excused.has(line)).map((line) => `${file}:${line + 1}`);
}

function isUnbreakable(node: ts.Node): boolean {
  if (ts.isRegularExpressionLiteral(node)) return true;
  if (ts.isTaggedTemplateExpression(node)) return true;
  if (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') return true;
  // Prettier keeps what is between `${` and `}` in one line.
  if (ts.isTemplateSpan(node) && node.expression.getText().length > WIDTH / 2) return true;
  return (ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node)) && node.getText().includes('\n');
}
