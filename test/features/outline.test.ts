import { describe, expect, test } from 'vitest';
import { directionOf, lensesOf } from '../../src/features/codeLens';
import { regionsOf } from '../../src/features/regions';
import { MOST_RULES_IN_OUTLINE, symbolsOf, type OutlineSymbol } from '../../src/features/symbols';
import { fileOf } from './asked/files';
import { modelOfText, sampleText } from './sample';

/** The outline as indented text. */
function outline(symbols: readonly OutlineSymbol[], deepest: OutlineSymbol['kind'], indent = ''): string {
  return symbols
    .map(
      ({ kind, name, detail, from, to, children }) =>
        `${indent}${name} (${detail}) ${from + 1}–${to + 1}\n${kind === deepest ? '' : outline(children, deepest, `${indent}  `)}`,
    )
    .join('');
}

function all(symbols: readonly OutlineSymbol[]): readonly OutlineSymbol[] {
  return symbols.flatMap((symbol) => [symbol, ...all(symbol.children)]);
}

describe('outline', () => {
  test('a dump that is the whole file begins with its tables', () => {
    const text =
      '*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:SSH - [0:0]\n-A INPUT -p tcp --dport 22 -j SSH\n-A INPUT -j ACCEPT\n-A SSH -j ACCEPT\nCOMMIT\n';
    expect(outline(symbolsOf(modelOfText(text)), 'rule')).toBe(`filter (3 rules) 1–7
  OUTPUT (ACCEPT · 0 rules) 3–3
  INPUT (DROP · 2 rules) 5–6
    1 (-p tcp -m tcp --dport 22 -j SSH) 5–5
    2 (-j ACCEPT) 6–6
  SSH (1 rule) 7–7
    1 (-j ACCEPT) 7–7
`);
  });

  test('a note begins with its rule sets', () => {
    expect(outline(symbolsOf(modelOfText(sampleText('istio-sidecar.md'), 'istio-sidecar.md')), 'table'))
      .toMatchInlineSnapshot(`
      "Writing following contents to rules file, IPv4 (lines 61–87) 61–87
        nat (21 rules) 61–86
      Command output, IPv4 (lines 94–126) 94–126
        nat (21 rules) 95–124
      "
    `);
  });

  const samples = ['istio-sidecar.md', 'kube-node.iptables-save', 'docker-host.iptables-save'];
  const files = ['both back ends', 'nftables', 'two rule sets', 'not in order', 'as JSON', 'commands of nft'];
  test.each([
    ...samples.map((name) => [name, modelOfText(sampleText(name), name)] as const),
    ...files.map((name) => [name, fileOf(name).model] as const),
  ])('%s: what is selected, and what is below a symbol, lies within it', (_name, model) => {
    const symbols = all(symbolsOf(model));
    expect(symbols.length).toBeGreaterThan(2);
    const isWithin = ({ from, to, selection, children }: OutlineSymbol): boolean =>
      from <= selection.line &&
      selection.line <= to &&
      selection.start <= selection.end &&
      children.every((child) => from <= child.from && child.to <= to);
    expect(symbols.filter((symbol) => !isWithin(symbol))).toEqual([]);
  });

  test('of a very large dump the outline ends at the chains', () => {
    const rules = Array.from(
      { length: MOST_RULES_IN_OUTLINE + 1 },
      (_, i) => `-A INPUT -s 10.0.${i >> 8}.${i & 255}/32 -j DROP`,
    );
    const symbols = all(symbolsOf(modelOfText(['*filter', ':INPUT ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n'))));
    expect(symbols.map(({ kind }) => kind)).toEqual(['table', 'chain']);
  });
});

describe('links above chains', () => {
  test('stand above built-in chains that do something', () => {
    const text =
      '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:SSH - [0:0]\n-A OUTPUT -j SSH\n-A SSH -j ACCEPT\nCOMMIT\n';
    expect(
      lensesOf(modelOfText(text), { dumps: false }).map(
        ({ line, chain, note }) => `${line + 1} ${chain?.hook} ${note}`,
      ),
    ).toEqual(['2 INPUT 0 rules', '4 OUTPUT 1 rule']);
  });

  test('stand once above chains of nft that packets of both families meet', () => {
    const text =
      'table inet f {\n\tchain in {\n\t\ttype filter hook input priority 0; policy drop;\n\t\ttcp dport 22 accept\n\t}\n}\n' +
      'table ip n {\n\tchain post {\n\t\ttype nat hook postrouting priority 100;\n\t\tmasquerade\n\t}\n}\n';
    expect(
      lensesOf(modelOfText(text, 'rules.nft'), { dumps: false }).map(
        ({ line, chain, note }) => `${line + 1} ${chain?.table} ${chain?.hook} ${note}`,
      ),
    ).toEqual(['2 inet f INPUT 1 rule', '8 ip n POSTROUTING 1 rule']);
  });

  test('in a note each rule set has one as well', () => {
    const lenses = lensesOf(modelOfText(sampleText('istio-sidecar.md'), 'istio-sidecar.md'), { dumps: true });
    expect(lenses.filter(({ chain }) => chain === undefined).map(({ note }) => note)).toMatchInlineSnapshot(`
      [
        "2 rule sets",
        "21 rules",
        "21 rules",
      ]
    `);
  });

  test('and so have lines that show a packet', () => {
    const text =
      '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n\nIN=eth0 OUT= SRC=10.0.0.9 DST=10.0.0.1 LEN=60 TTL=64 ID=1 PROTO=TCP SPT=1 DPT=2 SYN\nprose\nudp 17 29 src=10.0.0.9 dst=10.0.0.1 sport=5 dport=53 [UNREPLIED] src=10.0.0.1 dst=10.0.0.9 sport=53 dport=5 use=1\n';
    expect(
      lensesOf(modelOfText(text), { dumps: false }).map(({ line, title, note }) => `${line + 1} ${title}: ${note}`),
    ).toEqual([
      '5 Trace this packet: in eth0 tcp 10.0.0.9:1 > 10.0.0.1:2 syn ttl 64 length 60 id 1',
      '7 Trace this packet: udp 10.0.0.9:5 > 10.0.0.1:53',
    ]);
  });

  test.each([
    ['PREROUTING', 'in'],
    ['INPUT', 'in'],
    ['FORWARD', 'forward'],
    ['OUTPUT', 'out'],
    ['POSTROUTING', 'out'],
  ] as const)('%s is passed by a packet that goes %s', (hook, direction) => {
    expect(directionOf(hook)).toBe(direction);
  });
});

test.each<[text: string, regions: readonly string[]]>([
  [
    'Notes\n\n*nat\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n\nend\n',
    ['rules 3–9', 'table 3–5', 'table 6–9'],
  ],
  // A table that is not closed is folded with its rules alone; a line alone is not folded.
  ['*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\n', ['rules 1–3']],
  ['-A INPUT -j DROP\n', []],
  [
    '$ ip route\ndefault via 192.0.2.1 dev eth0\n192.0.2.0/24 dev eth0 scope link\n\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n\n' +
      '$ sysctl net.ipv4.ip_forward\nnet.ipv4.ip_forward = 1\n$ ipset save\ncreate a hash:ip\nadd a 10.0.0.1\n',
    ['listing 2–3', 'rules 5–7', 'table 5–7', 'listing 12–13'],
  ],
])('regions to fold in %j: rule sets, their tables, listings', (text, regions) => {
  expect(regionsOf(modelOfText(text, 'notes.md')).map(({ from, to, kind }) => `${kind} ${from + 1}–${to + 1}`)).toEqual(
    regions,
  );
});
