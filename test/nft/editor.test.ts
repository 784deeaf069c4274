import { expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { fileDiagnostics } from '../../src/features/diagnostics';
import { modelOf } from '../../src/features/fileModel';
import { hoverAt } from '../../src/features/hover/hover';
import { overviewOf } from '../../src/features/overview';
import { semanticTokens } from '../../src/features/semanticTokens';
import { symbolsOf, type OutlineSymbol } from '../../src/features/symbols';

const TEXT = `$ nft list ruleset
table inet istio-proxy-nat {
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		meta l4proto tcp jump istio-inbound
	}

	chain istio-inbound {
		tcp dport { 15020, 15021 } counter packets 1 bytes 60 return # handle 7
		redirect to :15006
	}
}
`;
const model = modelOf(parseSourceFile(TEXT, { fileName: 'notes.md' }));

test('an outline has tables of nftables, their chains and rules', () => {
  const names = (symbols: readonly OutlineSymbol[]): unknown[] =>
    symbols.map(({ name, from, children }) => [name, from + 1, names(children)]);
  expect(names(symbolsOf(model)[0]?.children ?? [])).toEqual([
    [
      'inet istio-proxy-nat',
      2,
      [
        ['prerouting', 3, [['1', 5, []]]],
        [
          'istio-inbound',
          8,
          [
            ['1', 9, []],
            ['2', 10, []],
          ],
        ],
      ],
    ],
  ]);
});

test.each<[place: string, line: number, column: number, says: RegExp]>([
  ['a chain that a rule leads to', 5, 30, /istio-inbound/],
  ['the declaration of a chain', 8, 10, /istio-inbound/],
  ['a rule', 9, 35, /inet istio-proxy-nat istio-inbound rule 1[^]*returns[^]*tcp dport \{ 15020, 15021 \}/],
  ['a port', 10, 18, /15006/],
])('a hover says what is known of %s', (_, line, column, says) => {
  expect(JSON.stringify(hoverAt(model, line - 1, column - 1)?.blocks)).toMatch(says);
});

test('the words of nft are coloured, and comments of the listing are not', () => {
  const lines = TEXT.split('\n');
  expect(
    semanticTokens(model, 8, 9).map(
      ({ line, start, end, type }) => `${lines[line]?.slice(start, end)} ${type.replace('iptables', '')}`,
    ),
  ).toEqual([
    'tcp Option',
    'dport Option',
    '15020 Number',
    '15021 Number',
    'counter Keyword',
    'packets Option',
    '1 Number',
    'bytes Option',
    '60 Number',
    'return Verdict',
    'redirect Target',
    'to Option',
    ':15006 Number',
  ]);
});

test('in a rules file, whose grammar is for iptables, the words of nft alone are coloured', () => {
  const mixed = modelOf(
    parseSourceFile(`*filter\n-A INPUT -j DROP\nCOMMIT\n${TEXT}`, { fileName: 'node.iptables-save' }),
  );
  const lines = (which: 'all' | 'nft'): Set<number> =>
    new Set(semanticTokens(mixed, 0, 99, which).map(({ line }) => line + 1));
  expect([...lines('nft')]).toEqual([...lines('all')].filter((line) => line > 3));
  expect(lines('nft').size).toBeGreaterThan(5);
});

test('nft text has no diagnostics of iptables, and the overview counts its tables', () => {
  expect(fileDiagnostics(model)).toEqual([]);
  const { ruleSets, unread } = overviewOf(model);
  expect(ruleSets.map(({ family, tables }) => ({ family, tables }))).toEqual(
    [4, 6].map((family) => ({ family, tables: { 'inet istio-proxy-nat': { chains: 2, rules: 3 } } })),
  );
  expect(unread).toEqual([]);
});
