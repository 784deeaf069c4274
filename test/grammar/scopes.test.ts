import { describe, expect, it } from 'vitest';
import { readCases, type CaseLine } from './cases';
import { loadGrammar, tokenizeLines, type Token } from './tokenizer';

/** Our scopes of the tokens that show, in the form of the marks: one line a token. */
function shown(text: string, tokens: readonly Token[]): string[] {
  return tokens.flatMap((token) => {
    const scopes = token.scopes
      .filter((scope) => scope.endsWith('.iptables') && scope !== 'source.iptables' && !scope.startsWith('meta.'))
      .map((scope) => scope.slice(0, -'.iptables'.length));
    const spelling = text.slice(token.start, token.end);
    return scopes.length === 0 || spelling.trim() === '' ? [] : [`${token.start} ${spelling}: ${scopes.join(' ')}`];
  });
}

const expected = (line: CaseLine): string[] =>
  line.marks.map((mark) => `${mark.start} ${line.text.slice(mark.start, mark.end)}: ${mark.scopes.join(' ')}`);

for (const file of readCases()) {
  describe(file.name, async () => {
    const grammar = await loadGrammar(file.host);
    const tokens = tokenizeLines(
      grammar,
      file.lines.map((line) => line.text),
    );
    file.lines.forEach((line, index) => {
      it(`${line.at}: ${line.text}`, () => {
        expect(shown(line.text, tokens[index] ?? [])).toEqual(expected(line));
      });
    });
  });
}

describe('a chain', async () => {
  const grammar = await loadGrammar('source.iptables');
  const names = [
    'ISTIO_OUTPUT',
    'cali-fw-cali1a2b',
    'DOCKER-ISOLATION-STAGE-1',
    'KUBE-SVC-ABC',
    'f2b-sshd',
    'a.b',
    '0',
    'Ä체인',
    'REDIRECTED',
    'nat',
    'x,y',
    '(x)',
  ];
  it.each([...names, 'INPUT', 'POSTROUTING'])('%s has one scope wherever it stands', (name) => {
    const lines = [
      `:${name} - [0:0]`,
      `-N ${name}`,
      `-A ${name} -p tcp -j DROP`,
      `-A X -j ${name}`,
      `-A X -g ${name}`,
      `iptables -w -I ${name} 1 -j DROP`,
      `-F ${name}`,
      `-E X ${name}`,
    ];
    const scopes = tokenizeLines(grammar, lines).map((tokens, index) => {
      const start = (lines[index] ?? '').indexOf(name);
      return tokens.find((token) => token.start === start && token.end === start + name.length)?.scopes.at(-1);
    });
    const builtIn = name === 'INPUT' || name === 'POSTROUTING';
    expect(new Set(scopes)).toEqual(new Set([`entity.name.function.chain${builtIn ? '.builtin' : ''}.iptables`]));
  });
});
