import { addToAddress, formatAddress, parseBlock } from '../../net/address';
import { condition, shapeOf } from '../shape';
import type { RuleSetView } from '../view';

/**
 * Pods of a node are behind a bridge of the network plugin or an end of a veth pair each, never behind the interface
 * that leads out of the node.
 */
export const podInterface = {
  name: 'veth0',
  isLike: (name: string): boolean =>
    /^(?:veth|cali|cni|lxc|eni|azv|gke|kube-bridge|weave|antrea-gw|nodelocal)/.test(name),
};

/** From a pod: the rules of a Service leave the cluster's own network (`! -s CIDR`) out of masquerading. */
export function fromPod(rules: RuleSetView): { readonly src?: string } {
  for (const chain of rules.chains) {
    if (chain.table !== 'nat' || !chain.name.startsWith('KUBE-SVC-')) continue;
    for (const rule of chain.rules) {
      // Only those that negate something are read: a node has 100,000 others.
      const source = rule.written.includes('!') ? condition(shapeOf(rule), 'src') : undefined;
      const block = source?.negated === true ? parseBlock(source.values[0] ?? '', rules.family) : undefined;
      if (block !== undefined) return { src: formatAddress(addToAddress(block.address, 0x109)) };
    }
  }
  return {};
}
