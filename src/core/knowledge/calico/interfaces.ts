import type { ListedRule, TestedInterfaces } from '../pack';
import { entersFromHook, inBy, NO_INTERFACE, outBy } from '../tested';

/**
 * The chain of a pod has the name of its interface, and only the dispatch to it tests that. Source:
 * projectcalico/calico:felix/rules/dispatch.go, endpoints.go, policy.go.
 */
export function interfacesOfCalico(rule: ListedRule): TestedInterfaces | undefined {
  const { chain, shape } = rule;
  if (OF_ONE.test(chain) || entersFromHook(rule, /^cali-/)) return NO_INTERFACE;
  const [, side, name = ''] = /^cali-([ft])w-(.*)/.exec(shape.target ?? '') ?? [];
  if (side !== undefined && /^cali-(?:from|to)-wl-dispatch/.test(chain)) return side === 'f' ? inBy(name) : outBy(name);
  return undefined;
}

/** Of one pod, one policy or one profile. */
const OF_ONE = /^cali-(?:[ft]w|p[io]|pr[io]|g[io]|failsafe)-/;
