import { describe, expect, it } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import type { RulesSection } from '../../src/core/syntax/sourceFile';
import { modelOf, ruleSetOf } from '../../src/features/fileModel';
import { symbolsOf } from '../../src/features/symbols';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { badgeOf } from '../../src/features/traceReport/verdict';
import { overviewOf } from '../../src/features/overview';
import { printRuleSet } from '../../src/features/canonical';

const SERVICE = [
  '-A KUBE-EXT-AAAA -m comment --comment "masquerade traffic for shop/web external destinations" -j KUBE-MARK-MASQ',
  '-A KUBE-EXT-AAAA -j KUBE-SVC-AAAA',
  '-A KUBE-NODEPORTS -p tcp -m comment --comment "shop/web" -m tcp --dport 30080 -j KUBE-EXT-AAAA',
  '-A KUBE-SEP-BBBB -p tcp -m comment --comment "shop/web" -m tcp -j DNAT --to-destination 10.244.1.7:8080',
  '-A KUBE-SERVICES -d 10.96.44.7/32 -p tcp -m comment --comment "shop/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAA',
  '-A KUBE-SVC-AAAA -m comment --comment "shop/web -> 10.244.1.7:8080" -j KUBE-SEP-BBBB',
];
const PUBLISHED = ['-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80'];
const text = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const GREP = '$ sudo iptables-save | grep shop/web';
const NODE_PORT = 'in eth0 tcp 203.0.113.9 > :30080';
const CLUSTER_IP = 'out tcp > 10.96.44.7:80';
const JUMPS = 'KUBE-SERVICES → KUBE-NODEPORTS; PREROUTING → KUBE-SERVICES';
const MASQUERADES = 'KUBE-MARK-MASQ → MARK; KUBE-POSTROUTING → MARK, MASQUERADE';

const traced = (file: string, expression: string) => {
  const model = modelOf(parseSourceFile(file, { fileName: 'paste.md' }));
  if (!model.defaultDump) throw new Error('there are no rules in the text');
  const { input } = evaluate(model, model.defaultDump, { expression, outcome: 0, answers: {}, overrides: undefined });
  const [first] = input?.traced.outcomes ?? [];
  if (!first) throw new Error('there is no outcome');
  return { first, badge: badgeOf(first), packet: first.end.packet };
};

