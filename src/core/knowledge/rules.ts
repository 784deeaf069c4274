import type { RuleKnowledge } from './facts';
import { packs } from './packs';
import type { RuleSetView, RuleView } from './view';

/**
 * Why a rule of a known program exists, by what it matches and does, not by its text: numbers, users, ports, ranges
 * and the order of matches may differ. Undefined for rules of others. `beside` are the other rule sets of the same
 * host, as that of the other IP version.
 */
export function ruleKnowledge(
  ruleSet: RuleSetView,
  rule: RuleView,
  beside: readonly RuleSetView[] = [],
): RuleKnowledge | undefined {
  for (const pack of packs) {
    const known = pack.rule?.(ruleSet, rule, beside);
    if (known !== undefined) return known;
  }
  return undefined;
}
