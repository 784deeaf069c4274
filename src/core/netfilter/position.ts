import type { Chain } from '../ruleset/ruleSet';
import type { Choice, Effect, MatchDrop } from '../xtables/extension';
import type { PacketView } from '../xtables/view';
import type { OpenQuestion } from './asking';
import { Calls, type Call } from './calls';
import type { Asked } from './evidence';

/** Where a packet is in a table. Never changed, so that paths which part can go on from the same one. */
export interface Position {
  readonly start: Chain;
  readonly chain: Chain;
  /** The rule to be asked next, from 0 on. */
  readonly index: number;
  /** The first rule that no event covers yet. */
  readonly firstSkipped: number;
  readonly depth: number;
  readonly stack: Frame | undefined;
  /** What earlier visits of chains came to. */
  readonly calls: Calls;
  /** How much was done in this table so far. */
  readonly effort: Effort;
  /** The rule at `index` was asked up to a question, which is answered now. */
  readonly answered?: { readonly before: PacketView; readonly open: OpenQuestion; readonly value: boolean };
  /** The rule at `index` matched, and its target does this one of several things. */
  readonly chosen?: Matched & { readonly choice: Choice };
}

/** Where a RETURN goes to. */
export interface Frame {
  readonly chain: Chain;
  readonly index: number;
  readonly depth: number;
  readonly up: Frame | undefined;
  /** Kept where the path has become long. */
  readonly call: Call | undefined;
}

/** What was done on the way here: events, evaluated rules, jumps to chains. */
export interface Effort {
  readonly events: number;
  readonly rules: number;
  readonly jumps: number;
}

/** A rule that matched. */
export interface Matched {
  readonly before: PacketView;
  readonly asked: readonly Asked[];
  readonly drop: MatchDrop | undefined;
  /** What its target is known to do. */
  readonly whole: Effect;
}

/** Before the first rule of a built-in chain. */
export function startOf(chain: Chain): Position {
  return {
    start: chain,
    chain,
    index: 0,
    firstSkipped: 0,
    depth: 0,
    stack: undefined,
    calls: new Calls(),
    effort: { events: 0, rules: 0, jumps: 0 },
  };
}

/** Whether two paths are at the same rule of the same chain, called from the same place. */
export function samePosition(a: Position, b: Position): boolean {
  return (
    a.chain === b.chain &&
    a.index === b.index &&
    a.firstSkipped === b.firstSkipped &&
    a.depth === b.depth &&
    a.stack === b.stack &&
    a.start === b.start
  );
}
