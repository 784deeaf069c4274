import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/core/net/address';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { standInAddress } from '../../src/core/xtables/values/standIn';
import { modelOf } from '../../src/features/fileModel';
import { badgeOf } from '../../src/features/traceReport/verdict';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { checkRules, fileDiagnostics } from '../../src/features/diagnostics';
import { problems, rules } from './paste';

const codesOf = (text: string): readonly string[] => checkRules(text, 4).map(({ code }) => code);

describe('an address for one that somebody made unreadable', () => {
  it.each<[written: string, family: 4 | 6, like: RegExp]>([
    ['x.x.x.x', 4, /^198\.19\.\d+\.\d+$/],
    ['<public ip>', 4, /^198\.19\.\d+\.\d+$/],
    ['$IP', 4, /^198\.19\.\d+\.\d+$/],
    ['10.0.0.x', 4, /^10\.0\.0\.\d+$/],
    ['10.x.0.7', 4, /^10\.\d+\.0\.7$/],
    ['10.0.999.x', 4, /^10\.0\.\d+\.\d+$/],
    ['x.0.0.7', 4, /^198\.19\.\d+\.\d+$/],
    ['10.0.0', 4, /^198\.19\.\d+\.\d+$/],
    ['xxxx::x', 6, /^2001:2::[\da-f]+$/],
  ])('%s', (written, family, like) => {
    const address = standInAddress(written, family);
    const text = formatAddress(address);
    expect(text).toMatch(like);
    expect(address).toEqual(parseAddress(text));
    expect(formatAddress(standInAddress(written, family))).toBe(text);
    expect(formatAddress(standInAddress(`${written}y`, family))).not.toBe(text);
  });
});

const NAT = (...lines: readonly string[]): string =>
  [
    '$ sudo iptables -t nat -S',
    '-P PREROUTING ACCEPT',
    '-P OUTPUT ACCEPT',
    '-P POSTROUTING ACCEPT',
    ...lines,
    '$ ip addr',
    '1: lo: <LOOPBACK,UP> mtu 65536',
    '    inet 127.0.0.1/8 scope host lo',
    '2: eth0: <BROADCAST,UP> mtu 1500',
    '    inet 192.0.2.10/24 scope global eth0',
    '3: eth1: <BROADCAST,UP> mtu 1500',
    '    inet 10.0.0.1/24 scope global eth1',
    '$ ip route',
    'default via 192.0.2.1 dev eth0',
    '192.0.2.0/24 dev eth0 scope link',
    '10.0.0.0/24 dev eth1 scope link',
    '',
  ].join('\n');
const IN = 'in eth0 tcp 203.0.113.9 > 192.0.2.10:443';
const OUT = 'forward eth1 eth0 tcp 10.0.0.7 > 203.0.113.9:443';

describe('an address of NAT that is not in the file', () => {
  const traced = (file: string, expression: string) => {
    const model = modelOf(parseSourceFile(file, { fileName: 'paste.md' }));
    if (!model.defaultDump) throw new Error('there are no rules in the text');
    const { input } = evaluate(model, model.defaultDump, { expression, outcome: 0, answers: {}, overrides: undefined });
    return (input?.traced.outcomes ?? []).map((outcome) => [
      badgeOf(outcome).text,
      ...(outcome.provided ?? []).flatMap(({ what }) => /^(.*) in line \d+ is (?:\d+\.){3}\d+$/.exec(what)?.[1] ?? []),
    ]);
  };

  it.each<[string, string, string, readonly (readonly string[])[]]>([
    [
      'partly known, with a port',
      NAT('-A PREROUTING -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.0.0.x:8443'),
      IN,
      [['SENT eth1', '10.0.0.x']],
    ],
    [
      'wholly unknown',
      NAT('-A PREROUTING -p tcp -m tcp --dport 443 -j DNAT --to-destination xx.xx.xx.xx'),
      IN,
      [['SENT eth0', 'xx.xx.xx.xx']],
    ],
    ['a source', NAT('-A POSTROUTING -o eth0 -j SNAT --to-source <public ip>'), OUT, [['SENT eth0', '<public ip>']]],
    [
      'of a rule that does not match',
      NAT('-A PREROUTING -p tcp -m tcp --dport 444 -j DNAT --to-destination x.x.x.x:8443'),
      IN,
      [['DELIVERED :443']],
    ],
  ])('%s', (_, file, packet, outcomes) => {
    expect(traced(file, packet)).toEqual(outcomes);
  });

  it.each<[program: string, to: string, help: RegExp]>([
    ['iptables', '10.0.0.x:8443', /takes 10\.0\.0\.\d+ for 10\.0\.0\.x$/],
    ['iptables', 'x.x.x.x:80-90', /takes 198\.19\.\d+\.\d+ for x\.x\.x\.x$/],
    ['ip6tables', '[xxxx:x::x]:8443', /takes 2001:2::[\da-f]+ for xxxx:x::x$/],
    ['ip6tables', 'xxxx:x::80', /takes 2001:2::[\da-f]+ for xxxx:x::80$/],
  ])('of %s stays as it is written: %s', (program, to, help) => {
    const line = `-A PREROUTING -p tcp -m tcp --dport 443 -j DNAT --to-destination ${to}`;
    const text = `$ sudo ${program} -t nat -S\n-P PREROUTING ACCEPT\n${line}\n`;
    expect(rules(text)).toEqual(['*nat', line]);
    expect(problems(text)).toContain('3 warning placeholder');
    const said = fileDiagnostics(modelOf(parseSourceFile(text))).map(({ message }) => message);
    expect(said.find((message) => help.test(message))).toBeDefined();
  });

  it('of a rule for iptables-restore is an error', () => {
    const text = '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -j DNAT --to-destination x.x.x.x:80\nCOMMIT\n';
    expect(codesOf(text)).toEqual(['bad-value']);
  });

  it('of a condition is a question, and says why', () => {
    const file = NAT('-A PREROUTING -d x.x.x.x/32 -p tcp -j DNAT --to-destination 10.0.0.7');
    const model = modelOf(parseSourceFile(file, { fileName: 'paste.md' }));
    const { input } = evaluate(model, model.defaultDump as NonNullable<typeof model.defaultDump>, {
      expression: IN,
      outcome: 0,
      answers: {},
      overrides: undefined,
    });
    const reasons = input?.traced.outcomes.flatMap(({ assumptions }) => assumptions.map(({ reason }) => reason));
    expect(new Set(reasons)).toEqual(new Set(['its value is not in the file']));
  });
});
