import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkForModel, CHECK_FIELDS } from '../../../src/features/modelTools/checkRulesTool';
import { explainForModel, EXPLAIN_FIELDS } from '../../../src/features/modelTools/explainChainTool';
import { limited, MOST_CHARACTERS } from '../../../src/features/modelTools/limited';
import type { ToolFile } from '../../../src/features/modelTools/toolFile';
import { ToolInput, type ToolFields, type ToolProblem } from '../../../src/features/modelTools/toolInput';
import { traceForModel, TRACE_FIELDS } from '../../../src/features/modelTools/tracePacketTool';
import { modelOfText, sampleText } from '../sample';

type Answer = (file: ToolFile, input: ToolInput) => string | ToolProblem;

const TOOLS: Readonly<Record<string, { readonly fields: ToolFields; readonly answer: Answer }>> = {
  iptables_trace_packet: { fields: TRACE_FIELDS, answer: traceForModel },
  iptables_explain_chain: { fields: EXPLAIN_FIELDS, answer: explainForModel },
  iptables_check_rules: { fields: CHECK_FIELDS, answer: checkForModel },
};

function ask(tool: string, file: ToolFile, given: unknown): string {
  const { fields, answer } = TOOLS[tool] as (typeof TOOLS)[string];
  const input = ToolInput.read(given, fields);
  const found = 'problem' in input ? input : answer(file, input);
  return typeof found === 'string' ? found : `problem: ${found.problem}`;
}

const sample = (name: string): ToolFile => ({ name, model: modelOfText(sampleText(name), name) });
const ofText = (text: string): ToolFile => ({ name: 'rules', model: modelOfText(text) });
const FILES = {
  note: sample('istio-sidecar.md'),
  node: sample('kube-node.iptables-save'),
  docker: sample('docker-host.iptables-save'),
  none: ofText('nothing\n'),
  nft: ofText('table inet f {\n chain c { tcp dport 22 accept; }\n}\n'),
  bad: ofText('*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 22 -j ACEPT\nCOMMIT\n'),
};
type FileKey = keyof typeof FILES;

describe('an answer says what a model needs', () => {
  test.each<[tool: string, file: FileKey, input: object, some: readonly string[]]>([
    [
      'iptables_trace_packet',
      'note',
      { packet: 'tcp > :8080 syn' },
      [
        'File: istio-sidecar.md, rule set 2 of 2 (pod orders-7d9c5f6b8-m2x4t, saved state, lines 94–126',
        'Packet: in eth0 tcp 203.0.113.10:41522 > 10.52.7.7:8080 syn own',
        'Outcome: REDIRECT :15006: Envoy',
        '  decided by line 112, ISTIO_IN_REDIRECT rule 1 REDIRECT',
        'Assumed, because neither the file nor the packet states it:\n',
        '  The file does not state the address of eth0: 10.52.7.7 is assumed',
        'What would have to change',
        'excludeInboundPorts: "9102,8080"',
        '   112      ● -p tcp -j REDIRECT --to-ports 15006   decides nat',
      ],
    ],
    [
      'iptables_trace_packet',
      'note',
      { packet: 'tcp > :8080 syn', ruleSet: 1 },
      ['rule set 1 of 2', 'lines 61–87', '"ruleSet" selects it'],
    ],
    [
      'iptables_trace_packet',
      'node',
      { packet: 'in tcp > shop/web:http' },
      ['3 outcomes are possible', 'Outcome 2: SENT eth0 (33.3 %)', 'shop/web is 10.101.18.204', 'only if KUBE-SVC-'],
    ],
    [
      'iptables_explain_chain',
      'note',
      { name: 'nat/ISTIO_INBOUND' },
      [
        'jumped to from PREROUTING line 104',
        'Chain nat/ISTIO_INBOUND: 6 rules, declared in line 100',
        '  line 109: -A ISTIO_INBOUND',
      ],
    ],
    [
      'iptables_explain_chain',
      'docker',
      { name: 'DOCKER' },
      ['Chain nat/DOCKER: 6 rules', 'Chain filter/DOCKER: 4 rules'],
    ],
    [
      'iptables_explain_chain',
      'node',
      { name: 'DOCKER' },
      ['No chain of these rules has that name.', 'Published ports'],
    ],
    ['iptables_explain_chain', 'note', { name: '--ctstate' }, ['conntrack']],
    [
      'iptables_check_rules',
      'bad',
      {},
      ['1 error (', 'line 3, column 31: error unknown-target', '(fix: Change to ACCEPT)'],
    ],
    ['iptables_check_rules', 'docker', {}, ['No problem was found: iptables-restore']],
    ['iptables_check_rules', 'nft', {}, ['what nft itself would refuse is not checked']],
  ])('%s of %s %o', (tool, file, input, some) => {
    const text = ask(tool, FILES[file], input);
    for (const each of some) expect(text).toContain(each);
  });
});

