import type { RuleKnowledge } from '../facts';
import type { RuleSetView, RuleView } from '../view';
import { ambientRule } from './ambientRules';
import { nodeRule } from './nodeRules';
import { istioProfile } from './profile';
import { sidecarRule } from './sidecarRules';

/** What a rule that Istio wrote is for; undefined for any other rule, and where the rule set has nothing of Istio. */
export function istioRule(ruleSet: RuleSetView, rule: RuleView): RuleKnowledge | undefined {
  const profile = istioProfile(ruleSet);
  if (profile === undefined) return undefined;
  return profile.mode.startsWith('sidecar')
    ? sidecarRule(ruleSet, profile, rule)
    : (ambientRule(ruleSet, profile, rule) ?? nodeRule(rule));
}
