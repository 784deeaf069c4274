import type { Evaluation } from '../traceSession/evaluate';
import { journeyOf, type JourneyLeg } from './journey';

/** What is shown, and where its journey begins, as far as that is known. */
interface OnJourney {
  readonly evaluation: Evaluation;
  readonly expression: string;
  /** The packet that the journey starts with, where another leg of it is shown. */
  readonly start: string | undefined;
  /** The packet of the scenario that was chosen. */
  readonly scenario: string | undefined;
}

/** The journey that the packet on show is part of, and its first packet where that is another one; no legs where nothing follows. */
export function legsOf({ evaluation, expression, start, scenario }: OnJourney, evaluate: (expression: string) => Evaluation): { readonly legs: readonly JourneyLeg[]; readonly start: string | undefined } {
  const legs = several(journeyOf(start === undefined ? evaluation : evaluate(start), start ?? expression, evaluate).legs);
  // After a reload only the packet is known: it may be a later leg of its scenario.
  if (legs.length > 0 || start !== undefined || scenario === undefined || scenario === expression) return { legs, start };
  const ofScenario = several(journeyOf(evaluate(scenario), scenario, evaluate).legs);
  return ofScenario.some((leg) => leg.expression === expression) ? { legs: ofScenario, start: scenario } : { legs, start };
}

function several(legs: readonly JourneyLeg[]): readonly JourneyLeg[] {
  return legs.length > 1 ? legs : [];
}
