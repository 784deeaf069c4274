import { LineRule } from '../core/ruleset/lineRule';
import { allTables, type Chain, type Rule, type RuleSet } from '../core/ruleset/ruleSet';
import { AppendLine } from '../core/syntax/appendLine';
import type { Line } from '../core/syntax/tree';
import { isAssumed } from '../core/syntax/typedLine';
import { countFirst } from '../core/text/bisect';

/**
 * The rules that a line of the file made: several, where it lists several addresses. What a line `-A CHAIN …` made is
 * looked up in its chain; the rules of all lines are only put in order if that repeatedly finds nothing.
 */
export function rulesOfLine(ruleSet: RuleSet, line: Line): readonly Rule[] {
  if (!(line instanceof AppendLine) && MAKES_NONE.has(line.node.kind)) return NONE;
  const known = rulesOfLines.get(ruleSet);
  if (known) return known.get(line) ?? NONE;
  const rule = ruleInChain(ruleSet, line);
  if (rule) return [rule];
  const looks = (looksAt.get(ruleSet) ?? 0) + 1;
  looksAt.set(ruleSet, looks);
  if (looks <= MOST_LOOKS) return lookFor(ruleSet, line);
  const all = allRules(ruleSet);
  rulesOfLines.set(ruleSet, all);
  return all.get(line) ?? NONE;
}

const NONE: readonly Rule[] = [];
const MAKES_NONE: ReadonlySet<string> = new Set(['blank', 'comment', 'table', 'chain', 'commit']);
const rulesOfLines = new WeakMap<RuleSet, ReadonlyMap<Line, readonly Rule[]>>();
const looksAt = new WeakMap<RuleSet, number>();
/** At most this many lines are looked for among all rules before these are put in order by their lines. */
const MOST_LOOKS = 8;

/** The one rule of a line in the chain that it names, where the rules of the chain are in the order of their lines. */
function ruleInChain(ruleSet: RuleSet, line: Line): Rule | undefined {
  if (!(line instanceof AppendLine)) return undefined;
  const name = line.node.chain?.text;
  if (name === undefined) return undefined;
  for (const { chains } of ruleSet.tables.values()) {
    const rules = chains.get(name)?.rules ?? NONE;
    const rule: Rule | undefined = rules[countFirst(rules.length, (i) => (rules[i] as Rule).line.index < line.index)];
    if (rule?.line === line && rule instanceof LineRule && !rule.hasSiblings) return rule;
  }
  return undefined;
}

function lookFor(ruleSet: RuleSet, line: Line): readonly Rule[] {
  const found: Rule[] = [];
  for (const { chains } of allTables(ruleSet))
    for (const { rules } of chains.values()) for (const rule of rules) if (rule.line === line) found.push(rule);
  return found;
}

function allRules(ruleSet: RuleSet): ReadonlyMap<Line, readonly Rule[]> {
  const made = new Map<Line, Rule[]>();
  for (const { chains } of allTables(ruleSet)) {
    for (const { rules } of chains.values()) {
      for (const rule of rules) {
        const list = made.get(rule.line);
        if (list) list.push(rule);
        else made.set(rule.line, [rule]);
      }
    }
  }
  return made;
}

/** The rules of a chain that the file shows. */
export function rulesShown({ rules }: Pick<Chain, 'rules'>): readonly Rule[] {
  return rules.some(({ line }) => isAssumed(line)) ? rules.filter(({ line }) => !isAssumed(line)) : rules;
}
