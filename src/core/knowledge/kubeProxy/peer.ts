import type { Peer } from '../peer';
import { shapeOf } from '../shape';
import { serviceIn } from './serviceComment';
import { chainIn, type RuleSetView, type RuleView } from '../view';

/** The Service that a rule jumps to, and its endpoints. */
export function servicePeer(ruleSet: RuleSetView, rule: RuleView): Peer | undefined {
  if (!rule.chain.startsWith('KUBE-')) return undefined;
  const target = rule.target ?? '';
  const service = (behind?: Peer['behind']): Peer => ({
    noun: 'Service',
    name: serviceIn(shapeOf(rule)) ?? '',
    ...(behind && { behind }),
  });
  if (target.startsWith('KUBE-SEP-'))
    return service({ noun: 'endpoint', count: endpointsIn(ruleSet, rule.table, rule.chain) });
  if (/^KUBE-(?:SVC|SVL|EXT|XLB|FW)-/.test(target) || rule.chain.startsWith('KUBE-SEP-')) return service();
  const refuses = (target === 'REJECT' || target === 'DROP') && /\bno (?:local )?endpoints\b/.test(rule.written);
  return refuses ? service({ noun: 'endpoint', count: 0 }) : undefined;
}

const counted = new WeakMap<readonly RuleView[], number>();

function endpointsIn(ruleSet: RuleSetView, table: string, chain: string): number {
  const rules = chainIn(ruleSet, table, chain)?.rules ?? [];
  let count = counted.get(rules);
  if (count === undefined) {
    const endpoints = new Set<string>();
    for (const { bound } of rules) if (bound.jump?.chain.startsWith('KUBE-SEP-')) endpoints.add(bound.jump.chain);
    counted.set(rules, (count = endpoints.size));
  }
  return count;
}
