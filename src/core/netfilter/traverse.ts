import { RuleIndex, type Candidates, type ChainIndex } from '../ruleset/ruleIndex';
import type { Chain, Rule } from '../ruleset/ruleSet';
import { chanceOf } from '../xtables/answer';
import { drafted } from '../xtables/draft';
import type { Choice, Effect, MatchDrop } from '../xtables/extension';
import type { PacketView } from '../xtables/view';
import { askOn, askRule, type OpenQuestion } from './asking';
import type { Call, Calls } from './calls';
import type { TraceEvent } from './events';
import type { MadeChange } from './madeChange';
import type { Effort, Frame, Matched, Position } from './position';
import type { Branch, TableEnd, Traveller } from './traveller';

/**
 * Beyond this many steps, what a chain did before in the same circumstances is not listed again. Real rule sets take
 * fewer.
 */
const LONG: Pick<Effort, 'jumps' | 'rules'> = { jumps: 5_000, rules: 2_000_000 };
/** A table is followed no further than this many steps. */
const ENDLESS: Pick<Effort, 'jumps' | 'rules'> = { jumps: 30_000, rules: 50_000_000 };

const AGAIN =
  'The rules send the packet through the same chains thousands of times: where a chain does what it did ' +
  'before, the rules that match there are not listed again';

/** Walks the chains of one table from a position on. Source: net/ipv4/netfilter/ip_tables.c ipt_do_table. */
export function traverse(from: Position, traveller: Traveller): TableEnd {
  return new Traversal(from, traveller).run();
}

class Traversal {
  private readonly start: Chain;
  private readonly calls: Calls;
  private chain: Chain;
  private lookup: ChainIndex | undefined;
  private changes: readonly MadeChange[];
  /** Of the packet as `candidatesFor` has it. */
  private candidates: Candidates | undefined;
  private candidatesFor: PacketView | undefined;
  private index: number;
  private firstSkipped: number;
  private depth: number;
  private stack: Frame | undefined;
  private events: number;
  private rules: number;
  private jumps: number;

  constructor(
    private readonly from: Position,
    private readonly traveller: Traveller,
  ) {
    this.start = from.start;
    // Another branch has other answers.
    this.calls = from.calls.copy();
    this.chain = from.chain;
    this.lookup = RuleIndex.of(from.chain);
    this.changes = traveller.changesIn(from.chain);
    this.index = from.index;
    this.firstSkipped = from.firstSkipped;
    this.depth = from.depth;
    this.stack = from.stack;
    this.events = from.effort.events;
    this.rules = from.effort.rules;
    this.jumps = from.effort.jumps;
  }

  run(): TableEnd {
    let end = this.takeUp();
    while (end === undefined) end = this.next();
    return end;
  }

  /** Goes on in the middle of a rule, where the position is there. */
  private takeUp(): TableEnd | undefined {
    const { answered, chosen } = this.from;
    const rule = this.chain.rules[this.index];
    if (!rule) return undefined;
    if (chosen) return this.applyTarget(rule, chosen, chosen.choice);
    return answered && this.settle(rule, answered.before, askOn(rule, this.traveller, answered.open, answered.value));
  }

  /** Asks the next rule that may match. */
  private next(): TableEnd | undefined {
    let before = this.traveller.view();
    const from = this.index;
    if (this.lookup) this.index = this.candidatesOf(this.lookup, before).next(this.index);
    if (this.changes.length > 0 && this.changeFrom(from, before)) before = this.traveller.view();
    const rule = this.chain.rules[this.index];
    this.rules++;
    this.traveller.count();
    if (rule === undefined) {
      this.flush(before);
      return this.leave(false);
    }
    return this.settle(rule, before, askRule(rule, this.traveller));
  }

  private openChain(chain: Chain): void {
    this.lookup = RuleIndex.of(chain);
    this.candidates = undefined;
    this.changes = this.traveller.changesIn(chain);
  }

