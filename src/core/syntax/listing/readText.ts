import { skipBlanks } from '../../text/blanks';
import { FormReader, type ListedWord } from './form';
import { MATCH_FORMS } from './matchForms';
import { TARGET_FORMS } from './targetForms';

/** What comes after the columns of a row, in the words of a rule. */
export interface ReadText {
  /** `-m NAME` and options, in the order of the matches. */
  readonly matches: readonly ListedWord[];
  /** The options of the target. */
  readonly target: readonly ListedWord[];
  /** Columns of what is not understood. */
  readonly unread: readonly { readonly start: number; readonly end: number }[];
}

/**
 * Reads what `iptables -L` prints of the matches and of the target from `start` on. `tableName`: that of hashlimit's
 * table, which is not printed.
 */
export function readListedText(text: string, start: number, target: string | undefined, tableName: string): ReadText {
  // bpf is printed without a blank before it.
  const apart = text.replace(/(\S)match bpf (?=\d|pinned)/g, '$1 match-bpf');
  const reading = new TextReading(apart, target === undefined ? undefined : targetReader(target), tableName);
  reading.readAll(start);
  return reading;
}

type NamedForm = readonly [name: string, form: FormReader];

/** By their first letter: of some sixty matches only a handful is tried. */
const MATCHES: ReadonlyMap<string, readonly NamedForm[]> = byLetter(
  Object.entries(MATCH_FORMS).map(([name, form]) => [name, new FormReader(form)]),
);
const TARGETS: ReadonlyMap<string, FormReader> = new Map(
  Object.entries(TARGET_FORMS).map(([name, form]) => [name, new FormReader(form)]),
);

function byLetter(forms: readonly NamedForm[]): ReadonlyMap<string, readonly NamedForm[]> {
  const map = new Map<string, NamedForm[]>();
  for (const each of forms) {
    for (const letter of new Set(each[1].letters)) {
      const list = map.get(letter);
      if (list) list.push(each);
      else map.set(letter, [each]);
    }
  }
  return map;
}

function targetReader(name: string): FormReader | undefined {
  return TARGETS.get(name);
}

class TextReading implements ReadText {
  matches: ListedWord[] = [];
  target: ListedWord[] = [];
  readonly unread: { start: number; end: number }[] = [];
  private targetRead = false;
  /**
   * Of columns that were read: whether all from there on is understood, and where the comment that begins there ends.
   */
  private readonly understood = new Map<number, boolean>();
  private readonly closes = new Map<number, number | undefined>();

  constructor(
    private readonly text: string,
    private readonly targetForm: FormReader | undefined,
    private readonly tableName: string,
  ) {}

  readAll(from: number): void {
    const end = this.text.trimEnd().length;
    if (end - from > LONGEST) {
      this.unread.push({ start: skipBlanks(this.text, from, end), end });
      return;
    }
    let column = this.read(from, end);
    // What is not understood ends where all that follows is; else it goes on to the end.
    while (column < end) {
      const next = this.resume(column, end);
      this.unread.push({ start: column, end: next });
      column = this.read(next, end);
    }
  }

  /** Reads as far as it is understood, and gives the column after that. */
  private read(from: number, end: number): number {
    let column = skipBlanks(this.text, from, end);
    while (column < end) {
      const next = this.readOne(column, end);
      if (next === undefined) return column;
      column = skipBlanks(this.text, next, end);
    }
    return column;
  }

  private readOne(column: number, end: number): number | undefined {
    if (this.text.startsWith('/* ', column)) return this.readComment(column, end);
    const letter = this.text.charAt(
      this.text.charCodeAt(column) === 33 ? skipBlanks(this.text, column + 1, end) : column,
    );
    for (const [name, form] of MATCHES.get(letter) ?? []) {
      const found = form.read(this.text, column);
      if (!found) continue;
      this.matches.push(
        { text: '-m', start: column, end: found.end },
        { text: name, start: column, end: found.end },
        ...found.words,
      );
      if (name === 'hashlimit')
        this.matches.push(
          { text: '--hashlimit-name', start: column, end: found.end },
          { text: this.tableName, start: column, end: found.end },
        );
      return found.end;
    }
    if (this.targetRead) return undefined;
    const found = this.targetForm?.read(this.text, column);
    if (!found) return undefined;
    this.targetRead = true;
    this.target.push(...found.words);
    return found.end;
  }

  /** A comment that is cut off, or has a line break in it, takes all that is left. */
  private readComment(column: number, end: number): number {
    const close = this.closeOf(column, end);
    const last = close ?? end;
    this.matches.push(
      { text: '-m', start: column, end: column + 2 },
      { text: 'comment', start: column, end: column + 2 },
      { text: '--comment', start: column, end: column + 2 },
    );
    this.matches.push({ text: this.text.slice(column + 3, last), start: Math.min(column + 3, last), end: last });
    return close === undefined ? end : close + 3;
  }

  /**
   * A comment may hold what looks like its end: then the one after which all the rest is understood is it, else the
   * first.
   */
  private closeOf(column: number, end: number): number | undefined {
    if (this.closes.has(column)) return this.closes.get(column);
    let first: number | undefined;
    let close = this.text.indexOf(' */', column + 2);
    for (let tries = 0; close >= 0 && tries < MOST_TRIES; tries++, close = this.text.indexOf(' */', close + 1)) {
      const behind = close + 3;
      if (behind < end && this.text.charCodeAt(behind) !== 32) continue;
      first ??= close;
      if (behind >= end || this.understands(behind, end)) {
        first = close;
        break;
      }
    }
    this.closes.set(column, first);
    return first;
  }

  /** The column of the first word after `column` from which on everything is understood, else `end`. */
  private resume(column: number, end: number): number {
    let next = column;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const blank = this.text.indexOf(' ', next);
      if (blank < 0) return end;
      next = skipBlanks(this.text, blank, end);
      if (next >= end) return end;
      if (this.understands(next, end)) return next;
    }
    return end;
  }

  private understands(from: number, end: number): boolean {
    const known = this.understood.get(from);
    if (known !== undefined) return known;
    const { matches, target, targetRead } = this;
    this.matches = [];
    this.target = [];
    const all = this.read(from, end) >= end;
    this.matches = matches;
    this.target = target;
    this.targetRead = targetRead;
    this.understood.set(from, all);
    return all;
  }
}

const MOST_TRIES = 40;
/** No row that iptables prints is longer: a comment has 255 bytes at most, and a rule a handful of matches. */
const LONGEST = 8000;
