import type { Move, OutcomeModel, StepId } from '../../shared/protocol';

/** The step to go to from `step`, in the order in which the packet came by; undefined where there is none. Absent tables are no steps. */
export function stepAfter(outcome: OutcomeModel, step: StepId | undefined, to: Move): StepId | undefined {
  const steps = outcome.groups.flatMap(({ quiet, rows }) => rows.filter(({ kind, id }) => kind !== 'fold' && !(quiet && id.includes('-'))).map(({ id }) => id));
  const at = steps.indexOf(step ?? outcome.decisive ?? '');
  switch (to) {
    case 'first': return steps[0];
    case 'last': return steps[steps.length - 1];
    case 'next': return steps[at + 1];
    case 'previous': return steps[Math.max(0, at) - 1];
  }
}