  /** Stands before the rule of the first change that is made from a rule on up to the present one, if there is one. */
  private changeFrom(from: number, before: PacketView): boolean {
    const met = this.changes.filter(({ rule: { number } }) => number > from && number <= this.index + 1);
    const rules = new Set(met.map(({ rule }) => rule).sort((a, b) => a.number - b.number));
    for (const rule of rules) {
      const ofRule = met.filter((change) => change.rule === rule);
      if (!ofRule.map((change) => this.traveller.reach(change)).includes(true)) continue;
      this.index = rule.number - 1;
      this.flush(before);
      this.firstSkipped = this.index;
      return true;
    }
    return false;
  }

  private candidatesOf(lookup: ChainIndex, view: PacketView): Candidates {
    if (this.candidates && this.candidatesFor === view) return this.candidates;
    this.candidatesFor = view;
    return (this.candidates = lookup.candidates(view));
  }

  /** Does what follows from a rule's answer. */
  private settle(rule: Rule, before: PacketView, tested: ReturnType<typeof askRule>): TableEnd | undefined {
    if (tested.kind === 'open') return this.fork(rule, before, tested);
    const { matched, notable, asked, drop } = tested;
    if (!matched && !notable) {
      this.index++;
      return undefined;
    }
    this.flush(before);
    if (!matched) {
      this.record(rule, { view: before, asked, effect: undefined, matched: false }, drop);
      return drop ? { kind: 'hotdrop', reason: drop.reason } : this.pass();
    }
    const { target } = rule;
    if (target.kind === 'jump' && !target.refused && target.to) {
      this.record(rule, { view: before, asked, effect: undefined, matched: true }, drop);
      const to = this.traveller.nowFor(target.to);
      return drop ? { kind: 'hotdrop', reason: drop.reason } : this.enter(rule, to, target.goto);
    }
    const effect = this.effectOf(rule);
    return this.applyTarget(rule, { before, asked, drop, whole: effect });
  }

  private effectOf(rule: Rule): Effect {
    const { target } = rule;
    switch (target.kind) {
      case 'extension': {
        // A match may have changed the packet, so its view is made anew.
        const { view, draft } = drafted(this.traveller.view());
        const effect = target.extension.apply(target.data, view, rule);
        if (draft.written.size > 0) this.traveller.remember(draft.written);
        return effect;
      }
      case 'none':
        return { kind: 'continue' };
      case 'jump':
        return refused(target.refused ?? `there is no chain "${target.chain}"`);
      case 'unknown':
        return unknownTarget(target.name);
    }
  }

  /** `choice`: what the target does of several things. */
  private applyTarget(rule: Rule, matched: Matched, choice?: Choice): TableEnd | undefined {
    const { before, asked, drop, whole } = matched;
    const at = this.traveller.apply(rule, choice?.effect ?? whole);
    if (at.kind === 'open') {
      const branches = at.choices.map((each): Branch => ({
        question: each.text,
        value: true,
        reason: at.reason,
        premise: at.premise,
        probability: each.probability,
        choice: true,
        from: { ...this.position(), chosen: { ...matched, choice: each } },
      }));
      return { kind: 'fork', rule, branches };
    }
    const done = at.chosen ?? choice;
    const chosen = done && { text: done.text, of: whole };
    this.record(rule, { view: before, asked, effect: done?.effect ?? whole, matched: true, chosen }, drop);
    // Where the target drops the packet as well, it is the rule that did, and what REJECT sends is sent.
    if (drop && at.kind !== 'drop') return { kind: 'hotdrop', reason: drop.reason };
    switch (at.kind) {
      case 'continue':
        return this.pass();
      case 'accept':
        return { kind: 'verdict', verdict: 'ACCEPT', by: { kind: 'rule', rule } };
      case 'drop':
        return { kind: 'verdict', verdict: at.reject ? 'REJECT' : 'DROP', by: { kind: 'rule', rule } };
      case 'failed':
        return at;
      case 'return':
        return this.leave(true);
      case 'jump': {
        const to = rule.chains?.get(at.chain);
        return to && !to.hook ? this.enter(rule, to, at.goto) : this.pass();
      }
    }
  }

  /** On to the next rule. */
  private pass(): TableEnd | undefined {
    this.firstSkipped = ++this.index;
    return this.meet();
  }

  private meet(): TableEnd | undefined {
    return this.traveller.parted && this.traveller.meets(this.position()) ? { kind: 'joined' } : undefined;
  }

