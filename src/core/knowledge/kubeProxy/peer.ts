import type { Peer } from '../peer';
import { shapeOf, type RuleShape } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';

/** The Service that a rule leads to, and its endpoints. */
export function servicePeer(ruleSet: RuleSetView, rule: RuleView): Peer | undefined {
  if (!rule.chain.startsWith('KUBE-')) return undefined;
  const target = rule.target ?? '';
  const service = (behind?: Peer['behind']): Peer => ({
    noun: 'Service',
    name: nameIn(shapeOf(rule)),
    ...(behind && { behind }),
  });
  if (target.startsWith('KUBE-SEP-'))
    return service({ noun: 'endpoint', count: endpointsIn(ruleSet, rule.table, rule.chain) });
  if (/^KUBE-(?:SVC|SVL|EXT|XLB|FW)-/.test(target) || rule.chain.startsWith('KUBE-SEP-')) return service();
  const refuses = (target === 'REJECT' || target === 'DROP') && /\bno (?:local )?endpoints\b/.test(rule.written);
  return refuses ? service({ noun: 'endpoint', count: 0 }) : undefined;
}

/** The Service that a comment names, `default/web:http` of `default/web:http cluster IP`; empty where there is none. */
function nameIn({ comment }: RuleShape): string {
  return comment?.split(' ').find((word) => /^[\w.-]+\/[\w.:-]+$/.test(word)) ?? '';
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