describe('an error says what to give instead', () => {
  test.each<[tool: string, file: FileKey, input: unknown, problem: string]>([
    [
      'iptables_trace_packet',
      'note',
      undefined,
      'the input must be an object with "packet", "file", "rules", "ruleSet"',
    ],
    ['iptables_trace_packet', 'note', {}, '"packet" is missing'],
    ['iptables_trace_packet', 'note', { packet: ' ' }, '"packet" is missing'],
    ['iptables_trace_packet', 'note', { packet: 7 }, '"packet" must be a text'],
    ['iptables_trace_packet', 'note', { packet: 'x'.repeat(4001) }, '"packet" is longer than 4000 characters'],
    [
      'iptables_trace_packet',
      'note',
      { paket: 'tcp' },
      '"paket" is not one of "packet", "file", "rules", "ruleSet"; did you mean "packet"?',
    ],
    [
      'iptables_trace_packet',
      'note',
      { packet: 'tcp', ruleSet: 1.5 },
      '"ruleSet" must be a whole number from 1 to 1000',
    ],
    [
      'iptables_trace_packet',
      'note',
      { packet: 'tcp', ruleSet: '1' },
      '"ruleSet" must be a whole number from 1 to 1000',
    ],
    ['iptables_trace_packet', 'note', { packet: 'tcp', ruleSet: 3 }, 'istio-sidecar.md has 2 rule sets: 1. pod orders'],
    ['iptables_trace_packet', 'note', { packet: 'in eth0 tpc > :80' }, '"tpc" is not understood; did you mean "tcp"?'],
    ['iptables_trace_packet', 'none', { packet: 'tcp' }, 'there are no iptables or nftables rules in rules'],
    [
      'iptables_explain_chain',
      'note',
      { name: 'ISTIO_IN_REDIRCT' },
      'nothing is known of "ISTIO_IN_REDIRCT"; did you mean "ISTIO_IN_REDIRECT"?',
    ],
    ['iptables_check_rules', 'none', {}, 'there are no iptables or nftables rules'],
    ['iptables_check_rules', 'note', { toString: 'x' }, '"toString" is not one of "file", "rules"'],
  ])('%s of %s %o', (tool, file, input, problem) => {
    expect(ask(tool, FILES[file], input)).toContain(`problem: ${problem}`);
  });

  test('whatever is given', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(TOOLS)), fc.anything(), (tool, given) => {
        expect(typeof ask(tool, FILES.note, given)).toBe('string');
      }),
      { numRuns: 200 },
    );
  });
});

const SETS = '*filter\n:INPUT DROP [0:0]\n-A INPUT -m set --match-set a src -j ACCEPT\nCOMMIT\n';
const WEB = (rules: number): string =>
  `*filter\n:INPUT DROP [0:0]\n:WEB - [0:0]\n-A INPUT -j WEB\n${'-A WEB -p tcp -j ACCEPT\n'.repeat(rules)}COMMIT\n`;
const BRIDGE = 'ebtables -A FORWARD -j DROP\n';

