import { describe, expect, test } from 'vitest';
import { bindRules } from '../../src/core/ruleset/bind';
import { printRule } from '../../src/core/ruleset/printRule';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { restoreInput } from '../../src/core/syntax/restoreInput';

/** A form of a rule with a place `{}`; values that are plain there, and values at the edges, valid or not. */
interface Form {
  readonly rule: string;
  readonly table?: string;
  readonly family?: 4 | 6;
  readonly plain: readonly [string, string, string];
  readonly edges: readonly string[];
}

const ADDRESSES = [
  '10.0.0.4',
  '10.0.0.4/0',
  '0.0.0.0/0',
  '10.0.0.4/33',
  '10.0.0.256',
  '010.0.0.1',
  '10.0.0',
  'host',
  '10.0.0.1,10.0.0.2',
  '',
  '""',
  '"10.0.0.4"',
  '10.0.0.4 -j DROP',
  '! 10.0.0.4',
];
const ADDRESSES_6 = [
  'fd00::4',
  '::',
  '::/0',
  'fd00::/0',
  'fd00::4/129',
  'fd00:::4',
  '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4::5:6:7',
  'fd00::10.0.0.1',
  '10.0.0.1',
  'fd00::g',
];
const PORTS = [
  '0',
  '80',
  '65535',
  '65536',
  '080',
  '-1',
  '80:90',
  '90:80',
  ':',
  'http',
  'nothing',
  '0x50',
  '',
  '"80"',
  '80 --dport 81',
];
const NAMES = [
  'KNOWN',
  'LATER',
  'GONE',
  'ACCEPT',
  'DNAT',
  'INPUT',
  'standard',
  'A-NAME-OF-MORE-THAN-28-BYTES-X',
  '"KNOWN"',
  'KNOWN -p tcp',
  '',
];

const FORMS: readonly Form[] = [
  { rule: '-A KNOWN -s {} -j ACCEPT', plain: ['10.0.0.1', '10.0.0.2/32', '10.0.0.3'], edges: ADDRESSES },
  { rule: '-A KNOWN -s {} -j ACCEPT', plain: ['10.0.0.1/32', '10.0.0.2/32', '10.0.0.3/24'], edges: ADDRESSES },
  { rule: '-A KNOWN ! -d {} -j ACCEPT', plain: ['10.0.0.1/32', '10.0.0.2/32', '10.0.0.3/24'], edges: ADDRESSES },
  { rule: '-A KNOWN -d {} -j ACCEPT', family: 6, plain: ['fd00::1', 'fd00::2/128', 'fd00::/64'], edges: ADDRESSES_6 },
  {
    rule: '-A KNOWN -i {} -j ACCEPT',
    plain: ['eth0', 'cali12+', 'veth1.2'],
    edges: ['eth1', '+', '""', 'a-name-too-long0', 'a/b', 'eth1+', 'é0', '!'],
  },
  {
    rule: '-A {} -i eth0 -j ACCEPT',
    plain: ['KNOWN', 'KNOWN', 'KNOWN'],
    edges: ['INPUT', 'FORWARD', 'OUTPUT', 'GONE', '"KNOWN"', 'KNOWN 2', ''],
  },
  { rule: '-A {} -o eth0 -j ACCEPT', plain: ['FORWARD', 'FORWARD', 'FORWARD'], edges: ['INPUT', 'OUTPUT', 'KNOWN'] },
  { rule: '-A KNOWN -j {}', plain: ['OTHER', 'OTHER', 'OTHER'], edges: NAMES },
  { rule: '-A KNOWN -g {}', plain: ['OTHER', 'OTHER', 'OTHER'], edges: NAMES },
  { rule: '-A KNOWN -p tcp -m tcp --dport {} -j ACCEPT', plain: ['1', '2', '65000'], edges: PORTS },
  { rule: '-A KNOWN -p udp -m udp --sport {} -j ACCEPT', plain: ['1', '2', '65000'], edges: PORTS },
  { rule: '-A KNOWN -p sctp -m sctp ! --dport {} -j ACCEPT', plain: ['1', '2', '65000'], edges: PORTS },
  {
    rule: '-A KNOWN -p tcp -m multiport --dports {} -j ACCEPT',
    plain: ['1', '2,3', '4,5,6'],
    edges: [...PORTS, '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16', '1,,2', '1,2:1'],
  },
  {
    rule: '-A KNOWN -m comment --comment {} -j ACCEPT',
    plain: ['"a b"', '"c -> d"', '"e:f"'],
    edges: [
      'x',
      '""',
      '-x',
      '!',
      '#x',
      '"é"',
      '"a\\"b"',
      '"open',
      'two words',
      `"${'x'.repeat(255)}"`,
      `"${'x'.repeat(256)}"`,
      "'a b'",
    ],
  },
  {
    rule: '-A KNOWN -m comment --comment {} -j ACCEPT',
    plain: ['a', 'b-c', 'd/e:f'],
    edges: ['"x y"', '-x', '!', '#x', 'é'],
  },
  {
    rule: '-A KNOWN -m statistic --mode random --probability {} -j ACCEPT',
    plain: ['0.5', '0.25000000000', '0.33333333349'],
    edges: ['0', '1', '1.1', '0.', '.5', '-0.5', '0.5x', '5e-1', 'nan'],
  },
  {
    rule: '-A KNOWN -m mac --mac-source {} -j ACCEPT',
    plain: ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:AA'],
    edges: ['02:00:00:00:00', '2:0:0:0:0:1', '02:00:00:00:00:0g', '02:00:00:00:00:011'],
  },
  {
    rule: '-A KNOWN -p tcp -j DNAT --to-destination {}',
    table: 'nat',
    plain: ['10.0.0.1:80', '10.0.0.2:81', '10.0.0.3:8080'],
    edges: [
      '10.0.0.1',
      '10.0.0.1:0',
      '10.0.0.1:65536',
      '10.0.0.1:80-90',
      '10.0.0.1-10.0.0.9:80',
      ':80',
      '[fd00::1]:80',
      '010.0.0.1:80',
      '10.0.0.1:http',
      '',
    ],
  },
  {
    rule: '-A KNOWN -j DNAT --to-destination {}',
    table: 'nat',
    plain: ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
    edges: ['10.0.0.1:80', '10.0.0.256', 'fd00::1'],
  },
  {
    rule: '-A KNOWN -p tcp -j DNAT --to-destination {}',
    table: 'nat',
    family: 6,
    plain: ['[fd00::1]:80', '[fd00::2]:81', '[fd00::3]:82'],
    edges: ['fd00::1', '[fd00::1]:65536', '[fd00::1', '10.0.0.1:80'],
  },
  {
    rule: '-A KNOWN -s {} -j SNAT --to-source 10.0.0.1',
    table: 'nat',
    plain: ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
    edges: ['10.0.0.4', '10.0.0.4/0'],
  },
  {
    rule: '[1:2] -A KNOWN -s {} -j ACCEPT',
    plain: ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
    edges: ['10.0.0.4', '10.0.0.4 -c 1 2', '10.0.0.400'],
  },
];

