import type { Lexer } from './lexer';
import { plainText, type Assignment, type Redirect, type ShellNode, type ShellWord, type SimpleCommand } from './nodes';

/**
 * Reads commands without operators: assignments, words and redirections. Source: POSIX.1-2017, "Shell Command
 * Language", 2.9.1.
 */
export abstract class SimpleReader {
  abstract readonly lexer: Lexer;

  /** The body of a function whose name and brackets have been read. */
  protected abstract functionBody(start: number, name: string | undefined): ShellNode | undefined;

  /** Passes over blanks, comments and line breaks. */
  protected lineBreaks(): boolean {
    this.lexer.blanks();
    while (this.lexer.code() === 10) {
      if (!this.lexer.lineBreak()) return false;
      this.lexer.blanks();
    }
    return true;
  }

  protected simple(): ShellNode | undefined {
    const { lexer } = this;
    const start = lexer.pos;
    const assignments: Assignment[] = [];
    const words: ShellWord[] = [];
    const redirects: Redirect[] = [];
    const declared: Assignment[] = [];
    let declares = false;
    for (;;) {
      lexer.blanks();
      const code = lexer.code();
      if (Number.isNaN(code)) break;
      const redirect = lexer.redirect();
      if (redirect === undefined) return undefined;
      if (redirect !== null) {
        redirects.push(redirect);
        continue;
      }
      if (code === 10 || code === 59 || code === 38 || code === 124 || code === 41) break;
      if (code === 40) {
        const [name] = words;
        if (
          words.length !== 1 ||
          assignments.length > 0 ||
          !name ||
          (lexer.pos !== name.end && lexer.text.slice(name.end, lexer.pos).trim() !== '')
        )
          return undefined;
        lexer.pos++;
        lexer.blanks();
        return lexer.take(')') ? this.functionBody(start, plainText(name)) : undefined;
      }
      if (words.length === 0 || declares) {
        const assignment = this.assignment();
        if (assignment === undefined) return undefined;
        if (assignment !== null) {
          (words.length === 0 ? assignments : declared).push(assignment);
          continue;
        }
      }
      const word = lexer.word();
      if (!word) return undefined;
      words.push(word);
      if (words.length === 1) declares = DECLARES.has(plainText(word) ?? '');
    }
    if (words.length + assignments.length + redirects.length === 0) return undefined;
    const end = Math.max(
      words.at(-1)?.end ?? start,
      assignments.at(-1)?.end ?? start,
      redirects.at(-1)?.end ?? start,
      declared.at(-1)?.end ?? start,
    );
    return { kind: 'simple', assignments, words, redirects, declared, start, end } satisfies SimpleCommand;
  }

  /** `X=word`, `X=(a b)`; null where there is none, undefined where it is not complete. */
  private assignment(): Assignment | undefined | null {
    const { lexer } = this;
    const start = lexer.pos;
    ASSIGNMENT.lastIndex = start;
    const found = ASSIGNMENT.exec(lexer.text);
    if (!found || start + found[0].length > lexer.end) return null;
    const [whole, name = '', index, plus = ''] = found;
    lexer.pos += whole.length;
    const about = { name, adds: plus !== '', start };
    if (lexer.take('(')) {
      const list: ShellWord[] = [];
      let indexed = index !== undefined;
      for (;;) {
        if (!this.lineBreaks()) return undefined;
        if (lexer.take(')')) return { ...about, indexed, value: undefined, list, end: lexer.pos };
        if (lexer.code() === 91) indexed = true;
        const word = lexer.word();
        if (!word) return undefined;
        list.push(word);
      }
    }
    const code = lexer.code();
    const empty =
      Number.isNaN(code) ||
      code === 32 ||
      code === 9 ||
      code === 10 ||
      code === 13 ||
      code === 59 ||
      code === 38 ||
      code === 124 ||
      code === 41 ||
      code === 60 ||
      code === 62;
    const value = empty ? undefined : lexer.word();
    if (!empty && !value) return undefined;
    return { ...about, indexed: index !== undefined, value, list: undefined, end: lexer.pos };
  }

  /** The reserved word that is here. */
  protected peekReserved(): string | undefined {
    RESERVED.lastIndex = this.lexer.pos;
    const found = RESERVED.exec(this.lexer.text)?.[0];
    return found !== undefined && this.lexer.pos + found.length <= this.lexer.end ? found : undefined;
  }

  protected takeReserved(word: string): boolean {
    if (this.peekReserved() !== word) return false;
    this.lexer.pos += word.length;
    return true;
  }
}

const RESERVED =
  /(?:if|then|elif|else|fi|for|select|while|until|do|done|case|esac|in|function|\{|\}|\[\[)(?=[\s;&|()<>]|$)/y;
const ASSIGNMENT = /([A-Za-z_]\w*)(?:\[([^\]\n]{0,100})\])?(\+)?=/y;
const DECLARES: ReadonlySet<string> = new Set(['export', 'readonly', 'local', 'declare', 'typeset']);
