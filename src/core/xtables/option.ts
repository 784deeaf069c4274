import type { Word } from '../syntax/tree';
import type { Backend } from './backend';

/** What the reading of an option value depends on besides its text. */
export interface ValueContext {
  readonly family: 4 | 6;
  readonly backend: Backend;
  /** The protocol of the rule (`-p`), where it has one that is not negated; 0 is "all". */
  readonly protocol: number | undefined;
  /** The protocol of `! -p`: some options check the number and not the `!` before it. */
  readonly excludedProtocol?: number | undefined;
  readonly table: string;
}

/** A value that iptables-restore would refuse; `message` says what is wrong and, where there is one, the way out. */
export interface InvalidValue {
  readonly kind: 'invalid';
  readonly message: string;
  /** What iptables reads it as, where it is the kernel that refuses it. */
  readonly read?: { readonly value: unknown };
}

export function invalid(message: string): InvalidValue {
  return { kind: 'invalid', message };
}

/** A value that iptables reads, and that the kernel refuses once a rule with it is to be loaded. */
export function refusedByKernel(value: unknown, message: string): InvalidValue {
  return { kind: 'invalid', message, read: { value } };
}

/** A remark on a value that iptables-restore accepts. */
export interface Remark {
  readonly severity: 'warning' | 'info';
  readonly code: string;
  readonly message: string;
}

/** How one kind of option value is written and read. */
export interface ValueType<V> {
  /** As in a manual page: `port[:port]`. */
  readonly metavariable: string;
  /**
   * What a value may be the name of; `thing`: of something that other rules may name too. Omitted: it is not a name.
   */
  readonly names?: 'interface' | 'protocol' | 'port' | 'thing';
  /** A comma in it separates nothing, although `parse` accepts one. */
  readonly single?: true;
  /** Never throws. */
  parse(text: string, context: ValueContext): V | InvalidValue;
  /**
   * What is worth reporting of a value that is accepted: that older versions refuse it, or that the kernel keeps only a
   * part of it.
   */
  remark?(value: V, text: string): Remark | undefined;
  /**
   * A value for one that is not there, which the text only stands for: `what` of it is taken to be what. Omitted: a
   * rule with such a value is not evaluated any further. undefined: nothing can be taken for it.
   */
  standIn?(text: string, context: ValueContext): (StandIn & { readonly value: V }) | undefined;
  /** Values worth offering while typing; of a comma list its items, of two words the first. */
  readonly completions?: readonly string[];
  /** Of two words the second. */
  readonly secondCompletions?: readonly string[];
  /**
   * Spellings of one word as it is in the line, as sources of regular expressions: what matches one of them is valid,
   * and nothing else that is checked of a rule (`build`, `check`, `needsTracking`) depends on which of them it is. They
   * match no blank outside of quotes.
   */
  readonly certain?: readonly string[];
}

/** What an unreadable part of a rule is taken for: `x.x.x.x` is 198.19.20.20. */
export interface StandIn {
  readonly what: string;
  readonly is: string;
}

/** One option of a match or a target. */
export interface Option<V = unknown> {
  /** With its dashes: `--dport`. This is the name in messages; printing is up to the extension. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** `!` may come before it. */
  readonly invertible: boolean;
  /** May be given several times; each time counts. */
  readonly repeatable: boolean;
  readonly required: boolean;
  /** Names of options that cannot be beside it. */
  readonly excludes: readonly string[];
  /** How many words it takes: 1 unless it is a flag (0) or, for `--match-set`, `--tcp-flags`, 2. */
  readonly words: 0 | 1 | 2;
  /** Whether the word may be omitted (`--to-ports` of SAME …), as getopt's optional_argument. */
  readonly optionalWord: boolean;
  /** undefined for a flag. For two words the type reads them joined by one blank. */
  readonly type: ValueType<V> | undefined;
  readonly summary: string;
  /** The family that alone has it, where the extension is for both: in the other one no abbreviation means it. */
  readonly family?: 4 | 6;
}

export interface OptionSettings {
  readonly aliases?: readonly string[];
  readonly invertible?: boolean;
  readonly repeatable?: boolean;
  readonly required?: boolean;
  readonly excludes?: readonly string[];
  readonly words?: 1 | 2;
  readonly optionalWord?: boolean;
  readonly family?: 4 | 6;
}

/** An option without which a rule is refused before `build`, which therefore has its value. */
export interface RequiredOption<V> extends Option<V> {
  readonly required: true;
}

/** An option with a value. */
export function option<V>(
  name: string,
  type: ValueType<V>,
  summary: string,
  settings: OptionSettings & { readonly required: true },
): RequiredOption<V>;
export function option<V>(name: string, type: ValueType<V>, summary: string, settings?: OptionSettings): Option<V>;
export function option<V>(name: string, type: ValueType<V>, summary: string, settings: OptionSettings = {}): Option<V> {
  return {
    name,
    type,
    summary,
    aliases: settings.aliases ?? [],
    invertible: settings.invertible ?? false,
    repeatable: settings.repeatable ?? false,
    required: settings.required ?? false,
    excludes: settings.excludes ?? [],
    words: settings.words ?? 1,
    optionalWord: settings.optionalWord ?? false,
    ...(settings.family === undefined ? {} : { family: settings.family }),
  };
}

/** An option without a value. */
export function flag(
  name: string,
  summary: string,
  settings: Omit<OptionSettings, 'words' | 'optionalWord'> = {},
): Option<true> {
  return {
    name,
    summary,
    type: undefined,
    aliases: settings.aliases ?? [],
    invertible: settings.invertible ?? false,
    repeatable: settings.repeatable ?? false,
    required: settings.required ?? false,
    excludes: settings.excludes ?? [],
    words: 0,
    optionalWord: false,
    ...(settings.family === undefined ? {} : { family: settings.family }),
  };
}

/** An option as it was given in a rule. */
export interface Given<V> {
  readonly value: V;
  readonly inverted: boolean;
  /** The option word and the value word, for messages with a place. */
  readonly optionWord: Word;
  readonly valueWord: Word | undefined;
}

/** The options that a rule gave to one match or target, already read and checked one by one. */
export interface GivenOptions {
  get<V>(option: RequiredOption<V>): Given<V>;
  get<V>(option: Option<V>): Given<V> | undefined;
  /** All occurrences of a repeatable option, in order. */
  all<V>(option: Option<V>): readonly Given<V>[];
  has(option: Option): boolean;
  readonly count: number;
}

/**
 * A complaint of `build`, `checkentry` or `check`: about one given option, or about the extension as a whole where `at`
 * is omitted.
 */
export interface BuildProblem {
  readonly kind: 'problem';
  readonly message: string;
  readonly at?: Given<unknown>;
  /** `error` where iptables-restore refuses; `warning` for what loads but surely is not meant. */
  readonly severity?: 'error' | 'warning';
  /** The kernel does not ask for it where iptables-nft loads the rule (`par->nft_compat`). Of `check` only. */
  readonly legacyOnly?: true;
}

export function problem(message: string, at?: Given<unknown>): BuildProblem {
  return at === undefined ? { kind: 'problem', message } : { kind: 'problem', message, at };
}
