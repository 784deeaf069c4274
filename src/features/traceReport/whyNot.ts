import type { Asked } from '../../core/netfilter/evidence';

/**
 * Why a condition did not hold, in a few words: `dport 3000 ≠ 15008`; where the packet lacks the field, its name. A
 * condition without words of its own is put as `--match-set blocked src: in set blocked`, which is never wrong.
 */
export function whyNot({ question, view, said }: Asked): string {
  if (said) return `${question.text}: no, as you answered`;
  const actual = question.actual(view);
  if (typeof actual !== 'string') return actual.missing;
  return question.denial?.(view) ?? `${question.text}: ${actual}`;
}
