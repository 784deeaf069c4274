import { dockerRule } from './docker';
import type { RuleKnowledge } from './facts';
import { istioChainNames } from './istio/chains';
import { closedIpv6 } from './istio/filterRules';
import { istioProfile } from './istio/profile';
import { istioRule } from './istio/rules';
import { strangeRule } from './istio/strangeRule';
import { kubeProxyRule } from './kubeProxy';
import { shapeOf } from './shape';
import type { RuleSetView, RuleView } from './view';

/**
 * Why a rule of Istio, kube-proxy, the kubelet or Docker exists, told from its shape, not its text: numbers, users,
 * ports, ranges and the order of matches may differ. Undefined for rules of others. `beside` are the other rule sets of
 * the same host, as that of the other IP version.
 */
export function ruleKnowledge(
  ruleSet: RuleSetView,
  rule: RuleView,
  beside: readonly RuleSetView[] = [],
): RuleKnowledge | undefined {
  return istio(ruleSet, rule, beside) ?? kubeProxyRule(ruleSet, rule) ?? dockerRule(ruleSet, rule);
}

function istio(ruleSet: RuleSetView, rule: RuleView, beside: readonly RuleSetView[]): RuleKnowledge | undefined {
  const profile = istioProfile(ruleSet);
  if (profile !== undefined)
    return (
      istioRule(ruleSet, rule) ??
      (istioChainNames.includes(rule.chain) ? strangeRule(ruleSet, profile, rule) : undefined)
    );
  // Up to 1.4 a pod with IPv4 rules only had its IPv6 closed: those rules are known by what stands beside them.
  if (rule.table !== 'filter' || rule.chain !== 'INPUT') return undefined;
  return beside.some((each) => istioProfile(each)?.mode.startsWith('sidecar') === true)
    ? closedIpv6(ruleSet, rule, shapeOf(rule))
    : undefined;
}
