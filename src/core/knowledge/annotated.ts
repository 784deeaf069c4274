import type { RuleCommand } from '../ruleset/ruleCommand';
import type { RuleSetView } from './view';

/** An annotation or a label of a pod, and the value that it is to have. */
export interface Annotation {
  /** The full name or the part after the slash. */
  readonly name: string;
  readonly value: string;
}

export interface AnnotationQuestion extends Annotation {
  readonly rules: RuleSetView;
}

/** The rules as an annotation changes them. */
export type Annotated =
  | {
      /** In this order; none where the rules are already those of the value. */
      readonly commands: readonly RuleCommand[];
      /** What the rules do not show and was taken for granted, in a sentence. */
      readonly note?: string;
    }
  /** Why it changes nothing, or why what it changes is not tried. */
  | { readonly problem: string };

/** An annotation that would give a packet another outcome. */
export interface ProposedAnnotation extends Annotation {
  readonly title: string;
  readonly note: string;
}
