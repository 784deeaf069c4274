import type { Rule } from '../ruleset/ruleSet';
import type { Unknown } from '../xtables/answer';
import type { Effect, MatchChange } from '../xtables/extension';
import type { Hook, PacketView, TableName } from '../xtables/view';
import { assumptionKey } from './assumptionKey';
import type { TraceEvent, WalkEnd } from './events';
import { setUpNat } from './nat';
import { rangeOf } from './natRange';
import { Ended, type Passage } from './passage';
import { currentRoute } from './sending';
import { tproxySocket } from './tproxySocket';
import { traverse, type Applied, type TableEnd, type Traveller } from './traverse';

/** Takes a packet through the rules of its tables: settles what is unknown and carries out what targets do. */
export class Tables implements Traveller {
  /** How a target has failed. */
  private failed: WalkEnd | undefined;

  constructor(private readonly passage: Passage) {}

  /** Whether there was such a table and chain. Ends the walk where the packet does not get through. */
  visit(hook: Hook, name: TableName): boolean {
    const table = this.passage.context.ruleSet?.tables.get(name);
    const chain = table?.chains.get(hook);
    if (!table || !chain) return false;
    this.passage.move({ table: name, queued: false });
    this.emit({ kind: 'table-enter', hook, table: name, chain, view: this.view() });
    this.leave(hook, name, traverse(chain, this));
    return true;
  }

  private leave(hook: Hook, table: TableName, end: TableEnd): void {
    const { passage } = this;
    if (end.kind === 'failed') throw new Ended(this.failed ?? passage.kernelDrop('nat-failed', 'the target could not do its work', undefined, true));
    if (end.kind === 'hotdrop') throw new Ended(passage.kernelDrop('broken-packet', end.reason, undefined, true));
    this.emit({ kind: 'table-leave', hook, table, verdict: end.verdict, by: end.by });
    if (end.verdict === 'ACCEPT') return;
    const dropBy: WalkEnd['dropBy'] = end.by.kind === 'policy'
      ? { kind: 'policy', chain: end.by.chain, hook }
      : { kind: 'rule', rule: end.by.rule, hook, target: targetName(end.by.rule) };
    throw new Ended(passage.end('DROPPED', end.verdict, dropBy));
  }

  view(): PacketView {
    return this.passage.view();
  }

  emit(event: TraceEvent): void {
    this.passage.emit(event);
  }

  settle(rule: Rule, condition: string, answer: Unknown): boolean {
    const { answers, decisions } = this.passage.context;
    const value = answers.get(keyOf(rule, condition)) ?? decisions.take(2) === 0;
    this.assume(rule, condition, value, answer.reason, answer.probability === undefined ? undefined : value ? answer.probability : 1 - answer.probability);
    return value;
  }

  presume(rule: Rule, condition: string, answer: boolean): boolean {
    const value = this.passage.context.answers.get(keyOf(rule, condition)) ?? answer;
    this.assume(rule, condition, value, FRESH, undefined);
    return value;
  }

  alter({ mark, packetType }: MatchChange): void {
    if (mark !== undefined) this.passage.change({ mark });
    if (packetType !== undefined) this.passage.move({ packetType });
  }

