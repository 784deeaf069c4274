import { isStep } from '../../shared/stepId';
import type { Move, OutcomeReport, StepId } from '../../shared/protocol';

/**
 * The step to go to from `step`, in the order in which the packet came by; undefined where there is none. Absent tables
 * are not steps.
 */
export function stepAfter(outcome: OutcomeReport, step: StepId | undefined, to: Move): StepId | undefined {
  const steps = outcome.groups.flatMap(({ rows }) =>
    rows.filter(({ id }) => id.kind === 'event' || id.kind === 'rule').map(({ id }) => id),
  );
  const from = step ?? outcome.decisive;
  const at = steps.findIndex((each) => isStep(each, from));
  switch (to) {
    case 'first':
      return steps[0];
    case 'last':
      return steps[steps.length - 1];
    case 'next':
      return steps[at + 1];
    case 'previous':
      return steps[Math.max(0, at) - 1];
  }
}
