import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { semanticTokens } from '../../src/features/semanticTokens';

/** A text, and the coloured words of it as `LINE TYPE WORD`. */
const CASES: readonly [name: string, text: string, tokens: readonly string[]][] = [
  [
    'a dump in notes',
    'so:\n*nat\n:shop - [0:0]\n-A PREROUTING ! -s 192.0.2.1/32 -p tcp -m tcp --dport 80 -j shop\nCOMMIT\n',
    [
      '2 Table *nat',
      '3 Chain shop',
      '3 Verdict -',
      '3 Comment [0:0]',
      '4 Keyword -A',
      '4 BuiltinChain PREROUTING',
      '4 Negation !',
      '4 Option -s',
      '4 Number 192.0.2.1/32',
      '4 Option -p',
      '4 Text tcp',
      '4 Option -m',
      '4 Match tcp',
      '4 Option --dport',
      '4 Number 80',
      '4 Jump -j',
      '4 Chain shop',
      '5 Keyword COMMIT',
    ],
  ],
  [
    'a command over two lines',
    '$ iptables -A INPUT \\\n   -j DROP\n',
    ['1 Keyword iptables', '1 Keyword -A', '1 BuiltinChain INPUT', '2 Jump -j', '2 Verdict DROP'],
  ],
  [
    'a rule in a log',
    'level=info msg="iptables -A INPUT -j LOG"\n',
    ['1 Keyword iptables', '1 Keyword -A', '1 BuiltinChain INPUT', '1 Jump -j', '1 Target LOG'],
  ],
  [
    'a listing: the words that are written',
    '$ iptables -L -n\nChain INPUT (policy DROP)\ntarget     prot opt source               destination\nACCEPT     tcp  --  192.0.2.7            0.0.0.0/0            tcp dpt:22\n',
    [
      '2 BuiltinChain INPUT',
      '2 Verdict DROP',
      '4 Verdict ACCEPT',
      '4 Text tcp',
      '4 Number 192.0.2.7',
      '4 Match tcp',
      '4 Number 22',
    ],
  ],
  ['prose', 'iptables is a program\n', []],
];

describe('colours of rules in other text', () => {
  test.each(CASES)('%s', (_name, text, tokens) => {
    const lines = text.split('\n');
    const found = semanticTokens(modelOf(parseSourceFile(text, { fileName: 'paste.txt' })), 0, lines.length);
    expect(
      found.map(
        ({ line, start, end, type }) => `${line + 1} ${type.replace('iptables', '')} ${lines[line]?.slice(start, end)}`,
      ),
    ).toEqual(tokens);
  });

  test('only the lines that are asked for', () => {
    const model = modelOf(parseSourceFile('*filter\n-A INPUT -j DROP\nCOMMIT\n', { fileName: 'paste.txt' }));
    expect(new Set(semanticTokens(model, 1, 1).map(({ line }) => line))).toEqual(new Set([1]));
  });
});
