import { describe, expect, it } from 'vitest';
import textmate from 'vscode-textmate';
import { readCases } from './cases';
import { PIECES } from '../longRuns/texts';
import { grammarText, loadGrammar, tokenizeLines, work } from './tokenizer';

/** Every object in a grammar file, with the path to it. */
function nodes(value: unknown, path = ''): { path: string; node: Record<string, unknown> }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => nodes(item, `${path}/${index}`));
  if (typeof value !== 'object' || value === null) return [];
  const node = value as Record<string, unknown>;
  return [{ path, node }, ...Object.entries(node).flatMap(([key, item]) => nodes(item, `${path}/${key}`))];
}

const grammarNames = ['source.iptables', 'markdown.iptables.codeblock', 'iptables.log.injection'];
const parsed = (scopeName: string) => nodes(JSON.parse(grammarText(scopeName)));

describe('no line reaches into the next', async () => {
  const grammar = await loadGrammar('source.iptables');
  const rest = grammar.tokenizeLine('', textmate.INITIAL).ruleStack;
  const sources = readCases()
    .filter((file) => file.host === 'source.iptables')
    .flatMap((file) => file.lines.map((line) => line.text));

  it('in the grammars of rules and of logs, whatever begins ends with its line at the latest', () => {
    for (const scopeName of ['source.iptables', 'iptables.log.injection']) {
      expect(
        parsed(scopeName).filter(
          ({ node }) => 'while' in node || ('begin' in node && !String(node.end).endsWith('|$')),
        ),
      ).toEqual([]);
    }
  });

  it.each(sources)('%s, cut off anywhere', (line) => {
    for (let length = 0; length <= line.length; length++) {
      const { ruleStack } = grammar.tokenizeLine(line.slice(0, length), rest);
      expect(ruleStack.equals(rest), `after ${JSON.stringify(line.slice(0, length))}`).toBe(true);
    }
  });

  it('a fence that is open in Markdown ends where it is closed, whatever stands in it', async () => {
    const markdown = await loadGrammar('text.html.markdown');
    const plain = tokenizeLines(markdown, ['after'])[0];
    for (const line of sources.filter((source) => !/^\s*[`~]{3}/.test(source))) {
      expect(tokenizeLines(markdown, ['```iptables', line, '```', '', 'after'])[4], line).toEqual(plain);
      expect(tokenizeLines(markdown, ['```', line, '```', '', 'after'])[4], line).toEqual(plain);
    }
  });
});

describe('the grammar files', () => {
  it.each(grammarNames)('%s: every include and every scope name is sound', (scopeName) => {
    const partsOf = (name: string): ReadonlySet<string> =>
      new Set(Object.keys((JSON.parse(grammarText(name)) as { repository?: object }).repository ?? {}));
    for (const { path, node } of parsed(scopeName)) {
      if (typeof node.include === 'string' && node.include !== 'source.iptables') {
        const [file, name = ''] = node.include.split('#');
        expect(partsOf(file || scopeName).has(name), `${path}: ${node.include}`).toBe(true);
      }
      if (typeof node.name === 'string' && node.scopeName === undefined && scopeName === 'source.iptables') {
        // The roots that themes colour by convention; "invalid" is not among them, nothing is marked as wrong.
        for (const scope of node.name.split(' ')) {
          expect(scope, path).toMatch(
            /^(comment|constant|entity\.name|keyword|markup\.heading|meta\.embedded|punctuation|string|support|token|variable)\.[\w.-]+\.iptables$/,
          );
        }
      }
    }
  });

  it('every part of the repository is used', () => {
    const used = new Set(
      grammarNames.flatMap((name) => parsed(name).map(({ node }) => String(node.include).split('#')[1])),
    );
    const { repository } = JSON.parse(grammarText('source.iptables')) as { repository: object };
    expect(Object.keys(repository).filter((name) => !used.has(name))).toEqual([]);
  });
});

describe('size', async () => {
  const grammar = await loadGrammar('source.iptables');

  it('a dump of 10,000 rules is coloured to its last line', () => {
    const rule = (n: number) =>
      `-A KUBE-SEP-${n} -p tcp -m comment --comment "ns${n}/svc:http" -m tcp -j DNAT --to-destination 10.0.${n >> 8}.${n & 255}:8080`;
    const lines = ['*nat', ...Array.from({ length: 10_000 }, (_, n) => rule(n)), 'COMMIT'];
    const tokens = tokenizeLines(grammar, lines);
    expect(
      tokens.slice(1, -1).every((line) => line.some((token) => token.scopes.includes('support.type.target.iptables'))),
    ).toBe(true);
    expect(tokens.at(-1)?.[0]?.scopes).toContain('keyword.other.commit.iptables');
  });

  const starts = [
    '',
    '-A X ',
    '-A X -j ',
    '-A X --comment "',
    '*nat ',
    ':a - ',
    '# ',
    '$ iptables ',
    'sudo ',
    'ipset ',
    'create s hash:ip ',
    'KEY=',
    'LISTEN 0 128 ',
    'default via ',
    'inet 1',
    '1: eth0: <UP> ',
    'info ',
    'Running command: iptables ',
  ];
  const words = [
    '-j a ',
    '-j ACCEPT ',
    '-g a ',
    '-A a ',
    '-P INPUT DROP ',
    '-E a b ',
    '-N a ',
    '"\\"" ',
    "'a' ",
    '! ',
    '-m a ',
    '-s 10.0.0.1 ',
    'dev eth0 ',
  ];

  it.each(starts)('what the engine copies and searches grows with the length of the line: %j', (start) => {
    const cost = (piece: string, length: number) => {
      const before = { ...work };
      grammar.tokenizeLine(start + piece.repeat(Math.ceil(length / piece.length)), textmate.INITIAL);
      return { copied: work.copied - before.copied, searches: work.searches - before.searches };
    };
    for (const piece of [...PIECES, ...words]) {
      const [once, twice] = [cost(piece, 1000), cost(piece, 2000)];
      expect(twice.copied, JSON.stringify(piece)).toBeLessThan(2.5 * once.copied);
      expect(twice.searches, JSON.stringify(piece)).toBeLessThan(2.5 * once.searches + 10);
    }
  });

  // The editor colours lines of up to 20,000 characters; an expression that backtracks badly would not end here in
  // time.
  it.each(['0', '1.', 'a:', 'a-b ', '-m ', '! ', ': ', '"\\', "'", '#', '/', '$ ', '[1:', ' '])(
    'a line of 20,000 times %j ends',
    (piece) => {
      for (const start of ['', '-A X ', 'sudo ', 'ipset ', 'KEY=', 'create ', 'inet ']) {
        const line = start + piece.repeat(Math.floor(20_000 / piece.length));
        const { stoppedEarly } = grammar.tokenizeLine(line, textmate.INITIAL, 5_000);
        expect(stoppedEarly, start).toBe(false);
      }
    },
  );
});
