import type { Chain, Rule } from '../ruleset/ruleSet';
import { chanceOf, type Unknown } from '../xtables/answer';
import type { Backend } from '../xtables/backend';
import type { Condition, Effect, MatchChange } from '../xtables/extension';
import type { PremiseId } from '../xtables/premise';
import type { PacketView } from '../xtables/view';
import { Assumption } from './assumption';
import { assumptionKey } from './assumptionKey';
import type { Circumstances } from './calls';
import type { Template } from './conntrack';
import type { TraceEvent } from './events';
import type { MadeChange } from './madeChange';
import type { Passage } from './passage';
import type { Position } from './position';
import { applyNat, applyTproxy, NOBODY_LISTENS, queueChoice } from './targetEffects';
import type { Applied, Branch, Traveller } from './traveller';

/** What a traversal needs of the packet's passage: settles what is unknown and carries out what targets do. */
export class TableWalk implements Traveller {
  constructor(private readonly passage: Passage) {}

  get parted(): boolean {
    return this.passage.parted;
  }

  meets(position: Position): boolean {
    return this.passage.meets(position);
  }

  changesIn(chain: Chain): readonly MadeChange[] {
    const { changes } = this.passage.context;
    return changes.length === 0 ? changes : changes.filter(({ rule }) => rule.chain === chain);
  }

  reach(change: MadeChange): boolean {
    return this.passage.reach(change);
  }

  circumstances(): Circumstances {
    const {
      at: standing,
      context: { world },
      chances,
    } = this.passage;
    return { standing, world: world.state, chances };
  }

  resume({ standing }: Circumstances): void {
    this.passage.move(standing);
  }

  count(): void {
    this.passage.context.effort.rules++;
  }

  note(text: string): void {
    if (!this.passage.notes.includes(text)) this.passage.note(text);
  }

  view(): PacketView {
    return this.passage.view();
  }

  emit(event: TraceEvent): void {
    this.passage.emit(event);
  }

  settle(rule: Rule, condition: string, answer: Unknown): boolean | undefined {
    const value = this.passage.context.answers.get(this.keyOf(rule, condition));
    if (value !== undefined)
      this.assume(rule, {
        question: condition,
        value,
        choice: false,
        reason: answer.reason,
        premise: answer.premise,
        probability: chanceOf(answer, value),
      });
    return value;
  }

  presume(rule: Rule, condition: string, answer: boolean): boolean {
    const value = this.passage.context.answers.get(this.keyOf(rule, condition)) ?? answer;
    const { premises, answers } = this.passage.context;
    const settled = premises !== undefined && !answers.has(this.keyOf(rule, condition));
    this.assume(rule, { question: condition, value, choice: false, reason: FRESH, probability: undefined }, settled);
    return value;
  }

  rests(rule: Rule, question: Condition, view: PacketView): PremiseId | undefined {
    return this.doubtIn(rule, question.text, () => premisesOfCondition(question, view));
  }

  /** Notes the premises of a question; gives back one that is in doubt. They are made only where something is open. */
  private doubtIn(rule: Rule, question: string, premises: () => readonly PremiseId[]): PremiseId | undefined {
    const use = this.passage.context.premises;
    if (!use) return undefined;
    const open = premises().filter((id) => use.open.has(id));
    for (const id of open) use.used.add(id);
    const doubt = open.find((id) => use.doubted.has(id));
    if (doubt === undefined || !use.settled.has(this.keyOf(rule, question))) return doubt;
    use.listed.add(doubt);
    return undefined;
  }

  alter(rule: Rule, { mark, packetType, effect, remembers }: MatchChange): void {
    if (effect) this.apply(rule, effect);
    if (remembers) this.remember(new Map([[remembers.key, remembers.value]]));
    if (mark !== undefined) this.passage.change({ mark });
    if (packetType !== undefined) this.passage.move({ packetType });
  }

  remember(written: ReadonlyMap<object | string, unknown>): void {
    for (const [key, value] of written) this.passage.context.world.set(key, value);
  }

