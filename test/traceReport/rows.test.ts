import { expect, test } from 'vitest';
import type { Row } from '../../src/shared/protocol';
import { Bench } from '../features/sessionBench';

const HOST = `
$ ip addr
2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
3: eth1: <UP> mtu 1500
    inet 10.8.0.1/24 scope global eth1
$ sysctl -a
net.ipv4.ip_forward = 1
`;

function rows(text: string, packet: string): readonly Row[] {
  const { state } = new Bench(text + HOST).send({ type: 'trace', expression: packet });
  return state.trace?.outcome.groups.flatMap((group) => group.rows) ?? [];
}

const filter = (...rules: readonly string[]): string => {
  const chains = ['A', 'B', 'C', 'D'].map((name) => `:${name} - [0:0]\n`).join('');
  return `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${chains}${rules.map((rule) => `-A ${rule}\n`).join('')}COMMIT\n`;
};

/** What the view draws of the chains: the depth, the chain and number of a rule, or the words of what is between. */
const drawn = (text: string, packet: string): readonly string[] =>
  rows(text, packet)
    .filter((row) => row.kind === 'fold' || row.line !== undefined || row.depth > 0)
    .map(
      (row) =>
        `${row.depth} ${row.kind === 'note' ? `${row.text}, ${row.why}` : row.kind === 'rule' ? `${row.chain}:${row.number}` : row.text}`,
    );

const IN = 'in eth0 tcp 203.0.113.9:41522 > 192.0.2.10:80 syn';
const END = '0 policy ACCEPT, ';

test.each<[string, readonly string[], readonly string[]]>([
  [
    'a jump and back',
    ['INPUT -j A', 'INPUT -p udp -j DROP', 'A -p udp -j DROP'],
    ['0 INPUT:1', '1 A:1', '1 end of A, returns to INPUT', '0 INPUT:2', END],
  ],
  [
    'a goto and back to where the last jump was',
    ['INPUT -j A', 'INPUT -p udp', 'A -g B', 'A -j DROP', 'B -p udp'],
    ['0 INPUT:1', '1 A:1', '2 B:1', '2 end of B, returns to INPUT', '0 INPUT:2', END],
  ],
  [
    'a goto after a goto',
    ['INPUT -j A', 'INPUT -p udp', 'A -g B', 'B -g C', 'C -p udp'],
    ['0 INPUT:1', '1 A:1', '2 B:1', '3 C:1', '3 end of C, returns to INPUT', '0 INPUT:2', END],
  ],
  [
    'a jump out of a goto',
    ['INPUT -j A', 'INPUT -p udp', 'A -g B', 'B -j C', 'B -p udp', 'C -p udp'],
    [
      '0 INPUT:1',
      '1 A:1',
      '2 B:1',
      '3 C:1',
      '3 end of C, returns to B',
      '2 B:2',
      '2 end of B, returns to INPUT',
      '0 INPUT:2',
      END,
    ],
  ],
  [
    'RETURN out of a goto',
    ['INPUT -j A', 'INPUT -p udp', 'A -g B', 'B -j RETURN', 'B -j DROP'],
    ['0 INPUT:1', '1 A:1', '2 B:1', '0 INPUT:2', END],
  ],
  [
    'a goto out of a built-in chain',
    ['INPUT -g A', 'INPUT -j DROP', 'A -p udp'],
    ['0 INPUT:1', '1 A:1', '1 end of A, returns to INPUT', END],
  ],
  [
    'the same chain twice',
    ['INPUT -j A', 'INPUT -j A', 'A -p udp'],
    ['0 INPUT:1', '1 A:1', '1 end of A, returns to INPUT', '0 INPUT:2', '1 A:1', '1 end of A, returns to INPUT', END],
  ],
  ['an empty chain', ['INPUT -j A', 'INPUT -p udp'], ['0 INPUT:1', '1 end of A, returns to INPUT', '0 INPUT:2', END]],
])('depth: %s', (_, rules, expected) => {
  expect(drawn(filter(...rules), IN)).toEqual(expected);
});

const OTHER = '-s 198.51.100.1/32 -j DROP';
const NEAR = '-d 192.0.2.10/32 -p tcp -m tcp --dport 81 -j ACCEPT';
/** Rules of INPUT that do not match; those with these numbers have the destination of the packet, and another port. */
const run = (count: number, ...near: readonly number[]): readonly string[] =>
  Array.from({ length: count }, (_, i) => `INPUT ${near.includes(i + 1) ? NEAR : OTHER}`);
