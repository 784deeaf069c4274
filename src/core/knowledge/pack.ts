import type { Listener } from '../net/host';
import type { NamedAddress } from '../net/namedAddress';
import type { Annotated, AnnotationQuestion, ProposedAnnotation } from './annotated';
import type { ListedInterfaces } from '../ruleset/header';
import type { ChainKnowledge, Fact, RuleKnowledge } from './facts';
import type { ChainFamily } from './family';
import type { Journeys } from './journey';
import type { CaptureQuestion, CommandLine, LeaveQuestion, ManagedChange, ManageQuestion, UserChain } from './managed';
import type { Peer } from './peer';
import type { VersionEvidence } from './releases';
import type { Scenario, ScenarioEntry, ScenarioPlace } from './scenario';
import type { Programs } from './attribution';
import type { RuleShape } from './shape';
import type { ChainView, RuleSetView, RuleView } from './view';

/**
 * Everything that is known of one program that writes rules. Its folder exports one, `packs.ts` lists it, and nothing
 * outside of the folder names the program: whoever needs a fact asks all packs.
 */
export interface ProgramPack {
  /** The name of the folder. */
  readonly id: string;
  /** As people call it, and as it is in facts. */
  readonly name: string;
  /** How names of chains begin that only this program uses: they mean it outside of rules too. */
  readonly prefixes?: readonly string[];
  /** Processes of it in the output of `ss` and `netstat`. */
  readonly processes?: readonly string[];
  /** Other words by which it, or a part of it, is called. */
  readonly otherNames?: readonly string[];

  /** Its chains, where the name and the table show what a chain is for. */
  readonly families: readonly ChainFamily[];
  /** The same where the rest of the rule set decides as well; asked before `families`. */
  readonly chains?: ChainSource;
  /**
   * The tables in which it makes chains, for rules that do not say theirs; names that may be in any table are omitted.
   */
  readonly chainTables?: readonly (readonly [RegExp, readonly string[]])[];
  /** The tables of nftables that it writes, by family and name: `inet fw4`. */
  readonly nftTables?: RegExp;
  /** Why a rule exists; undefined for any other rule. `beside`: the other rule sets of the same host. */
  rule?(ruleSet: RuleSetView, rule: RuleView, beside: readonly RuleSetView[]): RuleKnowledge | undefined;
  /** Whom a packet that matched the rule was sent to, by name; undefined where the rule names none. */
  peer?(ruleSet: RuleSetView, rule: RuleView): Peer | undefined;

  readonly marks?: readonly MarkMeaning[];
  /** What any other mark means in its chains. */
  readonly otherMarks?: Meaning;
  readonly ports?: readonly PortMeaning[];
  /** By the address or the range as it is written, lower case. */
  readonly addresses?: Readonly<Record<string, Meaning>>;
  /** Users and groups, by number or by name. */
  readonly ids?: Readonly<Record<string, Meaning>>;
  readonly idRanges?: readonly IdRange[];
  /** What it does with what is everyone's, or another program's. */
  readonly notes?: Notes;

  /** Sets and interfaces that it makes. */
  readonly names?: FactSource;
  /** Variables of its environment and keys of its log. */
  readonly variables?: FactSource<VariableFact>;
  readonly annotations?: FactSource;
  /** Flags and other settings that are neither. */
  readonly settings?: FactSource;
  /** What a line of its log says. */
  readonly logLines?: FactSource;
  /** Other words of its documentation, which mean something in a file with its rules, and without any file. */
  words?(word: string, files: (() => readonly WordFile[]) | undefined): Fact | undefined;
  /** What else than rules people paste: `the log of X`. */
  readonly pasted?: string;
  /** Which of its releases wrote the rules. */
  readonly releases?: Releases;

  /** What one would trace where the rules are this program's alone; an empty list: nothing in particular. */
  scenarios?(ruleSet: RuleSetView, place: ScenarioPlace): readonly Scenario[];
  /** Rules by which packets enter it, on a host that has rules of others as well. */
  readonly entries?: readonly ScenarioEntry[];
  /**
   * Rules that it writes on every host, a jump behind the rules of the chain that it leads to:
   * `TABLE [[TABLE/]WHERE:] CHAIN [CONDITIONS] -j TARGET [# COMMENT]`. Nobody misses a jump without rules of its
   * chain, and another rule where none jumps to WHERE, or to its own chain. `*` at the end of a target: each such chain
   * that is shown; what it stands for may be in the conditions too.
   */
  readonly always?: readonly string[];
  /** The interfaces that a rule of it tests; undefined where that is not known, and for rules of others. */
  readonly interfaces?: (rule: ListedRule) => TestedInterfaces | undefined;
  /** Packets that its program gets without a rule of it, on such a host. */
  besides?(ruleSet: RuleSetView, place: ScenarioPlace): readonly Scenario[];
  readonly journeys?: Journeys;
  /** Users and groups by which its rules know its own processes. */
  owners?(ruleSet: RuleSetView): readonly string[];
  /** Whose output is below a command line: `pod web-5d9`, `container db`. */
  ownerOfOutput?(line: string): string | undefined;
  /** Programs that run a command in something, and what that is: `pod`, `container`. */
  readonly enters?: Readonly<Record<string, string>>;
  /** What its rules call addresses. */
  addressNames?(ruleSet: RuleSetView): readonly NamedAddress[];
  /** What its rules show of the host. */
  hostFacts?(ruleSet: RuleSetView): PackHostFacts;

