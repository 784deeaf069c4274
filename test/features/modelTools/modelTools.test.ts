import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkForModel, CHECK_FIELDS } from '../../../src/features/modelTools/checkRulesTool';
import { explainForModel, EXPLAIN_FIELDS } from '../../../src/features/modelTools/explainChainTool';
import { MOST_CHARACTERS } from '../../../src/features/modelTools/limited';
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