  apply(rule: Rule, effect: Effect): Applied {
    const { passage } = this;
    const { conntrack, untracked, template, beyondCt } = passage.at;
    switch (effect.kind) {
      case 'continue':
      case 'verdict':
        if (effect.packet) passage.change(effect.packet, effect.kind === 'continue' && effect.inPlace);
        if (effect.conntrack && conntrack?.entry) passage.setEntry({ ...conntrack.entry, ...effect.conntrack });
        if (effect.kind === 'continue') return { kind: 'continue' };
        return effect.verdict === 'ACCEPT' ? { kind: 'accept' } : effect.verdict === 'RETURN' ? { kind: 'return' } : { kind: 'drop', reject: false };
      case 'reject':
        return { kind: 'drop', reject: true };
      case 'queue':
        passage.move({ queued: true });
        return effect.bypass ? { kind: 'accept' } : { kind: 'drop', reject: false };
      case 'nat': case 'redirect': case 'masquerade':
        return this.applyNat(effect);
      case 'tproxy':
        return this.applyTproxy(effect);
      case 'untrack':
        passage.move({ untracked: untracked || (!conntrack && !beyondCt && template === undefined) });
        return { kind: 'continue' };
      case 'template':
        if (!conntrack && !untracked && !beyondCt) passage.move({ template: template ?? { zone: effect.zone, helper: effect.helper } });
        return { kind: 'continue' };
      case 'stolen':
        return { kind: 'drop', reject: false };
      case 'choice':
        return this.applyChoice(rule, effect);
    }
  }

  private applyChoice(rule: Rule, effect: Extract<Effect, { kind: 'choice' }>): Applied {
    const { answers, decisions } = this.passage.context;
    const answered = effect.choices.findIndex(({ text }) => answers.get(keyOf(rule, text)) === true);
    const choice = effect.choices[answered >= 0 ? answered : decisions.take(effect.choices.length)];
    if (choice === undefined) return { kind: 'continue' };
    this.assume(rule, choice.text, true, effect.reason, choice.probability);
    return this.apply(rule, choice.effect);
  }

  private applyNat(effect: Extract<Effect, { kind: 'nat' | 'redirect' | 'masquerade' }>): Applied {
    const { passage } = this;
    const { packet, conntrack, hook = 'PREROUTING', inInterface, outInterface } = passage.at;
    const entry = conntrack?.entry;
    if (!entry) return { kind: 'accept' };
    const half = effect.kind === 'nat' ? effect.half : effect.kind === 'redirect' ? 'destination' : 'source';
    const range = rangeOf(effect, { packet, hook, inInterface, outInterface, route: currentRoute(passage), host: passage.context.host });
    const setup = range && setUpNat(entry, half, range, passage.context.world);
    if (!setup) {
      const detail = range ? 'no free translation was found' : `${effect.kind === 'redirect' ? inInterface : outInterface} has no address to translate to`;
      this.failed = passage.kernelDrop(range ? 'nat-failed' : 'redirect-without-address', detail, undefined, true);
      return { kind: 'failed' };
    }
    if (setup.random) passage.move({ natRandom: half });
    passage.setEntry(effect.kind === 'masquerade' && !entry.confirmed ? { ...setup.entry, masqueradeDevice: outInterface } : setup.entry);
    return { kind: 'accept' };
  }

  private applyTproxy(effect: Extract<Effect, { kind: 'tproxy' }>): Applied {
    const { passage } = this;
    const { packet, inInterface } = passage.at;
    const socket = tproxySocket(passage.context.host, packet, effect, inInterface, passage.context.world.socketOf(packet));
    if (socket === undefined) return { kind: 'drop', reject: false };
    passage.move({ assignedSocket: socket });
    passage.change({ mark: ((packet.mark & ~effect.markMask) ^ effect.mark) >>> 0 });
    return { kind: 'accept' };
  }

  private assume(rule: Rule, match: string, value: boolean, reason: string, probability: number | undefined): void {
    this.passage.assumptions.push({
      table: rule.chain.table, chain: rule.chain.name, num: rule.number, match, value, probability, reason, rule, key: keyOf(rule, match),
    });
  }
}

/** What is assumed of matches that remember earlier packets. */
const FRESH = 'it depends on the packets before: the rules count as just loaded, and packets follow each other at once';

function keyOf(rule: Rule, match: string): string {
  return assumptionKey({ table: rule.chain.table, chain: rule.chain.name, num: rule.number, match });
}

function targetName(rule: Rule): string {
  return rule.target.kind === 'extension' ? rule.target.extension.name : rule.target.kind === 'unknown' ? rule.target.name : '';
}
