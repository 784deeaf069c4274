import { describe, expect, test } from 'vitest';
import { bindRules } from '../../src/core/ruleset/bind';
import { printRule } from '../../src/core/ruleset/printRule';
import type { RuleSet } from '../../src/core/ruleset/ruleSet';
import { defaultRulesSection } from '../syntax/defaultRules';
import { editSourceFile } from '../../src/core/syntax/edit';
import { parseSourceFile } from '../../src/core/syntax/parse';
import type { SourceFile } from '../../src/core/syntax/sourceFile';

const TEXT = `*nat
:PREROUTING ACCEPT [0:0]
:LOGGED - [0:0]
:OTHER - [0:0]
-A PREROUTING -p tcp -m tcp --dport 80 -j LOGGED
-A PREROUTING -p udp -j OTHER
-A PREROUTING -j LOG --log-prefix "x "
-A LOGGED -m owner --uid-owner 0 -j RETURN
-A OTHER -p tcp -j REDIRECT --to-ports 8080
COMMIT
`;

/** Rules of two forms, seen often enough to be patterns, and one of no pattern among them. */
const ALIKE = `*nat
:PREROUTING ACCEPT [0:0]
:LOGGED - [0:0]
:OTHER - [0:0]
${Array.from({ length: 8 }, (_, i) => `-A OTHER -p tcp -m tcp --dport ${i + 1} -j LOGGED`).join('\n')}
-A OTHER -m iprange --src-range 10.0.0.1-10.0.0.9 -j RETURN
${Array.from({ length: 8 }, (_, i) => `-A LOGGED -p udp -m udp --dport ${i + 1} -j REDIRECT --to-ports 53`).join('\n')}
COMMIT
`;

function shown(ruleSet: RuleSet): unknown {
  return {
    rules: [...ruleSet.tables.values()].flatMap((table) =>
      [...table.chains.values()].flatMap((chain) =>
        chain.rules.map((rule) => [rule.number, chain.reach, printRule(rule), rule.target.kind, rule.jump?.to?.name]),
      ),
    ),
    problems: ruleSet.problems.map(({ line, code, start, end }) => [line.index, code, start, end]),
    tracking: ruleSet.needsConntrack,
  };
}

function bound(file: SourceFile): RuleSet {
  const section = defaultRulesSection(file);
  if (!section) throw new Error('no rules');
  return bindRules(section);
}

describe('a rule set made anew after an edit equals one made from the text', () => {
  test.each<[string, number, string, string?]>([
    ['nothing changes', 0, '*nat'],
    ['a chain goes, a jump to it is wrong now', 3, '# gone'],
    ['a chain takes the name of a target', 3, ':LOG - [0:0]'],
    ['another table', 0, '*mangle'],
    ['the hook of a limited match changes', 4, '-A PREROUTING -j OTHER'],
    ['a policy', 1, ':PREROUTING DROP [0:0]'],
    ['a rename', 8, '-E LOGGED RENAMED'],
    ['a rule becomes wrong', 8, '-A OTHER -p tcp -j REDIRECT --to-ports 99999'],
    ['rules are flushed', 8, '-F PREROUTING'],
    ['one of many that are alike', 10, '-A OTHER -p tcp -m tcp --dport 99999 -j LOGGED', ALIKE],
    ['the rule by which a pattern was known', 6, '-A OTHER -p udp -j RETURN', ALIKE],
    ['the chain goes that many jump to', 2, '# gone', ALIKE],
    ['many that are alike, in another table', 0, '*filter', ALIKE],
  ])('%s', (_, line, text, before = TEXT) => {
    const file = parseSourceFile(before, { languageId: 'iptables' });
    bound(file);
    const length = before.split('\n')[line]?.length ?? 0;
    const edited = editSourceFile(file, {
      startLine: line,
      startColumn: 0,
      endLine: line,
      endColumn: length,
      newText: text,
    });
    const again = shown(bound(edited));
    expect(again).toEqual(
      shown(
        bound(parseSourceFile(edited.lines.map((each) => each.text + each.eol).join(''), { languageId: 'iptables' })),
      ),
    );
    const back = editSourceFile(edited, {
      startLine: line,
      startColumn: 0,
      endLine: line,
      endColumn: text.length,
      newText: before.split('\n')[line] ?? '',
    });
    expect(shown(bound(back))).toEqual(shown(bound(parseSourceFile(before, { languageId: 'iptables' }))));
  });
});
