import type { ListedRule, TestedInterfaces } from '../pack';
import { condition } from '../shape';
import { entersFromHook, NO_INTERFACE } from '../tested';

/**
 * kube-proxy tests an interface only to tell pods of this node by it, and only with a --detect-local-mode that says so.
 * Where such a rule tests a source, the mode is another. Source: kubernetes/kubernetes:pkg/proxy/iptables/proxier.go
 * (syncProxyRules), pkg/proxy/ipvs/proxier.go (writeIptablesRules), pkg/proxy/util/localdetector.go.
 */
export function interfacesOfKubeProxy(rule: ListedRule): TestedInterfaces | undefined {
  if (entersFromHook(rule, CHAIN)) return NO_INTERFACE;
  if (!CHAIN.test(rule.chain)) return undefined;
  return mayAskForPods(rule) ? undefined : NO_INTERFACE;
}

/** Others that begin so are kube-router’s. */
const CHAIN = /^KUBE-(?!ROUTER-|NWPLCY-|POD-FW-)/;

/** What goes to a cluster address from elsewhere than a pod; what goes from a pod to an address for outside. */
function mayAskForPods({ chain, shape }: ListedRule): boolean {
  const { target = '', comment = '' } = shape;
  if (condition(shape, 'src')) return false;
  if (/^KUBE-(?:EXT|XLB)-/.test(chain)) return /^(?:pod traffic|redirect pods) /i.test(comment);
  return target === 'KUBE-MARK-MASQ' && /cluster ip/i.test(comment);
}
