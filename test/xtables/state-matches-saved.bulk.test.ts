import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseRule } from '../../src/core/ruleset/parseRule';
import { printRuleBody } from '../../src/core/ruleset/printRule';
import { EMPTY_HEADER } from '../../src/core/ruleset/header';
import { splitWords } from '../../src/core/syntax/words';
import type { TableName } from '../../src/core/xtables/view';

/**
 * What iptables-legacy 1.8.9 (and ip6tables-legacy) made of rules with matches that read the connection, the host or
 * history: the line that iptables-legacy-save printed after iptables-legacy-restore had taken the rule, or null where
 * restore refused it. Recorded on Linux 6.18.
 */
interface Recorded {
  readonly family: 4 | 6;
  readonly table: TableName;
  readonly rule: string;
  readonly saved: string | null;
}

const cases = readFileSync(new URL('./fixtures/state-matches.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Recorded);

function load({ family, table, rule }: Recorded): string | null {
  const [, chain, ...words] = splitWords(rule, 0, rule.length);
  const parsed = parseRule(words, {
    family,
    backend: 'legacy',
    table,
    chain: chain?.text ?? '',
    chains: new Map<string, { name: string }>(),
  });
  if (parsed.problems.some(({ severity }) => severity === 'error')) return null;
  return `-A ${chain?.text}${printRuleBody({ header: parsed.headers[0] ?? EMPTY_HEADER, matches: parsed.matches, target: parsed.target }, family)}`;
}

describe('a rule is taken, refused and printed as by iptables', () => {
  it('has enough recorded answers to mean something', () => {
    expect(cases.length).toBeGreaterThan(600);
  });

  it.each(cases.map((each) => [`IPv${each.family} ${each.table} ${each.rule}`, each] as const))('%s', (_, each) => {
    expect(load(each)).toBe(each.saved);
  });
});
