import type { RuleKnowledge } from '../facts';
import { shapeOf } from '../shape';
import type { RuleSetView, RuleView } from '../view';
import { istioChainNames } from './chains';
import { closedIpv6 } from './filterRules';
import { istioProfile } from './profile';
import { istioRule } from './rules';
import { strangeRule } from './strangeRule';

/** What a rule of Istio, or a strange one in its chains, is for; `beside` are the other rule sets of the host. */
export function ruleOfFile(
  ruleSet: RuleSetView,
  rule: RuleView,
  beside: readonly RuleSetView[],
): RuleKnowledge | undefined {
  const profile = istioProfile(ruleSet);
  if (profile !== undefined)
    return (
      istioRule(ruleSet, rule) ??
      (istioChainNames.includes(rule.chain) ? strangeRule(ruleSet, profile, rule) : undefined)
    );
  // Up to 1.4 a pod with IPv4 rules only had its IPv6 closed: those rules are known by what is beside them.
  if (rule.table !== 'filter' || rule.chain !== 'INPUT') return undefined;
  return beside.some((each) => istioProfile(each)?.mode.startsWith('sidecar') === true)
    ? closedIpv6(ruleSet, rule, shapeOf(rule))
    : undefined;
}
