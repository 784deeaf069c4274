import type { KernelPacket } from '../../core/net/kernelTrace/kernelPackets';
import type { RuleSet } from '../../core/ruleset/ruleSet';
import { chainOf } from './difference';

/**
 * Whether the kernel asked nat for a packet, which it does for the first one of a connection only. unknown: the rules
 * have no chain of nat that the packet would have come to in what the trace shows.
 */
export function natVisit(
  { steps }: KernelPacket,
  ruleSet: RuleSet | undefined,
  family: 4 | 6,
): 'visited' | 'passed' | 'unknown' {
  const chains = steps.map((step) => chainOf(step, ruleSet, family));
  if (steps.some(({ table }, i) => table === 'nat' || chains[i]?.base?.type === 'nat' || / nat$/.test(table)))
    return 'visited';
  const hooks = chains.flatMap((chain) => chain?.hook ?? []);
  const entry = hooks[0];
  const later =
    hooks.some((hook) => hook !== entry) ||
    steps.some(({ table }, i) => /(?:^| )filter$/.test(table) && chains[i]?.hook === 'OUTPUT');
  if ((entry !== 'PREROUTING' && entry !== 'OUTPUT') || !later) return 'unknown';
  const legacy =
    ruleSet?.tables.get('nat')?.chains.has(entry) === true ||
    ruleSet?.beside?.tables.get('nat')?.chains.has(entry) === true;
  const native = ruleSet?.native?.bases.some(({ hook, base }) => hook === entry && base.type === 'nat') === true;
  return legacy || native ? 'passed' : 'unknown';
}