/** Rules that may be between: what they change must be noticed. */
const CHANGES = ['', ':DNAT - [0:0]', '-N LATER', '-X OTHER', '-E OTHER LATER', ':KNOWN - [0:0]'];

describe('a rule that is written like others means what it means alone', () => {
  test.each(FORMS.map((form) => [`${form.rule} (IPv${form.family ?? 4}, ${form.plain[0]})`, form] as const))(
    '%s',
    (_, form) => {
      for (const edge of form.edges) {
        for (const change of CHANGES)
          expect([edge, change, shown(form, form.plain, change, edge)]).toEqual([
            edge,
            change,
            shown(form, [], change, edge),
          ]);
      }
    },
  );
});

/** What became of the last rule and of the change before it. */
function shown(
  { rule, table = 'filter', family = 4 }: Form,
  before: readonly string[],
  change: string,
  value: string,
): unknown {
  // Comments take the place of the rules that are not there, so that lines have the same numbers.
  const rules = [0, 1, 2, 3].map((i) =>
    before[i % 3] === undefined ? '#' : rule.replace('{}', before[i % 3] as string),
  );
  const head = table === 'nat' ? '-A PREROUTING -j KNOWN' : '-A INPUT -j KNOWN';
  const text = [
    `*${table}`,
    ':KNOWN - [0:0]',
    ':OTHER - [0:0]',
    head,
    ...rules,
    change || '#',
    rule.replace('{}', value),
    'COMMIT',
    '',
  ].join('\n');
  const { tables, problems } = bindRules(restoreInput(parseSourceFile(text), family));
  const line = 5 + rules.length;
  const chains = [...tables.values()].flatMap((each) => [...each.chains.values()]);
  return {
    rules: chains
      .flatMap((chain) => chain.rules)
      .filter((each) => each.line.index === line)
      .map((each) => [
        each.chain.name,
        printRule(each),
        each.endsChain,
        each.target.kind,
        each.jump?.to?.name,
        each.jump?.start,
        each.jump?.end,
      ]),
    problems: problems
      .filter((each) => each.line.index === line)
      .map(({ code, message, start, end, severity }) => [
        severity,
        code,
        message.replace(/has \d+ rules: .*/, ''),
        start,
        end,
      ]),
  };
}
