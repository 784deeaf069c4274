import type { AddressBlock } from '../../core/net/address';
import type { ConntrackState } from '../../core/net/conntrack';
import type { ExpressionProblem } from '../../core/net/packetExpression';
import type { Columns } from '../../core/text/columns';

/** What may be expected of the end of a path. ACCEPT: LOCAL or SENT. DROP: DROPPED without a REJECT. */
export type OutcomeWord = 'LOCAL' | 'SENT' | 'DROPPED' | 'NONE' | 'ACCEPT' | 'DROP' | 'REJECT';

/** A port, or ports from one to another, both included. */
export interface Ports {
  readonly first: number;
  readonly last: number;
}

/** A chain or a rule as it is written: `INPUT`, `filter/INPUT`, `filter/INPUT:4`. */
export interface RulePlace {
  /** Without the number: `INPUT`, `filter/INPUT`. */
  readonly chain: string;
  /** 1-based; undefined: any rule of the chain. */
  readonly number: number | undefined;
}

/** One thing that must hold of a path. */
export type Condition =
  | { readonly kind: 'outcome'; readonly outcome: OutcomeWord }
  /** `name`: of the file, in place of `address`. Both undefined: any address. */
  | {
      readonly kind: 'endpoint';
      readonly half: 'destination' | 'source';
      readonly address: AddressBlock | undefined;
      readonly name: string | undefined;
      readonly ports: Ports | undefined;
    }
  | { readonly kind: 'leaves'; readonly iface: string }
  /** `by X`, where X is a rule, a chain or an interface: which of them, the rules of the file say. */
  | { readonly kind: 'by'; readonly place: RulePlace }
  | { readonly kind: 'decided'; readonly by: 'policy' | 'kernel' }
  | { readonly kind: 'via'; readonly place: RulePlace }
  | { readonly kind: 'field'; readonly field: 'mark' | 'ttl' | 'tos'; readonly value: number; readonly mask: number }
  | { readonly kind: 'state'; readonly state: ConntrackState }
  | { readonly kind: 'process'; readonly process: string }
  /**
   * `ok`: it reaches the sender and looks like the reply. `lost`: there is one that does not. `none`: there is none.
   */
  | { readonly kind: 'reply'; readonly reply: 'ok' | 'lost' | 'none' }
  /** Addresses and ports are those that it was sent with. */
  | { readonly kind: 'unchanged' };

/** A condition as it is in a line. */
export interface Term extends Columns {
  readonly negated: boolean;
  readonly condition: Condition;
  /** As it is written, without `not`. */
  readonly text: string;
}

/** Terms of which one must hold: all but one come after `or`. */
export interface Clause extends Columns {
  readonly terms: readonly Term[];
  readonly text: string;
}

export type ReadClauses =
  | { readonly clauses: readonly Clause[]; readonly problems?: undefined }
  | { readonly problems: readonly ExpressionProblem[]; readonly clauses?: undefined };
