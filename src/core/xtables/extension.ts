import type { Address } from '../net/address';
import type { ConntrackEntry } from '../net/conntrack';
import type { FieldChange } from '../net/fields/fieldChange';
import type { FieldTest, FieldValue } from '../net/fields/fieldTest';
import type { PacketBounds } from '../net/fields/packetSet';
import type { Host } from '../net/host';
import type { Packet } from '../net/packet';
import type { SetDirection } from '../net/testSet';
import type { Answer, Unknown } from './answer';
import type { Documentation } from './documentation';
import type { Shown } from './shown';
import type { OpenWords } from './openWords';
import type { PremiseId } from './premise';
import type { BuildProblem, GivenOptions, Option, ValueContext } from './option';
import type { Hook, PacketView, RememberingView, TableName } from './view';

/** A lookup in a named set of nftables. */
export interface NamedSetLookup {
  readonly set: string;
  /** The packet as an element of the set, as nft writes it; undefined where it has no such thing. */
  element(view: PacketView): string | undefined;
}

/**
 * One thing that a match tests of a packet. A match holds where all its conditions do; they are asked in order, up to
 * the first no.
 */
export interface Condition {
  /** As iptables-save writes it: `! --dport 15008`. */
  readonly text: string;
  test(view: RememberingView): Answer;
  /** The same as a person would ask it, where that is plainer. */
  readonly openWords?: OpenWords;
  /**
   * What the packet has to show for it: `dport 3000`, or that it lacks the field: `no port: not the first fragment`.
   */
  readonly actual: (view: PacketView) => Shown;
  /**
   * Why the answer is no, in a few words: `dport 3000 ≠ 15008`. Asked where it is no and the packet has the field.
   * None: `text` and `actual` explain it.
   */
  denial?(view: PacketView): string | undefined;
  /** The one field that it tests, where it tests nothing else: `test` is this. Made by `fieldCondition`. */
  readonly asks?: FieldTest;
  /** The IP set in which it looks the packet up, and nothing else; `test` says whether it is there, or not there. */
  readonly lookup?: { readonly name: string; readonly directions: readonly SetDirection[] };
  /** The named set of nftables in which it looks the packet up, and nothing else, as `lookup` does with IP sets. */
  readonly looksIn?: NamedSetLookup;
  /** What a rule of nftables would say in its place to hold for this packet as well; undefined: nothing so simple. */
  widened?(view: PacketView): { readonly start: number; readonly end: number; readonly text: string } | undefined;
  /**
   * Where no single field says it all: which packets it can match, and which it certainly matches. Omitted: nothing is
   * known. `host` has what the file says of sets and users.
   */
  bounds?(host: Host): PacketBounds;
  /**
   * What the answer takes for granted of this packet or its host, before asking; none: everything is known. Of
   * earlier packets only where `stateful` does not say it.
   */
  premises?(view: PacketView): readonly PremiseId[];
  /** True where `test` writes to `view.memory`: what it writes stays for what comes after it. */
  readonly stateful?: boolean;
  /**
   * True where no earlier packet can have changed the answer, although `test` writes: there is nothing to be assumed of
   * them.
   */
  readonly settled?: boolean;
  /**
   * What the kernel changes of the packet as soon as this was asked, whatever later matches of the rule say. `holds`:
   * the answer.
   */
  changes?(view: PacketView, holds: boolean): MatchChange | undefined;
}

/** The closed list of what a match can change of a packet. */
export interface MatchChange {
  readonly mark?: number;
  /** The frame counts as addressed to this host alone. */
  readonly packetType?: 'unicast';
  /** What a statement of nft does that comes before others; one that lets the packet go on. */
  readonly effect?: Effect;
  /** What it adds to what rules remember. */
  readonly remembers?: { readonly key: object; readonly value: unknown };
}

