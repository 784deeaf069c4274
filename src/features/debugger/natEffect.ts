import type { Effect } from '../../core/xtables/extension';

/** What rewrites the packet only once its table is done. */
export function isNatEffect(effect: Effect | undefined): boolean {
  return effect?.kind === 'nat' || effect?.kind === 'redirect' || effect?.kind === 'masquerade';
}
