import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generate } from '../kernel/generate/generate';
import { evaluate } from '../kernel/evaluate';
import { runs } from '../runs';
import { filter, IN, outcomes } from './askedOfRules';

describe('laws', () => {
  const cases = fc.record({ seed: fc.integer({ min: 1, max: 1_000_000 }), index: fc.integer({ min: 0, max: 1000 }) });

  it('every walk ends, in one of the outcomes there are, and the same each time', () => {
    fc.assert(
      fc.property(cases, ({ seed, index }) => {
        const { question } = generate(seed, index, 3);
        const first = evaluate(question);
        expect(evaluate(question)).toEqual(first);
        for (const answer of 'error' in first ? [] : first) {
          for (const { outcome, hooks, verdicts } of answer.outcomes) {
            expect(['LOCAL', 'SENT', 'DROPPED', 'NONE']).toContain(outcome);
            expect(hooks.length).toBeLessThanOrEqual(5);
            expect(verdicts.length).toBeLessThanOrEqual(22);
          }
        }
      }),
      { numRuns: runs(60) },
    );
  });

  it('a rule cut in two by an address changes no verdict', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 31 }), fc.integer({ min: 0, max: 255 }), (length, last) => {
        const halves = (from: number): string[] =>
          [from, from + 2 ** (31 - length)].map(
            (value) => `${[24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')}/${length + 1}`,
          );
        const start = Math.floor((10 * 2 ** 24 + 244 * 65536 + 512 + 9) / 2 ** (32 - length)) * 2 ** (32 - length);
        const packet = { ...IN, src: `10.244.2.${last}` };
        const [low, high] = halves(start) as [string, string];
        const whole = outcomes(filter(`INPUT -s ${low.split('/')[0] as string}/${length} -j DROP`), { packet })[0];
        const cut = outcomes(filter(`INPUT -s ${low} -j DROP`, `INPUT -s ${high} -j DROP`), { packet })[0];
        expect(cut?.outcome).toBe(whole?.outcome);
      }),
    );
  });
});
