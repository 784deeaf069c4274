import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globalOptionNamed } from '../../src/core/syntax/globalOptions';
import { allExtensions } from '../../src/core/xtables/registry';
import { canonicalText } from '../../src/features/canonical';
import { checkRules } from '../../src/features/diagnostics';
import { allCases } from '../kernel/check/ask';
import { runs } from '../runs';

/** Any text of the generator, and texts of several of its rules. */
const cases = allCases();
const oneCase = fc.nat({ max: cases.length - 1 }).map((i) => cases[i] as (typeof cases)[number]);

/** iptables-save does not quote names, nor what is empty: what it writes of such values cannot be read again. */
const SAVED_UNREADABLY = /["\r\\]|=(?=[\s])|-E X N{29}/;
/**
 * Of these it writes some values in a form that iptables-restore refuses (`0b/s`, `--seconds -1`, a prefix of `::/0`
 * omitted).
 */
const NOT_READ_AGAIN: ReadonlySet<string> = new Set([
  'hashlimit',
  'recent',
  'time',
  'rateest',
  'RATEEST',
  'DNPT',
  'SNPT',
  'ipcomp',
]);

const errors = (text: string, family: 4 | 6): readonly string[] =>
  checkRules(text, family)
    .filter(({ severity }) => severity === 'error')
    .map(({ message }) => message);

describe('laws of check and print', () => {
  it('what print gives is taken by check, and printed again as it is', () => {
    let checked = 0;
    fc.assert(
      fc.property(oneCase, ({ text, family, about }) => {
        if (errors(text, family).length > 0) return;
        const canonical = canonicalText(text, family);
        if (SAVED_UNREADABLY.test(text) || NOT_READ_AGAIN.has(about)) return;
        checked++;
        expect(errors(canonical, family)).toEqual([]);
        expect(canonicalText(canonical, family)).toBe(canonical);
      }),
      { numRuns: runs(3000) },
    );
    expect(checked).toBeGreaterThan(runs(500));
  });

  it('a rule with several addresses is as many rules', () => {
    const address = fc
      .tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 0, max: 32 }))
      .map(([a, b, length]) => `10.${a}.${b}.1/${length}`);
    const list = fc.array(address, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        list,
        list,
        fc.constantFrom('-j ACCEPT', '-p tcp -m tcp --dport 80 -j DROP', '-m limit --limit 5/sec'),
        (sources, destinations, rest) => {
          const rule = (source: string, destination: string): string =>
            `-A INPUT -s ${source} -d ${destination} ${rest}\n`;
          const together = `*filter\n${rule(sources.join(','), destinations.join(','))}COMMIT\n`;
          const apart = `*filter\n${sources.map((source) => destinations.map((destination) => rule(source, destination)).join('')).join('')}COMMIT\n`;
          expect(canonicalText(together, 4)).toBe(canonicalText(apart, 4));
        },
      ),
    );
  });

  it('never throws, whatever the text is, and places each problem within its line', () => {
    const line = fc.oneof(
      fc.string(),
      oneCase.map(({ text }) => text),
      fc.constantFrom(
        '*filter',
        '*nat',
        'COMMIT',
        ':X - [0:0]',
        '-A INPUT',
        '-A',
        '\r',
        '#',
        ' ',
        '[1:2] -A INPUT -j X',
        '-I INPUT 99999',
        '-E X Y',
        '-X',
        '-F',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 8 }),
        fc.constantFrom('\n', '\r\n', '\r', ''),
        fc.constantFrom<4 | 6>(4, 6),
        (lines, end, family) => {
          const text = lines.join(end);
          const rows = text.split(/\r\n|\r|\n/);
          for (const { line: at, column, endColumn } of checkRules(text, family)) {
            expect(at >= 1 && at <= rows.length).toBe(true);
            expect(column >= 1 && endColumn >= column).toBe(true);
          }
          canonicalText(text, family);
        },
      ),
      { numRuns: runs(1000) },
    );
  });
});

it('no match and no target has an option of the same name as iptables itself', () => {
  const names = allExtensions().flatMap(({ options }) => options.flatMap(({ name, aliases }) => [name, ...aliases]));
  expect(names.length).toBeGreaterThan(300);
  expect(names.filter((name) => globalOptionNamed(name.slice(2)))).toEqual([]);
});
