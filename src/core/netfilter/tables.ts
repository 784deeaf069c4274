import { hookBits, type BaseChain, type Chain, type Rule } from '../ruleset/ruleSet';
import type { Unknown } from '../xtables/answer';
import type { Condition, Effect, MatchChange } from '../xtables/extension';
import type { Backend } from '../xtables/backend';
import { premise, type PremiseId } from '../xtables/premise';
import type { AnyTableName, Hook, PacketView, TableName } from '../xtables/view';
import { assumptionKey } from './assumptionKey';
import type { Circumstances } from './calls';
import { Assumption } from './assumption';
import type { Template } from './conntrack';
import type { TraceEvent, WalkEnd } from './events';
import { setUpNat } from './nat';
import { rangeOf } from './natRange';
import type { MadeChange } from './madeChange';
import { Ended, type Passage, type WalkStep } from './passage';
import { currentRoute } from './sending';
import { startNote } from './startChain';
import { tproxySocket } from './tproxySocket';
import {
  chanceOf,
  startOf,
  traverse,
  type Applied,
  type Branch,
  type Position,
  type TableEnd,
  type Traveller,
} from './traverse';

/**
 * Takes a packet through the chain of a table that is registered at a hook, and on to `then`. Does nothing where there
 * is no such chain.
 */
export function visitTable(passage: Passage, hook: Hook, name: TableName, then: WalkStep): void {
  const { ruleSet, context } = passage;
  const table = ruleSet?.tables.get(name);
  const chain = table?.chains.get(hook);
  if (!ruleSet || !table || !chain) return;
  visitChain(passage, hook, chain, false, then, context.order.newer && ruleSet.backend);
}

/** Takes a packet through a base chain of nftables, and on to `then`. */
export function visitBaseChain(passage: Passage, hook: Hook, chain: BaseChain, then: WalkStep): void {
  visitChain(passage, hook, chain, true, then, undefined);
}

function visitChain(
  passage: Passage,
  hook: Hook,
  chain: Chain,
  native: boolean,
  then: WalkStep,
  backend: Backend | undefined,
): void {
  passage.then(then);
  passage.move({ table: chain.table, native, queued: false });
  passage.emit({
    kind: 'table-enter',
    hook,
    table: chain.table,
    chain,
    view: passage.view(),
    ...(backend && { backend }),
  });
  goOn(passage, hook, chain.table, beginning(passage, hook, chain));
}

/** Where the packet begins in a table: in its built-in chain, or in the one that whoever asks has put it into. */
function beginning(passage: Passage, hook: Hook, chain: Chain): Position {
  const {
    context: { start },
    at,
  } = passage;
  const usual = startOf(chain);
  if (
    !start ||
    at.started ||
    start.native !== at.native ||
    (!start.native && start.beside !== at.beside) ||
    start.chain.table !== chain.table ||
    !(start.hooks & hookBits([hook]))
  )
    return usual;
  passage.move({ started: true });
  passage.note(startNote(start, hook));
  return { ...usual, chain: start.chain };
}

/** From a position in the table on: up to its end, or to a fork, after which each branch goes on by itself. */
function goOn(passage: Passage, hook: Hook, name: AnyTableName, from: Position): void {
  const tables = new TableWalk(passage);
  const end = traverse(from, tables);
  if (end.kind === 'joined') return;
  if (end.kind === 'fork') {
    passage.branches = end.branches.map((branch) => (on) => {
      new TableWalk(on).assume(end.rule, branch);
      goOn(on, hook, name, branch.from);
    });
  } else leave(passage, hook, name, end, tables.failed);
}

function leave(
  passage: Passage,
  hook: Hook,
  table: AnyTableName,
  end: Exclude<TableEnd, { kind: 'joined' | 'fork' }>,
  failed: WalkEnd | undefined,
): void {
  if (end.kind === 'failed')
    throw new Ended(failed ?? passage.kernelDrop('nat-failed', 'the target failed', undefined, true));
  if (end.kind === 'hotdrop') throw new Ended(passage.kernelDrop('broken-packet', end.reason, undefined, true));
  if (end.kind === 'endless') throw new Ended(notFollowed(passage, table));
  passage.emit({ kind: 'table-leave', hook, table, verdict: end.verdict, by: end.by });
  if (end.verdict === 'ACCEPT') {
    passage.meets(undefined);
    return;
  }
  const dropBy: WalkEnd['dropBy'] =
    end.by.kind === 'policy'
      ? { kind: 'policy', chain: end.by.chain, hook }
      : { kind: 'rule', rule: end.by.rule, hook, target: end.by.rule.written ? end.verdict : targetName(end.by.rule) };
  throw new Ended(passage.end('DROPPED', end.verdict, dropBy));
}