  apply(rule: Rule, effect: Effect): Applied {
    const { passage } = this;
    const { conntrack, untracked, template, beyondCt } = passage.at;
    switch (effect.kind) {
      case 'continue':
      case 'verdict':
        if (effect.packet) passage.change(effect.packet, effect.kind === 'continue' && effect.inPlace);
        if (effect.conntrack && conntrack?.entry) passage.setEntry({ ...conntrack.entry, ...effect.conntrack });
        else if (effect.conntrack?.mark !== undefined && !conntrack && template)
          this.markTemplate(template, effect.conntrack.mark);
        if (effect.kind === 'continue') return { kind: 'continue' };
        return effect.verdict === 'ACCEPT'
          ? { kind: 'accept' }
          : effect.verdict === 'RETURN'
            ? { kind: 'return' }
            : { kind: 'drop', reject: false };
      case 'reject':
        return { kind: 'drop', reject: true };
      case 'queue':
        if (!effect.bypass && this.doubtIn(rule, NOBODY_LISTENS, () => ['queue']))
          return this.applyChoice(rule, queueChoice(effect));
        passage.move({ queued: true });
        return effect.bypass ? { kind: 'accept' } : { kind: 'drop', reject: false };
      case 'nat':
      case 'redirect':
      case 'masquerade':
        return applyNat(passage, effect);
      case 'tproxy':
        return applyTproxy(passage, effect);
      case 'untrack':
        passage.move({ untracked: untracked || (!conntrack && !beyondCt && template === undefined) });
        return { kind: 'continue' };
      case 'template':
        if (!conntrack && !untracked && !beyondCt)
          passage.move({ template: template ?? this.templateOf(rule, effect) });
        return { kind: 'continue' };
      case 'jump':
        return { kind: 'jump', chain: effect.chain, goto: effect.goto };
      case 'stolen':
        return { kind: 'drop', reject: false };
      case 'choice':
        return this.applyChoice(rule, effect);
    }
  }

  private applyChoice(rule: Rule, effect: Extract<Effect, { kind: 'choice' }>): Applied {
    const { answers } = this.passage.context;
    const choice =
      effect.choices.find(({ text }) => answers.get(this.keyOf(rule, text)) === true) ??
      (effect.choices.length === 1 ? effect.choices[0] : undefined);
    if (effect.choices.length === 0) return { kind: 'continue' };
    if (!choice) return { kind: 'open', reason: effect.reason, premise: effect.premise, choices: effect.choices };
    this.assume(rule, {
      question: choice.text,
      value: true,
      choice: true,
      reason: effect.reason,
      premise: effect.premise,
      probability: choice.probability,
    });
    return { ...this.apply(rule, choice.effect), chosen: choice };
  }

  private templateOf(
    { chain, number }: Rule,
    { zone, ofMark, helper }: Extract<Effect, { kind: 'template' }>,
  ): Template {
    const { world } = this.passage.context;
    const madeBy = `CT ${this.passage.at.packet.family} ${chain.name} ${number}`;
    return { zone, ofMark, helper, madeBy, mark: (world.get(madeBy) as number | undefined) ?? 0 };
  }

  /** A rule keeps its template, and with it what CONNMARK has written there (net/netfilter/xt_CT.c). */
  private markTemplate(template: Template, mark: number): void {
    this.passage.move({ template: { ...template, mark } });
    if (template.madeBy !== undefined) this.passage.context.world.set(template.madeBy, mark);
  }

  nowFor(chain: Chain): Chain {
    const { ruleSet } = this.passage;
    return ruleSet?.instead?.get(chain) ?? ruleSet?.beside?.instead?.get(chain) ?? chain;
  }

  /** The back end of the rules, where both have some. */
  private backend(): Backend | undefined {
    return this.passage.context.order.newer && this.passage.ruleSet?.backend;
  }

  private keyOf(rule: Rule, match: string): string {
    return assumptionKey({
      backend: this.backend(),
      table: rule.chain.table,
      chain: rule.chain.name,
      num: rule.number,
      match,
    });
  }

  assume(
    rule: Rule,
    { question: match, value, choice, reason, premise: doubted, probability }: Omit<Branch, 'from'>,
    settled = false,
  ): void {
    if (probability !== undefined) this.passage.chances++;
    this.passage.assumptions.push(
      new Assumption(rule, match, value, choice, probability, reason, this.backend(), doubted, settled),
    );
  }
}

/** What a match with a memory says rests on the packets before as well. */
function premisesOfCondition(question: Condition, view: PacketView): readonly PremiseId[] {
  const stated = question.premises?.(view) ?? [];
  return question.stateful && !question.settled ? [...stated, 'earlierPackets'] : stated;
}

/** What is assumed of matches that remember earlier packets. */
const FRESH =
  'it depends on earlier packets: the rules count as just loaded, and packets follow each other without delay';