describe('a whole answer', () => {
  const OUTCOMES = [
    '2 outcomes are possible, because something is not known:',
    'Outcome 1: DELIVERED :80: It is delivered to this host, 10.244.1.5:80, but the file does not say which program ' +
      'listens there. Decided by line 3.',
    '  only if INPUT rule 1: the source is in the set a (the members of the set a are not in this file)',
    '  decided by line 3, INPUT rule 1 ACCEPT',
    'Outcome 2: DROPPED: Dropped by the policy of INPUT (line 2): no rule of filter INPUT decided otherwise.',
    '  only if INPUT rule 1: the source is not in the set a (the members of the set a are not in this file)',
    '  decided by line 2, policy of filter INPUT DROP',
    '',
    'Assumed, because neither the file nor the packet states it:',
    '  Nothing says whether these rules are for IPv4 or IPv6: IPv4 is assumed.',
    '  The file does not state the IPv4 address of eth0: 10.244.1.5/24 is assumed.',
    '  The file lists no sockets ("ss -ltnp"): which process receives a packet is not known.',
    '  The file lists no policy rules ("ip rule"): only the standard ones are assumed.',
    "  The destination is 10.244.1.5: this host's first address.",
    '',
  ];
  const REST = [
    'What would have to change, each traced with the change made:',
    '  Drop it → DROPPED',
    '      iptables -I INPUT -s 203.0.113.9/32 -p tcp -m tcp --dport 80 -j DROP',
    '',
    'Steps, with the line of the file before each rule:',
    'in eth0 tcp 203.0.113.9:41522 > 10.244.1.5:80 syn own',
    '',
  ];
  test.each<[unread: string, notes: readonly string[]]>([
    ['', []],
    [BRIDGE, ['Notes:', '  1 line that looks like a rule or a fact was not read.', '']],
    [BRIDGE + BRIDGE, ['Notes:', '  2 lines that look like rules or facts were not read.', '']],
  ])('of a trace, with lines that are not read: %j', (unread, notes) => {
    const text = ask('iptables_trace_packet', ofText(SETS + unread), {
      packet: 'in eth0 tcp 203.0.113.9 > :80 own',
      file: ' ',
      rules: null,
      ruleSet: undefined,
    });
    const lines = text.split('\n');
    const expected = [...OUTCOMES, ...notes, ...REST];
    expect(lines.slice(0, 2)).toEqual([
      'File: rules, rule set 1 of 1 (saved state, lines 1–4)',
      'Packet: in eth0 tcp 203.0.113.9:41522 > 10.244.1.5:80 syn own',
    ]);
    expect(lines.slice(2, 2 + expected.length)).toEqual(expected);
    expect(lines.slice(-3)).toEqual([
      'DROPPED: Dropped by the policy of INPUT (line 2): no rule of filter INPUT decided otherwise.',
      'Why was it not accepted? No ACCEPT above matched: line 3: assumed not --match-set a src.',
      '',
    ]);
  });

  test.each<[tool: string, rules: string, input: object, lines: readonly string[]]>([
    [
      'iptables_check_rules',
      `*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 22 -j ACEPT\nCOMMIT\n${BRIDGE}`,
      {},
      [
        'File: rules',
        '2 errors (what iptables-restore 1.8.9, legacy back end, refuses), 0 warnings, 0 remarks:',
        'line 3, column 31: error unknown-target: "ACEPT" is neither a chain of table filter declared above nor a ' +
          'target that iptables 1.8 includes: did you mean ACCEPT? (fix: Change to ACCEPT)',
        'line 5, column 1: error unexpected-text: iptables-restore accepts only comments and empty lines outside of a table',
        'Lines that look like rules or facts of the host and were not read:',
        'line 5: An ebtables or arptables command: rules for bridges and ARP are not traced.',
        '',
      ],
    ],
    [
      'iptables_check_rules',
      SETS,
      {},
      ['File: rules', 'No problem was found: iptables-restore (1.8.9, legacy back end) accepts the rules in it.', ''],
    ],
    ...[1, 60, 61].map((count): [string, string, object, readonly string[]] => [
      'iptables_explain_chain',
      WEB(count),
      { name: 'WEB' },
      [
        `File: rules, rule set 1 of 1 (saved state, lines 1–${count + 5})`,
        'WEB: user-defined chain of table filter',
        '',
        `In this file: jumped to from INPUT line 4; ${count === 1 ? '1 rule' : `${count} rules`}: ${count} ACCEPT.`,
        `Chain filter/WEB: ${count === 1 ? '1 rule' : `${count} rules`}, declared in line 3`,
        ...Array.from({ length: Math.min(count, 60) }, (_, i) => `  line ${i + 5}: -A WEB -p tcp -j ACCEPT`),
        ...(count > 60 ? ['  … and 1 more'] : []),
        '',
        '',
      ],
    ]),
  ])('%s of %j %o', (tool, rules, input, lines) => {
    expect(ask(tool, ofText(rules), input).split('\n')).toEqual(lines);
  });

  test.each<[tool: string, rules: string, input: object, problem: string]>([
    [
      'iptables_trace_packet',
      SETS,
      { packet: 'in eth0 tpc > :x' },
      '"tpc" is not understood; did you mean "tcp"?; "x" is not a port from 0 to 65535 or the name of a service',
    ],
    ['iptables_trace_packet', SETS, { packet: 'tcp', ruleSet: 0 }, '"ruleSet" must be a whole number from 1 to 1000'],
    [
      'iptables_trace_packet',
      SETS,
      { packet: 'tcp', ruleSet: 1001 },
      '"ruleSet" must be a whole number from 1 to 1000',
    ],
    ['iptables_trace_packet', SETS, { packet: 'tcp', ruleSet: 2 }, 'rules has 1 rule set: 1. saved state, lines 1–4'],
    ['iptables_explain_chain', SETS, { name: 'X', ruleSet: 9 }, 'rules has 1 rule set: 1. saved state, lines 1–4'],
    ['iptables_explain_chain', WEB(1), { name: 'NOWHERE' }, 'nothing is known of "NOWHERE"'],
    ['iptables_explain_chain', WEB(1), { name: 'WBE' }, 'nothing is known of "WBE"; did you mean "WEB"?'],
    ...[12, 13].map((count): [string, string, object, string] => [
      'iptables_trace_packet',
      `# a note\n${SETS}\n`.repeat(count),
      { packet: 'tcp', ruleSet: 20 },
      `rules has ${count} rule sets: ${Array.from(
        { length: 12 },
        (_, i) => `${i + 1}. saved state, lines ${6 * i + 2}–${6 * i + 5}`,
      ).join('; ')}${count > 12 ? '; …' : ''}`,
    ]),
  ])('%s of %j %o: a problem', (tool, rules, input, problem) => {
    expect(ask(tool, ofText(rules), input)).toBe(`problem: ${problem}`);
  });
});