  /** The interface that has the addresses of its virtual servers of IPVS. */
  readonly ipvsInterface?: string;

  readonly userChains?: readonly UserChain[];
  /** Its own words for letting a packet through, or for keeping it out: the usual one first. */
  manage?(question: ManageQuestion): readonly ManagedChange[];
  /** Its rules with another value of an annotation; undefined where it has none here. */
  annotated?(question: AnnotationQuestion): Annotated | undefined;
  /** Annotations that keep its rules from redirecting a packet. */
  leave?(question: LeaveQuestion): readonly ProposedAnnotation[];
  /** Annotations by which a rule of it would no longer exempt a packet. */
  capture?(question: CaptureQuestion): readonly ProposedAnnotation[];
  /** Commands of it whose rules a file does not show. */
  readonly commandLines?: readonly CommandLine[];
}

/** A rule of which a listing shows all but the interfaces. */
export interface ListedRule {
  readonly table: string;
  readonly chain: string;
  readonly shape: RuleShape;
  /** The chains that the two rules above jump to, the nearest one first; undefined for one that jumps to none. */
  readonly jumpsAbove: readonly (string | undefined)[];
}

/** Nothing, where it tests none. */
export type TestedInterfaces = Omit<ListedInterfaces, 'program'>;

/** A rule set of a file with what listens on its host. */
export interface WordFile {
  readonly rules: RuleSetView;
  readonly listeners: readonly Listener[];
}

/** What can be read off its rules only with knowledge of the program. */
interface PackHostFacts {
  /** The rules are those of a pod, which forwards nothing. */
  readonly pod?: boolean;
  /** Marks for which the program has added a policy rule that delivers packets locally. */
  readonly localMarks?: readonly { readonly mark: number; readonly mask: number }[];
}

/** Findings that bound the releases of a program. */
export interface Releases {
  /** undefined for rules of other programs. */
  evidence(ruleSet: RuleSetView): readonly VersionEvidence[] | undefined;
  /** Of a key in its log, below a heading of one of these kinds; undefined where every release has it so. */
  ofKey(key: string, heading: 'environment' | 'variables' | 'config'): Omit<VersionEvidence, 'line'> | undefined;
}

/** Chains whose meaning depends on the rule set. */
interface ChainSource {
  /** undefined for other names. */
  knowledge(ruleSet: RuleSetView | undefined, table: string | undefined, name: string): ChainKnowledge | undefined;
  /** Every meaning of a name, one for each table and mode. */
  variants?(name: string): readonly ChainKnowledge[];
  /** For completion, where they are in no family. */
  readonly names?: readonly string[];
  /** What a family of chains or rules is called, where it is in no family. */
  readonly familyNames?: readonly string[];
  /** The program's rules are there, although no chain may show it. */
  isIn?(ruleSet: RuleSetView): boolean;
  /** How its rules are installed, where a mark means something else in each of its modes. */
  modeOf?(ruleSet: RuleSetView): string | undefined;
  /** What a chain holds, in the terms of the program; undefined: as of any chain. */
  sentence?(ruleSet: RuleSetView, chain: ChainView): string | undefined;
}

/** Facts by name. */
export interface FactSource<Known extends Fact = Fact> {
  /** undefined for other names. `programs`: those of the file. */
  knowledge(name: string, programs?: Programs): Known | undefined;
  /** All names, for completion. */
  names(): readonly string[];
}

/** A key of a log or a variable; first and last release whose log has it, or that reads it. */
export interface VariableFact extends Fact {
  readonly since?: string;
  readonly until?: string;
}

/** What a number or an address means to a program. */
export interface Meaning {
  readonly title: string;
  readonly details?: readonly string[];
  readonly sources: readonly string[];
  /** It is stated the same where the program is not in the file. Without it, it is attributed: `in X, …`. */
  readonly stated?: 'always';
}

export interface MarkMeaning extends Meaning {
  readonly value: number;
  /** The bits that belong to the meaning; all where absent. */
  readonly mask?: number;
  /** Only where the program's rules are installed in this way, see `ChainSource.modeOf`. */
  readonly mode?: string;
}

export interface PortMeaning extends Meaning {
  readonly port: number;
  /** Elsewhere the number means nothing. */
  readonly onlyInItsChains?: true;
}

/** Both ends belong to it. */
export interface IdRange extends Meaning {
  readonly first: number;
  readonly last: number;
}

/** Sentences by the port, address or id that they are about; `ids` also by the title of a range. */
export interface Notes {
  readonly ports?: Readonly<Record<string, Note>>;
  readonly addresses?: Readonly<Record<string, Note>>;
  readonly ids?: Readonly<Record<string, Note>>;
  /** A clause about a table: `X has no rules here`. */
  readonly tables?: Readonly<Record<string, string>>;
}

interface Note {
  readonly text: string;
  readonly source?: string;
}
