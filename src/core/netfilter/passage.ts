import type { ConntrackEntry } from '../net/conntrack';
import type { Packet } from '../net/packet';
import type { RuleSet } from '../ruleset/ruleSet';
import type { PacketView } from '../xtables/view';
import type { Assumption } from './assumption';
import { changedUnder, checked } from './checksum';
import type { KernelDropReason, TraceEvent, WalkEnd } from './events';
import { hostAsked, matchesNamed, type HostAsked } from './hostAsked';
import type { MadeChange } from './madeChange';
import { wasWritten } from './packetChanges';
import type { Position } from './position';
import { standingOf, type Standing } from './standing';
import { packetTypeOf, viewOf } from './standingView';
import type { Arrival, WalkContext } from './walkContext';

/** Ends a walk from anywhere inside of it. */
export class Ended extends Error {
  constructor(readonly end: WalkEnd) {
    super('the walk has ended');
  }
}

/** One thing to do with a packet. It calls `then` with what comes after it, or `finish` with how the walk ends. */
export type WalkStep = (passage: Passage) => void;

/** Where a path is, and everything that decides how it goes on. */
export interface WalkPlace {
  /** What is still to be done after the present table. */
  readonly agenda: object | undefined;
  /** Where within the table; undefined: at its end. */
  readonly position: Position | undefined;
  readonly standing: Standing;
  /** What the host remembers: `World.state`. */
  readonly world: object;
}

/** Where paths that parted may meet again. */
export interface Joins {
  /** Whether another path has gone on from that place; otherwise it is known from now on that this one does. */
  meet(passage: Passage, place: WalkPlace): boolean;
}

/** What is still to be done, first things first. Never changed, so that paths which part have the rest in common. */
interface Agenda {
  readonly step: WalkStep;
  /** Catches the end of the steps before it, and goes on; it is skipped otherwise. */
  readonly catches: ((passage: Passage, end: WalkEnd) => void) | undefined;
  readonly rest: Agenda | undefined;
}

/**
 * One packet on its way: where it stands, what rules see of it, what has happened to it since the last fork, and what
 * is still to be done. Everything but the events is shared or copied in no time, so that a walk can go on from a fork
 * along each branch.
 */
export class Passage {
  events: TraceEvent[] = [];
  assumptions: Assumption[] = [];
  notes: string[] = [];
  /** How the walk ended; undefined: it has not. */
  ended: WalkEnd | undefined;
  /** The ways on from a question that nothing answers; the walk stops here, and each is taken by a copy of its own. */
  branches: readonly WalkStep[] | undefined;
  /** How many questions that chance answers were met on the way here. */
  chances = 0;
  private standing: Standing;
  private cachedView: PacketView | undefined;
  /** What rules may ask of the host as it is now. */
  private asked: HostAsked;
  private readonly matchesNamed: NonNullable<PacketView['matchesNamed']>;
  private agenda: Agenda | undefined;
  /** Where paths that parted may meet again; undefined: this one has not met a fork in the present table. */
  private joins: Joins | undefined;
  /** It stands where another path has gone on from, in the same state: that one's way is its own. */
  joined = false;

  constructor(
    readonly arrival: Arrival,
    readonly context: WalkContext,
  ) {
    this.asked = hostAsked(context.world.remembered(), context);
    this.matchesNamed = matchesNamed(context);
    this.standing = standingOf(arrival.packet);
  }

  /** The same packet at the same place, with a host of its own and no events yet. */
  branch(step: WalkStep, joins: Joins | undefined): Passage {
    const branch = new Passage(this.arrival, { ...this.context, world: this.context.world.copy() });
    branch.standing = this.standing;
    branch.agenda = { step, catches: undefined, rest: this.agenda };
    branch.chances = this.chances;
    branch.joins = joins;
    return branch;
  }

  /** Puts steps before what is still to be done, in their order. */
  then(...steps: readonly WalkStep[]): void {
    for (const step of steps.toReversed()) this.agenda = { step, catches: undefined, rest: this.agenda };
  }

  /** The end of the steps that are put before this comes here instead of ending the walk. */
  thenCatch(catches: (passage: Passage, end: WalkEnd) => void): void {
    this.agenda = { step: () => undefined, catches, rest: this.agenda };
  }

  /**
   * Takes the next step. False where there is none to take: the walk has ended, parts here, or has met another path.
   */
  advance(): boolean {
    const { agenda } = this;
    if (this.ended || this.branches || this.joined || !agenda) return false;
    this.agenda = agenda.rest;
    try {
      agenda.step(this);
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      this.finish(error.end);
    }
    return true;
  }

  /** Ends the walk, or what a `thenCatch` waits for. */
  finish(end: WalkEnd): void {
    let { agenda } = this;
    while (agenda && !agenda.catches) agenda = agenda.rest;
    this.agenda = agenda?.rest;
    if (agenda?.catches) agenda.catches(this, end);
    else this.ended = end;
  }