  /** Into the chain that a rule names. */
  private enter(rule: Rule, chain: Chain, goto: boolean): TableEnd | undefined {
    if (++this.jumps > ENDLESS.jumps || this.rules > ENDLESS.rules) return { kind: 'endless' };
    const call: Call | undefined =
      goto || !this.isLong() ? undefined : { chain, before: this.traveller.circumstances(), events: this.events };
    const before = call && this.calls.find(chain, call.before);
    if (before) {
      this.emit({ kind: 'repeated', chain, rule, events: before.events, depth: this.depth + 1 });
      this.traveller.note(AGAIN);
      this.traveller.resume(before.after);
      return this.pass();
    }
    if (!goto) this.stack = { chain: this.chain, index: this.index + 1, depth: this.depth, up: this.stack, call };
    this.depth++;
    this.chain = chain;
    this.openChain(chain);
    this.index = this.firstSkipped = 0;
    return undefined;
  }

  private isLong(): boolean {
    return this.jumps > LONG.jumps || this.rules > LONG.rules;
  }

  /** Back to the rule after the last jump (not the last goto), or to the policy of the built-in chain. */
  private leave(explicit: boolean): TableEnd | undefined {
    const { chain, start, depth, stack: back } = this;
    if (back === undefined) {
      const verdict = start.policy ?? 'ACCEPT';
      if (chain !== start || explicit) this.emit({ kind: 'return', chain, to: start, explicit, depth });
      this.emit({ kind: 'policy', chain: start, verdict });
      return { kind: 'verdict', verdict, by: { kind: 'policy', chain: start } };
    }
    this.emit({ kind: 'return', chain, to: back.chain, explicit, depth });
    if (back.call)
      this.calls.keep({ ...back.call, after: this.traveller.circumstances(), events: this.events - back.call.events });
    this.stack = back.up;
    this.depth = back.depth;
    this.chain = back.chain;
    this.openChain(back.chain);
    this.index = this.firstSkipped = back.index;
    return this.meet();
  }

  private fork(rule: Rule, before: PacketView, open: OpenQuestion): TableEnd {
    const { question, answer } = open;
    const here = this.position();
    const branches = (answer.unlikely ? [false, true] : [true, false]).map((value): Branch => ({
      question,
      value,
      reason: answer.reason,
      premise: answer.premise,
      probability: chanceOf(answer, value),
      choice: false,
      from: { ...here, answered: { before, open, value } },
    }));
    return { kind: 'fork', rule, branches };
  }

  private position(): Position {
    const { start, chain, index, firstSkipped, depth, stack, calls, events, rules, jumps } = this;
    return { start, chain, index, firstSkipped, depth, stack, calls, effort: { events, rules, jumps } };
  }

  private flush(view: PacketView): void {
    const { chain, firstSkipped, index, depth } = this;
    if (index > firstSkipped)
      this.emit({ kind: 'skipped', chain, rules: chain.rules, from: firstSkipped + 1, to: index, view, depth });
  }

  private record(
    rule: Rule,
    what: Pick<Extract<TraceEvent, { kind: 'rule' }>, 'view' | 'asked' | 'effect' | 'matched' | 'chosen'>,
    drop: MatchDrop | undefined,
  ): void {
    const after = this.traveller.view().packet;
    this.emit({ kind: 'rule', rule, ...what, after, depth: this.depth, broken: drop?.reason });
  }

  private emit(event: TraceEvent): void {
    this.events++;
    this.traveller.emit(event);
  }
}

/** A rule that the kernel refuses is not there: the packet goes on to the next one. */
function refused(why: string): Effect {
  return { kind: 'continue', note: `not loaded: ${why}` };
}

function unknownTarget(name: string): Effect {
  const reason =
    name === ''
      ? 'the rule is not fully understood, so whether it has a target is not known'
      : `the target ${name} is not known here, so what it does to the packet is not known either`;
  return {
    kind: 'choice',
    reason,
    choices: [
      { text: 'the next rule is evaluated', effect: { kind: 'continue' } },
      { text: 'the packet is accepted', effect: { kind: 'verdict', verdict: 'ACCEPT' } },
      { text: 'the packet is dropped', effect: { kind: 'verdict', verdict: 'DROP' } },
    ],
  };
}
