import type { Chain, Rule } from '../ruleset/ruleSet';
import type { Choice, Effect } from '../xtables/extension';
import type { PremiseId } from '../xtables/premise';
import type { AskingFor } from './asking';
import type { Circumstances } from './calls';
import type { DecidedBy, TraceEvent, WalkEnd } from './events';
import type { MadeChange } from './madeChange';
import type { Position } from './position';

/** What the traversal needs of the walk that it is part of. */
export interface Traveller extends AskingFor {
  emit(event: TraceEvent): void;
  /** Carries out what a target does; says how the traversal goes on. */
  apply(rule: Rule, effect: Effect): Applied;
  /** What the caller changes before rules of a chain. */
  changesIn(chain: Chain): readonly MadeChange[];
  /** The rule of a change is evaluated next; true where the packet is changed now. */
  reach(change: MadeChange): boolean;
  /** The chain that is in the place of one that a jump leads to. */
  nowFor(chain: Chain): Chain;
  /** What a chain's answer depends on. */
  circumstances(): Circumstances;
  /** Puts the packet where an earlier visit of a chain left it. */
  resume(circumstances: Circumstances): void;
  /** Whether there is another path that this one may meet. */
  readonly parted: boolean;
  /** Whether another path has gone on from here in the same state, so that this one need not. */
  meets(position: Position): boolean;
  /** Counts a rule that is asked. */
  count(): void;
  /** Reports what prevents a certain answer. */
  note(text: string): void;
}

/** What a target's effect means for the traversal; `chosen`: what was carried out, where several things can happen. */
export type Applied = Onward & { readonly chosen?: Choice };

type Onward =
  | { readonly kind: 'continue' }
  | { readonly kind: 'return' }
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop'; readonly reject: boolean }
  /** On in a chain that the packet has chosen. */
  | { readonly kind: 'jump'; readonly chain: string; readonly goto: boolean }
  /** The kernel failed inside of the target, and the walk is over. */
  | { readonly kind: 'failed'; readonly end: WalkEnd }
  /** Several things can happen, and nothing says which. */
  | {
      readonly kind: 'open';
      readonly reason: string;
      readonly premise?: PremiseId | undefined;
      readonly choices: readonly Choice[];
    };

/** How a table was left, or why the traversal stopped in it. */
export type TableEnd =
  | { readonly kind: 'verdict'; readonly verdict: 'ACCEPT' | 'DROP' | 'REJECT'; readonly by: DecidedBy }
  | { readonly kind: 'failed'; readonly end: WalkEnd }
  | { readonly kind: 'hotdrop'; readonly reason: string }
  /** The rules lead through more chains than can be followed. */
  | { readonly kind: 'endless' }
  | { readonly kind: 'joined' }
  | { readonly kind: 'fork'; readonly rule: Rule; readonly branches: readonly Branch[] };

/** One way on from a fork. */
export interface Branch {
  /** The condition or the choice in words. */
  readonly question: string;
  readonly value: boolean;
  /** One of several things that a target may do, in contrast to a condition that may hold or not. */
  readonly choice: boolean;
  readonly reason: string;
  /** It is open only because this is in doubt. */
  readonly premise?: PremiseId | undefined;
  readonly probability: number | undefined;
  readonly from: Position;
}
