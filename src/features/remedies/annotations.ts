import { annotatedRules } from '../../core/knowledge/knowledge';
import type { ProposedAnnotation } from '../../core/knowledge/annotated';
import type { Walked } from '../../core/netfilter/events';
import type { Proposal, Situation } from './remedy';
import { traceChanged } from './traceChanged';

/** Those annotations that do what is wanted, each traced with the rules that it makes of those at hand. */
export function annotationProposals(
  situation: Situation,
  proposed: readonly ProposedAnnotation[],
  isWanted: (outcomes: readonly Walked[]) => boolean,
): readonly Proposal[] {
  const { knowledge } = situation.input;
  if (!knowledge) return [];
  return proposed.flatMap(({ title, name, value, note }) => {
    const made = annotatedRules({ name, value, rules: knowledge });
    if (!made || 'problem' in made || made.commands.length === 0) return [];
    const outcomes = traceChanged(situation, { commands: made.commands });
    if (!outcomes || !isWanted(outcomes)) return [];
    const [rule] = made.commands.filter(({ operation }) => operation !== 'D');
    const line = `${name}: "${value}"`;
    return [
      {
        title: [{ text: title }],
        commands: [line],
        note,
        ...(rule && { makes: `-A ${rule.chain} ${rule.rule}` }),
        outcomes,
        reach: 'setting',
      },
    ];
  });
}
