import type { Word } from '../syntax/tree';
import type { RuleTraits } from './ruleTraits';

/** What all rules of one pattern have in common: the same words but for values that are certain to be accepted. */
export interface LearnedPattern {
  /** The rule after its chain's name, to the end of the line. Sticky. */
  readonly form: RegExp;
  readonly traits: RuleTraits;
  /** The last word of the rule names a chain. */
  readonly jump: { readonly goto: boolean } | undefined;
}

/** A pattern in use. */
export interface RulePattern<Chain> extends LearnedPattern {
  /** The pattern of the rule that came after one of this pattern last time: the best guess for the next. */
  follower: RulePattern<Chain> | undefined;
  /** The chain that the last rule of this pattern jumped to. */
  latest: Chain | undefined;
}

/** A rule that was read without fault, as something to learn from. */
export interface GoodRule {
  readonly text: string;
  /** The column after the chain's name. */
  readonly from: number;
  readonly words: readonly Word[];
  /** The other spellings that are valid, for values where they are known (`Option.certain`). */
  readonly certain: ReadonlyMap<Word, readonly string[]>;
  readonly traits: RuleTraits;
  readonly jump: { readonly goto: boolean; readonly start: number } | undefined;
}

/**
 * Rules of one table that were read and found without fault, as patterns: another rule that matches one is without
 * fault as well, and need not be read. Of a large dump nearly all rules follow a few patterns. A rule that matches none
 * is read in full.
 */
export class RulePatterns<Chain> {
  private readonly known: RulePattern<Chain>[] = [];
  /** How often each form was seen that is not known yet. */
  private readonly seen = new Map<string, number>();
  private last: RulePattern<Chain> | undefined;

  /** The pattern that the text matches from column `from` on. */
  find(text: string, from: number): RulePattern<Chain> | undefined {
    const guess = this.last?.follower;
    if (guess && fits(guess, text, from)) return (this.last = guess);
    for (const pattern of this.known) {
      if (pattern === guess || !fits(pattern, text, from)) continue;
      if (this.last) this.last.follower = pattern;
      return (this.last = pattern);
    }
    this.last = undefined;
    return undefined;
  }

  /** Counts the form of a rule. The pattern, where the form has been seen often enough with it. */
  learn(rule: GoodRule): LearnedPattern | undefined {
    if (this.known.length >= MOST_PATTERNS) return undefined;
    const form = formOf(rule);
    if (form === undefined) return undefined;
    const times = (this.seen.get(form) ?? 0) + 1;
    if (this.seen.size >= MOST_FORMS) this.seen.clear();
    this.seen.set(form, times);
    if (times !== TIMES) return undefined;
    const { traits, jump } = rule;
    // The jump of the rule knows its chain, and with it all of the rule set.
    const pattern = { form: new RegExp(`${form}$`, 'y'), traits, jump: jump && { goto: jump.goto } };
    this.add(pattern);
    return pattern;
  }

  /** A pattern that was learned before from the same line. */
  add({ form, traits, jump }: LearnedPattern): void {
    if (this.known.length < MOST_PATTERNS)
      this.known.push({ form, traits, jump, follower: undefined, latest: undefined });
  }
}

/** How often a form has to be seen before it is worth a regular expression. */
const TIMES = 3;
/** More patterns would take longer to try than a rule to read. */
const MOST_PATTERNS = 32;
/**
 * At most this many forms are counted; then counting starts anew, so that rules of which no two are alike take no
 * memory.
 */
const MOST_FORMS = 256;

function fits({ form }: Pick<RulePattern<unknown>, 'form'>, text: string, from: number): boolean {
  form.lastIndex = from;
  return form.test(text);
}

/**
 * The source of a regular expression; undefined where the words are not set apart by single blanks, or a jump is not
 * the last of them.
 */
function formOf({ text, from, words, certain, jump }: GoodRule): string | undefined {
  let source = '';
  let end = from;
  for (const word of words) {
    if (word.start !== end + 1 || text.charCodeAt(end) !== BLANK) return undefined;
    end = word.end;
    const spelling = text.slice(word.start, end);
    if (word.start === jump?.start) source += ` ${CHAIN_NAME}`;
    else source += ` ${certain.get(word)?.find((each) => whole(each).test(spelling)) ?? literally(spelling)}`;
  }
  if (end !== text.length) return undefined;
  return jump && jump.start !== words[words.length - 1]?.start ? undefined : source;
}

const BLANK = 32;
/** A name that needs no quotes. Whether there is such a chain is checked for each rule anew. */
const CHAIN_NAME = '\\w[\\w.:+*@/-]{0,27}';

const wholes = new Map<string, RegExp>();

function whole(source: string): RegExp {
  let expression = wholes.get(source);
  if (!expression) {
    expression = new RegExp(`^(?:${source})$`);
    wholes.set(source, expression);
  }
  return expression;
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
