import { describe, expect, test } from 'vitest';
import { itemBlocks } from '../../src/features/completion/itemBlocks';
import { completionsAt } from '../../src/features/completion/completionsAt';
import { fileDiagnostics } from '../../src/features/diagnostics';
import { blocksToMarkdown } from '../../src/features/hover/blocks';
import { hoverAt } from '../../src/features/hover/hover';
import { symbolsOf, type OutlineSymbol } from '../../src/features/symbols';
import { TraceSession } from '../../src/features/traceSession/traceSession';
import { modelOfText } from './sample';

/** Names that would be links, images, HTML or the end of a code span if Markdown were made of them as they are. */
const NAMES = [
  '[x](command:a)',
  '<img/src=x>',
  '![i](http://e)',
  '`a`',
  '```',
  '$(rm)',
  '\x1b[31mRED',
  '\u202eRTL',
  'https://e.example',
  'www.e.example',
];
const file = (rules: readonly string[]): string =>
  ['*filter', ':INPUT ACCEPT [0:0]', ...NAMES.map((name) => `:${name} - [0:0]`), ...rules, 'COMMIT', ''].join('\n');
const RULES = NAMES.flatMap((name) => [`-A INPUT -m comment --comment "${name}" -j ${name}`, `-A ${name} -j RETURN`]);

/** Markdown with its code and what is escaped taken out: what is left may hold no markup but that of the product. */
function markup(markdown: string): string {
  return markdown
    .replace(/\\[!-/:-@[-`{-~]/g, '')
    .replace(/^(`{3,})[^\n]*\n[^]*?\n\1$/gm, '')
    .replace(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, '');
}
const MARKUP = /[[\]<>]|!\[|https?:|www\.|command:|\x1b|\u202e/;

describe('Markdown made of names of a file', () => {
  const text = file(RULES);
  const model = modelOfText(text, 'a.iptables');

  test('hovers have no markup of the file', () => {
    const seen: string[] = [];
    for (const [at, line] of text.split('\n').entries()) {
      for (let column = 0; column <= line.length; column += 2) {
        const hover = hoverAt(model, at, column);
        if (hover) seen.push(blocksToMarkdown(hover.blocks));
      }
    }
    expect(seen.length).toBeGreaterThan(50);
    expect(seen.filter((markdown) => MARKUP.test(markup(markdown)))).toEqual([]);
  });

  test('documentation of proposals has none', () => {
    const list =
      completionsAt(model, 12, '-A INPUT -m comment --comment "[x](command:a)" -j '.length) ??
      completionsAt(model, 12, 3);
    const documented = (list?.items ?? [])
      .map(({ subject }) => itemBlocks(subject, model))
      .filter((blocks) => blocks !== undefined)
      .map(blocksToMarkdown);
    expect(documented.length).toBeGreaterThan(5);
    expect(documented.filter((markdown) => MARKUP.test(markup(markdown)))).toEqual([]);
  });

  test('a copied trace has none, nor has what the page is sent anything that acts', () => {
    const session = new TraceSession('file:///a', 'a');
    const effects = [
      ...session.setModel(model),
      ...session.handle({ type: 'trace', expression: 'tcp > :80' }),
      ...session.handle({ type: 'copy', format: 'markdown' }),
      ...session.handle({ type: 'copy', format: 'text' }),
    ];
    const copied = effects.flatMap((effect) => (effect.kind === 'copy' ? [effect.text] : []));
    expect(copied).toHaveLength(2);
    expect(markup(copied[0] ?? '')).not.toMatch(MARKUP);
    expect(copied[1]).not.toMatch(/[\x1b\u202e]/);
    const posted = effects.flatMap((effect) => (effect.kind === 'post' ? [JSON.stringify(effect.message)] : []));
    expect(posted.join('')).toContain('\\\\u202eRTL');
    expect(posted.join('')).not.toMatch(/\u202e|\\u001b/);
  });
});

describe('an outline', () => {
  const names = (symbols: readonly OutlineSymbol[]): readonly string[] =>
    symbols.flatMap(({ name, children }) => [name, ...names(children)]);

  test('shows what acts or is not seen', () => {
    expect(names(symbolsOf(modelOfText(file(RULES), 'a.iptables')))).toEqual(
      expect.arrayContaining(['\\x1b[31mRED', '\\u202eRTL', '```']),
    );
  });

  test.each([['-N ""'], ['-N a\n-E a ""'], ['-A "" -j DROP'], [': - [0:0]']])(
    'has no entry without a name: %j',
    (rules) => {
      expect(
        names(symbolsOf(modelOfText(`*filter\n:INPUT ACCEPT [0:0]\n${rules}\n-A INPUT -j DROP\nCOMMIT\n`))).filter(
          (name) => name === '',
        ),
      ).toEqual([]);
    },
  );
});

describe('what a chain without a name comes to', () => {
  // As iptables-restore 1.8.9 takes or refuses them.
  test.each<[string, number, string | undefined]>([
    ['-N ""', 2, 'chain-name'],
    ['-A "" -j DROP', 2, 'unknown-chain'],
    ['-N a\n-E a ""', 0, undefined],
    ['-N a\n-E a ""\n-A "" -j DROP', 0, undefined],
    ['-N a\n-E a ""\n-A INPUT -j ""', 4, 'bad-value'],
    ['-A INPUT -g ""', 2, 'bad-value'],
    ['-F ""', 2, 'unknown-chain'],
    [': - [0:0]', 2, 'bad-policy'],
  ])('%j', (rules, line, code) => {
    const errors = fileDiagnostics(modelOfText(`*filter\n${rules}\nCOMMIT\n`, 'a.iptables'), 'a.iptables').filter(
      ({ severity }) => severity === 'error',
    );
    expect(errors.slice(0, 1).map((each) => [each.line, each.code])).toEqual(code === undefined ? [] : [[line, code]]);
  });
});

test('a rule in which an editor has lost bytes says so, in every kind of file', () => {
  const text = '*filter\n:caf\ufffd - [0:0]\n-A INPUT -m comment --comment "\ufffd\ufffd" -j DROP\nCOMMIT\n';
  for (const [given, name, from] of [
    [text, 'a.iptables', 0],
    [`prose \ufffd\n${text}`, 'a.md', 1],
  ] as const) {
    const found = fileDiagnostics(modelOfText(given, name), name).filter(({ code }) => code === 'lost-bytes');
    expect(found.map(({ line, column, endColumn, severity }) => [line - from, column, endColumn, severity])).toEqual([
      [2, 5, 6, 'warning'],
      [3, 32, 33, 'warning'],
    ]);
  }
});
