import type { ListedInterfaces } from './header';
import type { Rule } from './ruleSet';

/** A rule without what its listing does not show. */
export interface RuleInListing extends Pick<Rule, 'family' | 'header' | 'matches' | 'target'> {
  readonly table: string;
  readonly chain: string;
  /** The chains that the two rules above jump to, the nearest one first; undefined for one that jumps to none. */
  readonly jumpsAbove: readonly (string | undefined)[];
}

/** undefined: it may test any interface. */
export type InterfacesOfRule = (rule: RuleInListing) => ListedInterfaces | undefined;
