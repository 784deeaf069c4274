import type { ConntrackState, ConntrackView } from '../net/conntrack';
import type { Host, Listener, Route } from '../net/host';
import type { Packet } from '../net/packet';
import type { Chain, Rule, RuleSet } from '../ruleset/ruleSet';
import type { Effect } from '../xtables/extension';
import type { Backend } from '../xtables/backend';
import type { OpenWords } from '../xtables/openWords';
import type { AnyTableName, Hook, PacketView } from '../xtables/view';
import type { Assumption } from './assumption';
import type { PremiseUse } from './premiseUse';
import type { Asked } from './evidence';
import type { World } from './world';

/**
 * Why the kernel itself dropped a packet, outside of any rule. The list is closed; `explainKernelDrop` has the
 * words.
 */
export type KernelDropReason =
  | 'other-host'
  | 'loopback-address'
  | 'bad-source'
  | 'bad-destination'
  | 'martian-source'
  | 'martian-destination'
  | 'reverse-path'
  | 'no-route'
  | 'blackhole'
  | 'unreachable'
  | 'prohibited'
  | 'forwarding-off'
  | 'ttl-exceeded'
  | 'too-big'
  | 'redirect-without-address'
  | 'reroute-failed'
  | 'not-followed'
  | 'nat-failed'
  | 'fragment-incomplete'
  | 'no-socket'
  | 'broken-packet'
  | 'not-forwarded'
  | 'bad-options'
  | 'source-route';

/** What decided a table: a rule of a chain, or the policy of the built-in chain. */
export type DecidedBy =
  { readonly kind: 'rule'; readonly rule: Rule } | { readonly kind: 'policy'; readonly chain: Chain };

/**
 * One thing that happened to the packet. Trace view, editor, command line and tests show nothing but this list. Views
 * and packets are as they were at that moment.
 */
export type TraceEvent =
  | { readonly kind: 'start'; readonly direction: 'in' | 'out'; readonly packet: Packet; readonly iface: string }
  | {
      readonly kind: 'hook-enter';
      readonly hook: Hook;
      readonly packet: Packet;
      readonly inInterface: string;
      readonly outInterface: string;
    }
  | {
      readonly kind: 'hook-leave';
      readonly hook: Hook;
      readonly packet: Packet;
      readonly state: ConntrackState | undefined;
    }
  /** Connection tracking has seen the packet, between raw and mangle. */
  | { readonly kind: 'conntrack'; readonly hook: Hook; readonly view: ConntrackView; readonly why: string }
  | {
      readonly kind: 'table-enter';
      readonly hook: Hook;
      readonly table: AnyTableName;
      readonly chain: Chain;
      readonly view: PacketView;
      /** Where both back ends have rules. */ readonly backend?: Backend;
    }
  /**
   * A table that this packet does not visit although it is registered at the hook: nat, for all but the first packet of
   * a connection.
   */
  | { readonly kind: 'table-skipped'; readonly hook: Hook; readonly table: AnyTableName; readonly why: string }
  /**
   * Rules `from`–`to` of the chain (1-based, both included) did not match; `askAgain` returns what each asked of
   * `view`.
   */
  | {
      readonly kind: 'skipped';
      readonly chain: Chain;
      /** Those of the chain at that time: an edit gives it others. */
      readonly rules: readonly Rule[];
      readonly from: number;
      readonly to: number;
      readonly view: PacketView;
      readonly depth: number;
    }
  /** A rule that matched, or one whose answer was not certain or changed what a match remembers. */
  | {
      readonly kind: 'rule';
      readonly rule: Rule;
      readonly matched: boolean;
      readonly view: PacketView;
      /**
       * What it tested after its header, which matches, in order; where the header has something that the file does not
       * state, from there on.
       */
      readonly asked: readonly Asked[];
      /** What was done. */
      readonly effect: Effect | undefined;
      /** Where that is one of several things: which one in words, and what the target does. */
      readonly chosen?: { readonly text: string; readonly of: Effect } | undefined;
      readonly after: Packet;
      readonly depth: number;
      /** A match could not read the packet, and the kernel drops it after this rule. */
      readonly broken: string | undefined;
    }
  /**
   * Rule `rule` jumps to a chain that did the same before in the same circumstances, in this many events; they are not
   * listed again.
   */
  | {
      readonly kind: 'repeated';
      readonly chain: Chain;
      readonly rule: Rule;
      readonly events: number;
      readonly depth: number;
    }
  /** A chain came to its end, or a rule returned: the rule after the jump is next, or the policy. */
  | {
      readonly kind: 'return';
      readonly chain: Chain;
      readonly to: Chain;
      readonly explicit: boolean;
      readonly depth: number;
    }
  | { readonly kind: 'policy'; readonly chain: Chain; readonly verdict: 'ACCEPT' | 'DROP' }
  | {
      readonly kind: 'table-leave';
      readonly hook: Hook;
      readonly table: AnyTableName;
      readonly verdict: TableVerdict;
      readonly by: DecidedBy;
    }
  /** NAT rewrote the packet: by a rule just now, or as the connection was set up before. */
  | {
      readonly kind: 'translate';
      readonly hook: Hook;
      readonly half: 'source' | 'destination';
      readonly before: Packet;
      readonly after: Packet;
      readonly established: boolean;
    }
  | {
      readonly kind: 'route';
      readonly phase: 'input' | 'output' | 'reroute';
      readonly packet: Packet;
      readonly type: string;
      readonly device: string;
      readonly gateway: string | undefined;
      readonly table: number | undefined;
      /** As the host calls it. */
      readonly tableName?: string | undefined;
      /** The type of the route that it was sent with, which it still has after lo. */ readonly sentAs?:
        string | undefined;
      /** What decided. */ readonly by: Route | undefined;
    }
  | { readonly kind: 'ttl'; readonly before: number; readonly after: number }
  | {
      readonly kind: 'kernel-drop';
      readonly reason: KernelDropReason;
      readonly hook: Hook | undefined;
      readonly inHook: boolean;
      readonly packet: Packet;
      readonly detail: string;
    }
  | { readonly kind: 'loopback'; readonly packet: Packet }
  /**
   * A copy for this host itself of what it sends to many; all up to `copy-end` happens to the copy. `only`: the packet
   * itself does not leave, because …
   */
  | { readonly kind: 'copy'; readonly iface: string; readonly packet: Packet; readonly only: string | undefined }
  | { readonly kind: 'copy-end'; readonly end: WalkEnd; readonly packet: Packet }
  /** `fragments`: the lengths of those that it leaves in; one, where it leaves whole. */
  | { readonly kind: 'sent'; readonly iface: string; readonly packet: Packet; readonly fragments: readonly number[] }
  | {
      readonly kind: 'delivered';
      readonly packet: Packet;
      readonly listener: Listener | undefined;
      readonly known: boolean;
    };

