import type { Rule } from '../ruleset/ruleSet';

/**
 * The plain view of a rule set that the knowledge reads. It holds no behaviour, so that the facts apply to rules
 * from any source; the rule set of core/ruleset is mapped to it by its owner.
 */
export interface RuleSetView {
  readonly family: 4 | 6;
  /** All of them. A large node has 20,000: use `chain` where the name is known. */
  readonly chains: readonly ChainView[];
  /** The chain of that name in that table, or undefined. */
  chain(table: string, name: string): ChainView | undefined;
  /** The elements of a set or a map of nftables, as they are written, piece by piece; none where there is no such. */
  setElements(table: string, set: string): readonly string[];
  /** Whether any table has a chain of that name. */
  hasChain(name: string): boolean;
  /** Whether the test holds of a user-defined chain, in the order of `chains`. */
  someChain(test: (table: string, name: string) => boolean): boolean;
}

export interface ChainView {
  readonly table: string;
  readonly name: string;
  readonly builtin: boolean;
  /** `ACCEPT`, `DROP`; undefined for a user chain. */
  readonly policy: string | undefined;
  readonly rules: readonly RuleView[];
  /** The rules that jump or go to this chain; `line` is 0-based. */
  readonly jumpedFrom: readonly JumpView[];
}

export interface JumpView {
  readonly chain: string;
  readonly line: number;
}

export interface RuleView {
  readonly table: string;
  readonly chain: string;
  /** Position in the chain, 1-based. */
  readonly number: number;
  /** 0-based line in the file. */
  readonly line: number;
  /** The line that it is in, as it is written. */
  readonly written: string;
  /** The rule as iptables-save prints it, `-A WEB -p tcp -m tcp --dport 15008 -j RETURN`. */
  readonly saved: string;
  readonly target: string | undefined;
  /** The chains that it may continue with: of a rule of nftables several, by a map of verdicts. */
  readonly leadsTo: readonly string[];
  /** The rule itself, with its conditions and its target as they were read. */
  readonly bound: Rule;
}

/**
 * The first rule of any chain that matches. Only those that hold the word are read: a node's 100,000 service rules do
 * not.
 */
export function ruleWithWord(
  ruleSet: RuleSetView,
  word: string,
  fits: (rule: RuleView) => boolean,
): RuleView | undefined {
  for (const { rules } of ruleSet.chains) {
    const found = rules.find((rule) => rule.written.includes(word) && fits(rule));
    if (found) return found;
  }
  return undefined;
}

/** The chain of that name in that table, or undefined. */
export function chainIn(ruleSet: RuleSetView | undefined, table: string, chain: string): ChainView | undefined {
  return ruleSet?.chain(table, chain);
}
