import { isStep, stepKey } from '../shared/stepId';
import type { StepId } from '../shared/protocol';

/** What was found among the steps, as the bar above them shows it. */
export interface FindResult {
  /** The step that is selected among those found, counted from 1; 0: none of them. */
  readonly at: number;
  readonly of: number;
}

/** What is searched in the steps, and where it was found. Immutable. */
export class StepFinder {
  private known: ReadonlySet<string> | undefined;

  private constructor(
    readonly text: string,
    /** In the order in which the packet came by; undefined: not here yet, or nothing is looked for. */
    private readonly steps: readonly StepId[] | undefined,
    private readonly of: number,
  ) {}

  static readonly idle = new StepFinder('', undefined, 0);

  /** Something is looked for. */
  get active(): boolean {
    return this.text.trim() !== '';
  }

  /** Another text; what was found of the last one stays until the next is here. */
  lookFor(text: string): StepFinder {
    const next = new StepFinder(text, this.steps, this.of);
    return next.active ? next : new StepFinder(text, undefined, 0);
  }

  found(steps: readonly StepId[], of: number): StepFinder {
    return new StepFinder(this.text, steps, of);
  }

  result(selected: StepId | undefined): FindResult | undefined {
    const { steps, of } = this;
    return steps && { at: steps.findIndex((step) => isStep(step, selected)) + 1, of };
  }

  /** Those found, by `stepKey`. Made once: the page asks with everything that it draws. */
  get keys(): ReadonlySet<string> {
    return (this.known ??= new Set((this.steps ?? []).map(stepKey)));
  }

  has(step: StepId | undefined): boolean {
    return this.steps?.some((each) => isStep(each, step)) === true;
  }

  /** The next one from a step on, or back; after the last comes the first. undefined where nothing was found. */
  next(from: StepId | undefined, by: 1 | -1): StepId | undefined {
    const { steps = [] } = this;
    const here = steps.findIndex((step) => isStep(step, from));
    const ahead = steps.findIndex((step) => isAfter(step, from));
    const before = (ahead < 0 ? steps.length : ahead) - 1;
    const at = here >= 0 ? here + by : by === 1 ? Math.max(ahead, 0) : before;
    return steps[(at + steps.length) % steps.length];
  }
}

/** Whether a step comes after another one on the packet's way. */
function isAfter(step: StepId, other: StepId | undefined): boolean {
  if (!other || step.event !== other.event) return step.event > (other?.event ?? -1);
  return step.kind === 'rule' && other.kind === 'rule' && step.rule > other.rule;
}
