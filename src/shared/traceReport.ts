import type { StepId } from './stepId';

export type { StepId };

/**
 * The trace as plain data: what the trace view shows, and nothing of how. It holds no HTML and no functions, so it can
 * be sent to a web page. Lines and positions in it are 1-based. It stays small whatever the size of the rule set: long
 * runs of rules that did not match are one row, and their rules are asked for in pages; details of a step are asked for
 * when it is selected.
 */
export interface TraceReport {
  /** The packet as it was sent: `in eth0 tcp 10.10.40.12:41522 → 10.10.38.7:3000 syn new`. */
  readonly packet: string;
  readonly family: 4 | 6;
  /** Every path that the packet may take; one where everything is known. At most `MOST_TABS`. */
  readonly tabs: readonly OutcomeTab[];
  /** What the paths are about, where that is one thing: `Service shop/web:http → 3 endpoints`; else empty. */
  readonly group: string;
  /** Paths beyond those in `tabs`. */
  readonly moreOutcomes: number;
  /** What nothing in the file answers; the user may. Of many the first, and those that were answered. */
  readonly questions: readonly Question[];
  /** Questions beyond those. */
  readonly moreQuestions: number;
  /** The path that is shown, an index of `tabs`. */
  readonly selected: number;
  readonly outcome: OutcomeReport;
}

export type Tone = 'accept' | 'drop' | 'reject' | 'redirect' | 'sent' | 'unknown';

export interface Badge {
  readonly text: string;
  readonly tone: Tone;
  /** It is so only if something is that nothing states. */
  readonly conditional?: true;
}

/** A piece of a sentence. With a line it links to that line of the file. */
export interface TextPiece {
  readonly text: string;
  readonly style?: 'strong' | 'dim' | 'code';
  readonly line?: number;
}

export type RichText = readonly TextPiece[];

/** What is in the first lines of the view. */
export interface AnswerCard {
  /** The kind of the verdict, `sent-translated`: one of the closed list in docs/contract.md. */
  readonly code: string;
  /** `Service shop/web:http → one of 3 endpoints, 10.244.2.17:8080`. */
  readonly headline: string;
  /** Clauses after "if", which nothing states and the answer depends on. */
  readonly provided: readonly { readonly what: string; readonly reason: string }[];
  readonly rows: readonly CardRow[];
  /** The rules that made it so; the first one decided. */
  readonly decided: readonly CardDecision[];
}

export interface CardRow {
  /** `arrives`, `leaves`, `sends back`. */
  readonly label: string;
  readonly parts: readonly CardPart[];
}

/** A piece of a row; blanks between pieces are part of them. */
export interface CardPart {
  readonly text: string;
  readonly style?: 'dim' | 'code';
  /** Its value is another one at the end, or was another one before. */
  readonly change?: 'before' | 'after';
  readonly assumed?: CardAssumption;
}

/** Why a value is not a fact, and where the user settles it: a field of the form, or a question. */
export interface CardAssumption {
  readonly why: string;
  readonly field?: string;
  readonly question?: string;
}

export interface CardDecision {
  /** `decided by`, `let through by`. */
  readonly word: string;
  readonly line: number | undefined;
  /** `TO_PROXY rule 2`. */
  readonly place: string;
  /** `DNAT`; empty for a rule without one. */
  readonly target: string;
}

export interface OutcomeTab {
  readonly badge: Badge;
  /** What it differs in from the others: `10.244.2.17:8080`; empty where there is but one. */
  readonly name: string;
  /** What had to be assumed to get here: `the source is in the set blocked`. */
  readonly label: string;
  /** 0–1, where every assumption states its chance. */
  readonly probability: number | undefined;
  readonly assumptions: readonly ReportedAssumption[];
}

export interface ReportedAssumption {
  readonly key: string;
  readonly value: boolean;
  /** `MESH_OUT rule 3: -m owner --uid-owner app is yes`. */
  readonly text: string;
  readonly reason: string;
  readonly line: number | undefined;
  readonly probability: number | undefined;
}

