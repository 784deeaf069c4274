import type { Columns } from '../text/columns';
import type { Problem, Word } from '../syntax/tree';
import { ofKernel, type Complaint } from '../xtables/backend';
import type { MatchExtension, TargetExtension } from '../xtables/extension';
import { isPlaceholder } from '../text/placeholder';
import { oldNegation, placeholderHelp, standInHelp, type Advice } from './advice';
import type {
  BuildProblem,
  Given,
  GivenOptions,
  InvalidValue,
  Option,
  RequiredOption,
  ValueContext,
  StandIn,
  ValueType,
} from '../xtables/option';

/** What a reader of options needs of the rule that it is part of. */
export interface RuleSurroundings {
  report(at: Columns, code: string, message: string | Advice, severity?: Problem['severity']): void;
  addComplaint(at: Columns, complaint: Complaint): void;
  valueContext(): ValueContext;
  /** Whether a value may stand for one that is not there. */
  readonly takesPlaceholders: boolean;
  /** A value that is not there is taken for another one. */
  takeFor(standIn: StandIn): void;
  /** The value `word` may be spelled in other ways (`ValueType.certain`). */
  noteCertain(word: Word, spellings: readonly string[]): void;
}

/** `refused`: iptables has read it, and the kernel refuses such a rule. */
export type Built =
  | { readonly kind: 'built'; readonly data: unknown }
  | { readonly kind: 'refused'; readonly data: unknown }
  | { readonly kind: 'broken' };

interface GivenOption {
  readonly option: Option;
  readonly given: Given<unknown>;
}

/** The words of a value, as one text. */
interface WrittenValue {
  readonly text: string;
  readonly first: Word;
  readonly last: Word;
}

const BROKEN: Built = { kind: 'broken' };
/** What stands for the value of an option without one. */
const TRUE = { read: true };

/** Collects the options of one match or target of one rule. */
export class OptionReader implements GivenOptions {
  private readonly given: GivenOption[] = [];
  private broken = false;
  private refused = false;
  private firstWord = -1;
  private lastWord = -1;
  private lastWords: readonly Word[] = [];

  constructor(
    readonly extension: MatchExtension | TargetExtension,
    /** The word after `-m` or `-j`; undefined where `-p` brought the match along. */
    readonly word: Word | undefined,
    private readonly rule: RuleSurroundings,
  ) {}

  /** The words read so far, for printing what could not be understood. */
  get words(): readonly Word[] {
    return this.firstWord < 0 ? [] : this.lastWords.slice(this.firstWord, this.lastWord);
  }

  get count(): number {
    return this.given.length;
  }

  get<V>(option: RequiredOption<V>): Given<V>;
  get<V>(option: Option<V>): Given<V> | undefined;
  get<V>(option: Option<V>): Given<V> | undefined {
    for (const each of this.given) if (each.option === option) return each.given as Given<V>;
    return undefined;
  }

  all<V>(option: Option<V>): readonly Given<V>[] {
    return this.given.filter((each) => each.option === option).map((each) => each.given as Given<V>);
  }

  has(option: Option): boolean {
    return this.get(option) !== undefined;
  }

  named(name: string): Option | undefined {
    return namesOf(this.extension).byName.get(name);
  }

  startingWith(prefix: string): readonly Option[] {
    const found = new Set<Option>();
    for (const [name, option] of namesOf(this.extension).byName) if (name.startsWith(prefix)) found.add(option);
    const { family } = this.rule.valueContext();
    return [...found].filter((option) => option.family === undefined || option.family === family);
  }

  /** Reads one option at `index` of `words`; gives back the index after it. */
  read(
    option: Option,
    words: readonly Word[],
    index: number,
    attached: string | undefined,
    negation: Word | undefined,
  ): number {
    const optionWord = words[index] as Word;
    if (this.firstWord < 0) {
      this.firstWord = negation ? index - 1 : index;
      this.lastWords = words;
    }
    index++;
    this.lastWord = index;
    if (negation && !option.invertible) {
      this.fail(negation, 'negation', `"!" cannot come before ${option.name}`);
    }
    if (!option.repeatable && this.has(option)) {
      this.fail(optionWord, 'duplicate-option', `${option.name} was given before; it can be given only once`);
    }
    let inverted = negation !== undefined;
    const next = words[index];
    if (
      attached === undefined &&
      option.words > 0 &&
      option.invertible &&
      next?.text === '!' &&
      index + 1 < words.length &&
      !words[index + 1]?.text.startsWith('-')
    ) {
      this.rule.report(next, 'old-negation', oldNegation(optionWord, option.name, next));
      inverted = true;
      index++;
    }
    const { end, missing, written } = this.takeWords(option, optionWord, words, index, attached);
    if (missing) return end;
    const value = written && option.type ? this.valueOf(option, option.type, written, attached !== undefined) : TRUE;
    if (value)
      this.given.push({ option, given: { value: value.read, inverted, optionWord, valueWord: written?.first } });
    return end;
  }

