import { describe, expect, test } from 'vitest';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { isProblem, readPacketRequest } from '../../src/core/net/packetRequest';
import { conditionsOfRule } from '../../src/core/netfilter/evidence';
import { tracePacket } from '../../src/core/netfilter/trace';
import { type RuleSet } from '../../src/core/ruleset/ruleSet';
import { bindRules } from '../../src/core/ruleset/bind';
import { scannedTests } from '../../src/core/ruleset/scannedTests';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { restoreInput } from '../../src/core/syntax/restoreInput';

/** Forms of rules with places for two addresses: some can be looked up, some only seem so. */
const FORMS_4 = [
  '-d {a} -j MARK --set-xmark 0x1/0x1',
  '-d {a}/32 -p tcp -j LONG',
  '-s {a}/32 -j MARK --set-xmark 0x2/0x2',
  '! -d {a}/32 -j MARK --set-xmark 0x4/0x4',
  '! -s {a}/32 -d {b}/32 -j MARK --set-xmark 0x8/0x8',
  '-s {a}/32 ! -d {b}/32 -j MARK --set-xmark 0x10/0x10',
  '-d {a}/24 -j MARK --set-xmark 0x20/0x20',
  '-p udp -d {a} -j MARK --set-xmark 0x40/0x40',
  '-m comment --comment " -d {a}/32 " -j MARK --set-xmark 0x80/0x80',
  '-d {a},{b} -j MARK --set-xmark 0x100/0x100',
  '-d {a}/32 -m statistic --mode nth --every 2 --packet 0 -j MARK --set-xmark 0x200/0x200',
  '-d {a}/0 -j MARK --set-xmark 0x400/0x400',
  '-d {a}/255.255.255.255 -j MARK --set-xmark 0x800/0x800',
  '-s {a} -d {b} -j RETURN',
  '-i lo -d {a}/32 -j ACCEPT',
  '-i eth0 -j MARK --set-xmark 0x1000/0x1000',
  '-i eth+ -d {a}/32 -j MARK --set-xmark 0x2000/0x2000',
  '! -i eth1 -s {a}/32 -j MARK --set-xmark 0x4000/0x4000',
  '-p tcp -m tcp --dport 80 -j MARK --set-xmark 0x8000/0x8000',
  '-p tcp -m tcp ! --dport 81 -j MARK --set-xmark 0x10000/0x10000',
  '-p tcp -m comment --comment "a \\" -d 9.9.9.9 --dport 5" -m tcp --dport 80 -j MARK --set-xmark 0x20000/0x20000',
  '-p udp -m udp --dport 79:81 -j MARK --set-xmark 0x40000/0x40000',
  '-p udp -m udp --sport 1:60000 -j MARK --set-xmark 0x80000/0x80000',
  '-p tcp -m multiport --dports 22,80:90,443 -j MARK --set-xmark 0x100000/0x100000',
  '-p tcp -m multiport ! --dports 22,443 -j MARK --set-xmark 0x200000/0x200000',
  '-p tcp -m multiport --ports 1000,2000 -j MARK --set-xmark 0x400000/0x400000',
  '-p tcp -m multiport --sports 1000 -j MARK --set-xmark 0x800000/0x800000',
  '-p tcp -m conntrack --ctstate NEW -m tcp --dport 80 -j MARK --set-xmark 0x1000000/0x1000000',
  '-p tcp -m recent --set --name seen -m tcp --dport 81 -j MARK --set-xmark 0x2000000/0x2000000',
  '-m recent --rcheck --name seen -j MARK --set-xmark 0x4000000/0x4000000',
  '-p tcp -m statistic --mode nth --every 3 --packet 0 -m tcp --dport 81 -j MARK --set-xmark 0x8000000/0x8000000',
  '-p tcp -m tcp --dport http -j MARK --set-xmark 0x10000000/0x10000000',
  '-p 6 -m tcp --sport 1000 -j MARK --set-xmark 0x20000000/0x20000000',
  '-p tcp -m addrtype --dst-type LOCAL -m tcp --dport 80 -j MARK --set-xmark 0x40000000/0x40000000',
];
const FORMS_6 = FORMS_4.map((form) =>
  form
    .replaceAll('/32', '/128')
    .replace('/24', '/64')
    .replace('/255.255.255.255', '/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'),
);
const ADDRESSES_4 = ['10.0.0.1', '10.0.0.2', '10.0.1.1', '192.0.2.1'];
const ADDRESSES_6 = ['2001:db8::1', '2001:db8::2', '2001:db8:1::1', '2001:db8:ffff:0:0:0:0:1'];