const numbers = (...list: readonly number[]): readonly string[] => list.map((number) => `0 INPUT:${number}`);
const folded = (count: number, from: number, to: number): string =>
  `0 ${count} more rules did not match (${from}–${to})`;

test.each<[string, readonly string[], readonly string[]]>([
  ['is shown whole up to 16', run(16), numbers(...Array.from({ length: 16 }, (_, i) => i + 1))],
  ['is folded after the first two', run(17), [...numbers(1, 2), folded(15, 3, 17)]],
  ['shows what matches in part', run(20, 10), [...numbers(1, 2), folded(7, 3, 9), ...numbers(10), folded(10, 11, 20)]],
  ['has no fold of one rule', run(20, 4, 19), [...numbers(1, 2, 3, 4), folded(14, 5, 18), ...numbers(19, 20)]],
  ['has none after its last rule', run(20, 20), [...numbers(1, 2), folded(17, 3, 19), ...numbers(20)]],
  ['shows its first rule once', run(20, 1, 2, 3), [...numbers(1, 2, 3), folded(17, 4, 20)]],
  [
    'shows four that match in part',
    run(30, 5, 10, 15, 20, 25),
    [
      ...numbers(1, 2),
      ...[folded(2, 3, 4), ...numbers(5), folded(4, 6, 9), ...numbers(10), folded(4, 11, 14), ...numbers(15)],
      ...[folded(4, 16, 19), ...numbers(20), folded(10, 21, 30)],
    ],
  ],
  [
    'does not take another address or none for a part',
    run(20).map((rule, i) =>
      i === 4 ? 'INPUT ! -s 10.0.0.0/8 -d 10.0.0.1/32 -j DROP' : i === 9 ? 'INPUT -p udp' : rule,
    ),
    [...numbers(1, 2), folded(18, 3, 20)],
  ],
])('a run of rules that do not match %s', (_, rules, expected) => {
  expect(drawn(filter(...rules), IN)).toEqual([...expected, END]);
});

/** Each table at each hook sends the packet to chain X, which asks for an interface. */
function atHooks(table: string, rule: string): string {
  const hooks = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];
  return `*${table}\n${hooks.map((hook) => `:${hook} ACCEPT [0:0]\n`).join('')}:X - [0:0]\n${hooks.map((hook) => `-A ${hook} -j X\n`).join('')}-A X ${rule} -j RETURN\nCOMMIT\n`;
}

const OUT = 'out uid 0 tcp 192.0.2.10:41522 > 203.0.113.9:443 syn';
const THROUGH = 'forward eth0 eth1 tcp 203.0.113.9:41522 > 10.8.0.2:80 syn';

test.each<[string, string, readonly string[]]>([
  [IN, '-i eth1', ['in eth0 ≠ eth1', 'in eth0 ≠ eth1']],
  [IN, '! -i eth0', ['in is eth0', 'in is eth0']],
  [IN, '-o eth1', ['no outgoing interface in PREROUTING', 'no outgoing interface in INPUT']],
  [THROUGH, '-i eth1', ['in eth0 ≠ eth1', 'in eth0 ≠ eth1', 'in eth0 ≠ eth1']],
  [THROUGH, '-o eth0', ['no outgoing interface in PREROUTING', 'out eth1 ≠ eth0', 'out eth1 ≠ eth0']],
  [OUT, '-i eth0', ['no incoming interface in OUTPUT', 'no incoming interface in POSTROUTING']],
  [OUT, '-o eth1', ['out eth0 ≠ eth1', 'out eth0 ≠ eth1']],
  [IN, '-i eth+', ['returns: policy of PREROUTING', 'returns: policy of INPUT']],
  [IN, '! -o eth1', ['returns: policy of PREROUTING', 'returns: policy of INPUT']],
  [OUT, '! -i eth1', ['returns: policy of OUTPUT', 'returns: policy of POSTROUTING']],
  [THROUGH, '-s 10.8.0.0/24', Array.from({ length: 3 }, () => 'src 203.0.113.9 is not in 10.8.0.0/24')],
  [THROUGH, '! -d 10.8.0.0/24', Array.from({ length: 3 }, () => 'dst 10.8.0.2 is in 10.8.0.0/24')],
  [IN, '-p udp', ['tcp ≠ udp', 'tcp ≠ udp']],
  [IN, '-f', ['not a later fragment', 'not a later fragment']],
])('%s is asked %s in each hook', (packet, rule, expected) => {
  const asked = rows(atHooks('mangle', rule), packet);
  expect(asked.flatMap((row) => (row.kind === 'rule' && row.chain === 'X' ? [row.why] : []))).toEqual(expected);
});
