import { describe, expect, test } from 'vitest';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { isProblem, readPacketRequest } from '../../src/core/net/packetRequest';
import { tracePacket } from '../../src/core/netfilter/trace';
import { bindRules } from '../../src/core/ruleset/bind';
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
];
const FORMS_6 = FORMS_4.map((form) =>
  form
    .replaceAll('/32', '/128')
    .replace('/24', '/64')
    .replace('/255.255.255.255', '/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'),
);
const ADDRESSES_4 = ['10.0.0.1', '10.0.0.2', '10.0.1.1', '192.0.2.1'];
const ADDRESSES_6 = ['2001:db8::1', '2001:db8::2', '2001:db8:1::1', '2001:db8:ffff:0:0:0:0:1'];

describe('rules found by their addresses are those that a walk over all of them meets', () => {
  test.each([
    [4, FORMS_4, ADDRESSES_4, '-A'],
    [6, FORMS_6, ADDRESSES_6, '-A'],
    [4, FORMS_4, ADDRESSES_4, '[1:2] -A'],
  ] as const)('IPv%i, %#', (family, forms, addresses, append) => {
    const rules = Array.from({ length: 90 }, (_, i) =>
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
            `${operation} ${i < 45 ? 'PREROUTING' : 'LONG'} ${rule.replace('-j LONG', i < 45 ? '-j LONG' : '-j ACCEPT')}`,
        ),
        'COMMIT',
        '',
      ].join('\n');
    for (const source of addresses) {
      for (const destination of addresses) {
        for (const proto of ['tcp', 'udp']) {
          const packet = { dir: 'in', iface: 'eth0', src: source, dst: destination, proto, sport: 1000, dport: 80 };
          // `--append` says the same and is not looked up.
          const looked = walked(text(append), family, packet);
          expect(looked).toEqual(walked(text('--append'), family, packet));
          expect(looked.length).toBeGreaterThan(0);
        }
      }
    }
  });
});

function walked(text: string, family: 4 | 6, packet: object): readonly unknown[] {
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
  const ruleSet = bindRules(restoreInput(parseSourceFile(text), family));
  return tracePacket(request, { ruleSets: family === 4 ? { v4: ruleSet } : { v6: ruleSet }, host }).outcomes.map(
    ({ events }) =>
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
