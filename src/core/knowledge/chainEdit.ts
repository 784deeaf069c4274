import { isTableName } from '../ruleset/ruleSet';
import type { RuleCommand } from '../ruleset/ruleCommand';
import type { ChainView, RuleView } from './view';

/**
 * Rules that come before rule `before` of the chain as it is; counted from 1, one more than there are rules: at its
 * end.
 */
export interface PutRules {
  readonly before: number;
  /** Matches and target, as iptables-save writes them. */
  readonly rules: readonly string[];
}

/** A chain without some of its rules and with others, as commands to be run one after the other. */
export function chainEdit(
  { table, name, rules }: ChainView,
  isGone: (rule: RuleView) => boolean,
  put: readonly PutRules[],
): readonly RuleCommand[] {
  if (!isTableName(table)) return [];
  const gone = rules.filter(isGone).map(({ number }) => number);
  // From the end on, so that the numbers of the rules before stay right.
  return [
    ...gone.toReversed().map((position): RuleCommand => ({ table, chain: name, operation: 'D', position, rule: '' })),
    ...put
      .toSorted((a, b) => b.before - a.before)
      .flatMap(({ before, rules: added }) => {
        const first = before - gone.filter((number) => number < before).length;
        return added.map((rule, i): RuleCommand => ({ table, chain: name, operation: 'I', position: first + i, rule }));
      }),
  ];
}
