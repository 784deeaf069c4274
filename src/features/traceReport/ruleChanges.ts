import type { TraceEvent } from '../../core/netfilter/events';
import type { PacketChange } from '../../shared/traceReport';
import { packetChanges } from './packetWords';
import { translationBehind, type RuleEvent } from './traceInput';

/** What a rule changes of the packet. NAT changes it once its table is done, and its rule is what did it. */
export function ruleChanges(events: readonly TraceEvent[], index: number, event: RuleEvent): readonly PacketChange[] {
  const translated = natTranslation(events, index, event);
  return translated
    ? packetChanges(translated.before, translated.after)
    : packetChanges(event.view.packet, event.after);
}

/** The translation that a rule with NAT decided; undefined for other rules, and where there is nothing to change. */
export function natTranslation(
  events: readonly TraceEvent[],
  index: number,
  { effect }: RuleEvent,
): ReturnType<typeof translationBehind> {
  const isNat = effect?.kind === 'nat' || effect?.kind === 'redirect' || effect?.kind === 'masquerade';
  return isNat ? translationBehind(events, index) : undefined;
}