  /** The words of the value. Those that are not `attached` begin at `from`. */
  private takeWords(
    option: Option,
    optionWord: Word,
    words: readonly Word[],
    from: number,
    attached: string | undefined,
  ): { readonly end: number; readonly missing: boolean; readonly written: WrittenValue | undefined } {
    let written: WrittenValue | undefined;
    if (attached !== undefined) {
      const word: Word = { ...optionWord, text: attached };
      written = { text: attached, first: word, last: word };
    }
    let index = from;
    // A word that may be omitted is taken unless it looks like the next option.
    const wanted =
      option.optionalWord && /^[-!]/.test(words[index]?.text ?? '-') ? 0 : option.words - (written ? 1 : 0);
    for (let left = wanted; left > 0; left--) {
      const word = words[index];
      if (word === undefined) {
        const value = option.type?.metavariable ?? 'a value';
        this.fail(
          optionWord,
          'missing-value',
          `${option.name} needs ${option.words === 2 ? `two words after it: ${value}` : `${value} after it`}`,
        );
        return { end: index, missing: true, written };
      }
      written = written
        ? { text: `${written.text} ${word.text}`, first: written.first, last: word }
        : { text: word.text, first: word, last: word };
      index++;
      this.lastWord = index;
    }
    return { end: index, missing: false, written };
  }

  /** The value that words stand for; undefined where it cannot be read, which has been reported then. */
  private valueOf(
    option: Option,
    type: ValueType<unknown>,
    { text, first, last }: WrittenValue,
    attached: boolean,
  ): { readonly read: unknown } | undefined {
    const place = { start: first.start, end: last.end };
    let value = type.parse(text, this.rule.valueContext());
    if (isInvalid(value)) {
      if (this.rule.takesPlaceholders && isPlaceholder(text)) {
        const standIn = type.standIn?.(text, this.rule.valueContext());
        const help = standIn ? standInHelp(text, standIn) : placeholderHelp(text);
        this.rule.report(place, 'placeholder', `${option.name}: ${help}`, 'warning');
        if (standIn) {
          this.rule.takeFor(standIn);
          return { read: standIn.value };
        }
        this.broken = true;
        return undefined;
      }
      const message = `${option.name}: ${value.message}`;
      if (!value.read) {
        this.fail(place, 'bad-value', message);
        return undefined;
      }
      this.refused = true;
      this.rule.addComplaint(place, ofKernel(this.rule.valueContext().backend, 'sent', 'bad-value', message));
      value = value.read.value;
    }
    const remark = this.refused ? undefined : type.remark?.(value, text);
    if (remark) this.rule.report(place, remark.code, `${option.name}: ${remark.message}`, remark.severity);
    if (type.certain && !attached && last === first) this.rule.noteCertain(first, type.certain);
    return { read: value };
  }

  /**
   * The typed data of the extension, once all words of the rule were read. `ruleStart` is where problems without a
   * place are shown; where an option could not be read (`optionUnknown`, which was reported), that one is missing is
   * not reported.
   */
  finish(context: ValueContext, ruleStart: Columns, optionUnknown: boolean): Built {
    const at = this.word ?? ruleStart;
    for (const option of namesOf(this.extension).required) {
      if (this.has(option) || this.broken) continue;
      if (optionUnknown) this.broken = true;
      else this.fail(at, 'required-option', `${this.extension.name} needs ${option.name}`);
    }
    if (this.given.length > 1) this.checkExclusive();
    if (this.broken) return BROKEN;
    const built = this.extension.build(this, context);
    if (!hasProblems(built)) {
      const refused = this.extension.checkentry?.(built, this, context);
      if (refused === undefined) return { kind: this.refused ? 'refused' : 'built', data: built };
      const translated = this.extension.translated?.(built) === true;
      const atNft = translated ? 'taken' : 'sent';
      this.rule.addComplaint(placeOf(refused, at), ofKernel(context.backend, atNft, 'bad-options', refused.message));
      return { kind: translated && context.backend === 'nft' && !this.refused ? 'built' : 'refused', data: built };
    }
    for (const problem of problemsOf(built)) {
      if (problem.severity === 'warning')
        this.rule.report(placeOf(problem, at), 'suspicious-option', problem.message, 'warning');
      else if (problem.at || !optionUnknown) this.fail(placeOf(problem, at), 'bad-options', problem.message);
    }
    return BROKEN;
  }

  private checkExclusive(): void {
    for (let i = 1; i < this.given.length; i++) {
      const { option, given } = this.given[i] as GivenOption;
      for (let j = 0; j < i; j++) {
        const other = (this.given[j] as GivenOption).option;
        if (!other.excludes.includes(option.name) && !option.excludes.includes(other.name)) continue;
        this.fail(given.optionWord, 'exclusive-option', `${option.name} cannot be combined with ${other.name}`);
        break;
      }
    }
  }

  private fail(at: Columns, code: string, message: string): void {
    this.broken = true;
    this.rule.report(at, code, message);
  }
}

function placeOf({ at }: BuildProblem, otherwise: Columns): Columns {
  return at ? { start: at.optionWord.start, end: (at.valueWord ?? at.optionWord).end } : otherwise;
}

interface OptionNames {
  readonly byName: ReadonlyMap<string, Option>;
  readonly required: readonly Option[];
}

const names = new WeakMap<object, OptionNames>();

function namesOf(extension: MatchExtension | TargetExtension): OptionNames {
  let known = names.get(extension);
  if (known === undefined) {
    const byName = new Map<string, Option>();
    for (const option of extension.options)
      for (const name of [option.name, ...option.aliases]) byName.set(name, option);
    known = { byName, required: extension.options.filter(({ required }) => required) };
    names.set(extension, known);
  }
  return known;
}

function isInvalid(value: unknown): value is InvalidValue {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'invalid';
}

function isBuildProblem(value: unknown): value is BuildProblem {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'problem';
}

function hasProblems(built: unknown): boolean {
  return Array.isArray(built) ? built.some(isBuildProblem) : isBuildProblem(built);
}

function problemsOf(built: unknown): readonly BuildProblem[] {
  const list: readonly unknown[] = Array.isArray(built) ? built : [built];
  return list.filter(isBuildProblem);
}