describe('rules that a program always writes are assumed where others of it are shown without them', () => {
  it.each<readonly [name: string, file: string, packet: string, badge: string, always: string | undefined]>([
    [
      'a node port of a grep',
      text(GREP, ...SERVICE),
      NODE_PORT,
      'SENT eth0',
      `${MASQUERADES}; ${JUMPS}; POSTROUTING → KUBE-POSTROUTING`,
    ],
    ['a cluster IP of a grep', text(GREP, ...SERVICE), CLUSTER_IP, 'SENT eth0', 'OUTPUT → KUBE-SERVICES'],
    [
      'the same without the command',
      text('I see these:', '', ...SERVICE),
      CLUSTER_IP,
      'SENT eth0',
      'OUTPUT → KUBE-SERVICES',
    ],
    [
      'a packet for another port',
      text(GREP, ...SERVICE),
      'in eth0 tcp 203.0.113.9 > :31000',
      'DELIVERED :31000',
      undefined,
    ],
    [
      'grep -v',
      text('$ iptables-save | grep -v POSTROUTING', ...SERVICE),
      CLUSTER_IP,
      'SENT eth0',
      'OUTPUT → KUBE-SERVICES',
    ],
    [
      'one chain',
      text('$ iptables -t nat -S KUBE-NODEPORTS', '-N KUBE-NODEPORTS', ...SERVICE.slice(2, 3)),
      NODE_PORT,
      'DELIVERED :30080',
      JUMPS,
    ],
    [
      'a published port',
      text('$ iptables -t nat -S DOCKER', '-N DOCKER', ...PUBLISHED),
      'in eth0 tcp 203.0.113.9 > :8080',
      'SENT docker0',
      'PREROUTING → DOCKER',
    ],
    ...(
      [
        ['grep -E "shop|web"', 'OUTPUT → KUBE-SERVICES'],
        ['grep -e shop -e web', 'OUTPUT → KUBE-SERVICES'],
        ['grep shop | grep -v x', 'OUTPUT → KUBE-SERVICES'],
        // A pattern of the file is not run: this one would take longer than anybody waits.
        ['grep -E "(.*)*(.*)*(.*)*(.*)*(.*)*~"', 'OUTPUT → KUBE-SERVICES'],
        ['grep -E "shop|SERVICES"', undefined],
        ["grep 'shop\\|SERVICES'", undefined],
        ['grep .-SERVICES', undefined],
      ] as const
    ).map(
      ([grep, always]) =>
        [`below ${grep}`, text(`$ iptables-save | ${grep}`, ...SERVICE), CLUSTER_IP, 'SENT eth0', always] as const,
    ),
    // What would have been shown is not there.
    [
      'a grep that looks for the jump',
      text('$ iptables-save | grep KUBE-', ...SERVICE),
      CLUSTER_IP,
      'SENT eth0',
      undefined,
    ],
    ['…without regard to case', text('$ iptables-save | grep -i kube', ...SERVICE), CLUSTER_IP, 'SENT eth0', undefined],
    [
      'the whole built-in chain',
      text('$ iptables -t nat -S OUTPUT', '-P OUTPUT ACCEPT', '$ iptables -t nat -S DOCKER', '-N DOCKER', ...PUBLISHED),
      'out tcp > 192.0.2.7:8080 own',
      'DELIVERED :8080',
      undefined,
    ],
    [
      'rules of the built-in chain by hand',
      text('-A OUTPUT -p udp -j ACCEPT', ...SERVICE),
      CLUSTER_IP,
      'SENT eth0',
      undefined,
    ],
    [
      'a whole table',
      text(
        '*nat',
        ':PREROUTING ACCEPT [0:0]',
        ':OUTPUT ACCEPT [0:0]',
        ':POSTROUTING ACCEPT [0:0]',
        ...['EXT-AAAA', 'NODEPORTS', 'SEP-BBBB', 'SERVICES', 'SVC-AAAA', 'MARK-MASQ'].map(
          (name) => `:KUBE-${name} - [0:0]`,
        ),
        ...SERVICE,
        'COMMIT',
      ),
      CLUSTER_IP,
      'SENT eth0',
      undefined,
    ],
    ['the jump is shown', text(GREP, '-A OUTPUT -j KUBE-SERVICES', ...SERVICE), CLUSTER_IP, 'SENT eth0', undefined],
  ])('%s', (_name, file, packet, badge, always) => {
    const { first, badge: found } = traced(file, packet);
    expect(found.text).toBe(badge);
    const said = (first.provided ?? []).map(({ what }) => what).filter((what) => what.includes('always writes'));
    expect(said).toEqual(always === undefined ? [] : [expect.stringContaining(`(${always})`) as string]);
  });

  it('the packet is translated by the rules that are shown, and masqueraded by those that are not', () => {
    const { packet } = traced(text(GREP, ...SERVICE), NODE_PORT);
    expect([packet.destinationPort, packet.sourcePort]).toEqual([8080, 1024]);
  });

  it('of several commands together', () => {
    const one = (chain: string, ...rules: readonly string[]): string =>
      text(`$ iptables -t nat -S ${chain}`, `-N ${chain}`, ...rules);
    const file = [
      text('$ iptables -t nat -S | grep 30080', SERVICE[2] ?? ''),
      one('KUBE-EXT-AAAA', ...SERVICE.slice(0, 2)),
      one('KUBE-SVC-AAAA', SERVICE[0]?.replace('EXT', 'SVC') ?? '', SERVICE[5] ?? ''),
      one('KUBE-SEP-BBBB', SERVICE[3] ?? ''),
    ].join('');
    const model = modelOf(parseSourceFile(file, { fileName: 'paste.md' }));
    expect(model.defaultDump?.detail).toBe('lines 2, 4–6, 8–10, 12–13');
    expect(traced(file, NODE_PORT).packet.destinationPort).toBe(8080);
    const { tables, problems } = ruleSetOf(model.defaultDump?.section as RulesSection);
    // Two of the commands show jumps to it.
    expect(tables.get('nat')?.chains.get('KUBE-MARK-MASQ')?.rules).toHaveLength(1);
    expect(problems.filter(({ code }) => code !== 'unknown-target')).toEqual([]);
  });

  it('no listing of what the file has holds them', () => {
    const model = modelOf(parseSourceFile(text(GREP, ...SERVICE), { fileName: 'paste.md' }));
    const dump = model.defaultDump;
    if (!dump) throw new Error('there are no rules in the text');
    expect(dump.detail).toBe('lines 2–7');
    expect(printRuleSet(ruleSetOf(dump.section)).match(/^-A.*/gm)).toEqual(expect.arrayContaining(SERVICE));
    expect(printRuleSet(ruleSetOf(dump.section)).match(/^-A/gm)).toHaveLength(SERVICE.length);
    expect(overviewOf(model).ruleSets[0]?.tables['nat']?.rules).toBe(SERVICE.length);
    expect(JSON.stringify(symbolsOf(model))).not.toContain('not in the file');
  });
});