describe('rules that are looked up are those that a walk over all of them meets', () => {
  test.each([
    [4, FORMS_4, ADDRESSES_4, '-A'],
    [6, FORMS_6, ADDRESSES_6, '-A'],
    [4, FORMS_4, ADDRESSES_4, '[1:2] -A'],
  ] as const)('IPv%i, %#', (family, forms, addresses, append) => {
    const rules = Array.from({ length: 200 }, (_, i) =>
      (forms[(i * 7) % forms.length] as string)
        .replaceAll('{a}', addresses[i % 4] as string)
        .replaceAll('{b}', addresses[(i * 3 + 1) % 4] as string),
    );
    const text = (operation: string): string =>
      [
        '*mangle',
        ':LONG - [0:0]',
        ...rules.map(
          (rule, i) =>
            `${operation} ${i < 100 ? 'PREROUTING' : 'LONG'} ${rule.replace('-j LONG', i < 100 ? '-j LONG' : '-j ACCEPT')}`,
        ),
        'COMMIT',
        '',
      ].join('\n');
    const bound = (operation: string): RuleSet => bindRules(restoreInput(parseSourceFile(text(operation)), family));
    // `--append` says the same and is not looked up.
    const [indexed, plain] = [bound(append), bound('--append')];
    for (const source of addresses) {
      for (const destination of addresses) {
        for (const more of [
          { proto: 'tcp' },
          { proto: 'udp' },
          { proto: 'tcp', dport: 81, flags: ['SYN'] },
          // Cut short, and a later fragment.
          { proto: 'tcp', length: 45 },
          { proto: 'udp', fragOffset: 1, id: 7 },
        ]) {
          const packet = { dir: 'in', iface: 'eth0', src: source, dst: destination, sport: 1000, dport: 80, ...more };
          const looked = walked(indexed, packet);
          expect(looked).toEqual(walked(plain, packet));
          expect(looked.length).toBeGreaterThan(0);
        }
      }
    }
  });
});

function walked(ruleSet: RuleSet, packet: object): readonly unknown[] {
  const host = hostFromTopology(
    {
      ifaces: [{ name: 'eth0', addrs: ['10.0.0.9/24', '2001:db8::9/64'] }],
      routes: ['default dev eth0', '-6 default dev eth0'],
    },
    { listeners: [] },
  );
  const request = readPacketRequest(packet);
  if (isProblem(host)) throw new Error(host.message);
  if (isProblem(request)) throw new Error(request.message);
  return tracePacket(request, {
    ruleSets: ruleSet.family === 4 ? { v4: ruleSet } : { v6: ruleSet },
    host,
  }).outcomes.map(({ events }) =>
    events.map((event) => {
      switch (event.kind) {
        case 'rule':
          return [
            'rule',
            event.rule.chain.name,
            event.rule.number,
            event.matched,
            event.asked.map(({ answer }) => answer),
            event.after.mark,
          ];
        case 'skipped':
          return ['skipped', event.chain.name, event.from, event.to];
        default:
          return event.kind;
      }
    }),
  );
}

test('what is read of the text alone is what the rule asks', () => {
  const rules = FORMS_4.map((form) => form.replaceAll('{a}', '10.0.0.1').replaceAll('{b}', '10.0.0.2'));
  const text = ['*mangle', ':LONG - [0:0]', ...rules.map((rule) => `-A PREROUTING ${rule}`), 'COMMIT', ''].join('\n');
  const chain = bindRules(restoreInput(parseSourceFile(text), 4))
    .tables.get('mangle')
    ?.chains.get('PREROUTING');
  let read = 0;
  for (const rule of chain?.rules ?? []) {
    const found = scannedTests(rule.line.text, rule.line.contentStart, 4) ?? {};
    const asked = conditionsOfRule(rule).flatMap(({ asks }) =>
      asks && !asks.negated ? [JSON.stringify(asks.values)] : [],
    );
    const values = Object.values({
      ...(found.source && { source: { kind: 'block', block: found.source } }),
      ...(found.destination && { destination: { kind: 'block', block: found.destination } }),
      ...(found.inInterface && { in: { kind: 'name', pattern: found.inInterface } }),
      ...(found.protocol && { protocol: { kind: 'spans', spans: [[found.protocol, found.protocol]] } }),
      ...(found.sourcePorts && { sport: { kind: 'spans', spans: found.sourcePorts } }),
      ...(found.destinationPorts && { dport: { kind: 'spans', spans: found.destinationPorts } }),
    }).map((each) => JSON.stringify(each));
    read += values.length;
    expect(asked, rule.line.text).toEqual(expect.arrayContaining(values));
  }
  expect(read).toBeGreaterThan(30);
});
