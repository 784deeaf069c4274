/** Names a step within one outcome. `event`: its place among the events of the trace. */
export type StepId =
  | { readonly kind: 'event'; readonly event: number }
  /** Rule `rule` of its chain, which is one of a run of rules that did not match. */
  | { readonly kind: 'rule'; readonly event: number; readonly rule: number }
  /** The rules from `from` on of such a run, folded. */
  | { readonly kind: 'fold'; readonly event: number; readonly from: number }
  /**
   * Tables that the packet does not come through before the event: the file does not have them, or they sleep without
   * connection tracking.
   */
  | { readonly kind: 'beside'; readonly event: number; readonly why: 'absent' | 'asleep' };

/** Whether both name the same step. */
export function isStep(a: StepId | undefined, b: StepId | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && stepKey(a) === stepKey(b));
}

/** A text for each step, made of letters, digits and `-`: a key of maps, the id of an element. Nobody reads it. */
export function stepKey(step: StepId): string {
  switch (step.kind) {
    case 'event':
      return `event-${step.event}`;
    case 'rule':
      return `rule-${step.event}-${step.rule}`;
    case 'fold':
      return `fold-${step.event}-${step.from}`;
    case 'beside':
      return `${step.why}-${step.event}`;
  }
}
