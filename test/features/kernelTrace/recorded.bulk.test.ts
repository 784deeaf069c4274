import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { modelOf, type Dump, type FileModel } from '../../../src/features/fileModel';
import { kernelTraceIn, kernelTraceOf } from '../../../src/features/kernelTrace/kernelTraceOf';
import { traceAllAgainst, traceOneAgainst, type TracedAgainst } from '../../../src/features/kernelTrace/traceAgainst';
import { runs } from '../../runs';

const FOLDER = 'test/fixtures/kernelTrace';
const text = (name: string): string => readFileSync(`${FOLDER}/${name}`, 'utf8');
const RULES = text('gateway.rules');

function against(rules: string, trace: string): readonly TracedAgainst[] {
  const model = modelOf(parseSourceFile(rules));
  return [...traceAllAgainst(model, model.defaultDump as Dump, kernelTraceIn(trace))];
}

/** Of the lines of a trace, those from the n-th packet to the one before the m-th. */
function packetsOf(trace: string, from: number, to: number): string {
  const lines = trace.split('\n');
  const starts = kernelTraceIn(trace).packets.map(({ line }) => line);
  return lines.slice(starts[from], starts[to]).join('\n');
}

describe('what a kernel wrote is what is traced', () => {
  test.each([
    ['gateway.rules', 'gateway.TRACE.txt', 12, 102],
    ['gateway.rules', 'gateway.xtables-monitor.txt', 12, 105],
    ['gateway.rules', 'gateway.nft-monitor.txt', 12, 105],
    ['gateway.nft', 'gateway.nft-monitor.txt', 12, 105],
    ['gate.nft', 'gate.nft-monitor.txt', 11, 45],
  ])('%s: %s', (rules, trace, packets, steps) => {
    const all = against(text(rules), text(trace));
    expect(all.map(({ comparison }) => comparison?.difference)).toEqual(
      Array.from({ length: packets }, () => undefined),
    );
    expect(all.reduce((sum, { comparison }) => sum + (comparison?.agreed ?? 0), 0)).toBe(
      all.reduce((sum, { kernel }) => sum + kernel.steps.length, 0),
    );
    expect(all.reduce((sum, { kernel }) => sum + kernel.steps.length, 0)).toBeGreaterThanOrEqual(steps - 10);
  });

  test('the rules and the trace may be in one file, and one packet is traced after those of its connection', () => {
    const model = modelOf(parseSourceFile(`${RULES}\n${text('gateway.TRACE.txt')}`));
    const trace = kernelTraceOf(model.file);
    const dump = model.defaultDump as Dump;
    const all = [...traceAllAgainst(model, dump, trace)];
    expect(all).toHaveLength(12);
    for (const [i, { comparison, implied }] of all.entries())
      expect(traceOneAgainst(model, dump, trace, i)).toMatchObject({ comparison, implied });
    expect(traceOneAgainst(model, dump, trace, 99)).toBeUndefined();
  });
});

describe('a trace that begins late or is cut is not a disagreement', () => {
  const trace = text('gateway.TRACE.txt');
  const first = packetsOf(trace, 0, 1).split('\n');
  test.each([
    ['whole', 0, 12, ''],
    ['without raw', 1, 12, ''],
    ['from the middle of a chain on', 7, 12, ''],
    ['cut', 0, 5, 'The kernel’s trace ends before mangle FORWARD rule 1'],
    ['one line', 3, 4, 'The kernel’s trace ends before nat PUBLISHED rule 2'],
  ])('%s', (_name, from, to, remark) => {
    const [traced] = against(RULES, first.slice(from, to).join('\n'));
    expect(traced?.comparison?.difference).toBeUndefined();
    expect(traced?.comparison?.agreed).toBe(to - from);
    expect(traced?.comparison?.remarks.join(' ')).toContain(remark);
  });
});

describe('what the trace implies of the connection is taken from it', () => {
  const trace = text('gateway.TRACE.txt');
  test.each([
    ['the first packet', 0, 1, ''],
    ['a reply whose first packet is not there', 1, 2, 'a reply in a connection that is ESTABLISHED'],
    ['a later packet of a translated connection', 2, 3, 'translated to 10.20.0.7:443 as the trace shows'],
  ])('%s', (_name, from, to, implied) => {
    const [traced, ...more] = against(RULES, packetsOf(trace, from, to));
    expect(more).toEqual([]);
    expect(traced?.comparison?.difference).toBeUndefined();
    expect(traced?.implied.join(' ')).toContain(implied);
    if (implied === '') expect(traced?.implied).toEqual([]);
  });

  test('nft says it in newer versions', () => {
    const lines = packetsOf(text('gate.nft-monitor.txt'), 1, 2).split('\n');
    const id = /trace id \w+/.exec(lines[0] ?? '')?.[0] ?? '';
    const said = [
      ...lines.slice(0, 2),
      `${id} inet gate early conntrack: ct direction reply ct state established ct id 7`,
      ...lines.slice(2),
    ];
    const [traced] = against(text('gate.nft'), said.join('\n'));
    expect(traced?.kernel.state).toBe('ESTABLISHED');
    expect(traced?.comparison?.difference).toBeUndefined();
  });
});

test('lines of two processors may alternate', () => {
  const trace = text('gateway.TRACE.txt');
  const [one, other] = [packetsOf(trace, 0, 1).split('\n'), packetsOf(trace, 3, 4).split('\n')];
  const mixed = one.flatMap((line, i) => [line, other[i] ?? 'systemd[1]: something else']);
  expect(against(RULES, mixed.join('\n')).map(({ comparison }) => comparison?.difference)).toEqual([
    undefined,
    undefined,
  ]);
});

const MODEL: FileModel = modelOf(parseSourceFile(RULES));

test('no text makes reading or comparing fail', () => {
  const all = [
    'gateway.TRACE.txt',
    'gateway.xtables-monitor.txt',
    'gateway.nft-monitor.txt',
    'gate.nft-monitor.txt',
  ].flatMap((name) => text(name).split('\n'));
  const line = fc.oneof(
    fc.constantFrom(...all),
    fc
      .tuple(fc.constantFrom(...all), fc.nat(300), fc.nat(40))
      .map(([each, at, cut]) => each.slice(0, at) + each.slice(at + cut)),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const trace = kernelTraceIn(lines.join('\n'));
      for (const { comparison } of traceAllAgainst(MODEL, MODEL.defaultDump as Dump, trace))
        if (comparison) expect(comparison.agreed).toBeLessThanOrEqual(comparison.steps.length);
    }),
    { numRuns: runs(60) },
  );
});
