import type { Columns } from '../text/columns';

/** A shell-like word: `text` is its value (quotes and escapes undone), the columns span its spelling. */
export interface Word extends Columns {
  readonly text: string;
  /** True where the spelling differs from the value (quotes or escapes). */
  readonly quoted: boolean;
}

/**
 * How words are quoted. `restore`: as iptables-save writes and iptables-restore reads (iptables/xshared.c,
 * add_param_to_argv): only double quotes, a backslash escapes only within them, a closing quote ends the word, a
 * single quote is an ordinary character. `shell`: a POSIX shell command line: both quotes, a backslash anywhere,
 * adjacent pieces are one word; an unquoted `;`, `|`, `&`, `<`, `>` ends the command.
 */
export type Quoting = 'restore' | 'shell';

export interface WordScan {
  readonly words: readonly Word[];
  /** From the quote that is never closed to the end; undefined where all are closed. */
  readonly unterminated: Columns | undefined;
  /** A `# …` after the words. */
  readonly comment: Columns | undefined;
  /** Where a shell command ends before the line does (`;`, `|`, `&&`, `> file`). */
  readonly tail: Columns | undefined;
}

/** The words of `text` between the columns `from` and `to`; a trailing comment is omitted. Never throws. */
export function splitWords(text: string, from: number, to: number, quoting: Quoting = 'restore'): Word[] {
  const words: Word[] = [];
  scanInto(words, text, from, to, quoting, '\n');
  return words;
}

/**
 * Like `splitWords`, and also gives what else was found. `lineBreak`: what an unclosed quote of iptables-restore
 * includes at the end of the line.
 */
export function scanWords(
  text: string,
  from: number,
  to: number,
  quoting: Quoting = 'restore',
  lineBreak = '\n',
): WordScan {
  const words: Word[] = [];
  const rest = scanInto(words, text, from, to, quoting, lineBreak);
  return { words, ...rest };
}

const NOTHING = { unterminated: undefined, comment: undefined, tail: undefined } as const;

function scanInto(
  words: Word[],
  text: string,
  from: number,
  to: number,
  quoting: Quoting,
  lineBreak: string,
): Omit<WordScan, 'words'> {
  const shell = quoting === 'shell';
  let i = from;
  // Where the next quote and tab stand: searched for once, and again only when passed.
  let quote = shell ? -1 : text.indexOf('"', from);
  let tab = shell ? -1 : text.indexOf('\t', from);
  while (i < to) {
    const code = text.charCodeAt(i);
    if (code === 32 || code === 9) {
      i++;
      continue;
    }
    if (code === 35 && (shell || !takesHash(words[words.length - 1], text, i, to))) {
      // After a closing quote without a blank the `#` belongs to the next word, as iptables-restore reads it.
      const before = i === from ? 32 : text.charCodeAt(i - 1);
      if (before === 32 || before === 9) return { ...NOTHING, comment: { start: i, end: trimEnd(text, i, to) } };
    }
    if (shell) {
      if (isShellOperator(code) && placeholderEnd(text, i, to) < 0)
        return { ...NOTHING, tail: { start: i, end: trimEnd(text, i, to) } };
      const end = shellWord(words, text, i, to);
      if (end < 0) return { ...NOTHING, unterminated: { start: -end - 1, end: to } };
      i = end;
      continue;
    }
    // The hot path: a word without quotes is a slice of the line.
    if (quote < i && quote >= 0) quote = text.indexOf('"', i);
    if (tab < i && tab >= 0) tab = text.indexOf('\t', i);
    let end = text.indexOf(' ', i);
    if (end < 0 || end > to) end = to;
    if (tab >= 0 && tab < end) end = tab;
    if (quote < 0 || quote >= end) {
      words.push({ start: i, end, text: text.slice(i, end), quoted: false });
      i = end;
      continue;
    }
    end = quote;
    const closed = quotedRestoreWord(words, text, i, end, to, lineBreak);
    if (closed < 0) return { ...NOTHING, unterminated: { start: end, end: to } };
    i = closed;
  }
  return NOTHING;
}

/**
 * Reads a word that begins at `start` and whose first `"` is at `quote`. Gives the column after it, or -1 where the
 * quote stays open.
 */
