import type { ConntrackView } from '../net/conntrack';
import type { Host } from '../net/host';
import type { Packet, SocketOwner } from '../net/packet';
import type { RuleSet } from '../ruleset/ruleSet';
import type { HookOrder } from './hookOrder';
import type { MadeChange } from './madeChange';
import type { PremiseUse } from './premiseUse';
import type { StartChain } from './startChain';
import type { World } from './world';

export type Attached = ConntrackView | 'beyond-ct';

/** A packet as it arrives at the host or is sent by it. */
export interface Arrival {
  readonly packet: Packet;
  readonly direction: 'in' | 'out';
  /** Where it arrives (`in`), or the interface the sender bound to (`out`). */
  readonly iface: string | undefined;
  readonly socket: SocketOwner | undefined;
  /** The state that the caller says connection tracking gives it. */
  readonly state: ConntrackView['state'] | undefined;
  /** Sent through a raw socket that is not bound to the source in the packet, as tools that inject packets do. */
  readonly raw?: boolean;
  /**
   * For a packet that the host makes in reply to another: the connection it is attached to from the start; `beyond-ct`:
   * none, as the other is untracked, but CT rules still ignore it.
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
  /** No program has a socket but those that the host lists: packets are written by raw sockets. */
  readonly rawSockets: boolean;
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
