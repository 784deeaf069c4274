import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lensesOf } from '../../src/features/codeLens';
import { modelOf } from '../../src/features/fileModel';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { TraceSession } from '../../src/features/traceSession/traceSession';
import { Bench } from './sessionBench';

const FOLDER = 'test/fixtures/kernelTrace';
const RULES = readFileSync(`${FOLDER}/gateway.rules`, 'utf8');
const TRACE = readFileSync(`${FOLDER}/gateway.TRACE.txt`, 'utf8');
const OTHER = RULES.replace('--dport 8443 -j DNAT', '--dport 9443 -j DNAT');
/** Of the trace, where it is below the rules, from 1. */
const FIRST = RULES.split('\n').length + 1;

describe('a kernel’s trace in the file', () => {
  const bench = (rules: string): Bench => new Bench(`${rules}\n${TRACE}`, 'gateway.rules');

  test('offers its packets, and each is shown beside what the kernel said', () => {
    const { state } = bench(RULES).scenario('kernel:2');
    expect(state.scenarios.filter(({ id }) => id.startsWith('kernel:'))).toHaveLength(12);
    expect(state.scenario).toBe('kernel:2');
    expect(state.trace?.outcome.badge.text).toBe('SENT lan0');
    expect(state.kernel).toMatchObject({
      text: 'agrees with the kernel’s trace: 8 of 8 steps',
      line: FIRST + 19,
      difference: undefined,
      differs: undefined,
    });
    expect(state.kernel?.same).toHaveLength(8);
    expect(state.packet.notes).toEqual([`Read from the kernel’s trace, line ${FIRST + 19} (TRACE).`]);
  });

  test('leads to the step at which both part', () => {
    const { state } = bench(OTHER).scenario('kernel:0');
    expect(state.kernel).toMatchObject({
      text: 'differs from the kernel’s trace at step 5 of 12',
      difference: {
        kernel: 'nat PUBLISHED rule 2 matched',
        kernelLine: FIRST + 4,
        here: 'rule 2 did not match: dport 8443 ≠ 9443',
        line: 26,
      },
      differs: { kind: 'rule', rule: 2 },
    });
  });

  test('is compared again after an edit, and not with another packet', () => {
    const edited = bench(OTHER).scenario('kernel:0').edit(26, '9443', '8443');
    expect(edited.state.kernel?.text).toBe('agrees with the kernel’s trace: 12 of 12 steps');
    expect(edited.send({ type: 'trace', expression: 'in wan0 tcp > :22' }).state.kernel).toBeUndefined();
    expect(edited.state.scenario).toBeUndefined();
  });

  test('the packet is traced again with the same answer', () => {
    const again = bench(RULES).scenario('kernel:2');
    again.send({ type: 'trace', expression: again.state.packet.expression });
    expect(again.state.kernel?.text).toBe('agrees with the kernel’s trace: 8 of 8 steps');
  });

  test('a reload finds it', () => {
    const before = bench(RULES).scenario('kernel:2').state;
    const session = new TraceSession('file:///gateway.rules', 'gateway.rules');
    session.setModel(modelOf(parseSourceFile(`${RULES}\n${TRACE}`)));
    session.restore(before.keep);
    expect(session.shown?.kernel).toEqual(before.kernel);
  });

  test('only the first line of a packet has a link, which leads to both', () => {
    const model = modelOf(parseSourceFile(`${RULES}\n${TRACE}`));
    const lenses = lensesOf(model, { dumps: false }).filter(({ packet }) => packet !== undefined);
    expect(lenses.map(({ line }) => line).slice(0, 3)).toEqual([FIRST - 1, FIRST + 11, FIRST + 18]);
    const session = new TraceSession('file:///gateway.rules', 'gateway.rules');
    session.setModel(model);
    session.tracePacket(lenses[2]?.packet ?? '', model.defaultDump?.id);
    expect(session.shown?.kernel?.text).toBe('agrees with the kernel’s trace: 8 of 8 steps');
  });
});

describe('a kernel’s trace that was pasted into the box', () => {
  test.each(['paste-trace', 'trace'] as const)('by %s', (type) => {
    const bench = new Bench(RULES);
    const { state } = type === 'trace' ? bench.send({ type, expression: TRACE }) : bench.send({ type, text: TRACE });
    expect(state.kernel).toMatchObject({ text: 'agrees with the kernel’s trace: 12 of 12 steps', line: undefined });
    expect(state.scenarios.filter(({ id }) => id.startsWith('pasted:'))).toHaveLength(12);
    expect(bench.scenario('pasted:6').badge).toBe('REJECTED');
    expect(bench.state.kernel?.text).toBe('agrees with the kernel’s trace: 9 of 9 steps');
  });

  test('other lines are a packet as ever', () => {
    const { state } = new Bench(RULES).send({ type: 'paste-trace', text: 'in wan0 tcp > :22\n' });
    expect([state.packet.expression, state.kernel]).toEqual(['in wan0 tcp > :22', undefined]);
  });
});