type TableVerdict = 'ACCEPT' | 'DROP' | 'REJECT';

/** How one walk ended. */
export interface WalkEnd {
  readonly outcome: 'LOCAL' | 'SENT' | 'DROPPED' | 'NONE';
  readonly verdict: 'ACCEPT' | 'DROP' | 'REJECT' | 'NONE';
  readonly dropBy:
    | { readonly kind: 'rule'; readonly rule: Rule; readonly hook: Hook; readonly target: string }
    | { readonly kind: 'policy'; readonly chain: Chain; readonly hook: Hook }
    | {
        readonly kind: 'kernel';
        readonly reason: KernelDropReason;
        readonly hook: Hook | undefined;
        readonly inHook: boolean;
        readonly detail: string;
      }
    | undefined;
  readonly outInterface: string | undefined;
  readonly packet: Packet;
  /** The interfaces of the last hook the packet was in. */
  readonly inInterface: string | undefined;
  readonly lastOutInterface: string | undefined;
  readonly packetType: PacketView['packetType'];
  /**
   * Its checksum is wrong wherever it is verified: this host neither accepts it nor replies to it; in IPv4 only REJECT
   * verifies it, after IP options that were filled in.
   */
  readonly checksumWrong: boolean;
  /** NAT drew a port at random; the one shown is only the first possible. */
  readonly randomPort: 'source' | 'destination' | undefined;
  readonly receiver: Listener | undefined;
  readonly receiverKnown: boolean;
  readonly state: ConntrackState | undefined;
  /** What connection tracking says at the end, where it has seen the packet. */
  readonly conntrack: ConntrackView | undefined;
}

/** The rules that a packet meets, by its family. */
export interface RuleSets {
  readonly v4?: RuleSet | undefined;
  readonly v6?: RuleSet | undefined;
}

/** One possible path of the packet. */
export interface Walked {
  readonly events: readonly TraceEvent[];
  /** `events` without the rules that did not match, which are most of them where many questions are open. */
  readonly milestones: readonly TraceEvent[];
  readonly end: WalkEnd;
  readonly assumptions: readonly Assumption[];
  /** What was assumed of the programs of this host. */
  readonly notes: readonly string[];
  /** What is in doubt on it, where something is: the trace of a changed packet or rule set asks the same. */
  readonly premises?: PremiseUse;
  /** What the host remembers after it. */
  readonly after?: World;
  /**
   * Where more than one host is possible: the one that this path is on, and what of it was answered to get it; its
   * rules too, where they may be read in more than one way.
   */
  readonly on?: PossibleHost;
  /** What this end depends on and neither the file nor the user states. What happens otherwise is not known. */
  readonly provided?: readonly Proviso[];
}

/** A host that may be the one whose rules these are. */
interface PossibleHost {
  readonly host: Host;
  readonly answers: readonly HostAnswer[];
  readonly ruleSets?: RuleSets;
  /** Hosts that may be it as well, on which the same becomes of the packet. Another packet may fare otherwise there. */
  readonly alike?: readonly Host[];
}

/**
 * Something that a verdict depends on and that nothing states: `the rules of iptables-legacy let it pass unchanged`.
 */
export interface Proviso {
  /** A clause that goes after "if". */
  readonly what: string;
  readonly reason: string;
  /** There are rules that were not followed. */
  readonly unseen?: true;
  /** It is about lines whose table is a guess: the `UndecidedTable.key`. */
  readonly table?: string;
}

/** An answer to a question about the host that the file leaves open. */
export interface HostAnswer {
  /** `192.168.5.10 is an address of this host`. */
  readonly what: string;
  readonly value: boolean;
  /** It is one of several things that may be so, otherwise a yes or a no. */
  readonly choice: boolean;
  /** Of a choice: how `what` begins in each of its answers, where that tells them from others: `the next hop is `. */
  readonly stem?: string;
  /** Of a yes or a no; a choice is what `what` states. */
  readonly words?: OpenWords;
  readonly reason: string;
  /** The word of a packet expression that states it. */
  readonly word: string;
  /** Under this key the user may answer the question. */
  readonly key: string;
}
