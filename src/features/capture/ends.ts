import type { Packet } from '../../core/net/packet';
import { outcomeOf, type Outcome } from '../../core/netfilter/outcome';
import type { Walked } from '../../core/netfilter/events';
import type { Badge, CardDecision } from '../../shared/traceReport';
import { decisions } from '../traceReport/card/decisions';
import { badgeOf, droppedBy } from '../traceReport/verdict';

/** Where a path ends. */
export interface LikelyEnd {
  readonly outcome: Outcome;
  /** The packet as it came, and as it is in the end. */
  readonly before: Packet | undefined;
  readonly after: Packet;
  /** The rule or policy that decided. */
  readonly decided: CardDecision | undefined;
  /** `dropped by the kernel`; empty where the kernel itself did not. */
  readonly byKernel: string;
}

const MOST_BADGES = 4;

/** The different ends of all paths of a packet. */
export function endsOf(outcomes: readonly Walked[]): {
  readonly badges: readonly Badge[];
  readonly paths: number;
  readonly likeliest: LikelyEnd | undefined;
} {
  const badges = new Map<string, Badge>();
  for (const walked of outcomes) {
    const badge = badgeOf(walked);
    if (badges.size < MOST_BADGES) badges.set(`${badge.text} ${badge.conditional ?? ''}`, badge);
  }
  const [first] = outcomes;
  return { badges: [...badges.values()], paths: outcomes.length, likeliest: first && likelyEnd(first) };
}

function likelyEnd(walked: Walked): LikelyEnd {
  const { events, end } = walked;
  const [start] = events;
  return {
    outcome: outcomeOf(walked),
    before: start?.kind === 'start' ? start.packet : undefined,
    after: end.packet,
    decided: decisions(walked)[0],
    byKernel: end.dropBy?.kind === 'kernel' ? droppedBy(end) : '',
  };
}
