import { isMulticast } from '../net/address';
import type { ConntrackEntry, ConntrackView } from '../net/conntrack';
import type { Host } from '../net/host';
import type { Packet, SocketOwner } from '../net/packet';
import type { RuleSet } from '../ruleset/ruleSet';
import type { Assumption } from './assumption';
import type { HookOrder } from './hookOrder';
import type { PacketView } from '../xtables/view';
import type { MadeChange } from './madeChange';
import type { PremiseUse } from './premiseUse';
import { changedUnder, checked, RIGHT } from './checksum';
import { templateView } from './connectionFacts';
import type { KernelDropReason, TraceEvent, WalkEnd } from './events';
import { hostAsked, matchesNamed, type HostAsked } from './hostAsked';
import type { Standing } from './standing';
import type { StartChain } from './startChain';
import type { Position } from './traverse';
import type { World } from './world';

export type Attached = ConntrackView | 'beyond-ct';

/** A packet as it arrives at the host or is sent by it. */
export interface Arrival {
  readonly packet: Packet;
  readonly direction: 'in' | 'out';
  /** Where it arrives (`in`), or the interface the sender bound to (`out`). */
  readonly iface: string | undefined;
  readonly socket: SocketOwner | undefined;
  /** What connection tracking is said to say of it, where that is given from outside. */
  readonly state: ConntrackView['state'] | undefined;
  /** Sent through a raw socket that is not bound to the source in the packet, as tools that inject packets do. */
  readonly raw?: boolean;
  /**
   * For a packet that the host makes in answer to another: the connection it is attached to from the start;
   * `beyond-ct`: none, as the other is untracked, but CT rules leave it alone all the same.
   */
  readonly attached?: Attached;
}

/** What a walk needs besides the packet. */
export interface WalkContext {
  /** undefined: no rules of that family were given, all tables are empty. */
  readonly ruleSet: RuleSet | undefined;
  /** What of the rules was made later, and is asked first where priorities are the same. */
  readonly order: HookOrder;
  /** The chain that the packet is put into; undefined: it takes its usual way. */
  readonly start: StartChain | undefined;
  readonly host: Host;
  readonly world: World;
  /** What the user said about questions that nothing in the file answers, by `Assumption.key`. */
  readonly answers: ReadonlyMap<string, boolean>;
  /** Whether connection tracking runs: it is on for the host, or a rule asks for it. */
  readonly tracking: boolean;
  /** What is assumed; undefined: everything that a premise is about is known. */
  readonly premises: PremiseUse | undefined;
  /** At most one for each rule and time. */
  readonly changes: readonly MadeChange[];
  /** How many rules were asked on all paths; counted while they are walked. */
  readonly effort: { rules: number };
}

const NONE_REACHED: readonly number[] = [];

/** Ends a walk from anywhere inside of it. */
export class Ended extends Error {
  constructor(readonly end: WalkEnd) {
    super('the walk has ended');
  }
}

/** One thing to do with a packet. It says what comes after it with `then`, or how the walk ends with `finish`. */
export type WalkStep = (passage: Passage) => void;

/** Where a path stands, and all that decides how it goes on. */
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
  /** Takes the end of what was put before it, and goes on; it is passed over otherwise. */
  readonly catches: ((passage: Passage, end: WalkEnd) => void) | undefined;
  readonly rest: Agenda | undefined;
}

/** What the kernel keeps of a packet beside its data. */
const BESIDE_DATA: ReadonlySet<string> = new Set(['mark', 'priority', 'sourceMac', 'destinationMac']);

/**
 * DSCP and TOS leave a packet alone that is as they want it; the others make its data its own at once. Source:
 * net/netfilter/xt_DSCP.c.
 */
function wasWritten(before: Packet, patch: Partial<Packet>): boolean {
  const keys = Object.keys(patch).filter((key) => !BESIDE_DATA.has(key));
  return keys.some((key) => key !== 'tos') || (keys.length > 0 && patch.tos !== before.tos);
}

