import { isMulticast } from '../net/address';
import type { ConntrackEntry, ConntrackView } from '../net/conntrack';
import type { Host } from '../net/host';
import type { Packet, SocketOwner } from '../net/packet';
import type { RuleSet } from '../ruleset/ruleSet';
import type { Hook, PacketView, TableName } from '../xtables/view';
import { changedUnder, RIGHT, type Checksum } from './checksum';
import type { Template } from './conntrack';
import { templateView } from './connectionFacts';
import type { Decisions } from './decisions';
import type { Assumption, KernelDropReason, TraceEvent, WalkEnd } from './events';
import type { OutputRoute } from './outputRoute';
import type { World } from './world';

export type Attached = ConntrackView | 'beyond-ct';

/** A packet at the door of the host. */
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
   * For a packet that the host makes in answer to another: the connection it is attached to from the start; `beyond-ct`: none, as the other is
   * untracked, but CT rules leave it alone all the same.
   */
  readonly attached?: Attached;
}

/** What a walk needs besides the packet. */
export interface WalkContext {
  /** undefined: no rules of that family were given, all tables are empty. */
  readonly ruleSet: RuleSet | undefined;
  readonly host: Host;
  readonly world: World;
  readonly decisions: Decisions;
  /** What the user said about questions that nothing in the file answers, by `Assumption.key`. */
  readonly answers: ReadonlyMap<string, boolean>;
  /** Whether connection tracking runs: it is on for the host, or a rule asks for it. */
  readonly tracking: boolean;
}

/** Ends a walk from anywhere inside of it. */
export class Ended extends Error {
  constructor(readonly end: WalkEnd) {
    super('the walk has ended');
  }
}

/** Where a packet stands on its way, and what clings to it. */
export interface Standing {
  readonly packet: Packet;
  readonly hook: Hook | undefined;
  readonly table: TableName;
  readonly inInterface: string;
  readonly outInterface: string;
  readonly conntrack: ConntrackView | undefined;
  readonly untracked: boolean;
  readonly template: Template | undefined;
  /** No CT rule can do anything to it any more, although it is not tracked yet. */
  readonly beyondCt: boolean;
  readonly socket: SocketOwner | undefined;
  readonly headerBySender: boolean;
  /** The socket that TPROXY chose. */
  readonly assignedSocket: PacketView['assignedSocket'];
  /** What a match has made of the frame; undefined: the link layer's address tells. */
  readonly packetType: 'unicast' | undefined;
  /** It is the copy that this host takes itself of what it sends to many, on its way in. */
  readonly ownCopy: boolean;
  /** A copy: what has changed in the data that it has in common with the packet it was made of, and whether it still has them in common. */
  readonly shared: { readonly open: boolean; readonly changes: Partial<Packet> } | undefined;
  /** As it was when its route was chosen, which rules may have changed since. */
  readonly routedAs: Packet | undefined;
  /** Followed in IPv6, where it covers the addresses whatever the protocol. */
  readonly checksum: Checksum;
  /** The route that it was sent with. */
  readonly outRoute: Extract<OutputRoute, { kind: 'route' }> | undefined;
  /** The half that NAT gave a port drawn at random. */
  readonly natRandom: WalkEnd['randomPort'];
  /** It left its table by being handed to user space. */
  readonly queued: boolean;
  /** NAT has given it another destination since it came in. */
  readonly readdressed: boolean;
}

/** What the kernel keeps of a packet beside its data. */
const BESIDE_DATA: ReadonlySet<string> = new Set(['mark', 'priority', 'sourceMac', 'destinationMac']);

/** DSCP and TOS leave a packet alone that is as they want it; the others make its data its own at once. Source: net/netfilter/xt_DSCP.c. */
function wasWritten(before: Packet, patch: Partial<Packet>): boolean {
  const keys = Object.keys(patch).filter((key) => !BESIDE_DATA.has(key));
  return keys.some((key) => key !== 'tos') || (keys.length > 0 && patch.tos !== before.tos);
}

/** One packet on its way: where it stands, what it looks like to the rules, and what has happened to it so far. */
export class Passage {
  readonly events: TraceEvent[] = [];
  readonly assumptions: Assumption[] = [];
  readonly notes: string[] = [];
  private standing: Standing;
  private cachedView: PacketView | undefined;
  private firstState: WalkEnd['state'];
  private stateSeen = false;

