import type { Columns } from '../text/columns';
import type { Problem, Word } from '../syntax/tree';
import type { MatchExtension, TargetExtension } from '../xtables/extension';
import type { BuildProblem, Given, GivenOptions, InvalidValue, Option, ValueContext } from '../xtables/option';

/** A match or target that a rule has loaded, with the options given to it so far. */
export interface Loaded {
  readonly extension: MatchExtension | TargetExtension;
  /** The word behind `-m` or `-j`; undefined where `-p` brought the match along. */
  readonly word: Word | undefined;
  readonly reader: OptionReader;
}

export type Report = (at: Columns, code: string, message: string, severity?: Problem['severity']) => void;
export type Built = { readonly kind: 'built'; readonly data: unknown } | { readonly kind: 'broken' };

/** Collects the options of one match or target of one rule. */
export class OptionReader implements GivenOptions {
  private readonly given: { readonly option: Option; readonly given: Given<unknown> }[] = [];
  private broken = false;
  /** The words read so far, for printing what could not be understood. */
  readonly words: Word[] = [];

  constructor(
    private readonly extension: MatchExtension | TargetExtension,
    private readonly context: () => ValueContext,
    private readonly report: Report,
  ) {}

  get count(): number {
    return this.given.length;
  }

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
    return optionNames(this.extension).get(name);
  }

  startingWith(prefix: string): readonly Option[] {
    const found = new Set<Option>();
    for (const [name, option] of optionNames(this.extension)) if (name.startsWith(prefix)) found.add(option);
    return [...found];
  }

  /** Reads one option at `index` of `words`; gives back the index behind it. */
  read(option: Option, words: readonly Word[], index: number, attached: string | undefined, negation: Word | undefined): number {
    const optionWord = words[index] as Word;
    if (negation) this.words.push(negation);
    this.words.push(optionWord);
    index++;
    if (negation && !option.invertible) {
      this.fail(negation, 'negation', `"!" cannot stand before ${option.name}`);
    }
    if (!option.repeatable && this.has(option)) {
      this.fail(optionWord, 'duplicate-option', `${option.name} was given before; it can be given once`);
    }
    const values: Word[] = [];
    if (attached !== undefined) values.push({ text: attached, start: optionWord.start, end: optionWord.end, quoted: optionWord.quoted });
    while (values.length < option.words && !option.optionalWord) {
      const word = words[index];
      if (word === undefined) {
        this.fail(optionWord, 'missing-value', `${option.name} needs ${option.type?.metavariable ?? 'a value'} behind it`);
        return index;
      }
      values.push(word);
      this.words.push(word);
      index++;
    }
    const valueWord = values[0];
    const last = values[values.length - 1];
    let value: unknown = true;
    if (option.type && last && valueWord) {
      const text = values.length === 1 ? valueWord.text : values.map((each) => each.text).join(' ');
      value = option.type.parse(text, this.context());
      if (isInvalid(value)) {
        this.fail({ start: valueWord.start, end: last.end }, 'bad-value', `${option.name}: ${value.message}`);
        return index;
      }
    }
    this.given.push({ option, given: { value, inverted: negation !== undefined, optionWord, valueWord } });
    return index;
  }

  /** The typed data of the extension, once all words of the rule were read. */
  finish(context: ValueContext, ruleStart: Word, word: Word | undefined): Built {
    const at = word ?? ruleStart;
    for (const option of this.extension.options) {
      if (option.required && !this.has(option) && !this.broken) {
        this.fail(at, 'required-option', `${this.extension.name} needs ${option.name}`);
      }
    }
    for (let i = 1; i < this.given.length; i++) {
      const { option, given } = this.given[i] as (typeof this.given)[number];
      const clash = this.given.slice(0, i).find((each) => each.option.excludes.includes(option.name) || option.excludes.includes(each.option.name));
      if (clash) this.fail(given.optionWord, 'exclusive-option', `${option.name} cannot stand beside ${clash.option.name}`);
    }
    if (this.broken) return { kind: 'broken' };
    const built = this.extension.build(this, context);
    for (const problem of buildProblems(built)) {
      const place = problem.at ? { start: problem.at.optionWord.start, end: (problem.at.valueWord ?? problem.at.optionWord).end } : at;
      if (problem.severity === 'warning') this.report(place, 'suspicious-option', problem.message, 'warning');
      else this.fail(place, 'bad-options', problem.message);
    }
    return this.broken || buildProblems(built).length > 0 ? { kind: 'broken' } : { kind: 'built', data: built };
  }

  private fail(at: Columns, code: string, message: string): void {
    this.broken = true;
    this.report(at, code, message);
  }
}

const names = new WeakMap<object, ReadonlyMap<string, Option>>();

function optionNames(extension: MatchExtension | TargetExtension): ReadonlyMap<string, Option> {
  let map = names.get(extension) as Map<string, Option> | undefined;
  if (map === undefined) {
    map = new Map();
    for (const option of extension.options) for (const name of [option.name, ...option.aliases]) map.set(name, option);
    names.set(extension, map);
  }
  return map;
}

function isInvalid(value: unknown): value is InvalidValue {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'invalid';
}

function buildProblems(built: unknown): readonly BuildProblem[] {
  const list: readonly unknown[] = Array.isArray(built) ? built : [built];
  return list.filter((each): each is BuildProblem => typeof each === 'object' && each !== null && (each as { kind?: unknown }).kind === 'problem');
}
