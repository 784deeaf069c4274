import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StateGroup, StepId } from '../../src/shared/protocol';
import { packetState } from '../../src/features/traceReport/packetState/packetState';
import { packetWords } from '../../src/features/traceReport/packetWords';
import { selectedPath, type TraceInput } from '../../src/features/traceReport/traceInput';
import { Bench } from '../features/sessionBench';
import { traceOf } from './traceOf';

const root = path.join(import.meta.dirname, '../..');
const sample = (name: string): string => readFileSync(path.join(root, 'sample', name), 'utf8');

/** `src 10.0.0.1`, `dst* 10.0.0.3:8080 (sent as 10.0.0.2:80)`, `ttl 64?`: changed by the step `*`, assumed `?`. */
const drawn = (groups: readonly StateGroup[]): readonly string[] =>
  groups.flatMap(({ values }) =>
    values.map(
      ({ name, value, sent, changed, assumed }) =>
        `${name}${changed ? '*' : ''} ${value}${assumed ? '?' : ''}${sent === undefined ? '' : ` (sent as ${sent})`}`,
    ),
  );

/** The event of a rule, by its chain and its number in it; else of a kind. */
function stepOf(input: TraceInput, name: string): StepId {
  const [chain, number] = name.split(':');
  const event = selectedPath(input).events.findIndex((each) =>
    each.kind === 'rule' ? each.rule.chain.name === chain && each.rule.number === Number(number) : each.kind === name,
  );
  if (event < 0) throw new Error(`the packet does not come by ${name}`);
  return { kind: 'event', event };
}

const ROUTER = `*raw
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p udp -j CT --notrack
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -j MARK --set-xmark 0x7/0xffffffff
-A PREROUTING -j CONNMARK --save-mark
-A PREROUTING -p tcp -m tcp --dport 25 -j RETURN
-A POSTROUTING -j TTL --ttl-set 9
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.8.0.2:8080
-A POSTROUTING -o eth1 -j MASQUERADE
COMMIT
`;
const ROUTER_HOST = {
  ifaces: [
    { name: 'eth0', addrs: ['192.0.2.10/24'] },
    { name: 'eth1', addrs: ['10.8.0.1/24'] },
  ],
  routes: ['default via 192.0.2.1 dev eth0'],
};
const HOST_TEXT = `$ ip addr
2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
$ ip route
default via 192.0.2.1 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10
`;
const WEB = 'in eth0 tcp 203.0.113.9:41522 > 192.0.2.10:80 syn ttl 64';

test.each<[string, string, string, readonly string[], readonly string[]]>([
  ['a mark is set', WEB, 'PREROUTING:1', ['mark* 0x7 (sent as 0x0)', 'in eth0', 'connmark 0x0'], ['out', 'nat']],
  ['and saved', WEB, 'PREROUTING:2', ['mark 0x7 (sent as 0x0)', 'connmark* 0x7'], ['nat', 'next hop']],
  [
    'NAT shows with its rule',
    WEB,
    'translate',
    ['dst* 10.8.0.2:8080 (sent as 192.0.2.10:80)', 'src 203.0.113.9:41522', 'ttl 64'],
    ['out'],
  ],
  ['the route', WEB, 'route', ['dst 10.8.0.2:8080 (sent as 192.0.2.10:80)', 'nat destination'], ['next hop']],
  ['a router lowers it', WEB, 'ttl', ['ttl* 63 (sent as 64)'], []],
  ['a rule sets it', WEB, 'POSTROUTING:1', ['ttl* 9 (sent as 64)', 'out eth1'], []],
  [
    'the end',
    WEB,
    'sent',
    [
      'src 10.8.0.1:41522 (sent as 203.0.113.9:41522)',
      'state NEW (SYN_SENT)',
      'reply tcp 10.8.0.2:8080 → 10.8.0.1:41522',
      'nat destination, source',
      'direction original',
    ],
    [],
  ],
  [
    'not tracked',
    'in eth0 udp 203.0.113.9:5000 > 192.0.2.10:53',
    'delivered',
    ['state UNTRACKED', 'dst 192.0.2.10:53'],
    ['flags', 'direction', 'original', 'connmark'],
  ],
  ['in raw', WEB, 'hook-enter', ['state not tracked so far'], ['connmark']],
  [
    'ICMP has no ports',
    'in eth0 icmp echo-request 203.0.113.9 > 192.0.2.10',
    'delivered',
    ['protocol icmp', 'src 203.0.113.9', 'icmp type 8 code 0 id 4660'],
    ['flags'],
  ],
  ['who sent it', 'out uid 1000 gid 50 tcp > 10.8.0.9:80', 'sent', ['uid 1000', 'gid 50', 'out eth1'], ['in']],
])('%s: %s at %s', (_, packet, at, has, hasNot) => {
  const input = traceOf(ROUTER, packet, { host: ROUTER_HOST });
  const values = drawn(packetState(input, stepOf(input, at)));
  expect(values).toEqual(expect.arrayContaining([...has]));
  expect(values.filter((each) => hasNot.some((name) => each.replace('*', '').startsWith(`${name} `)))).toEqual([]);
});