  constructor(
    readonly arrival: Arrival,
    readonly context: WalkContext,
  ) {
    this.standing = {
      packet: arrival.packet, hook: undefined, table: 'raw', inInterface: '', outInterface: '', conntrack: undefined, untracked: false, template: undefined, beyondCt: false, socket: undefined,
      headerBySender: false, assignedSocket: undefined, packetType: undefined, ownCopy: false, shared: undefined, checksum: RIGHT, routedAs: undefined, outRoute: undefined, natRandom: undefined, queued: false, readdressed: false,
    };
  }

  get at(): Standing {
    return this.standing;
  }

  move(change: Partial<Standing>): void {
    this.standing = { ...this.standing, ...change };
    this.cachedView = undefined;
  }

  /**
   * `inPlace`: as SNPT and DNPT do, without a look at the checksum, and the data of the packet that it is a copy of change as well, unless they have
   * been made its own by another change.
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

  view(): PacketView {
    const { packet, hook, table, inInterface, outInterface, conntrack, untracked, template, socket, headerBySender, assignedSocket, ownCopy, routedAs } = this.standing;
    const { host, world, ruleSet } = this.context;
    return (this.cachedView ??= {
      packet, hook: hook ?? 'PREROUTING', table, inInterface, outInterface, socket, headerBySender, host, assignedSocket, ownCopy, routedAs,
      conntrack: conntrack ?? (template ? templateView(template, packet.family) : untracked ? { state: 'UNTRACKED', entry: undefined, direction: 'ORIGINAL' } : undefined),
      memory: world, packetType: this.packetType(), backend: ruleSet?.backend ?? 'legacy', iptablesVersion: ruleSet?.section.version, findConnection: (tuple, zone) => world.find(tuple, zone)?.entry, findSocket: (asked) => world.socketOf(asked),
    });
  }

  packetType(): PacketView['packetType'] {
    const { packet: { family, destination, destinationMac: mac }, inInterface, packetType, ownCopy } = this.standing;
    if (packetType) return packetType;
    // The link layer never addressed it: its destination tells (net/netfilter/xt_pkttype.c).
    if (ownCopy) return family === 6 || isMulticast(destination) ? 'multicast' : 'broadcast';
    if (mac === undefined || inInterface === 'lo' || inInterface === '') return 'unicast';
    if (mac === 'ff:ff:ff:ff:ff:ff') return 'broadcast';
    return parseInt(mac.slice(0, 2), 16) & 1 ? 'multicast' : 'unicast';
  }

  /** What connection tracking says of the packet, as far as it has looked at it. */
  state(): WalkEnd['state'] {
    return this.standing.conntrack?.state ?? (this.standing.untracked ? 'UNTRACKED' : undefined);
  }

  /** The first hook that the packet has left tells its state. */
  keepFirstState(): void {
    if (this.stateSeen || !this.context.tracking) return;
    this.stateSeen = true;
    this.firstState = this.state();
  }

  emit(event: TraceEvent): void {
    this.events.push(event);
  }

  note(text: string | undefined): void {
    if (text !== undefined) this.notes.push(text);
  }

  kernelDrop(reason: KernelDropReason, detail: string, outcome: 'DROPPED' | 'NONE' = 'DROPPED', inHook = false): WalkEnd {
    const { hook, packet } = this.standing;
    this.emit({ kind: 'kernel-drop', reason, hook, inHook, packet, detail });
    return this.end(outcome, outcome === 'NONE' ? 'NONE' : 'DROP', { kind: 'kernel', reason, hook, inHook, detail });
  }

  end(outcome: WalkEnd['outcome'], verdict: WalkEnd['verdict'], dropBy: WalkEnd['dropBy'], rest: Partial<WalkEnd> = {}): WalkEnd {
    const { packet, inInterface, outInterface, natRandom } = this.standing;
    return {
      outcome, verdict, dropBy, outInterface: undefined, packet, inInterface: inInterface === '' ? undefined : inInterface, receiver: undefined, receiverKnown: false,
      state: this.firstState, randomPort: natRandom, lastOutInterface: outInterface === '' ? undefined : outInterface, packetType: this.packetType(), ...rest,
    };
  }
}