function quotedRestoreWord(
  words: Word[],
  text: string,
  start: number,
  quote: number,
  to: number,
  lineBreak: string,
): number {
  let i = quote + 1;
  let pieceStart = i;
  let value = text.slice(start, quote);
  while (i < to) {
    const code = text.charCodeAt(i);
    if (code === 92) {
      value += text.slice(pieceStart, i);
      pieceStart = i + 1;
      i += 2;
      continue;
    }
    if (code === 34) {
      words.push({ start, end: i + 1, text: value + text.slice(pieceStart, i), quoted: true });
      return i + 1;
    }
    i++;
  }
  // The quote goes on over the line break, and so does the value.
  words.push({ start, end: to, text: `${value}${text.slice(Math.min(pieceStart, to), to)}${lineBreak}`, quoted: true });
  return -1;
}

/** Reads one shell word at `start`. Gives the column after it, or -(column of the open quote) - 1. */
function shellWord(words: Word[], text: string, start: number, to: number): number {
  let value = '';
  let quoted = false;
  let i = start;
  while (i < to) {
    const code = text.charCodeAt(i);
    const placeholder = code === 60 ? placeholderEnd(text, i, to) : -1;
    if (placeholder >= 0) {
      value += text.slice(i, placeholder);
      i = placeholder;
      continue;
    }
    if (code === 32 || code === 9 || isShellOperator(code)) break;
    if (code === 92) {
      quoted = true;
      if (i + 1 < to) value += text.charAt(i + 1);
      i += 2;
    } else if (code === 39) {
      quoted = true;
      const close = text.indexOf("'", i + 1);
      if (close < 0 || close >= to) return openQuote(words, text, start, i, to, value);
      value += text.slice(i + 1, close);
      i = close + 1;
    } else if (code === 34) {
      quoted = true;
      const open = i;
      i++;
      for (;;) {
        if (i >= to) {
          words.push({ start, end: to, text: value, quoted });
          return -open - 1;
        }
        const inner = text.charCodeAt(i);
        if (inner === 34) break;
        // Within double quotes a shell's backslash escapes only these; before anything else it stays.
        if (inner === 92 && i + 1 < to && '"\\$`'.includes(text.charAt(i + 1))) i++;
        value += text.charAt(i);
        i++;
      }
      i++;
    } else {
      value += text.charAt(i);
      i++;
    }
  }
  const end = Math.min(i, to);
  // `2>/dev/null`: the number belongs to the redirection.
  const descriptor =
    !quoted &&
    end < to &&
    end - start < 4 &&
    (text.charCodeAt(end) === 62 || text.charCodeAt(end) === 60) &&
    /^\d+$/.test(value);
  if (!descriptor) words.push({ start, end, text: value, quoted });
  return end;
}

/**
 * After `<office subnet>`, which was written in the place of a value, where a shell would see a file; -1 where it is
 * none.
 */
function placeholderEnd(text: string, at: number, to: number): number {
  PLACEHOLDER.lastIndex = at;
  const found = PLACEHOLDER.exec(text);
  return found && at + found[0].length <= to ? at + found[0].length : -1;
}

const PLACEHOLDER = /<[A-Za-z][\w .:/-]{0,60}>(?=$|[ \t/:,;.-])/y;

function openQuote(words: Word[], text: string, start: number, quote: number, to: number, value: string): number {
  words.push({ start, end: to, text: value + text.slice(quote + 1, to), quoted: true });
  return -quote - 1;
}

function isShellOperator(code: number): boolean {
  return code === 59 || code === 124 || code === 38 || code === 60 || code === 62;
}

function trimEnd(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && (text.charCodeAt(end - 1) === 32 || text.charCodeAt(end - 1) === 9)) end--;
  return end;
}

/** Options whose value is often free text, which may begin with `# `. */
const FREE_TEXT = new Set(['--comment', '--log-prefix', '--nflog-prefix', '--ulog-prefix', '--string', '--hex-string']);

/** After an option a `#` may be its value, unless it looks like a comment: most options do not take such a thing. */
function takesHash(previous: Word | undefined, text: string, hash: number, to: number): boolean {
  if (previous === undefined || previous.text.charCodeAt(0) !== 45) return false;
  if (FREE_TEXT.has(previous.text)) return true;
  const next = hash + 1 < to ? text.charCodeAt(hash + 1) : 32;
  return next !== 32 && next !== 9;
}
