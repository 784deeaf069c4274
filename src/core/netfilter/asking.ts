import { headerConditions } from '../ruleset/header';
import { conditionsOf, type BoundMatch, type Rule } from '../ruleset/ruleSet';
import type { Answer, Unknown } from '../xtables/answer';
import type { Condition, MatchChange, MatchDrop } from '../xtables/extension';
import type { PacketView } from '../xtables/view';
import { askDrawn } from './drawnNumber';
import { headerMatches } from './ruleTest';

/** What asking a rule needs of the walk that it is part of. */
export interface AskingFor {
  view(): PacketView;
  /** The user's word about a question that has no certain answer; undefined: both answers are to be followed. */
  settle(rule: Rule, question: string, answer: Unknown): boolean | undefined;
  /** Notes that an answer of a match with a memory holds only from a fresh start on; gives back the user's word where there is one. */
  presume(rule: Rule, condition: string, answer: boolean): boolean;
  /** Carries out what a match changes of the packet. */
  alter(rule: Rule, change: MatchChange): void;
}

/** What a rule has said of a packet. */
export interface Tested {
  readonly kind: 'tested';
  readonly matched: boolean;
  readonly answers: readonly Answer[];
  /** Worth an event of its own even though it did not match. */
  readonly notable: boolean;
  /** A match has dropped the packet: the kernel does so behind this rule, whether it matched or not. */
  readonly drop: MatchDrop | undefined;
}

/** A question in the middle of a rule that nothing answers. With `value` added, asking goes on from there. */
export interface OpenQuestion {
  readonly kind: 'open';
  readonly question: string;
  readonly answer: Unknown;
  readonly at: AskedSoFar;
}

/** How far a rule was asked; never changed. */
interface AskedSoFar {
  /** Which of the rule's matches; -1: the header. */
  readonly match: number;
  /** Which of its conditions; `DROPS`: whether it drops the packet. */
  readonly condition: number;
  readonly answers: readonly Answer[];
  readonly drop: MatchDrop | undefined;
}

const DROPS = -1;
const NO: Tested = { kind: 'tested', matched: false, answers: [], notable: false, drop: undefined };

/** Asks a rule from its beginning. */
export function askRule(rule: Rule, walk: AskingFor): Tested | OpenQuestion {
  const view = walk.view();
  const { header, matches } = rule;
  if (!headerMatches(header, view)) return NO;
  if (!header.names && matches.length === 0) return { kind: 'tested', matched: true, answers: headerAnswers(rule), notable: true, drop: undefined };
  return new Asking(rule, view, walk, { match: -1, condition: header.names ? 0 : DROPS, answers: header.names ? [] : headerAnswers(rule), drop: undefined }).ask(undefined);
}

/** Asks on behind a question whose answer is given. */
export function askOn(rule: Rule, walk: AskingFor, { at }: OpenQuestion, value: boolean): Tested | OpenQuestion {
  return new Asking(rule, walk.view(), walk, at, true).ask(value);
}

function headerAnswers({ header }: Rule): Answer[] {
  const count = [header.source, header.destination, header.inInterface, header.outInterface, header.protocol, header.fragment].filter((part) => part !== undefined).length;
  return new Array<Answer>(count).fill(true);
}

/** Asks the conditions of one rule and keeps the answers. */
class Asking {
  private readonly answers: Answer[];
  private match: number;
  private condition: number;
  private drop: MatchDrop | undefined;

  constructor(
    private readonly rule: Rule,
    private view: PacketView,
    private readonly walk: AskingFor,
    from: AskedSoFar,
    private notable = false,
  ) {
    this.match = from.match;
    this.condition = from.condition;
    this.answers = [...from.answers];
    this.drop = from.drop;
  }

  /** `given`: the answer to the question at which asking stopped before; undefined where it starts. */
  ask(given: boolean | undefined): Tested | OpenQuestion {
    const { rule } = this;
    let value = given;
    for (; this.match < rule.matches.length; this.match++, this.condition = DROPS) {
      const match = rule.matches[this.match];
      if (match && this.condition === DROPS) {
        const asked = this.dropOf(match, value);
        value = undefined;
        if (asked.kind === 'open') return asked;
        const broken = asked.drop;
        // nf_tables drops the packet at once, whatever the match says (net/netfilter/nft_compat.c nft_match_eval).
        if (broken && this.view.backend === 'nft') return this.no(broken);
        this.drop ??= broken;
        if (broken?.matches) continue;
        if (broken) return this.no(this.drop);
      }
      const conditions = match ? conditionsOf(match, rule.family) : rule.header.names ? headerConditions(rule.header) : [];
      for (this.condition = Math.max(0, this.condition); this.condition < conditions.length; this.condition++) {
        const holds = this.holds(conditions, value);
        value = undefined;
        if (typeof holds === 'object') return holds;
        if (!holds) return this.no(this.drop);
      }
    }
    return { kind: 'tested', matched: true, answers: this.answers, notable: true, drop: this.drop };
  }

  /** Whether the kernel drops the packet while the match looks at it; where that is open, it does on one of the paths. */
  private dropOf(match: BoundMatch, given: boolean | undefined): { readonly kind: 'known'; readonly drop: MatchDrop | undefined } | OpenQuestion {
    const drop = match.extension.drops?.(match.data, this.view, match);
    if (!drop?.open) return { kind: 'known', drop };
    const { question, answer } = drop.open;
    const drops = given ?? this.walk.settle(this.rule, question, answer);
    return drops === undefined ? this.open(question, answer) : { kind: 'known', drop: drops ? drop : undefined };
  }

  /** Whether the present condition of the list holds. */
  private holds(list: readonly Condition[], given: boolean | undefined): boolean | OpenQuestion {
    const condition = list[this.condition] as Condition;
    let holds = given;
    if (holds === undefined) {
      let answer = askDrawn(condition, this.view);
      if (condition.stateful) {
        this.notable = true;
        if (typeof answer === 'boolean') answer = this.walk.presume(this.rule, condition.text, answer);
      }
      this.answers.push(answer);
      if (typeof answer === 'boolean') holds = answer;
      else {
        this.notable = true;
        const later = [...list.slice(this.condition + 1), ...this.rule.matches.slice(this.match + 1).flatMap((match) => conditionsOf(match, this.rule.family))];
        if (!canChange(condition, this.view) && surelyFails(later, this.view)) return false;
        holds = this.walk.settle(this.rule, condition.text, answer);
        if (holds === undefined) return this.open(condition.text, answer);
      }
    }
    this.alter(condition.changes?.(this.view, holds));
    return holds;
  }

  private alter(change: MatchChange | undefined): void {
    if (change === undefined) return;
    this.notable = true;
    this.walk.alter(this.rule, change);
    this.view = this.walk.view();
  }

  private open(question: string, answer: Unknown): OpenQuestion {
    return { kind: 'open', question, answer, at: { match: this.match, condition: this.condition, answers: [...this.answers], drop: this.drop } };
  }

  private no(drop: MatchDrop | undefined): Tested {
    return { kind: 'tested', matched: false, answers: this.answers, notable: this.notable || drop !== undefined, drop };
  }
}

function canChange(condition: Condition, view: PacketView): boolean {
  return [true, false].some((holds) => condition.changes?.(view, holds) !== undefined);
}

/** Looks ahead before both answers are followed: where a later condition says no for certain, the answer does not matter. */
function surelyFails(later: readonly Condition[], view: PacketView): boolean {
  for (const condition of later) {
    if (condition.stateful || canChange(condition, view)) return false;
    if (askDrawn(condition, view) === false) return true;
  }
  return false;
}