test.each<[text: string, shown: string]>([
  ['x'.repeat(MOST_CHARACTERS), 'x'.repeat(MOST_CHARACTERS)],
  [`${'x'.repeat(13_990)}\n${'y'.repeat(20)}\n\nz\n`, `${'x'.repeat(13_990)}\n… 2 more lines are cut off here: ask\n`],
  [`${'x'.repeat(13_990)}\n${'y'.repeat(20)}\n`, `${'x'.repeat(13_990)}\n… 1 more line is cut off here: ask\n`],
  ['x'.repeat(14_001), `${'x'.repeat(14_000)}\n… 1 more line is cut off here: ask\n`],
  [`\n${'x'.repeat(14_001)}`, `\n${'x'.repeat(13_999)}\n… 1 more line is cut off here: ask\n`],
])('%.20j … as it is shown', (text, shown) => {
  expect(limited(text, 'ask')).toBe(shown);
});

test('a long answer is cut at a line, says so, and begins with what matters', () => {
  const rules = Array.from(
    { length: 900 },
    (_, i) => `-A INPUT -s 10.9.${i >> 8}.${i & 255} -m limit --limit 1/s -j LOG`,
  );
  const text = ask(
    'iptables_trace_packet',
    ofText(['*filter', ':INPUT DROP [0:0]', ...rules, 'COMMIT', ''].join('\n')),
    { packet: 'in eth0 tcp 192.0.2.1 > :22 own' },
  );
  expect(text.length).toBeLessThan(MOST_CHARACTERS + 200);
  expect(text).toMatch(/^File: .*\nPacket: .*\nOutcome: DROPPED/);
  const long = ask(
    'iptables_check_rules',
    ofText(['*filter', ...rules.map((rule) => rule.replace('LOG', 'LGO')), 'COMMIT', ''].join('\n')),
    {},
  );
  expect(long.length).toBeLessThan(MOST_CHARACTERS + 200);
  expect(long).toMatch(/\n… \d+ more lines are cut off here: .*\n$/);
});

test('nothing of a file acts on what shows the answer', () => {
  const text = ask('iptables_explain_chain', ofText('*filter\n:A\u202eB - [0:0]\n-A INPUT -j A\u202eB\nCOMMIT\n'), {
    name: 'A\u202eB',
  });
  expect(text).not.toMatch(/[\u202e\x00-\x09\x0b-\x1f]/);
});

describe('the manifest has the same tools', () => {
  const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    readonly contributes: {
      readonly languageModelTools: readonly {
        readonly name: string;
        readonly toolReferenceName: string;
        readonly canBeReferencedInPrompt: boolean;
        readonly icon: string;
        readonly modelDescription: string;
        readonly userDescription: string;
        readonly inputSchema: {
          readonly additionalProperties: boolean;
          readonly required?: readonly string[];
          readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
        };
      }[];
    };
  };
  const tools = contributes.languageModelTools;

  test('and no others', () => {
    expect(tools.map(({ name }) => name)).toEqual(Object.keys(TOOLS));
  });

  test.each(tools)('$name', ({ name, inputSchema, ...tool }) => {
    const { fields } = TOOLS[name] as (typeof TOOLS)[string];
    expect(Object.keys(inputSchema.properties).sort()).toEqual(Object.keys(fields).sort());
    expect(inputSchema.additionalProperties).toBe(false);
    expect(inputSchema.required ?? []).toEqual(Object.keys(fields).filter((each) => fields[each]?.required));
    for (const [field, { type, most }] of Object.entries(fields))
      expect(inputSchema.properties[field]).toMatchObject(
        type === 'string' ? { type, maxLength: most } : { type, minimum: 1, maximum: most },
      );
    for (const { description } of Object.values(inputSchema.properties))
      expect(String(description).length).toBeGreaterThan(30);
    expect(tool.canBeReferencedInPrompt).toBe(true);
    expect(tool.toolReferenceName).toMatch(/^[a-zA-Z]+$/);
    expect(tool.icon).toMatch(/^\$\([a-z-]+\)$/);
    expect(tool.modelDescription.length).toBeGreaterThan(tool.userDescription.length);
  });
});
