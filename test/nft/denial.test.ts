import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { whyRuleNot } from '../../src/features/traceReport/ruleWhy';

const SETS =
  '\tset bad {\n\t\ttype ipv4_addr\n\t\telements = { 192.0.2.7 }\n\t}\n' +
  '\tmap ways {\n\t\ttype ipv4_addr : verdict\n\t\telements = { 192.0.2.7 : accept }\n\t}\n' +
  '\tset pairs {\n\t\ttype ipv4_addr . inet_service\n\t\telements = { 192.0.2.7 . 80 }\n\t}\n';
const TCP = 'in eth0 tcp 203.0.113.9:4000 > 10.0.0.1:80 syn own';

/** A rule that does not match, the packet, and why. */
const CASES: readonly [rule: string, packet: string, why: string][] = [
  ['tcp dport 22', TCP, 'tcp dport 80 ≠ 22'],
  ['tcp dport == 22', TCP, 'tcp dport 80 ≠ 22'],
  ['tcp dport != 80', TCP, 'tcp dport is 80'],
  ['tcp dport { 22, 443 }', TCP, 'tcp dport 80 is not in { 22, 443 }'],
  ['tcp dport != { 80, 443 }', TCP, 'tcp dport 80 is in { 80, 443 }'],
  ['tcp dport 1-79', TCP, 'tcp dport 80 is not in 1-79'],
  ['tcp dport != 1-1023', TCP, 'tcp dport 80 is in 1-1023'],
  ['tcp dport < 80', TCP, 'tcp dport 80 is not < 80'],
  ['tcp dport >= 81', TCP, 'tcp dport 80 is not >= 81'],
  ['tcp dport { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 }', TCP, 'tcp dport 80 is not in the set of 16'],
  ['udp dport 53', TCP, 'no udp dport'],
  ['icmp type echo-request', TCP, 'no icmp type'],
  ['ip6 saddr 2001:db8::1', TCP, 'no ip6 saddr'],
  ['ip saddr 192.0.2.7', TCP, 'ip saddr 203.0.113.9 ≠ 192.0.2.7'],
  ['ip saddr 192.0.2.0/24', TCP, 'ip saddr 203.0.113.9 is not in 192.0.2.0/24'],
  ['ip saddr != 203.0.113.0/24', TCP, 'ip saddr 203.0.113.9 is in 203.0.113.0/24'],
  ['ip saddr @bad', TCP, 'ip saddr 203.0.113.9 is not in @bad'],
  ['ip saddr != @bad', 'in eth0 tcp 192.0.2.7:4000 > 10.0.0.1:80 syn own', 'ip saddr 192.0.2.7 is in @bad'],
  ['ip saddr . tcp dport @pairs', TCP, 'ip saddr . tcp dport 203.0.113.9 . 80 is not in @pairs'],
  ['iif "lo"', TCP, 'iif eth0 ≠ lo'],
  ['iif "lo"', TCP.replace('eth0', 'none'), 'iif none ≠ lo'],
  ['iifname "lo"', TCP.replace('eth0', 'none'), 'iifname none ≠ lo'],
  ['iifname "wg*"', TCP, 'iifname eth0 is not in wg*'],
  ['iifname != "eth0"', TCP, 'iifname is eth0'],
  ['oifname "eth0"', TCP, 'no oifname'],
  ['ct state established,related', TCP, 'ct state new, not established or related'],
  ['ct state invalid', TCP, 'ct state new, not invalid'],
  ['ct state != new', TCP, 'ct state is new'],
  ['meta l4proto { udp, icmp }', TCP, 'meta l4proto tcp is not in { udp, icmp }'],
  ['meta mark 0x1', TCP, 'meta mark 0x0 ≠ 0x1'],
  ['tcp dport vmap { 22 : accept, 443 : accept }', TCP, 'tcp dport 80 is not in the map'],
  ['ct state vmap { established : accept, invalid : accept }', TCP, 'ct state new is not in the map'],
  ['ip saddr vmap @ways', TCP, 'ip saddr 203.0.113.9 is not in @ways'],
  ['udp dport vmap { 53 : accept }', TCP, 'no udp dport'],
  ['tcp flags ! syn', TCP, 'tcp flags ! syn: syn'],
  ['meta mark & 0xff == 1', TCP, 'meta mark & 0xff is 0x0, not 1'],
];

describe('why a condition of nft does not hold', () => {
  test.each(CASES)('%s', (rule, packet, why) => {
    const text = `table inet f {\n${SETS}\tchain in {\n\t\ttype filter hook input priority 0;\n\t\t${rule} drop\n\t}\n}\n`;
    const model = modelOf(parseSourceFile(text, { fileName: 'rules.nft' }));
    if (!model.defaultDump) throw new Error('there are no rules');
    const { input } = evaluate(model, model.defaultDump, {
      expression: packet,
      outcome: 0,
      answers: {},
      overrides: undefined,
    });
    const events = input?.traced.outcomes.flatMap(({ events: all }) => all) ?? [];
    const skipped = events.flatMap((event) =>
      event.kind === 'skipped' ? event.rules.map((each) => whyRuleNot(each, event.view)) : [],
    );
    expect([...new Set(skipped)]).toEqual([why]);
  });
});
