import { BUILTIN_CHAINS as chainsOfTables } from '../syntax/builtInChains';
import type { RulesSection } from '../syntax/sourceFile';
import type { Line, Word, Problem, Counters } from '../syntax/tree';
import type { MatchExtension, TargetExtension, Condition } from '../xtables/extension';
import type { Backend } from '../xtables/backend';
import type { NftBase, NftSetText } from '../syntax/nft/tables';
import type { Columns } from '../text/columns';
import type { StandIn } from '../xtables/option';
import type { AnyTableName, Hook, NftTableName, TableName } from '../xtables/view';
import type { ListedInterfaces, RuleHeader } from './header';

/** The rules of one family, as the kernel would hold them after loading a section of the file. */
export interface RuleSet {
  readonly family: 4 | 6;
  readonly backend: Backend;
  readonly section: RulesSection;
  readonly tables: ReadonlyMap<TableName, Table<TableName>>;
  readonly problems: readonly LineProblem[];
  /** A rule enables connection tracking. */
  readonly needsConntrack: boolean;
  /** A rule makes the kernel reassemble fragments, as connection tracking does. */
  readonly needsDefrag: boolean;
  /** The rules of the other back end of the same host, which filters every packet as well. */
  readonly beside?: RuleSet;
  /** These are not the rules of the section, but what they become without some lines and after commands. */
  readonly changed?: RulesChange;
  /** Chains in whose place others stand: a jump to the first goes to the second. */
  readonly instead?: ReadonlyMap<Chain, Chain>;
  /** The tables of nftables of the same host, each base chain of which sees every packet as well. */
  readonly native?: NativeRules;
}

/** What was done to the rules of a section. */
interface RulesChange {
  readonly from: RuleSet;
  /** Lines whose rules are not there. */
  readonly without: ReadonlySet<Line>;
  /** Commands of no file that were run then. */
  readonly commands: readonly Line[];
}

/** The rules of nftables that see packets of one family. */
export interface NativeRules {
  readonly tables: ReadonlyMap<NftTableName, NftTable>;
  /** The chains that the kernel calls, in the order in which it calls those of one hook. */
  readonly bases: readonly BaseChain[];
  readonly needsConntrack: boolean;
  readonly needsDefrag: boolean;
  /** What they were read from, but for the rules on some lines. */
  readonly readFrom: { readonly section: RulesSection; readonly without: ReadonlySet<Line> };
}

export interface NftTable extends Table<NftTableName> {
  readonly line: Line;
  readonly sets: ReadonlyMap<string, NftSetText>;
  /** The chains that a rule of it may continue with, by a jump or by a map of verdicts. */
  leadsTo(rule: Rule): readonly string[];
}

/** A chain of nftables that is registered at a hook. */
export interface BaseChain extends Chain<NftTableName> {
  readonly hook: Hook;
  readonly base: NftBase;
}

/** A problem with its line: for a list of diagnostics. */
export interface LineProblem extends Problem {
  readonly line: Line;
}

export interface Table<Name extends AnyTableName = AnyTableName> {
  readonly name: Name;
  readonly chains: ReadonlyMap<string, Chain<Name>>;
}

export interface Chain<Name extends AnyTableName = AnyTableName> {
  readonly table: Name;
  readonly name: string;
  /** The hook of a built-in chain; undefined for a user-defined one. */
  readonly hook: Hook | undefined;
  /** ACCEPT or DROP for a built-in chain; undefined for a user-defined one. */
  readonly policy: 'ACCEPT' | 'DROP' | undefined;
  readonly rules: readonly Rule[];
  /** Where it is declared, if it is. */
  readonly line: Line | undefined;
  /** The hooks from which a packet can come to this chain, one bit each in the order of `HOOKS`; 0: none. */
  readonly reach: number;
  /** Of a chain of nftables that is registered at a hook: its type and its priority. */
  readonly base?: NftBase | undefined;
  /** The comment of a chain of nftables. */
  readonly comment?: string | undefined;
}

/** All hooks, in the order of their bits in `Chain.reach`. */
export const HOOKS: readonly Hook[] = chainsOfTables.mangle;

/** Hooks as in `Chain.reach`. */
export function hookBits(hooks: readonly Hook[]): number {
  return hooks.reduce((bits, hook) => bits | (1 << HOOKS.indexOf(hook)), 0);
}

export interface Rule {
  readonly family: 4 | 6;
  readonly chain: Chain;
  /** 1-based position in its chain. */
  readonly number: number;
  readonly line: Line;
  readonly header: RuleHeader;
  readonly matches: readonly BoundMatch[];
  readonly target: BoundTarget;
  /** The target again where it is a jump: for callers that follow chains and need nothing else of the rule. */
  readonly jump: Jump | undefined;
  readonly counters: Counters | undefined;
  /**
   * An ACCEPT, DROP, QUEUE or RETURN without any condition: no packet comes to the rules after it, and the kernel does
   * not check where they stand.
   */
  readonly endsChain: boolean;
  /** What values are taken for that its words do not show; undefined: none is. */
  readonly standIns?: readonly StandIn[] | undefined;
  /** The interfaces that it tests, where its listing does not show them and a known program writes them. */
  readonly listedInterfaces?: ListedInterfaces | undefined;
  /** Of a rule of nftables, the columns of its line that are the rule. */
  readonly written?: Columns;
  /** Of a rule of nftables, the number by which commands name it, where the file shows it. */
  readonly handle?: number | undefined;
  /** The chains that its verdict map may jump to. */
  readonly chains?: ReadonlyMap<string, Chain>;
  /** The rule for reading its parts once; they are not kept. */
  passing(): Rule;
}

/** A match with the data of its options. The object itself is the key of what it remembers between packets. */
export interface BoundMatch {
  readonly extension: MatchExtension;
  readonly data: unknown;
  readonly word: Word | undefined;
  /** Made on first use. */
  conditions: readonly Condition[] | undefined;
}

export interface Jump {
  readonly kind: 'jump';
  /** Changed only while the rule set is made, by `-E`. */
  chain: string;
  readonly goto: boolean;
  /** Columns of the name in the line. */
  readonly start: number;
  readonly end: number;
  /** The chain of that name, once the whole table is read; undefined where there is none in the end. */
  to: Chain | undefined;
  /** Why the kernel refuses the jump: it goes back into a chain that jumps here. Found once the whole table is read. */
  refused: string | undefined;
}

export type BoundTarget =
  /** A rule without a target only counts. */
  | { readonly kind: 'none' }
  | Jump
  | { readonly kind: 'extension'; readonly extension: TargetExtension; readonly data: unknown; readonly word: Word }
  /** A target that this program does not know, or whose options are wrong. Without a name: words are not understood. */
  | { readonly kind: 'unknown'; readonly name: string; readonly options: string; readonly word: Word };

/** The built-in chains of each table in the order of iptables-save. */
export const BUILTIN_CHAINS: Readonly<Record<TableName, readonly Hook[]>> = chainsOfTables;

export function isTableName(name: string): name is TableName {
  return Object.hasOwn(BUILTIN_CHAINS, name);
}

/** The conditions of a match, made once. */
export function conditionsOf(match: BoundMatch, family: 4 | 6): readonly Condition[] {
  return (match.conditions ??= match.extension.conditions(match.data, match, { family }));
}

/** All tables of a rule set, those of nftables after those of iptables. The other back end is not among them. */
export function allTables({ tables, native }: RuleSet): readonly Table[] {
  return native ? [...tables.values(), ...native.tables.values()] : [...tables.values()];
}