test('what nothing states is marked, and leads to its field', () => {
  const bench = new Bench(ROUTER).send({ type: 'trace', expression: 'in eth0 tcp > :80 syn ttl 31' });
  const decisive = bench.state.trace?.outcome.decisive as StepId;
  bench.select(decisive);
  const marked = (bench.posted('detail')?.detail.state ?? []).flatMap(({ values }) =>
    values.flatMap(({ name, assumed }) => (assumed ? [`${name}: ${assumed.field ?? assumed.question ?? '-'}`] : [])),
  );
  expect(marked).toEqual(expect.arrayContaining(['src: src', 'length: length', 'tos: tos']));
  expect(marked.some((each) => each.startsWith('ttl'))).toBe(false);
});

test.each<[string, string, string, readonly string[]]>([
  ['nothing, where the file states it', ROUTER + HOST_TEXT, 'in eth0 tcp 203.0.113.9:1 > 192.0.2.10:22 syn', []],
  ['the own address', ROUTER, 'in eth0 tcp > :22 syn', ['ROUTE local 198.18.2.1', 'SOCKET 198.18.2.1:22']],
  ['the way out', ROUTER, 'out tcp > 198.51.100.1:443', ['ROUTE 198.51.100.1 by eth1', 'WIRE eth1']],
])('path and steps mark what nothing states: %s', (_, text, expression, expected) => {
  const { outcome } = new Bench(text).send({ type: 'trace', expression }).state.trace ?? {};
  const path = (outcome?.path ?? []).flatMap(({ title, text: words, assumed }) =>
    assumed ? [`${title} ${words}`] : [],
  );
  expect(path).toEqual(expected);
  const marked = (outcome?.groups ?? []).flatMap(({ title, rows }) =>
    rows.flatMap((row) => (row.kind === 'note' && row.assumed !== undefined ? [title] : [])),
  );
  expect(marked).toEqual(expected.map((each) => each.split(' ')[0]));
});

/** Each step begins where the last one ended, and the last one ends with the packet that the trace ends with. */
describe('law: the steps add up', () => {
  test.each<[string, string]>([
    ['istio-sidecar.md', 'in eth0 tcp 10.52.9.4:41522 > 10.52.7.12:8080 syn'],
    ['istio-sidecar.md', 'out uid 1000 tcp > 203.0.113.9:443 syn'],
    ['kube-node.iptables-save', 'in eth0 tcp 10.32.1.9:41522 > 10.96.0.1:443 syn'],
    ['docker-host.iptables-save', 'in ens18 tcp 203.0.113.9:41522 > 198.51.100.14:8080 syn'],
  ])('%s, %s', (file, packet) => {
    const input = traceOf(sample(file), packet);
    const { events, end } = selectedPath(input);
    let last: ReadonlyMap<string, string> | undefined;
    events.forEach((_, index) => {
      const groups = packetState(input, { kind: 'event', event: index });
      const all = groups.flatMap(({ title, values }) =>
        values.map((value) => ({ ...value, key: `${title} ${value.name}` })),
      );
      for (const { key, value, changed } of all)
        if (last && !changed) expect([index, key, value]).toEqual([index, key, last.get(key)]);
      last = new Map(all.map(({ key, value }) => [key, value]));
    });
    const words = packetWords(end.packet);
    for (const name of ['src', 'dst']) expect(words).toContain(last?.get(`Packet ${name}`));
  });
});
