import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TableName } from '../../src/core/xtables/view';
import { loadRule } from './targetRules';

/**
 * What iptables-legacy 1.8.9 (and ip6tables-legacy) made of rules with every target: the line that iptables-legacy-save
 * printed after iptables-legacy-restore had taken the rule, or null where restore or the kernel refused it. Recorded on
 * Linux 6.18, with these sets there: s4 hash:ip, s4p hash:ip,port, s4m hash:ip with skbinfo, s4t hash:ip with a
 * timeout, bp bitmap:port, sl list:set, hn3 hash:ip,port,net.
 */
interface Recorded {
  readonly family: 4 | 6;
  readonly table: TableName;
  readonly rule: string;
  readonly saved: string | null;
}

const cases = readFileSync(new URL('./fixtures/targets.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Recorded);

describe('a target is taken, refused and printed as by iptables', () => {
  it('has enough recorded answers to mean something', () => {
    expect(cases.filter(({ saved }) => saved === null).length).toBeGreaterThan(500);
    expect(cases.filter(({ saved }) => saved !== null).length).toBeGreaterThan(500);
  });

  it.each(cases.map((each) => [`IPv${each.family} ${each.table} ${each.rule}`, each] as const))(
    '%s',
    (_, { rule, table, family, saved }) => {
      const loaded = loadRule(rule, table, family);
      expect(loaded.errors.length === 0 ? loaded.saved : null).toBe(saved);
    },
  );
});
