import { conditionsOf, type BoundMatch, type Chain, type Rule } from '../ruleset/ruleSet';
import { AddressIndex } from '../ruleset/addressIndex';
import { headerConditions } from '../ruleset/header';
import type { Answer, Unknown } from '../xtables/answer';
import type { Condition, Effect, MatchDrop, MatchChange } from '../xtables/extension';
import type { PacketView } from '../xtables/view';
import { headerMatches } from './ruleTest';
import type { DecidedBy, TraceEvent } from './events';

/** What the traversal needs of the walk that it is part of. */
export interface Traveller {
  view(): PacketView;
  emit(event: TraceEvent): void;
  /** Settles a question that has no certain answer: by the user's word, or by following both. */
  settle(rule: Rule, condition: string, answer: Unknown): boolean;
  /** Notes that an answer of a match with a memory holds only from a fresh start on; gives back the user's word where there is one. */
  presume(rule: Rule, condition: string, answer: boolean): boolean;
  /** Carries out what a match changes of the packet. */
  alter(change: MatchChange): void;
  /** Carries out what a target does; says how the traversal goes on. */
  apply(rule: Rule, effect: Effect): Applied;
}

/** What a target's effect means for the traversal. */
export type Applied =
  | { readonly kind: 'continue' }
  | { readonly kind: 'return' }
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop'; readonly reject: boolean }
  /** The kernel failed inside of the target. */
  | { readonly kind: 'failed' };

/** How a table was left. */
export type TableEnd =
  | { readonly kind: 'verdict'; readonly verdict: 'ACCEPT' | 'DROP' | 'REJECT'; readonly by: DecidedBy }
  | { readonly kind: 'failed' }
  | { readonly kind: 'hotdrop'; readonly reason: string };

interface Tested {
  readonly matched: boolean;
  readonly answers: readonly Answer[];
  /** Worth an event of its own even though it did not match. */
  readonly notable: boolean;
  /** A match has thrown the packet away: the kernel drops it behind this rule, whether it matched or not. */
  readonly drop: MatchDrop | undefined;
}

const NO: Tested = { matched: false, answers: [], notable: false, drop: undefined };

/** Walks the chains of one table from its built-in chain on. Source: net/ipv4/netfilter/ip_tables.c ipt_do_table. */
export function traverse(start: Chain, traveller: Traveller): TableEnd {
  const stack: { readonly chain: Chain; readonly index: number }[] = [];
  let chain = start;
  let addresses = AddressIndex.of(start);
  let index = 0;
  let firstSkipped = 0;
  let depth = 0;
  const flush = (upTo: number, view: PacketView): void => {
    if (upTo > firstSkipped) traveller.emit({ kind: 'skipped', chain, from: firstSkipped + 1, to: upTo, view, depth });
  };
  for (;;) {
    const before = traveller.view();
    if (addresses) index = addresses.next(index, before.packet);
    const rule = chain.rules[index];
    if (rule === undefined) {
      flush(index, before);
      const back = leave(chain, false);
      if (back) return back;
      continue;
    }
    const tested = test(rule, traveller);
    if (!tested.matched && !tested.notable) {
      index++;
      continue;
    }
    flush(index, before);
    // A match may have changed the packet.
    const asked = traveller.view();
    if (!tested.matched) {
      traveller.emit({ kind: 'rule', rule, matched: false, view: before, answers: tested.answers, effect: undefined, after: asked.packet, depth, broken: tested.drop?.reason });
      if (tested.drop) return { kind: 'hotdrop', reason: tested.drop.reason };
      index++;
      firstSkipped = index;
      continue;
    }
    const { target } = rule;
    if (target.kind === 'jump') {
      traveller.emit({ kind: 'rule', rule, matched: true, view: before, answers: tested.answers, effect: undefined, after: asked.packet, depth, broken: tested.drop?.reason });
      if (tested.drop) return { kind: 'hotdrop', reason: tested.drop.reason };
      const next = target.to;
      if (next === undefined) return { kind: 'failed' };
      if (!target.goto) stack.push({ chain, index: index + 1 });
      depth++;
      chain = next;
      addresses = AddressIndex.of(next);
      index = firstSkipped = 0;
      continue;
    }
    const effect: Effect = target.kind === 'extension' ? target.extension.apply(target.data, asked, rule) : target.kind === 'none' ? { kind: 'continue' } : unknownTarget(target.name);
    const at = traveller.apply(rule, effect);
    traveller.emit({ kind: 'rule', rule, matched: true, view: before, answers: tested.answers, effect, after: traveller.view().packet, depth, broken: tested.drop?.reason });
    // Where the target drops the packet as well, it is the rule that did, and what REJECT sends is sent.
    if (tested.drop && at.kind !== 'drop') return { kind: 'hotdrop', reason: tested.drop.reason };
    index++;
    firstSkipped = index;
    switch (at.kind) {
      case 'continue':
        break;
      case 'accept':
        return { kind: 'verdict', verdict: 'ACCEPT', by: { kind: 'rule', rule } };
      case 'drop':
        return { kind: 'verdict', verdict: at.reject ? 'REJECT' : 'DROP', by: { kind: 'rule', rule } };
      case 'failed':
        return { kind: 'failed' };
      case 'return': {
        const back = leave(chain, true);
        if (back) return back;
      }
    }
  }

  /** Back to the rule behind the last jump (not the last goto), or to the policy of the built-in chain. */
  function leave(from: Chain, explicit: boolean): TableEnd | undefined {
    const back = stack.pop();
    if (back === undefined) {
      const verdict = start.policy ?? 'ACCEPT';
      if (from !== start || explicit) traveller.emit({ kind: 'return', chain: from, to: start, explicit, depth });
      traveller.emit({ kind: 'policy', chain: start, verdict });
      return { kind: 'verdict', verdict, by: { kind: 'policy', chain: start } };
    }
    traveller.emit({ kind: 'return', chain: from, to: back.chain, explicit, depth });
    depth = stack.length;
    chain = back.chain;
    addresses = AddressIndex.of(chain);
    index = firstSkipped = back.index;
    return undefined;
  }
}

