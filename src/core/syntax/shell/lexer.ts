import { closingBrace, closingParenthesis } from './closing';
import type { HereDocument, WordPart, Redirect, ShellWord } from './nodes';

/**
 * The words and operators of a shell, read on demand by the parser, which knows what is expected. A method returns
 * undefined for what is never closed; `pos` is then behind all that it has read. Source: POSIX.1-2017, "Shell Command
 * Language", 2.2 and 2.3.
 */
export class Lexer {
  pos: number;
  private readonly waiting: { redirect: Redirect; delimiter: string; expands: boolean }[] = [];

  constructor(
    readonly text: string,
    from: number,
    readonly end: number,
    private readonly depth = 0,
  ) {
    this.pos = from;
  }

  /** Passes over blanks, continued lines and a comment. */
  blanks(): void {
    for (;;) {
      const code = this.code();
      if (code === 32 || code === 9 || code === 13) this.pos++;
      else if (code === 92 && this.text.charCodeAt(this.pos + 1) === 10 && this.pos + 1 < this.end) this.pos += 2;
      else break;
    }
    if (this.code() === 35) {
      const line = this.text.indexOf('\n', this.pos);
      this.pos = line < 0 || line > this.end ? this.end : line;
    }
  }

  /** The character here; NaN at the end. */
  code(): number {
    return this.pos < this.end ? this.text.charCodeAt(this.pos) : NaN;
  }

  /** Takes an operator that is here. */
  take(operator: string): boolean {
    if (!this.sees(operator)) return false;
    this.pos += operator.length;
    return true;
  }

  sees(operator: string): boolean {
    return this.pos + operator.length <= this.end && this.text.startsWith(operator, this.pos);
  }

  /** Passes over a line break and the here-documents that begin after it; false where one of them does not end. */
  lineBreak(): boolean {
    this.pos++;
    for (const { redirect, delimiter, expands } of this.waiting.splice(0)) {
      const found = this.hereDocument(delimiter, expands);
      if (!found) return false;
      redirect.here = found;
    }
    return true;
  }

  /** Whether a here-document is still to come. */
  get waits(): boolean {
    return this.waiting.length > 0;
  }

  private hereDocument(delimiter: string, expands: boolean): HereDocument | undefined {
    const start = this.pos;
    let at = start;
    while (at < this.end) {
      let line = this.text.indexOf('\n', at);
      if (line < 0 || line > this.end) line = this.end;
      // Indentation has been set aside already, as `<<-` does.
      if (line - at <= delimiter.length + 40 && this.text.slice(at, line).trim() === delimiter) {
        this.pos = line;
        return { start, end: at, parts: expands ? this.within(start, at, 'here') : undefined };
      }
      at = line + 1;
    }
    this.pos = this.end;
    return undefined;
  }

  /** `2>/dev/null`, `<<EOF`; null where none is here, undefined where it is not complete. */
  redirect(): Redirect | undefined | null {
    const start = this.pos;
    OPERATOR.lastIndex = start;
    const found = OPERATOR.exec(this.text);
    if (!found || start + found[0].length > this.end) return null;
    const [whole, number = ''] = found;
    const operator = found[2] ?? found[3] ?? '';
    // `<(…)`, `>(…)` are words.
    if ((operator === '<' || operator === '>') && this.text.charCodeAt(start + whole.length) === 40) return null;
    this.pos += whole.length;
    this.blanks();
    const target = this.word();
    if (!target) return undefined;
    const redirect: Redirect = {
      operator,
      descriptor: number === '' ? -1 : Number(number),
      target,
      start,
      end: target.end,
    };
    if (operator === '<<' || operator === '<<-') {
      const delimiter = target.parts
        .map((part) => (part.kind === 'text' ? part.text : this.text.slice(part.start, part.end)))
        .join('');
      this.waiting.push({
        redirect,
        delimiter,
        expands: !target.parts.some((part) => part.kind === 'text' && part.quoted),
      });
    }
    return redirect;
  }

