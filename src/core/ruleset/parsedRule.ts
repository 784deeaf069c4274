import type { Counters, Operation, Problem, Word } from '../syntax/tree';
import type { StandIn } from '../xtables/option';
import type { TableName } from '../xtables/view';
import type { ListedInterfaces, RuleHeader } from './header';
import type { Program } from './program';
import type { BoundMatch, BoundTarget } from './ruleSet';

/** What the reading of a rule depends on. */
export interface RuleContext extends Pick<Program, 'family' | 'backend'> {
  readonly table: TableName;
  /** The chain the rule is put into; built-in chains restrict `-i` and `-o`. */
  readonly chain: string;
  /** The chains of the table at this point, by name; a target that is not one of them must be a target extension. */
  readonly chains: Pick<
    ReadonlyMap<string, { readonly name: string; readonly hook?: string | undefined }>,
    'get' | 'values'
  >;
  /** What is done with the rule; undefined where it is put into a chain. */
  readonly operation?: Operation;
  /** The rule is input for iptables-restore, which knows no placeholders: see `isPlaceholder`. */
  readonly asInput?: true | undefined;
  /** The rule was cut out of a table: chains that are missing are not errors. */
  readonly fragment?: true | undefined;
  /** Filled with the words that may be spelled in other ways: see `GoodRule.certain`. */
  readonly certain?: Map<Word, readonly string[]>;
}

/** A rule read from its words. `-s a,b` stands for several rules, so there is a list of headers. */
export interface ParsedRule {
  readonly headers: readonly RuleHeader[];
  readonly matches: readonly BoundMatch[];
  readonly target: BoundTarget;
  readonly counters: Counters | undefined;
  readonly problems: readonly Problem[];
  /** `-6` in iptables-restore input, `-4` in ip6tables-restore input: the line is skipped. */
  readonly otherFamily: boolean;
  /** `-h` or `-V`, at which iptables-restore ends: nothing after it is read, and the table is not loaded. */
  readonly ends?: Word;
  /** What values that are not there are taken for; undefined: there are none. */
  readonly standIns?: readonly StandIn[];
  /** Interfaces that its listing does not show, and that are known all the same. */
  readonly known?: ListedInterfaces;
}