/** Something that only the user can answer. */
export interface Question {
  readonly id: string;
  /** The condition, or for a choice what has to be chosen: `--match-set blocked src`. */
  readonly text: string;
  /** `filter INPUT rule 4`. */
  readonly place: string;
  /** Completes "unknown, because …". */
  readonly reason: string;
  readonly line: number | undefined;
  /**
   * Yes and no for a condition; the things that a target may do. `key` and `value` are what the answer is stored under.
   */
  readonly choices: readonly {
    readonly text: string;
    readonly key: string;
    readonly value: boolean;
    readonly probability: number | undefined;
  }[];
  /** Index of the choice that the user has made; undefined: left open, every path is followed. */
  readonly chosen: number | undefined;
  /** Index of the choice that is assumed while it is left open, where it is the same on each path. */
  readonly taken?: number | undefined;
  /** `text` is in the words of people, not in those of a rule. */
  readonly inWords?: boolean;
  /** The packet has the same outcome whatever the answer. */
  readonly idle?: boolean;
}

export interface OutcomeReport {
  readonly badge: Badge;
  readonly card: AnswerCard;
  /** One sentence or two: who gets it or who dropped it, and the line that decided. */
  readonly verdict: RichText;
  /** The same without styles, for screen readers. */
  readonly verdictText: string;
  readonly path: readonly PathNode[];
  readonly groups: readonly StepGroup[];
  /** The step that decided, to be selected first. */
  readonly decisive: StepId | undefined;
}

/** One box on the packet's way. */
export interface PathNode {
  readonly id: string;
  readonly kind: 'start' | 'hook' | 'route' | 'loopback' | 'socket' | 'wire' | 'drop';
  /** `PREROUTING`, `ROUTE`, `SOCKET`. */
  readonly title: string;
  readonly tables: readonly PathTable[];
  /** `local 10.10.38.7`, `:8443 proxy`. */
  readonly text: string;
  /** `off`: the packet does not come here. `end`: here it ends. */
  readonly state: 'on' | 'off' | 'end';
  readonly tone: Tone | undefined;
  /** Why `text` is not a fact: nothing states it. */
  readonly assumed?: string | undefined;
  /** What changed in the packet since the box before: `dport 3000 → 15006`. */
  readonly changes: readonly string[];
  /** The first step of this box. */
  readonly step: StepId | undefined;
}

export interface PathTable {
  readonly name: string;
  /**
   * `hit`: a rule here changed or decided something. `absent`: not in the dump. `skipped`: the packet does not visit
   * it.
   */
  readonly state: 'hit' | 'passed' | 'dropped' | 'absent' | 'skipped' | 'off';
  readonly step: StepId | undefined;
}

export interface StepGroup {
  readonly id: string;
  /** `PREROUTING · nat`, `ROUTE`, `LOOPBACK`. */
  readonly title: string;
  /** What the table made of the packet, shown at the end of the title: `ACCEPT`. */
  readonly result: string;
  /** The table said no, or decided the outcome. */
  readonly tone: Tone | undefined;
  /** What happens between the tables: one row, with the title before it and not above. */
  readonly quiet: boolean;
  readonly rows: readonly Row[];
}

export type Mark =
  /** Did not match. */
  | 'no'
  /** Matched, on with the next rule. */
  | 'yes'
  | 'jump'
  | 'return'
  | 'accept'
  | 'drop'
  | 'nat'
  | 'unknown'
  /** What happens between the rules: routing, connection tracking. */
  | 'info'
  /** A table that the dump does not have. */
  | 'absent'
  /** Delivered or sent. */
  | 'end';

export type Row = RuleRow | FoldRow | NoteRow;

interface StepRow {
  readonly id: StepId;
  /** 0 in the built-in chain. */
  readonly depth: number;
  readonly mark: Mark;
  /** Line of the file; undefined for what is nowhere in it. */
  readonly line: number | undefined;
  /** `jump`, `dport 3000 ≠ 15008`, `decides nat`. */
  readonly why: string;
}

export interface RuleRow extends StepRow {
  readonly kind: 'rule';
  readonly chain: string;
  readonly number: number;
  readonly tokens: readonly Token[];
  /** The change that makes the rule, from 1, where the file does not have it. */
  readonly whatIf?: number;
  /** What the file says the rule has counted; omitted where it says nothing. */
  readonly counters?: { readonly packets: string; readonly bytes: string };
}

export interface NoteRow extends StepRow {
  readonly kind: 'note';
  readonly text: string;
  /** Why that is not a fact: nothing states it. */
  readonly assumed?: string;
}

