import type { Badge } from '../../shared/traceReport';
import { badgeOf } from '../traceReport/verdict';
import type { Evaluation } from '../traceSession/evaluate';
import { journeyOf, type Journey, type JourneyLeg, type JourneyLoop, type PacketInRules } from './journey';
import { replyLegs, type ReplyLeg } from './replyLegs';

/** What is shown, and where its journey begins, as far as that is known. */
interface OnJourney {
  readonly evaluation: Evaluation;
  readonly expression: string;
  /** The packet that the journey starts with, where another leg of it is shown. */
  readonly start: PacketInRules | undefined;
  /** The packet of the scenario that was chosen, and whether it asks for a Service of the pod's own. */
  readonly scenario: { readonly expression: string; readonly ownService?: boolean } | undefined;
}

/** The journey that the packet on show is part of. */
export interface ShownJourney {
  /** None where nothing follows the packet. */
  readonly legs: readonly (JourneyLeg & { readonly badge: Badge | undefined })[];
  readonly replies: readonly ReplyLeg[];
  /** The first packet, where another one is shown. */
  readonly start: PacketInRules | undefined;
  /**
   * Remarks on the rules, and why the journey ends; sentences. Empty where the rules are not those of a mesh.
   */
  readonly remarks: readonly string[];
  readonly end: string;
  readonly loops: readonly JourneyLoop[];
}

export const NO_JOURNEY: ShownJourney = { legs: [], replies: [], start: undefined, remarks: [], end: '', loops: [] };

export function shownJourney(
  { evaluation, expression, start, scenario }: OnJourney,
  evaluate: (packet: PacketInRules) => Evaluation,
): ShownJourney {
  const { dump } = evaluation.setting;
  const evaluations = new Map([[keyOf({ expression, dump: dump.id }), evaluation]]);
  const trace = (packet: PacketInRules): Evaluation => {
    const key = keyOf(packet);
    const known = evaluations.get(key) ?? evaluate(packet);
    evaluations.set(key, known);
    return known;
  };
  const from = (first: PacketInRules): Journey =>
    journeyOf(trace(first), first.expression, trace, {
      ownService: scenario?.ownService === true && scenario.expression === first.expression,
    });
  const shown = (journey: Journey, begins: PacketInRules | undefined): ShownJourney => {
    const legs = journey.legs.length > 1 ? journey.legs : [];
    return {
      legs: legs.map((leg) => ({ ...leg, badge: badgeOfFirst(trace(leg)) })),
      replies: replyLegs({ legs, loops: journey.loops }, trace),
      start: begins,
      remarks: journey.remarks,
      end: journey.ofProxies && journey.loops.length === 0 ? journey.end : '',
      loops: journey.loops,
    };
  };
  const own = from(start ?? { expression, dump: dump.id });
  // After a reload only the packet is known: it may be a later leg of its scenario.
  if (own.legs.length > 1 || start !== undefined || scenario === undefined || scenario.expression === expression)
    return shown(own, start);
  const first = { expression: scenario.expression, dump: dump.id };
  const ofScenario = from(first);
  return ofScenario.legs.length > 1 && ofScenario.legs.some((leg) => leg.expression === expression)
    ? shown(ofScenario, first)
    : shown(own, start);
}

function keyOf({ expression, dump }: PacketInRules): string {
  return `${dump} ${expression}`;
}

/** How a packet ends; of several paths the first, and that is said. */
function badgeOfFirst({ input }: Evaluation): Badge | undefined {
  const [first, ...others] = input?.traced.outcomes ?? [];
  if (!first) return undefined;
  const badge = badgeOf(first);
  return others.length > 0 ? { ...badge, conditional: true } : badge;
}