/** What became of the packet is not known. */
function notFollowed(passage: Passage, table: AnyTableName): WalkEnd {
  const detail = `table ${table} sends the packet through tens of thousands of chains, one after the other: the packet is not followed to its end, so its outcome is not known`;
  passage.note(detail);
  return passage.kernelDrop('not-followed', detail, 'NONE', true);
}

/** What a traversal needs of the packet's passage: settles what is unknown and carries out what targets do. */
class TableWalk implements Traveller {
  /** How a target has failed. */
  failed: WalkEnd | undefined;

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
        return this.applyNat(effect);
      case 'tproxy':
        return this.applyTproxy(effect);
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
    return this.apply(rule, choice.effect);
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

  private applyNat(effect: Extract<Effect, { kind: 'nat' | 'redirect' | 'masquerade' }>): Applied {
    const { passage } = this;
    const { packet, conntrack, hook = 'PREROUTING', inInterface, outInterface } = passage.at;
    const entry = conntrack?.entry;
    if (!entry) return { kind: 'accept' };
    const half = effect.kind === 'nat' ? effect.half : effect.kind === 'redirect' ? 'destination' : 'source';
    const range = rangeOf(effect, {
      packet,
      hook,
      inInterface,
      outInterface,
      route: currentRoute(passage),
      host: passage.context.host,
    });
    const setup = range && setUpNat(entry, half, range, passage.context.world);
    if (!setup) {
      const detail = range
        ? 'no free translation was found'
        : `${effect.kind === 'redirect' ? inInterface : outInterface} has no address to translate to`;
      this.failed = passage.kernelDrop(range ? 'nat-failed' : 'redirect-without-address', detail, undefined, true);
      return { kind: 'failed' };
    }
    if (setup.random) passage.move({ natRandom: half });
    passage.setEntry(
      effect.kind === 'masquerade' && !entry.confirmed
        ? { ...setup.entry, masqueradeDevice: outInterface }
        : setup.entry,
    );
    return { kind: 'accept' };
  }

  private applyTproxy(effect: Extract<Effect, { kind: 'tproxy' }>): Applied {
    const { passage } = this;
    const { packet, inInterface } = passage.at;
    const socket = tproxySocket(
      passage.context.host,
      packet,
      effect,
      inInterface,
      passage.context.world.socketOf(packet),
    );
    if (socket === undefined) return { kind: 'drop', reject: false };
    passage.move({ assignedSocket: socket });
    passage.change({ mark: ((packet.mark & ~effect.markMask) ^ effect.mark) >>> 0 });
    return { kind: 'accept' };
  }

  nowFor(chain: Chain): Chain {
    const { ruleSet } = this.passage;
    return ruleSet?.instead?.get(chain) ?? ruleSet?.beside?.instead?.get(chain) ?? chain;
  }

  /** Of the rules that are asked, where both back ends have some. */
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

const NOBODY_LISTENS = 'no program listens, or it drops the packet';

/** What may become of a packet that is handed to user space. */
function queueChoice(effect: Extract<Effect, { kind: 'queue' }>): Extract<Effect, { kind: 'choice' }> {
  return {
    kind: 'choice',
    reason: premise('queue').reason,
    premise: 'queue',
    choices: [
      { text: 'a program lets it pass', effect: { ...effect, bypass: true } },
      { text: NOBODY_LISTENS, effect: { kind: 'verdict', verdict: 'DROP' } },
    ],
  };
}

/** What is assumed of matches that remember earlier packets. */
const FRESH =
  'it depends on earlier packets: the rules count as just loaded, and packets follow each other without delay';

function targetName(rule: Rule): string {
  return rule.target.kind === 'extension'
    ? rule.target.extension.name
    : rule.target.kind === 'unknown'
      ? rule.target.name
      : '';
}
