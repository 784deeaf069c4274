import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { agreementWords } from '../../../src/features/kernelTrace/agreementWords';
import { kernelTraceIn } from '../../../src/features/kernelTrace/kernelTraceOf';
import { traceAllAgainst, type TracedAgainst } from '../../../src/features/kernelTrace/traceAgainst';
import type { Dump, FileModel } from '../../../src/features/fileModel';
import { answersOf } from '../../answers';
import { modelOfText } from '../sample';

const FIELDS = {
  IN: 'eth0',
  OUT: '',
  SRC: '198.51.100.9',
  DST: '192.0.2.1',
  LEN: '40',
  TTL: '64',
  ID: '1',
  PROTO: 'TCP',
  SPT: '4000',
  DPT: '80',
};

/** Packets as the monitors show them. */
const SHOWN: Readonly<Record<string, string>> = {
  '{packet}': 'PACKET: 2 b899fe63 IN=eth0 SRC=198.51.100.9 DST=192.0.2.1 LEN=40 TTL=64 ID=1 SPORT=4000 DPORT=80 SYN',
  '{nft}':
    'iif "eth0" ip saddr 198.51.100.9 ip daddr 192.0.2.1 ip ttl 64 ip id 1 ip length 40 tcp sport 4000 tcp dport 80 ' +
    'tcp flags == syn',
};

/**
 * The lines of a trace: those of a monitor as they are, or of the log as `FIELD=VALUE,… TABLE:CHAIN:KIND:NUMBER …`,
 * where the fields hold for the steps after them. A field without a value is not shown.
 */
function linesOf(question: string): string {
  if (question.startsWith('monitor ') || question.includes(' id ')) {
    return question.replace(/\{\w+\}/g, (name) => SHOWN[name] ?? name).replace(/^monitor /, '');
  }
  let fields: Readonly<Record<string, string>> = FIELDS;
  return question
    .split(' ')
    .flatMap((word) => {
      if (!word.includes('=')) {
        const shown = Object.entries(fields).flatMap(([name, value]) =>
          value === '' && name !== 'OUT' && name !== 'IN' ? [] : [`${name}=${value}`],
        );
        return [`TRACE: ${word} ${shown.join(' ')} ${fields.PROTO === 'TCP' ? 'SYN URGP=0' : ''}`];
      }
      const changed = word.split(',').map((each) => each.split('=') as [string, string]);
      fields = { ...fields, ...Object.fromEntries(changed) };
      return [];
    })
    .join('\n');
}

const MODELS = new Map<string, FileModel>();

function against(rules: string, trace: string): readonly TracedAgainst[] {
  const model = MODELS.get(rules) ?? modelOfText(rules, 'rules.md');
  MODELS.set(rules, model);
  return [...traceAllAgainst(model, model.defaultDump as Dump, kernelTraceIn(trace))];
}

/** A section is a rule set, with `⏎` between its lines; a question is a trace. */
answersOf(path.join(import.meta.dirname, 'small.txt'), (question, section) =>
  against(section.replaceAll('⏎', '\n'), linesOf(question)).flatMap(
    ({ expression, comparison, implied, evaluation }) => [
      expression,
      ...(comparison
        ? [`  ${agreementWords(comparison)}`, ...differenceIn(comparison)]
        : evaluation.problems.map(({ message }) => `  ${message}`)),
      ...[...(comparison?.remarks ?? []), ...implied].map((words) => `  ${words}`),
    ],
  ),
);

function differenceIn({ steps, difference }: NonNullable<TracedAgainst['comparison']>): readonly string[] {
  const events = steps.map(({ line, kernel, event }) => `${line} ${kernel}${event === undefined ? ' ?' : ''}`);
  if (!difference) return [`  ${events.join('; ')}`];
  const { kernel, kernelLine, here, line, step } = difference;
  return [
    `  kernel, line ${kernelLine}: ${kernel}`,
    `  here, line ${line ?? 'none'}: ${here} (${step ? Object.values(step).join(' ') : 'no step'})`,
  ];
}

describe('where the file has neither text nor handle of a rule, its verdict is compared', () => {
  const VERDICTS = ['accept', 'drop', 'continue', 'jump SUB', 'goto SUB', 'jump OTHER', 'queue'];
  test.each([
    ['filter INPUT', '-j ACCEPT', 'accept'],
    ['filter INPUT', '-j DROP', 'drop'],
    ['filter INPUT', '-j REJECT', 'drop'],
    ['filter INPUT', '-j SUB', 'jump SUB'],
    ['filter INPUT', '-g SUB', 'goto SUB'],
    ['filter INPUT', '-j LOG', 'continue'],
    ['filter INPUT', '', 'continue'],
    ['filter INPUT', '-j NFQUEUE --queue-num 1', 'queue'],
    ['mangle PREROUTING', '-j MARK --set-mark 1', 'continue'],
    ['raw PREROUTING', '-j NOTRACK', 'continue'],
    ['raw PREROUTING', '-p tcp -j CT --helper ftp', 'continue'],
    ['nat PREROUTING', '-p tcp -j DNAT --to-destination 192.0.2.1:80', 'accept'],
    ['nat PREROUTING', '-p tcp -j REDIRECT --to-ports 80', 'accept'],
  ])('%s %s', (place, target, expected) => {
    const [table = '', chain = ''] = place.split(' ');
    const rules = `*${table}\n:${chain} ACCEPT [0:0]\n:SUB - [0:0]\n:OTHER - [0:0]\n-A ${chain} ${target}\nCOMMIT\n`;
    const other = VERDICTS[(VERDICTS.indexOf(expected) + 1) % VERDICTS.length] ?? '';
    const agreeing = [expected, other].filter((verdict) => {
      const lines = [`packet: ${SHOWN['{nft}']}`, `rule of nft (verdict ${verdict})`];
      const trace = lines.map((line) => `trace id 7 ip ${place} ${line}`).join('\n');
      const comparison = against(rules, trace)[0]?.comparison;
      return comparison?.difference === undefined && comparison?.agreed === 1;
    });
    expect(agreeing).toEqual([expected]);
  });
});