/** Rules `from`–`to` of the chain did not match and are not in the model. */
export interface FoldRow {
  readonly kind: 'fold';
  readonly id: StepId;
  readonly depth: number;
  readonly chain: string;
  readonly from: number;
  readonly to: number;
  /** `33,018 more rules did not match`. */
  readonly text: string;
}

/** What a word of a rule is: it has the colour that such a word has in a rules file. */
export type TokenKind =
  | 'keyword'
  | 'table'
  | 'builtinChain'
  | 'chain'
  | 'jump'
  | 'verdict'
  | 'target'
  | 'match'
  | 'option'
  | 'negation'
  | 'number'
  | 'text'
  | 'comment';

/** A word of a rule without the blank that follows it. */
export interface Token {
  readonly text: string;
  readonly kind: TokenKind;
  /** It says what the rule does, and not what it asks. */
  readonly part?: 'action';
  /** Shown in its place where there is little room: `→` for `--to-destination`. */
  readonly short?: string;
}

/** Rules of a folded run, on request. */
export interface RunPage {
  readonly run: StepId;
  /** Number of the first rule in its chain. */
  readonly from: number;
  readonly rows: readonly RuleRow[];
}

export interface StepDetail {
  readonly step: StepId;
  /** `Line 78 · TO_PROXY rule 1`. */
  readonly title: RichText;
  /** The rule in full; empty for other steps. */
  readonly tokens: readonly Token[];
  /** What happened here, in one sentence. */
  readonly happened: string;
  /** What the chain or the rule is for, where that is known. */
  readonly purpose: readonly string[];
  readonly conditions: readonly ReportedCondition[];
  readonly changes: readonly PacketChange[];
  /** What a change means beyond the packet: conntrack remembers the original destination. */
  readonly consequence: string;
  readonly notes: readonly DetailNote[];
  readonly changedBy: readonly { readonly kind: string; readonly name: string; readonly effect: string }[];
  /** The whole packet after the step. */
  readonly state: readonly StateGroup[];
  readonly line: number | undefined;
  /** What one may wonder about this step. */
  readonly tries: readonly StepTry[];
}

/** A change to be tried: what to do with the rule of the step, a command, or a change to be taken back. */
export type StepTry =
  | { readonly kind: 'off'; readonly label: string }
  | { readonly kind: 'typed'; readonly label: string; readonly text: string }
  | { readonly kind: 'back'; readonly label: string; readonly index: number };

/** Values of the packet, or of its connection, after a step. */
export interface StateGroup {
  /** `Packet`, `On this host`, `Connection`. */
  readonly title: string;
  readonly values: readonly StateValue[];
}

export interface StateValue {
  /** `dst`, `mark`, `original`. */
  readonly name: string;
  readonly value: string;
  /** What it was when the packet was sent; omitted where it is the same, or was not there. */
  readonly sent?: string;
  /** This step changed it. */
  readonly changed?: true;
  readonly assumed?: CardAssumption;
}

export interface ReportedCondition {
  readonly text: string;
  readonly actual: string;
  readonly result: 'yes' | 'no' | 'unknown' | 'not-asked';
  /** For unknown: because … */
  readonly reason: string;
}

export interface PacketChange {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** "Why not straight to the app? …" */
export interface DetailNote {
  readonly title: string;
  readonly text: string;
}

/** A change after which the packet has another outcome: traced, not guessed. */
export interface Remedy {
  /** `Accept it before line 26`. */
  readonly title: RichText;
  /** What to run or to write down, in this order; may be empty. */
  readonly commands: readonly string[];
  /** What to know about it; may be empty. */
  readonly note: string;
  /**
   * The rule that comes of it, where `commands` do not name one: a setting or a command of the program that manages the
   * rules.
   */
  readonly makes: string | undefined;
  /** The packet to send instead; undefined where the packet stays as it is. */
  readonly packet: string | undefined;
  /** It can be tried by writing it into a copy of the file: `try-remedy`. */
  readonly inFile: boolean;
  /** It can be tried at once: `what-if-remedy`. */
  readonly live: boolean;
  /** What then becomes of the packet; several where that depends on what is not known. */
  readonly result: readonly Badge[];
}
