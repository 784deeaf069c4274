import { fit, type ChangedBy, type Paragraph, type RuleKnowledge } from '../facts';
import { spanText } from '../releases';
import { ruleSpans, type RuleVariant } from './releases';
import { sources } from './settings';

/** What is said of a rule besides its title. */
export interface Saying {
  /** Which shape of rule it is: first and last release come from it. */
  readonly variant: RuleVariant;
  readonly details: readonly Paragraph[];
  readonly changedBy?: readonly ChangedBy[];
  readonly kernelNote?: string | undefined;
  /** Said after the releases: `only with DNS capture`. */
  readonly moreOnReleases?: string;
  readonly family?: string;
  readonly source?: string;
}

/** Knowledge of one rule; the family is the sidecar's where none is said. */
export function ruleOfIstio(title: string, saying: Saying): RuleKnowledge {
  const span = ruleSpans[saying.variant];
  return {
    title: fit(title),
    family: saying.family ?? 'Istio sidecar',
    details: saying.details,
    changedBy: saying.changedBy ?? [],
    sources: [saying.source ?? sources.run, ...(saying.kernelNote === undefined ? [] : [sources.kernel])],
    ...span,
    variant: saying.variant,
    versions: [spanText(span), saying.moreOnReleases].filter((part) => part !== undefined).join('; '),
    ...(saying.kernelNote === undefined ? {} : { kernelNote: saying.kernelNote }),
  };
}
