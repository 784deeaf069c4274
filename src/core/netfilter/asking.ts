import { headerConditions, headerMatches } from '../ruleset/header';
import { conditionsOf, type BoundMatch, type Rule } from '../ruleset/ruleSet';
import type { Answer, Unknown } from '../xtables/answer';
import { ask, drafted } from '../xtables/draft';
import type { Condition, MatchChange, MatchDrop } from '../xtables/extension';
import { premise, type PremiseId } from '../xtables/premise';
import type { PacketView } from '../xtables/view';
import { askDrawn } from './drawnNumber';
import { askHeader, dropQuestion, type Asked } from './evidence';

/** What the evaluation of a rule needs of the walk that it is part of. */
export interface AskingFor {
  view(): PacketView;
  /** The user's word about a question that has no certain answer; undefined: both answers are to be followed. */
  settle(rule: Rule, question: string, answer: Unknown): boolean | undefined;
  /**
   * Notes that an answer of a match with a memory holds only from a fresh start on; gives back the user's word where
   * there is one.
   */
  presume(rule: Rule, condition: string, answer: boolean): boolean;
  /** Notes what an answer takes for granted; gives back what of it is in doubt: then both answers are followed. */
  rests(rule: Rule, question: Condition, view: PacketView): PremiseId | undefined;
  /** Carries out what a match changes of the packet. */
  alter(rule: Rule, change: MatchChange): void;
  /** Keeps what a match or a target remembers. */
  remember(written: ReadonlyMap<object | string, unknown>): void;
}

/** The answer of a rule for a packet. */
export interface Tested {
  readonly kind: 'tested';
  readonly matched: boolean;
  /** What it has asked after its header, as it was then. Of a rule whose header does not match, nothing. */
  readonly asked: readonly Asked[];
  /** Worth an event of its own even though it did not match. */
  readonly notable: boolean;
  /** A match has dropped the packet: the kernel does so after this rule, whether it matched or not. */
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
  readonly asked: readonly Asked[];
  readonly drop: MatchDrop | undefined;
}

const DROPS = -1;
const NO: Tested = { kind: 'tested', matched: false, asked: [], notable: false, drop: undefined };
const YES: Tested = { kind: 'tested', matched: true, asked: [], notable: true, drop: undefined };

/** Asks a rule from its beginning. */
export function askRule(rule: Rule, walk: AskingFor): Tested | OpenQuestion {
  const view = walk.view();
  const { header, matches } = rule;
  if (!headerMatches(header, view)) return NO;
  if (!header.names && matches.length === 0) return YES;
  return new Asking(rule, view, walk, {
    match: -1,
    condition: header.names ? 0 : DROPS,
    asked: [],
    drop: undefined,
  }).ask(undefined);
}

/** Asks on after a question whose answer is given. */
export function askOn(rule: Rule, walk: AskingFor, { at }: OpenQuestion, value: boolean): Tested | OpenQuestion {
  return new Asking(rule, walk.view(), walk, at, true).ask(value);
}

/**
 * Evaluates a rule of a run that did not match once more, with the view of the run, to show what it tested up to the
 * first no. Such a rule has asked nothing that remembers, changes something or is open, so nothing of the walk is
 * needed.
 */
export function askAgain(rule: Rule, view: PacketView): readonly Asked[] {
  const { header } = rule;
  const inHeader = askHeader(rule, view);
  if (inHeader.some(({ answer }) => answer === false)) return inHeader;
  if (header.names && !headerMatches(header, view)) {
    // What the file does not state comes first, and the kernel tests the rest whatever its answer.
    const asked = headerConditions(header).map((question): Asked => ({ question, view, answer: ask(question, view) }));
    return asked.slice(0, asked.findIndex(({ answer }) => answer === false) + 1);
  }
  const tested = askRule(rule, {
    view: () => view,
    settle: () => undefined,
    presume: (_rule, _condition, answer) => answer,
    rests: () => undefined,
    alter: () => undefined,
    remember: () => undefined,
  });
  return [...inHeader, ...(tested.kind === 'open' ? tested.at.asked : tested.asked)];
}

