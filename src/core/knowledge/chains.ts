import { docker } from './docker';
import type { ChainKnowledge } from './facts';
import { chainOfFamily, type ChainFamily } from './family';
import { istioChain, istioChainNames } from './istio/chains';
import { kubelet, kubeProxy, kubeProxyIpvs } from './kubeProxy';
import { otherFamilies } from './others';
import { chainIn, type RuleSetView } from './view';

/** Exact names before patterns before hashes; what none of them knows is a chain of the user. */
const families: readonly ChainFamily[] = [kubeProxy, kubelet, kubeProxyIpvs, docker, ...otherFamilies];

/**
 * What a chain is for: who made it, why, what changes it. Without a rule set or a table the commonest meaning of the
 * name is given. Undefined for built-in chains and for chains of the user.
 */
export function chainKnowledge(
  ruleSet: RuleSetView | undefined,
  table: string | undefined,
  chain: string,
): ChainKnowledge | undefined {
  const istio = istioChain(ruleSet, table, chain);
  if (istio !== undefined) return istio;
  for (const family of families) {
    const known = chainOfFamily(family, ruleSet, table, chain);
    if (known !== undefined) return kubeMarkDrop(ruleSet, known);
  }
  return undefined;
}

/** Whose chain it is, by name alone: `Docker`, `Calico`; undefined for built-in chains and chains of the user. */
export function familyOfChain(chain: string): string | undefined {
  return chainKnowledge(undefined, undefined, chain)?.family;
}

/** The chains with an exact name, for completion. Patterns are given as people write them, `KUBE-SVC-…`. */
export function knownChainNames(): readonly string[] {
  return [
    ...istioChainNames,
    ...families.flatMap((family) =>
      family.chains.map((entry) => (typeof entry.name === 'string' ? entry.name : (entry.shown ?? ''))),
    ),
  ].filter((name, at, all) => name !== '' && all.indexOf(name) === at);
}

/** The kubelet's KUBE-MARK-DROP does something only where KUBE-FIREWALL still looks for the mark. */
function kubeMarkDrop(ruleSet: RuleSetView | undefined, known: ChainKnowledge): ChainKnowledge {
  if (known.name !== 'KUBE-MARK-DROP' || ruleSet === undefined) return known;
  const firewall = chainIn(ruleSet, 'filter', 'KUBE-FIREWALL');
  const drops = firewall?.rules.some((rule) => rule.words.includes('0x8000/0x8000')) === true;
  return drops
    ? known
    : {
        ...known,
        kernelNote: 'No rule of filter KUBE-FIREWALL drops the mark in this rule set, so setting it has no effect.',
      };
}
