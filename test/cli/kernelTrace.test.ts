import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runCommand } from './terminal';

const FOLDER = 'test/fixtures/kernelTrace';
const RULES = readFileSync(`${FOLDER}/gateway.rules`, 'utf8');
const TRACE = readFileSync(`${FOLDER}/gateway.TRACE.txt`, 'utf8');
const OTHER = RULES.replace('--dport 8443 -j DNAT', '--dport 9443 -j DNAT');

describe('trace --kernel-trace', () => {
  test('names the first difference with both lines', () => {
    const { code, out } = runCommand('trace', ['r', '--kernel-trace', 't'], { r: OTHER, t: TRACE });
    expect(code).toBe(0);
    expect(out).toContain(
      'differs from the kernel’s trace at step 5 of 12\n  kernel, line 5: nat PUBLISHED rule 2 matched\n  here, line 26: rule 2 did not match: dport 8443 ≠ 9443\n',
    );
    expect(out).toMatch(/\n12 packets: 11 as in the kernel's trace, 1 not\n$/);
  });

  test('a trace below the rules is taken where no packet is given', () => {
    const { out } = runCommand('trace', ['r'], { r: `${RULES}\n${TRACE}` });
    expect(out).toMatch(/\n12 packets: 12 as in the kernel's trace, 0 not\n$/);
  });

  test('--json gives the fields of the contract', () => {
    const { out } = runCommand('trace', ['r', '--kernel-trace', 't', '--json'], { r: OTHER, t: TRACE });
    const { id, kernelTrace } = JSON.parse(out) as {
      id: null;
      kernelTrace: { packets: readonly { readonly steps: readonly { readonly agrees: unknown }[] }[] };
    };
    expect(id).toBeNull();
    expect(kernelTrace).toMatchObject({ agree: 11, differ: 1, withoutPacket: 0 });
    const [first] = kernelTrace.packets;
    expect(first).toMatchObject({
      line: 1,
      writer: 'TRACE',
      packet: expect.stringContaining('198.51.100.9:40001 > 203.0.113.5:8443') as string,
      outcome: { outcome: 'DROPPED' },
      agreed: 4,
      difference: { kernelLine: 5, line: 26 },
      remarks: [],
    });
    expect(first?.steps.map(({ agrees }) => agrees).slice(2, 7)).toEqual([true, true, false, null, null]);
  });

  test.each<[string, readonly string[], string]>([
    ['no trace', ['r', '--kernel-trace', 'r'], 'no packet of a kernel'],
    ['a packet too', ['r', '--kernel-trace', 't', '--packet', 'tcp'], '--packet and --scenario do not go with it'],
    ['nothing at all', ['r'], 'trace needs --packet'],
  ])('%s is an error', (_name, words, message) => {
    expect(runCommand('trace', words, { r: RULES, t: TRACE })).toMatchObject({
      code: 2,
      error: expect.stringContaining(message) as string,
    });
  });
});