/** Asks the conditions of one rule and keeps what they said. */
class Asking {
  private readonly asked: Asked[];
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
    this.asked = [...from.asked];
    this.drop = from.drop;
  }

  /** `given`: the answer to the question at which asking stopped before; undefined where it starts. */
  ask(given: boolean | undefined): Tested | OpenQuestion {
    const { rule } = this;
    let value = given;
    if (value !== undefined) this.take(value);
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
      const conditions = match
        ? conditionsOf(match, rule.family)
        : rule.header.names
          ? headerConditions(rule.header)
          : [];
      for (this.condition = Math.max(0, this.condition); this.condition < conditions.length; this.condition++) {
        const holds = this.holds(conditions, value);
        value = undefined;
        if (typeof holds === 'object') return holds;
        if (!holds) return this.no(this.drop);
      }
    }
    return { kind: 'tested', matched: true, asked: this.asked, notable: true, drop: this.drop };
  }

  /**
   * Whether the kernel drops the packet while the match is evaluated; where that is open, it does on one of the paths.
   */
  private dropOf(
    match: BoundMatch,
    given: boolean | undefined,
  ): { readonly kind: 'known'; readonly drop: MatchDrop | undefined } | OpenQuestion {
    const { view } = this;
    const drop = match.extension.drops?.(match.data, view, match);
    if (!drop) return { kind: 'known', drop };
    if (!drop.open) {
      this.asked.push({ question: dropQuestion(match, drop), view, answer: drop.matches && view.backend !== 'nft' });
      return { kind: 'known', drop };
    }
    const { question, answer } = drop.open;
    let drops = given;
    if (drops === undefined) {
      this.asked.push({ question: dropQuestion(match, drop), view, answer });
      drops = this.walk.settle(this.rule, question, answer);
      if (drops === undefined) return this.open(question, answer);
      this.take(drops);
    }
    return { kind: 'known', drop: drops ? drop : undefined };
  }

  /** Whether the present condition of the list holds. */
  private holds(list: readonly Condition[], given: boolean | undefined): boolean | OpenQuestion {
    const question = list[this.condition] as Condition;
    let holds = given;
    if (holds === undefined) {
      const { view } = this;
      const answer = this.doubted(question, question.stateful ? this.recall(question) : askDrawn(question, view), view);
      if (typeof answer === 'boolean') {
        holds = question.stateful && !question.settled ? this.walk.presume(this.rule, question.text, answer) : answer;
        this.asked.push({ question, view, answer: holds, ...(holds !== answer && { said: true }) });
      } else {
        this.notable = true;
        this.asked.push({ question, view, answer });
        const later = canChange(question, this.view) ? undefined : this.surelyFails(list.slice(this.condition + 1));
        if (later) {
          this.asked.push(...later);
          return false;
        }
        holds = this.walk.settle(this.rule, question.text, answer);
        if (holds === undefined) return this.open(question.text, answer);
        this.take(holds);
      }
    }
    this.alter(question.changes?.(this.view, holds));
    return holds;
  }

  /** An answer that rests on a premise in doubt is open. The one for what the packet has is the likelier. */
  private doubted(question: Condition, answer: Answer, view: PacketView): Answer {
    if (typeof answer !== 'boolean') return answer;
    const doubt = this.walk.rests(this.rule, question, view);
    return doubt === undefined
      ? answer
      : { kind: 'unknown', reason: premise(doubt).reason, premise: doubt, ...(!answer && { unlikely: true }) };
  }

  /** Asks a condition with a memory; what it writes down is there for all that comes after. */
  private recall(question: Condition): Answer {
    this.notable = true;
    const { view, draft } = drafted(this.view);
    const answer = question.test(view);
    if (draft.written.size > 0) {
      this.walk.remember(draft.written);
      this.view = this.walk.view();
    }
    return answer;
  }

  /** This is what the path takes for the answer to the last question. */
  private take(taken: boolean): void {
    const last = this.asked.pop();
    if (last) this.asked.push({ ...last, taken });
  }

  /**
   * Looks ahead before both answers are followed: where a later condition is certainly false, the answer does not
   * matter. Gives what was tested up to that one.
   */
  private surelyFails(next: readonly Condition[]): readonly Asked[] | undefined {
    const { rule, view } = this;
    const asked: Asked[] = [];
    for (let match = this.match; match < rule.matches.length; match++) {
      const bound = rule.matches[match];
      const ahead = match > this.match && bound;
      // A match drops a packet that it cannot read, but only if the packet gets as far as that match.
      if (ahead && ahead.extension.drops?.(ahead.data, view, ahead)) return undefined;
      for (const question of ahead ? conditionsOf(ahead, rule.family) : next) {
        if (question.stateful || canChange(question, view)) return undefined;
        const answer = this.doubted(question, askDrawn(question, view), view);
        asked.push({ question, view, answer });
        if (answer === false) return asked;
      }
    }
    return undefined;
  }

  private alter(change: MatchChange | undefined): void {
    if (change === undefined) return;
    this.notable = true;
    this.walk.alter(this.rule, change);
    this.view = this.walk.view();
  }

  private open(question: string, answer: Unknown): OpenQuestion {
    return {
      kind: 'open',
      question,
      answer,
      at: { match: this.match, condition: this.condition, asked: [...this.asked], drop: this.drop },
    };
  }

  private no(drop: MatchDrop | undefined): Tested {
    return { kind: 'tested', matched: false, asked: this.asked, notable: this.notable || drop !== undefined, drop };
  }
}

function canChange(condition: Condition, view: PacketView): boolean {
  return [true, false].some((holds) => condition.changes?.(view, holds) !== undefined);
}
