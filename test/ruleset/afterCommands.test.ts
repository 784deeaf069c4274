import { describe, expect, test } from 'vitest';
import { afterCommands } from '../../src/core/ruleset/afterCommands';
import { printRule } from '../../src/core/ruleset/printRule';
import type { Chain, Jump, RuleSet } from '../../src/core/ruleset/ruleSet';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { bindRules } from '../../src/core/ruleset/bind';
import type { RulesSection } from '../../src/core/syntax/sourceFile';

const DUMP = `*nat
:PREROUTING ACCEPT [0:0]
:web - [0:0]
-A PREROUTING -p tcp -j web
-A web -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080
COMMIT
*filter
:INPUT DROP [0:0]
:own - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -j own
-A own -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
`;
const RESTORE = `iptables-restore <<EOF\n${DUMP}EOF\n`;
const LIST = 'iptables -t nat -A PREROUTING -j RETURN\niptables -P INPUT DROP\niptables -A INPUT -i lo -j ACCEPT\n';

function bound(text: string, fileName = 'notes.md'): RuleSet {
  const section = parseSourceFile(text, { fileName }).sections.find(
    (each): each is RulesSection => each.kind === 'rules',
  );
  if (!section) throw new Error('there are no rules');
  return bindRules(section);
}

/** The rules of a table with their numbers, and where jumps lead. */
function rulesOf(ruleSet: RuleSet, table: 'nat' | 'filter' | 'mangle'): readonly string[] {
  return [...(ruleSet.tables.get(table)?.chains.values() ?? [])].flatMap((chain) =>
    chain.rules.map(
      (rule) =>
        `${rule.number} ${printRule(rule)}${rule.jump ? ` (${ledTo(ruleSet, rule.jump)?.rules.length ?? 'nowhere'})` : ''}`,
    ),
  );
}

function ledTo({ instead }: RuleSet, { to }: Jump): Chain | undefined {
  return (to && instead?.get(to)) ?? to;
}

const INPUT = [
  '1 -A INPUT -i lo -j ACCEPT',
  '2 -A INPUT -j own (1)',
  '1 -A own -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
];

describe('commands after a rule set', () => {
  test.each<[string, string, readonly string[], readonly string[]]>([
    [
      'into a built-in chain',
      DUMP,
      ['iptables -t filter -I INPUT 2 -p udp -j ACCEPT'],
      ['1 -A INPUT -i lo -j ACCEPT', '2 -A INPUT -p udp -j ACCEPT', '3 -A INPUT -j own (1)', INPUT[2] ?? ''],
    ],
    [
      'into a chain that is jumped to',
      DUMP,
      ['iptables -t filter -I own -j DROP'],
      [
        '1 -A INPUT -i lo -j ACCEPT',
        '2 -A INPUT -j own (2)',
        '1 -A own -j DROP',
        '2 -A own -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      ],
    ],
    ['out of one', RESTORE, ['iptables -t filter -D own 1'], ['1 -A INPUT -i lo -j ACCEPT', '2 -A INPUT -j own (0)']],
    ['into another table', DUMP, ['iptables -t nat -A web -j RETURN'], INPUT],
    [
      'into two tables',
      RESTORE,
      ['iptables -t nat -A web -j RETURN', 'iptables -t filter -A own -j DROP'],
      ['1 -A INPUT -i lo -j ACCEPT', '2 -A INPUT -j own (2)', INPUT[2] ?? '', '2 -A own -j DROP'],
    ],
    [
      'after a list of commands',
      LIST,
      ['iptables -t filter -A INPUT -j LOG'],
      ['1 -A INPUT -i lo -j ACCEPT', '2 -A INPUT -j LOG'],
    ],
  ])('%s', (_, text, commands, filter) => {
    const before = bound(text);
    const asItWas = [rulesOf(before, 'nat'), rulesOf(before, 'filter')];
    const { ruleSet, problems } = afterCommands(before, commands);
    expect(problems).toEqual([]);
    expect(rulesOf(ruleSet, 'filter')).toEqual(filter);
    for (const table of ['nat', 'filter'] as const) {
      if (!commands.some((each) => each.includes(`-t ${table}`)))
        expect(ruleSet.tables.get(table)).toBe(before.tables.get(table));
    }
    expect([rulesOf(before, 'nat'), rulesOf(before, 'filter')]).toEqual(asItWas);
  });

  test('a table that was not there is made', () => {
    const { ruleSet, problems } = afterCommands(bound(DUMP), ['iptables -t mangle -A FORWARD -j ACCEPT']);
    expect([problems, rulesOf(ruleSet, 'mangle'), rulesOf(ruleSet, 'filter')]).toEqual([
      [],
      ['1 -A FORWARD -j ACCEPT'],
      INPUT,
    ]);
  });

  test.each([
    ['iptables -t filter -I nowhere -j ACCEPT', 'unknown-chain'],
    ['iptables -t filter -I INPUT 9 -j ACCEPT', 'rule-number'],
    ['iptables -t filter -A INPUT --dport 80 -j ACCEPT', 'unknown-option'],
  ])('%s cannot be run', (text, code) => {
    expect(afterCommands(bound(DUMP), [text]).problems.map((problem) => problem.code)).toContain(code);
  });
});