interface ExtensionBase<Data> {
  /** The kernel's name: `tcp`, `REDIRECT`. */
  readonly name: string;
  /** Names under which it may be called besides `name`. */
  readonly aliases?: readonly string[];
  readonly families: readonly (4 | 6)[];
  /**
   * Protocol numbers of which the rule must name one with `-p`, not negated; undefined: any. Checked as the kernel does
   * (`.proto`).
   */
  readonly protocols?: readonly number[];
  /** Tables in which the kernel accepts it; undefined: all. */
  readonly tables?: readonly TableName[];
  /** iptables itself accepts it in these tables only. */
  readonly tablesOfProgram?: true;
  /** Hooks from which it may be reached; undefined: all. The kernel checks this through user chains as well. */
  readonly hooks?: readonly Hook[];
  readonly options: readonly Option[];
  readonly documentation: Documentation;
  /**
   * Makes the typed data from the options given; what iptables checks of them together (mandatory, exclusive beyond
   * `excludes`) is reported here, and nothing that the kernel alone refuses. `required` and `excludes` were checked
   * before.
   */
  build(options: GivenOptions, context: ValueContext): Data | BuildProblem | readonly BuildProblem[];
  /**
   * What the kernel's checkentry refuses of what iptables takes (`data`, made by `build`), when the table is committed.
   * Nothing of it where iptables-nft translates the extension.
   */
  checkentry?(data: Data, options: GivenOptions, context: ValueContext): BuildProblem | undefined;
  /**
   * True where iptables-nft makes expressions of nf_tables of it instead of handing it to the kernel's extension: the
   * kernel's own checks (`tables`, a negated one of `protocols`, `checkentry`) are not made then. Source: iptables
   * 1.8.9, iptables/nft.c add_match, add_action.
   */
  translated?(data: Data): boolean;
  /** Why iptables-nft cannot load it. */
  readonly nftRefuses?: string;
  /**
   * What the kernel requires of the rule around it once all of it is known (TCPMSS needs a `--syn`, SET --map-prio
   * certain hooks), and warnings of what loads but is surely not intended. Called after a `build` that gave data;
   * nothing to say: an empty list.
   */
  check?(data: Data, place: RulePlace): readonly BuildProblem[];
  /**
   * The options in the form of iptables-save, each with its blank in front: ` --dport 15008`. Empty where there are
   * none.
   */
  print(data: Data, context: PrintContext): string;
}

/** Where a match or target stands. */
interface RulePlace {
  readonly family: 4 | 6;
  readonly table: TableName;
  /** Hooks from which the rule can be reached, through user chains too; empty where nothing jumps to its chain. */
  readonly hooks: readonly Hook[];
  /** All matches of the rule, in order. */
  readonly matches: readonly { readonly name: string; readonly data: unknown }[];
}

export interface PrintContext {
  readonly family: 4 | 6;
}

/**
 * A packet that the kernel drops by itself while a match is evaluated (`par->hotdrop`), mostly because the match could
 * not read it.
 */
export interface MatchDrop {
  /** Completes "dropped, because …". */
  readonly reason: string;
  /**
   * A negated option holds nevertheless: the rule counts and, unless a later match says no, its target runs, before the
   * packet is dropped.
   */
  readonly matches: boolean;
  /** Whether it is dropped at all has no certain answer. */
  readonly open?: { readonly question: string; readonly answer: Unknown };
}

/** A match: one file under `matches/` says everything about it. */
export interface MatchExtension<Data = unknown> extends ExtensionBase<Data> {
  readonly kind: 'match';
  /** Made once for each rule and kept. `self` is the key for `view.memory`. */
  conditions(data: Data, self: object, context: PrintContext): readonly Condition[];
  /**
   * Whether the kernel drops the packet while this match is evaluated (a truncated header); undefined where it does
   * not. To be asked before the conditions; where it answers, the walk ends at this rule with the packet dropped by the
   * kernel.
   */
  drops?(data: Data, view: PacketView, self: object): MatchDrop | undefined;
  /** A list with one value more; undefined where there is no room, or what is listed is what it does not match. */
  including?(data: Data, value: FieldValue): Data | undefined;
  /** True where it enables connection tracking (conntrack, state, connmark, …: xt `nf_ct_netns_get`). */
  readonly needsConntrack?: boolean;
  /** True where it sees whole packets only, without enabling connection tracking (`nf_defrag_ipv4_enable`). */
  readonly needsDefrag?: boolean;
}

/** A target: one file under `targets/` says everything about it. */
export interface TargetExtension<Data = unknown> extends ExtensionBase<Data> {
  readonly kind: 'target';
  /** What it does to the packet. Runs once for each packet that the rule matches, and may change `view.memory`. */
  apply(data: Data, view: RememberingView, self: object): Effect;
  /**
   * What it may do to the fields that matches test; what is not among them stays. Omitted: nothing. A target that does
   * nothing else applies just these (`applyChanges`).
   */
  changes?(data: Data): readonly FieldChange[];
  /** One sentence on what this rule's target does: "rewrites the destination port to 15006 on this host". */
  describe(data: Data): string;
  /** `never`: the next rule is evaluated as well. `always`: this table is done. `sometimes`: depends on the packet. */
  readonly terminates: 'never' | 'always' | 'sometimes';
  readonly needsConntrack?: boolean;
  readonly needsDefrag?: boolean;
  /**
   * What the kernel keeps once for all rules that give it the same name, in any table: `settings` are what they must
   * agree on, in words. The kernel refuses a rule that disagrees with an earlier one.
   */
  shares?(data: Data): { readonly what: string; readonly settings: string };
  /** Where that depends on the options (`CT --notrack` does without); takes the place of `needsConntrack`. */
  needsTracking?(data: Data): boolean;
}

