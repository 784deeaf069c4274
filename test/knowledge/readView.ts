import type { RuleSetView, RuleView } from '../../src/core/knowledge/knowledge';
import { bindRules } from '../../src/core/ruleset/bind';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { ruleSetView } from '../../src/features/ruleSetView';

/** The rule set of iptables-save text as the knowledge reads it. Throws where it is not one. */
export function readView(save: string, family: 4 | 6 = 4): RuleSetView {
  const sections = parseSourceFile(save).sections.filter((section) => section.kind === 'rules');
  const [section] = sections;
  if (section === undefined || sections.length > 1) throw new Error(`${sections.length} rule sets`);
  return ruleSetView(bindRules({ ...section, family }));
}

/** The rule at a 1-based place in a chain; throws where there is none, so that a test cannot pass by accident. */
export function ruleAt(view: RuleSetView, table: string, chain: string, number: number): RuleView {
  const rule = view.chains.find((each) => each.table === table && each.name === chain)?.rules[number - 1];
  if (rule === undefined) throw new Error(`no rule ${number} in ${table} ${chain}`);
  return rule;
}

/** The rule whose text holds this; throws where none or several do. */
export function ruleWith(view: RuleSetView, part: string): RuleView {
  const rules = view.chains.flatMap((chain) => chain.rules).filter((rule) => rule.saved.includes(part));
  const [rule] = rules;
  if (rule === undefined || rules.length > 1) throw new Error(`${rules.length} rules hold “${part}”`);
  return rule;
}
