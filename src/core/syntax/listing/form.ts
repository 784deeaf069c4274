import { skipBlanks } from '../../text/blanks';

/** A word of a rule, and the columns of the listing's row that stand for it. */
export interface ListedWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * A part of what `iptables -L` prints of an extension, and what it stands for. The pattern is the source of a regular
 * expression; in it `~` is a `!` with or without a blank after it, as a group; it ends at a blank unless it ends with
 * a `(?=` of its own. The words are a text in which `$1` is what the first group has found, and `~1` a word `!` where
 * that group has found something; or a function of what the groups have found, undefined where that is no such part
 * after all.
 */
export type ListedPart = readonly [
  pattern: string,
  words: string | ((groups: readonly (string | undefined)[]) => readonly string[] | undefined),
];

/** How `iptables -L` prints a match or a target. */
export interface ListedForm {
  /** What it begins with; its words come before those of the parts. Omitted where any of the parts may come first. */
  readonly head?: ListedPart;
  /** In any order, each of them once, except those of `repeated`. */
  readonly parts: readonly ListedPart[];
  readonly repeated?: readonly ListedPart[];
  /** Words that come after the others where this one is not among them. */
  readonly without?: readonly [word: string, words: string];
}

export interface ReadForm {
  readonly words: readonly ListedWord[];
  /** The column after it. */
  readonly end: number;
}

interface CompiledPart {
  readonly pattern: RegExp;
  readonly words: ListedPart[1];
}

/** A form made ready to read with. */
export class FormReader {
  /** The characters with which it may begin, after a `!`. */
  readonly letters: string;
  private readonly head: CompiledPart | undefined;
  private readonly parts: readonly CompiledPart[];
  private readonly once: number;
  private readonly without: ListedForm['without'];

  constructor({ head, parts, repeated = [], without }: ListedForm) {
    this.without = without;
    this.letters = (head ? [head] : [...parts, ...repeated]).map(([source]) => firstLetters(source)).join('');
    this.head = head && compile(head);
    this.parts = [...parts, ...repeated].map(compile);
    this.once = parts.length;
  }

  /** What is at `column` in this form; undefined where the text there does not match. */
  read(text: string, column: number): ReadForm | undefined {
    const words: ListedWord[] = [];
    let end = column;
    if (this.head) {
      const behind = readPart(this.head, text, column, words);
      if (behind === undefined) return undefined;
      end = behind;
    }
    const seen = new Set<number>();
    for (let found = true; found;) {
      found = false;
      const next = skipBlanks(text, end, text.length);
      for (let i = 0; i < this.parts.length && !found; i++) {
        const part = this.parts[i];
        if (!part || seen.has(i)) continue;
        const behind = readPart(part, text, next, words);
        if (behind === undefined) continue;
        if (i < this.once) seen.add(i);
        end = behind;
        found = true;
      }
    }
    if (end === column) return undefined;
    const { without } = this;
    if (without && !words.some(({ text }) => text === without[0]))
      for (const word of without[1].split(' ')) words.push({ text: word, start: column, end });
    return { words, end };
  }
}

/** `tm` of `~(?:tos|MARK) match`: a form begins with letters, or with a group of words that do. */
function firstLetters(source: string): string {
  const bare = source.replace(/^~/, '');
  const [, words] = /^\(\?:([^()]*)\)/.exec(bare) ?? [];
  return words === undefined
    ? bare.charAt(0)
    : words
        .split('|')
        .map((word) => word.charAt(0))
        .join('');
}

function compile([source, words]: ListedPart): CompiledPart {
  const pattern = source.replaceAll('~', '(! ?)?');
  return { pattern: new RegExp(/\(\?=[^()]*\)$/.test(source) ? pattern : `(?:${pattern})(?=[ \\t]|$)`, 'yd'), words };
}

/** Reads one part at `column` and puts its words after the others; gives the column after it. */
function readPart(
  { pattern, words }: CompiledPart,
  text: string,
  column: number,
  out: ListedWord[],
): number | undefined {
  pattern.lastIndex = column;
  const found = pattern.exec(text);
  if (!found || found[0] === '') return undefined;
  const end = column + found[0].length;
  if (typeof words === 'function') {
    const made = words(found.slice(1));
    if (!made) return undefined;
    for (const word of made) out.push({ text: word, start: column, end });
    return end;
  }
  for (const word of words === '' ? [] : words.split(' ')) {
    const group = Number(/^[~$](\d)$/.exec(word)?.[1] ?? 0);
    const [start, stop] = found.indices?.[group] ?? [column, end];
    if (word.startsWith('~')) {
      if (found[group]) out.push({ text: '!', start, end: stop });
    } else
      out.push({ text: word.replace(/\$(\d)/g, (_, digit: string) => found[Number(digit)] ?? ''), start, end: stop });
  }
  return end;
}
