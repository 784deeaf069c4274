import { describe, expect, test } from 'vitest';
import { traceMarkdown, traceText } from '../../src/features/traceReport/traceText';
import { outcomeReport } from '../../src/features/traceReport/makeReport';
import { traceOf } from './traceOf';

/** So many rules that match and go on. */
const logs = (count: number): string =>
  `*filter\n:INPUT DROP [0:0]\n${Array.from({ length: count }, (_, i) => `-A INPUT -j LOG --log-prefix "rule ${i + 1} "\n`).join('')}COMMIT\n`;

describe('a table of very many steps', () => {
  test.each([traceText, traceMarkdown])(
    '%o writes the first and the last ones and says how many are omitted',
    (write) => {
      const text = write(traceOf(logs(5000), 'in eth0 tcp > :80 syn'));
      expect(text).toMatch(/4,001 steps of 5,001 in this table are omitted here +the first and the last 500 are shown/);
      for (const [number, shown] of [
        [1, true],
        [500, true],
        [501, false],
        [4501, false],
        [4502, true],
        [5000, true],
      ] as const)
        expect([number, text.includes(`"rule ${number} "`)]).toEqual([number, shown]);
      expect(text.split('\n').length).toBeLessThan(1100);
      expect(text).toContain('DROPPED');
    },
  );

  test('the view gets no more than that', () => {
    const { groups, decisive } = outcomeReport(traceOf(logs(5000), 'in eth0 tcp > :80 syn'));
    const rows = groups.flatMap((group) => group.rows);
    expect(rows.length).toBeLessThan(1100);
    expect(rows.map(({ id }) => id)).toContainEqual(decisive);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  test('a thousand are written out', () => {
    const text = traceText(traceOf(logs(999), 'in eth0 tcp > :80 syn'));
    expect(text).not.toContain('omitted');
    expect(text.match(/-j LOG --log-prefix "rule \d+ "/g)).toHaveLength(999);
  });
});