  /** Whether it may meet a path that it parted from in the present table. */
  get parted(): boolean {
    return this.joins !== undefined;
  }

  /**
   * Whether another path has gone on from here in the same state; `position`: where within a table, undefined at its
   * end.
   */
  meets(position: WalkPlace['position']): boolean {
    if (!this.joins) return false;
    this.joined = this.joins.meet(this, {
      agenda: this.agenda,
      position,
      standing: this.standing,
      world: this.context.world.state,
    });
    if (position === undefined) this.joins = undefined;
    return this.joined;
  }

  get at(): Standing {
    return this.standing;
  }

  move(change: Partial<Standing>): void {
    this.standing = { ...this.standing, ...change };
    this.cachedView = undefined;
  }

  /**
   * `inPlace`: as SNPT and DNPT do, without verifying the checksum, and the data of the packet that it is a copy of
   * change as well, unless they have been made its own by another change.
   */
  change(patch: Partial<Packet>, inPlace = false): void {
    const { shared, packet: before, checksum } = this.standing;
    const packet = { ...before, ...patch };
    this.move({ packet, ...(inPlace && { checksum: changedUnder(checksum, before, packet) }) });
    if (!shared?.open) return;
    if (inPlace) this.move({ shared: { open: true, changes: { ...shared.changes, ...patch } } });
    else if (wasWritten(before, patch)) this.move({ shared: { ...shared, open: false } });
  }

  setEntry(entry: ConntrackEntry): void {
    const { conntrack } = this.standing;
    this.move(conntrack ? { conntrack: { ...conntrack, entry } } : {});
    if (this.context.world.entry(entry.id)) this.context.world.put(entry);
  }

  /** The rules that the packet meets just now. */
  get ruleSet(): RuleSet | undefined {
    const { ruleSet } = this.context;
    return this.standing.beside ? ruleSet?.beside : ruleSet;
  }

  /** What rules see at this moment; what happens later does not change it. */
  view(): PacketView {
    const remembered = this.context.world.remembered();
    if (this.asked.remembered !== remembered) {
      this.asked = hostAsked(remembered, this.context);
      this.cachedView = undefined;
    }
    return (this.cachedView ??= viewOf(this.standing, this.ruleSet, this.context.host, this.asked, this.matchesNamed));
  }

  /** The rule of a change is evaluated next; true where the packet is changed now. */
  reach(change: MadeChange): boolean {
    const index = this.context.changes.indexOf(change);
    const time = (this.standing.reached[index] ?? 0) + 1;
    const reached = this.context.changes.map((_, at) => (at === index ? time : (this.standing.reached[at] ?? 0)));
    this.move({ reached });
    if (time !== change.time) return false;
    this.change(change.packet);
    return true;
  }

  /** What connection tracking says of the packet, as far as it has seen it. */
  state(): WalkEnd['state'] {
    return this.standing.conntrack?.state ?? (this.standing.untracked ? 'UNTRACKED' : undefined);
  }

  /** The first hook that the packet has left fixes its state. */
  keepFirstState(): void {
    if (!this.standing.firstState && this.context.tracking) this.move({ firstState: { state: this.state() } });
  }

  emit(event: TraceEvent): void {
    this.events.push(event);
  }

  note(text: string | undefined): void {
    if (text !== undefined) this.notes.push(text);
  }

  kernelDrop(
    reason: KernelDropReason,
    detail: string,
    outcome: 'DROPPED' | 'NONE' = 'DROPPED',
    inHook = false,
  ): WalkEnd {
    const { hook, packet } = this.standing;
    this.emit({ kind: 'kernel-drop', reason, hook, inHook, packet, detail });
    return this.end(outcome, outcome === 'NONE' ? 'NONE' : 'DROP', { kind: 'kernel', reason, hook, inHook, detail });
  }

  end(
    outcome: WalkEnd['outcome'],
    verdict: WalkEnd['verdict'],
    dropBy: WalkEnd['dropBy'],
    rest: Partial<WalkEnd> = {},
  ): WalkEnd {
    const { packet, inInterface, outInterface, natRandom, firstState, conntrack, hook = 'INPUT' } = this.standing;
    return {
      outcome,
      verdict,
      dropBy,
      outInterface: undefined,
      packet,
      inInterface: inInterface === '' ? undefined : inInterface,
      receiver: undefined,
      receiverKnown: false,
      state: firstState?.state,
      conntrack,
      randomPort: natRandom,
      lastOutInterface: outInterface === '' ? undefined : outInterface,
      packetType: packetTypeOf(this.standing),
      checksumWrong: checked(this.standing, this.arrival, hook) === undefined,
      ...rest,
    };
  }
}