/** A change of the connection that the packet belongs to. Ignored where it belongs to none. */
type ConntrackChange = Partial<Pick<ConntrackEntry, 'mark' | 'labels' | 'helper' | 'secmark' | 'expires'>>;

/** Where NAT may put an address and port. undefined: leave that part as it is. */
export interface NatRange {
  readonly addresses: readonly [Address, Address] | undefined;
  /** First and last port (or ICMP id, GRE key). */
  readonly ports: readonly [number, number] | undefined;
  /** `--to-destination a:1000-2000/1500`: the original port minus this base is added to the first port. */
  readonly basePort?: number;
  /** The kernel picks at random within the range (`--random`, `--random-fully`). */
  readonly random: boolean;
  readonly persistent: boolean;
  /** NETMAP: replace the bits of this mask only. */
  readonly netmap?: { readonly network: Address; readonly mask: Address };
}

/** What goes back to the sender of a refused packet. */
export interface RejectReply {
  readonly kind: 'icmp' | 'tcp-reset' | 'none';
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** iptables' word for it: `icmp-port-unreachable`. */
  readonly name: string;
}

/** The closed list of what a target can do; the walk knows these and no target. */
export type Effect =
  /** Go on with the next rule. */
  /**
   * `inPlace`: written into data that a copy of the packet may share (without skb_ensure_writable). `warning`: what the
   * change breaks.
   */
  | {
      readonly kind: 'continue';
      readonly packet?: Partial<Packet>;
      readonly inPlace?: true;
      readonly conntrack?: ConntrackChange;
      readonly note?: string;
      readonly warning?: string;
    }
  /** Leave this table (ACCEPT, DROP) or this chain (RETURN). */
  | {
      readonly kind: 'verdict';
      readonly verdict: 'ACCEPT' | 'DROP' | 'RETURN';
      readonly packet?: Partial<Packet>;
      readonly conntrack?: ConntrackChange;
      readonly note?: string;
    }
  | { readonly kind: 'reject'; readonly reply: RejectReply; readonly note?: string }
  /** Hand over to user space: without a listener DROP, or with `bypass` ACCEPT for this table. */
  | { readonly kind: 'queue'; readonly numbers: readonly [number, number]; readonly bypass: boolean }
  /** Set up the connection's translation; the walk finds the tuple, rewrites the packet and accepts. */
  | { readonly kind: 'nat'; readonly half: 'source' | 'destination'; readonly range: NatRange }
  /** DNAT to this host: the first address of the incoming interface, or 127.0.0.1 / ::1 for what this host sends. */
  | { readonly kind: 'redirect'; readonly ports: readonly [number, number] | undefined; readonly random: boolean }
  /** SNAT to an address of the outgoing interface. */
  | { readonly kind: 'masquerade'; readonly ports: readonly [number, number] | undefined; readonly random: boolean }
  /** Hand the packet to a local socket without changing it; DROP where no socket matches. */
  | {
      readonly kind: 'tproxy';
      readonly address: Address | undefined;
      readonly port: number;
      readonly mark: number;
      readonly markMask: number;
    }
  /** raw table: connection tracking will ignore this packet. Ignored once it is tracked. */
  | { readonly kind: 'untrack' }
  /** raw table: what a new connection starts with. The first CT rule wins. */
  /** `ofMark`: the zone of these directions is the mark that the packet has when connection tracking sees it. */
  | {
      readonly kind: 'template';
      readonly zone: { readonly original: number; readonly reply: number };
      readonly ofMark?: { readonly original: boolean; readonly reply: boolean } | undefined;
      readonly helper: string | undefined;
    }
  /** On with the rules of a chain of the same table, which the packet has chosen (verdict maps of nft). */
  | { readonly kind: 'jump'; readonly chain: string; readonly goto: boolean }
  /** The packet is gone for these rules: another part of the kernel took it (SYNPROXY, CLUSTERIP). */
  | { readonly kind: 'stolen'; readonly note: string }
  /** Several things can happen; the walk follows each. */
  | {
      readonly kind: 'choice';
      readonly reason: string;
      /** It is open only because this is in doubt. */
      readonly premise?: PremiseId;
      readonly choices: readonly Choice[];
    };

/** One of the things that can happen. */
export interface Choice {
  readonly text: string;
  readonly probability?: number;
  readonly effect: Effect;
}

/** Keeps the type of `Data` together within one file. */
export function defineMatch<Data>(extension: MatchExtension<Data>): MatchExtension<Data> {
  return extension;
}

export function defineTarget<Data>(extension: TargetExtension<Data>): TargetExtension<Data> {
  return extension;
}
