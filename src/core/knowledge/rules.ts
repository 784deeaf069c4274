import { dockerRule } from './docker';
import { text, type RuleKnowledge } from './facts';
import { ambientRule, nodeRule } from './istio/ambientRules';
import { istioProfile } from './istio/profile';
import { sources } from './istio/settings';
import { sidecarRule } from './istio/sidecarRules';
import { istioChainNames } from './istio/chains';
import { kubeProxyRule } from './kubeProxy';
import type { RuleSetView, RuleView } from './view';

/**
 * Why a rule of Istio, kube-proxy, the kubelet or Docker exists, told from its shape, not its text: numbers, users, ports,
 * ranges and the order of matches may differ. Undefined for rules of others.
 */
export function ruleKnowledge(ruleSet: RuleSetView, rule: RuleView): RuleKnowledge | undefined {
  const istio = istioRule(ruleSet, rule);
  if (istio !== undefined) return istio;
  return kubeProxyRule(ruleSet, rule) ?? dockerRule(ruleSet, rule);
}

function istioRule(ruleSet: RuleSetView, rule: RuleView): RuleKnowledge | undefined {
  const profile = istioProfile(ruleSet);
  if (profile === undefined) return undefined;
  const known = profile.mode.startsWith('sidecar') ? sidecarRule(ruleSet, profile, rule) : ambientRule(ruleSet, profile, rule) ?? nodeRule(rule);
  if (known !== undefined) return known;
  if (!istioChainNames.includes(rule.chain)) return undefined;
  return {
    title: notIstios,
    family: profile.mode.startsWith('sidecar') ? 'Istio sidecar' : 'Istio ambient',
    details: [text('It stands in a chain of Istio, but no version of Istio writes a rule of this shape: added by hand, by another program, or by a version newer than these facts.')],
    changedBy: [],
    sources: [sources.run],
  };
}

/** The title of a rule in an Istio chain that no version of Istio writes. */
export const notIstios = 'Not a rule that Istio writes';