/**
 * One packet on its way: where it stands, what it looks like to the rules, what has happened to it since the last fork,
 * and what is still to be done. Everything but the events is shared or copied in no time, so that a walk can go on from
 * a fork along each branch.
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
    this.standing = {
      packet: arrival.packet,
      hook: undefined,
      table: 'raw',
      beside: false,
      native: false,
      started: false,
      inInterface: '',
      outInterface: '',
      conntrack: undefined,
      untracked: false,
      template: undefined,
      beyondCt: false,
      socket: undefined,
      headerBySender: false,
      assignedSocket: undefined,
      packetType: undefined,
      ownCopy: false,
      shared: undefined,
      checksum: RIGHT,
      routedAs: undefined,
      outRoute: undefined,
      natRandom: undefined,
      queued: false,
      readdressed: false,
      clash: false,
      firstState: undefined,
      reached: NONE_REACHED,
    };
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
   * `inPlace`: as SNPT and DNPT do, without a look at the checksum, and the data of the packet that it is a copy of
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
    return (this.cachedView ??= this.viewNow());
  }

  private viewNow(): PacketView {
    const {
      packet,
      hook,
      table,
      native,
      inInterface,
      outInterface,
      conntrack,
      untracked,
      template,
      socket,
      headerBySender,
      assignedSocket,
      ownCopy,
      routedAs,
      natRandom,
      outRoute,
      readdressed,
    } = this.standing;
    const {
      context: { host },
      ruleSet,
      asked: { memory, findConnection, findSocket, findTransparent },
      matchesNamed: named,
    } = this;
    return {
      packet,
      hook: hook ?? 'PREROUTING',
      table,
      inInterface,
      outInterface,
      socket,
      headerBySender,
      host,
      assignedSocket,
      ownCopy,
      routedAs,
      sentAs: readdressed ? undefined : outRoute?.type,
      drawn: natRandom && drawnNumber(natRandom, conntrack?.entry),
      conntrack:
        conntrack ??
        (template
          ? templateView(template, packet.family)
          : untracked
            ? { state: 'UNTRACKED', entry: undefined, direction: 'ORIGINAL' }
            : undefined),
      memory,
      packetType: this.packetType(),
      backend: native ? 'nft' : (ruleSet?.backend ?? 'legacy'),
      iptablesVersion: native ? undefined : ruleSet?.section.version,
      findConnection,
      findSocket,
      findTransparent,
      matchesNamed: named,
    };
  }

  packetType(): PacketView['packetType'] {
    const {
      packet: { family, destination, destinationMac: mac },
      inInterface,
      packetType,
      ownCopy,
    } = this.standing;
    if (packetType) return packetType;
    // The link layer never addressed it: its destination decides (net/netfilter/xt_pkttype.c).
    if (ownCopy) return family === 6 || isMulticast(destination) ? 'multicast' : 'broadcast';
    if (mac === undefined || inInterface === 'lo' || inInterface === '') return 'unicast';
    if (mac === 'ff:ff:ff:ff:ff:ff') return 'broadcast';
    return parseInt(mac.slice(0, 2), 16) & 1 ? 'multicast' : 'unicast';
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

  /** What connection tracking says of the packet, as far as it has looked at it. */
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
      packetType: this.packetType(),
      checksumWrong: checked(this.standing, this.arrival, hook) === undefined,
      ...rest,
    };
  }
}

function drawnNumber(half: 'source' | 'destination', entry: ConntrackEntry | undefined): PacketView['drawn'] {
  if (!entry?.randomNumbers || entry.randomHalf !== half) return undefined;
  const { reply, randomNumbers } = entry;
  return {
    half,
    number: reply.icmp?.id ?? (half === 'source' ? reply.destinationPort : reply.sourcePort),
    numbers: randomNumbers,
  };
}