  /** The word that begins here; undefined where none does or a quote of it stays open. */
  word(): ShellWord | undefined {
    const start = this.pos;
    const parts: WordPart[] = [];
    let plain = start;
    const flush = (): void => {
      if (this.pos > plain)
        parts.push({
          kind: 'text',
          text: this.text.slice(plain, this.pos),
          quoted: false,
          start: plain,
          end: this.pos,
        });
    };
    for (;;) {
      const code = this.code();
      if (Number.isNaN(code) || isMeta(code)) {
        // `<(…)`: what a program prints, as a file.
        if ((code === 60 || code === 62) && this.pos === start && this.text.charCodeAt(this.pos + 1) === 40) {
          const close = closingParenthesis(this.text, this.pos + 2, this.end);
          if (close < 0) return this.fail();
          parts.push({
            kind: 'command',
            script: this.text.slice(this.pos + 2, close),
            quoted: true,
            start: this.pos,
            end: close + 1,
          });
          this.pos = close + 1;
          plain = this.pos;
          continue;
        }
        break;
      }
      if (code === 92 || code === 39 || code === 34 || code === 36 || code === 96) {
        if (code === 36 && !DOLLAR.test(this.text.charAt(this.pos + 1))) {
          this.pos++;
          continue;
        }
        flush();
        if (!this.special(parts, code, false)) return undefined;
        plain = this.pos;
      } else this.pos++;
    }
    flush();
    return this.pos > start ? { parts, start, end: this.pos } : undefined;
  }

  /**
   * The parts of a text that has its own end: a here-document, the operand of `${X:-…}`, the inside of double quotes.
   */
  private within(from: number, to: number, mode: 'here' | 'operand' | 'quotes'): readonly WordPart[] {
    const inner = new Lexer(this.text, from, to, this.depth + 1);
    const parts: WordPart[] = [];
    let plain = from;
    const quoted = mode !== 'operand';
    const flush = (): void => {
      if (inner.pos > plain)
        parts.push({ kind: 'text', text: this.text.slice(plain, inner.pos), quoted, start: plain, end: inner.pos });
    };
    while (inner.pos < to) {
      const code = inner.code();
      const special =
        code === 36
          ? DOLLAR_QUOTED.test(this.text.charAt(inner.pos + 1))
          : code === 96 || code === 92 || (!quoted && (code === 39 || code === 34));
      if (!special) {
        inner.pos++;
        continue;
      }
      flush();
      plain = inner.pos;
      if (!inner.special(parts, code, quoted)) inner.pos = plain + 1;
      else plain = inner.pos;
    }
    flush();
    return parts;
  }