function unknownTarget(name: string): Effect {
  const reason = `the target ${name} is not known here, so what it does to the packet is not known either`;
  return {
    kind: 'choice', reason,
    choices: [
      { text: 'the next rule is looked at', effect: { kind: 'continue' } },
      { text: 'the packet is accepted', effect: { kind: 'verdict', verdict: 'ACCEPT' } },
      { text: 'the packet is dropped', effect: { kind: 'verdict', verdict: 'DROP' } },
    ],
  };
}

function test(rule: Rule, traveller: Traveller): Tested {
  const view = traveller.view();
  const { header, matches } = rule;
  if (!headerMatches(header, view)) return NO;
  if (!header.names && matches.length === 0) return { matched: true, answers: headerAnswers(rule), notable: true, drop: undefined };
  return testMatches(rule, view, traveller);
}

function headerAnswers(rule: Rule): Answer[] {
  const { header } = rule;
  const count = [header.source, header.destination, header.inInterface, header.outInterface, header.protocol, header.fragment].filter((part) => part !== undefined).length;
  return new Array<Answer>(count).fill(true);
}

function testMatches(rule: Rule, view: PacketView, traveller: Traveller): Tested {
  const asked = new Asking(rule, view, traveller);
  if (rule.header.names && !asked.holds(headerConditions(rule.header), 0)) return asked.no();
  if (!rule.header.names) asked.answers.push(...headerAnswers(rule));
  let drop: MatchDrop | undefined;
  for (let m = 0; m < rule.matches.length; m++) {
    const match = rule.matches[m] as BoundMatch;
    const broken = asked.settleDrop(match.extension.drops?.(match.data, asked.view, match));
    // nf_tables drops the packet at once, whatever the match says (net/netfilter/nft_compat.c nft_match_eval).
    if (broken && asked.view.backend === 'nft') return asked.no(broken);
    drop ??= broken;
    if (broken ? !broken.matches : !asked.holds(conditionsOf(match, rule.family), m + 1)) return asked.no(drop);
  }
  return { matched: true, answers: asked.answers, notable: true, drop };
}

/** Asks the conditions of one rule and keeps the answers. */
class Asking {
  readonly answers: Answer[] = [];
  private notable = false;

  constructor(
    private readonly rule: Rule,
    public view: PacketView,
    private readonly traveller: Traveller,
  ) {}

  /** Whether all conditions of the list hold; match number `next` comes behind it in the rule. */
  holds(list: readonly Condition[], next: number): boolean {
    for (let i = 0; i < list.length; i++) {
      const condition = list[i] as Condition;
      let answer = condition.test(this.view);
      if (condition.stateful) {
        this.notable = true;
        if (typeof answer === 'boolean') answer = this.traveller.presume(this.rule, condition.text, answer);
      }
      this.answers.push(answer);
      let holds = answer === true;
      if (typeof answer !== 'boolean') {
        this.notable = true;
        if (!canChange(condition, this.view) && surelyFails(list.slice(i + 1), this.rule.matches.slice(next), this.view, this.rule.family)) return false;
        holds = this.traveller.settle(this.rule, condition.text, answer);
      }
      this.alter(condition.changes?.(this.view, holds));
      if (!holds) return false;
    }
    return true;
  }

  /** The drop, unless it is open and the course followed is the one without. */
  settleDrop(drop: MatchDrop | undefined): MatchDrop | undefined {
    if (!drop?.open) return drop;
    return this.traveller.settle(this.rule, drop.open.question, drop.open.answer) ? drop : undefined;
  }

  private alter(change: MatchChange | undefined): void {
    if (change === undefined) return;
    this.notable = true;
    this.traveller.alter(change);
    this.view = this.traveller.view();
  }

  no(drop?: MatchDrop): Tested {
    return { matched: false, answers: this.answers, notable: this.notable || drop !== undefined, drop };
  }
}

function canChange(condition: Condition, view: PacketView): boolean {
  return [true, false].some((holds) => condition.changes?.(view, holds) !== undefined);
}

/** Looks ahead before following both answers: where a later condition says no for certain, the answer does not matter. */
function surelyFails(list: readonly Condition[], rest: readonly BoundMatch[], view: PacketView, family: 4 | 6): boolean {
  for (const condition of [...list, ...rest.flatMap((match) => conditionsOf(match, family))]) {
    if (condition.stateful || canChange(condition, view)) return false;
    if (condition.test(view) === false) return true;
  }
  return false;
}