  /** A quote, a backslash or an expansion. */
  private special(parts: WordPart[], code: number, quoted: boolean): boolean {
    const { text, pos: start } = this;
    switch (code) {
      case 92: {
        if (start + 1 >= this.end) {
          this.pos = this.end;
          return true;
        }
        const next = text.charAt(start + 1);
        this.pos = start + 2;
        if (next === '\n') return true;
        const escapes = !quoted || '"\\$`'.includes(next);
        parts.push({ kind: 'text', text: escapes ? next : `\\${next}`, quoted: true, start, end: start + 2 });
        return true;
      }
      case 39: {
        const close = text.indexOf("'", start + 1);
        if (close < 0 || close >= this.end) return this.failed();
        parts.push({ kind: 'text', text: text.slice(start + 1, close), quoted: true, start: start + 1, end: close });
        this.pos = close + 1;
        return true;
      }
      case 34: {
        const close = closingQuote(text, start + 1, this.end);
        if (close < 0 || this.depth > MOST_DEPTH) return this.failed();
        const inner = this.within(start + 1, close, 'quotes');
        if (inner.length > 0) parts.push(...inner);
        else parts.push({ kind: 'text', text: '', quoted: true, start: start + 1, end: start + 1 });
        this.pos = close + 1;
        return true;
      }
      case 96: {
        let close = start + 1;
        while (close < this.end && text.charCodeAt(close) !== 96) close += text.charCodeAt(close) === 92 ? 2 : 1;
        if (close >= this.end) return this.failed();
        parts.push({
          kind: 'command',
          script: text.slice(start + 1, close).replace(/\\([`$\\])/g, '$1'),
          quoted,
          start,
          end: close + 1,
        });
        this.pos = close + 1;
        return true;
      }
      default:
        return this.dollar(parts, quoted);
    }
  }

  /** `$X`, `${…}`, `$(…)`, `$((…))`, `$'…'`. */
  private dollar(parts: WordPart[], quoted: boolean): boolean {
    const { text, pos: start } = this;
    const next = text.charCodeAt(start + 1);
    if (next === 40) {
      const arithmetic = text.charCodeAt(start + 2) === 40;
      const close = closingParenthesis(text, start + 2, this.end);
      if (close < 0) return this.failed();
      this.pos = close + 1;
      if (arithmetic && text.charCodeAt(close - 1) === 41)
        parts.push({ kind: 'arithmetic', expression: text.slice(start + 3, close - 1), quoted, start, end: this.pos });
      else parts.push({ kind: 'command', script: text.slice(start + 2, close), quoted, start, end: this.pos });
      return true;
    }
    if (next === 123) {
      const close = closingBrace(text, start + 2, this.end);
      if (close < 0 || this.depth > MOST_DEPTH) return this.failed();
      this.pos = close + 1;
      BRACED.lastIndex = start + 2;
      const found = BRACED.exec(text);
      const length = found?.[1] === '#' && found[2] !== undefined;
      const name = found?.[2] ?? '';
      const behind = start + 2 + (found?.[0].length ?? 0);
      OPERATION.lastIndex = behind;
      const operator = behind >= close ? '' : (OPERATION.exec(text)?.[0] ?? '?');
      const operand = this.within(Math.min(close, behind + operator.length), close, 'operand');
      const known = name !== '' && (operator !== '?' || text.charAt(behind) === '?') && !(length && behind < close);
      parts.push({
        kind: 'parameter',
        name: known ? name : '',
        index: found?.[3],
        operator: length ? 'length' : operator,
        operand,
        quoted,
        start,
        end: this.pos,
      });
      return true;
    }
    if (next === 39) {
      let close = start + 2;
      while (close < this.end && text.charCodeAt(close) !== 39) close += text.charCodeAt(close) === 92 ? 2 : 1;
      if (close >= this.end) return this.failed();
      const value = text
        .slice(start + 2, close)
        .replace(/\\([ntr\\'"])/g, (_, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? letter);
      parts.push({ kind: 'text', text: value, quoted: true, start, end: close + 1 });
      this.pos = close + 1;
      return true;
    }
    if (next === 34) {
      this.pos = start + 1;
      return this.special(parts, 34, quoted);
    }
    NAME.lastIndex = start + 1;
    const name = NAME.exec(text)?.[0] ?? text.charAt(start + 1);
    this.pos = Math.min(this.end, start + 1 + name.length);
    parts.push({ kind: 'parameter', name, index: undefined, operator: '', operand: [], quoted, start, end: this.pos });
    return true;
  }

  private failed(): false {
    this.pos = this.end;
    return false;
  }

  private fail(): undefined {
    this.pos = this.end;
    return undefined;
  }
}

/** Quotes in expansions in quotes: no real script nests deeper. */
const MOST_DEPTH = 20;
const OPERATOR = /(\d{0,3})(<<<|<<-|<<|<>|<&|>>|>\||>&|<|>)|(&>>|&>)/y;
const DOLLAR = /[A-Za-z0-9_{('"@*#?$!-]/;
const DOLLAR_QUOTED = /[A-Za-z0-9_{(@*#?$!-]/;
const NAME = /[A-Za-z_]\w*/y;
const BRACED = /(#(?=[\w@*]))?([A-Za-z_]\w*|\d+|[@*#?$!-])(?:\[([^\]\n}]{1,100})\])?/y;
const OPERATION = /:[-=+?]|[-=+?]|%%|%|##|#|\/\/|\/[#%]?|:(?=[\d ])|\^\^?|,,?/y;

function isMeta(code: number): boolean {
  return (
    code === 32 ||
    code === 9 ||
    code === 10 ||
    code === 59 ||
    code === 38 ||
    code === 124 ||
    code === 60 ||
    code === 62 ||
    code === 40 ||
    code === 41 ||
    code === 13
  );
}

/** The double quote that closes one; -1 where none does. */
function closingQuote(text: string, from: number, end: number): number {
  let i = from;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code === 34) return i;
    if (code === 92) i += 2;
    else if (code === 36 && text.charCodeAt(i + 1) === 40) {
      const close = closingParenthesis(text, i + 2, end);
      if (close < 0) return -1;
      i = close + 1;
    } else if (code === 36 && text.charCodeAt(i + 1) === 123) {
      const close = closingBrace(text, i + 2, end);
      if (close < 0) return -1;
      i = close + 1;
    } else i++;
  }
  return -1;
}
