import { Lexer } from './lexer';
import { plainText, type Redirect, type ShellNode, type ShellWord } from './nodes';
import { SimpleReader } from './simpleReader';

/**
 * Reads the commands of a script one after the other. Source: POSIX.1-2017, "Shell Command Language", 2.9 and 2.10, and
 * what bash(1) adds:
 * `[[ … ]]`, `(( … ))`, `function`, lists, `for ((…))`. A text that is not a script makes the methods give undefined.
 */
export class Parser extends SimpleReader {
  readonly lexer: Lexer;
  private depth = 0;

  constructor(text: string, from: number, end: number) {
    super();
    this.lexer = new Lexer(text, from, end);
  }

  /**
   * The commands up to the end of the line, with the lines in which they continue. After it, `lexer.pos` is at the line
   * break.
   */
  line(): ShellNode | undefined {
    const { lexer } = this;
    lexer.blanks();
    const start = lexer.pos;
    const items: ShellNode[] = [];
    while (!this.atEnd() && lexer.code() !== 10) {
      const item = this.andOr();
      if (!item) return undefined;
      items.push(item);
      lexer.blanks();
      if (lexer.sees(';;')) return undefined;
      if (!lexer.take(';') && !(lexer.code() === 38 && lexer.take('&'))) break;
      lexer.blanks();
    }
    if (!this.atEnd() && lexer.code() !== 10) return undefined;
    const end = lexer.pos;
    if (lexer.waits) {
      if (!lexer.lineBreak()) return undefined;
    }
    return items.length === 1 ? items[0] : { kind: 'list', items, start, end };
  }

  /** The commands up to the end of the text. */
  all(): ShellNode | undefined {
    const list = this.list(NOTHING);
    return list && this.atEnd() ? list : undefined;
  }

  private atEnd(): boolean {
    return this.lexer.pos >= this.lexer.end;
  }

  /** Commands up to one of these words, which is not taken, or up to `)`, `;;` or the end. */
  private list(stops: ReadonlySet<string>): ShellNode | undefined {
    const { lexer } = this;
    if (++this.depth > MOST_DEPTH) return undefined;
    const items: ShellNode[] = [];
    if (!this.lineBreaks()) return undefined;
    const start = lexer.pos;
    for (;;) {
      if (this.atEnd() || lexer.code() === 41 || lexer.sees(';;') || lexer.sees(';&')) break;
      const word = this.peekReserved();
      if (word !== undefined && stops.has(word)) break;
      const item = this.andOr();
      if (!item) return undefined;
      items.push(item);
      lexer.blanks();
      if (lexer.sees(';;') || lexer.sees(';&')) break;
      const parted = lexer.take(';') || (lexer.code() === 38 && lexer.take('&')) || lexer.code() === 10;
      if (!this.lineBreaks()) return undefined;
      if (!parted) break;
    }
    this.depth--;
    const [only] = items;
    return items.length === 1 ? only : { kind: 'list', items, start, end: lexer.pos };
  }

  private andOr(): ShellNode | undefined {
    const { lexer } = this;
    let left = this.pipeline();
    for (;;) {
      if (!left) return undefined;
      lexer.blanks();
      const kind = lexer.take('&&') ? 'and' : lexer.take('||') ? 'or' : undefined;
      if (!kind) return left;
      if (!this.lineBreaks()) return undefined;
      const right = this.pipeline();
      if (!right) return undefined;
      left = { kind, left, right, start: left.start, end: right.end };
    }
  }

  private pipeline(): ShellNode | undefined {
    const { lexer } = this;
    lexer.blanks();
    const start = lexer.pos;
    let negated = false;
    while (lexer.code() === 33 && BLANK.test(lexer.text.charAt(lexer.pos + 1))) {
      negated = !negated;
      lexer.pos++;
      lexer.blanks();
    }
    const first = this.command();
    if (!first) return undefined;
    const commands = [first];
    for (;;) {
      lexer.blanks();
      if (lexer.sees('||') || !lexer.take('|')) break;
      lexer.take('&');
      if (!this.lineBreaks()) return undefined;
      const next = this.command();
      if (!next) return undefined;
      commands.push(next);
    }
    const end = commands[commands.length - 1]?.end ?? lexer.pos;
    const node: ShellNode = commands.length === 1 ? first : { kind: 'pipe', commands, start: first.start, end };
    return negated ? { kind: 'not', command: node, start, end } : node;
  }

  private command(): ShellNode | undefined {
    const { lexer } = this;
    const start = lexer.pos;
    if (lexer.sees('((')) {
      const close = lexer.text.indexOf('))', start + 2);
      const line = lexer.text.indexOf('\n', start);
      if (close > 0 && close + 2 <= lexer.end && (line < 0 || close < line)) {
        lexer.pos = close + 2;
        return { kind: 'arithmetic', expression: lexer.text.slice(start + 2, close), start, end: lexer.pos };
      }
    }
    if (lexer.take('(')) {
      const body = this.list(NOTHING);
      if (!body || !lexer.take(')')) return undefined;
      return this.compound({ kind: 'subshell', body, start });
    }
    const reserved = this.peekReserved();
    switch (reserved) {
      case '{': {
        lexer.pos++;
        const body = this.list(CLOSE);
        if (!body || !lexer.take('}')) return undefined;
        return this.compound({ kind: 'group', body, start });
      }
      case 'for':
      case 'select':
        return this.forLoop();
      case 'while':
      case 'until': {
        lexer.pos += reserved.length;
        const condition = this.list(DO);
        const body = condition && this.doGroup();
        return body && this.compound({ kind: 'while', until: reserved === 'until', condition, body, start });
      }
      case 'if':
        return this.ifCommand();
      case 'case':
        return this.caseCommand();
      case 'function': {
        lexer.pos += reserved.length;
        lexer.blanks();
        const name = lexer.word();
        lexer.blanks();
        if (lexer.take('(')) {
          lexer.blanks();
          if (!lexer.take(')')) return undefined;
        }
        return this.functionBody(start, name && plainText(name));
      }
      case '[[':
        return this.test();
      case 'then':
      case 'else':
      case 'elif':
      case 'fi':
      case 'do':
      case 'done':
      case 'esac':
      case '}':
      case 'in':
        return reserved === 'in' ? this.simple() : undefined;
      default:
        return this.simple();
    }
  }

  private compound<Node extends { readonly start: number }>(
    node: Node,
  ): (Node & { readonly redirects: readonly Redirect[]; readonly end: number }) | undefined {
    const redirects: Redirect[] = [];
    for (;;) {
      this.lexer.blanks();
      const redirect = this.lexer.redirect();
      if (redirect === undefined) return undefined;
      if (redirect === null) return { ...node, redirects, end: this.lexer.pos };
      redirects.push(redirect);
    }
  }

  private doGroup(): ShellNode | undefined {
    const { lexer } = this;
    if (lexer.sees('{') && this.takeReserved('{')) {
      const body = this.list(CLOSE);
      return body && lexer.take('}') ? body : undefined;
    }
    if (!this.takeReserved('do')) return undefined;
    const body = this.list(DONE);
    return body && this.takeReserved('done') ? body : undefined;
  }

  private forLoop(): ShellNode | undefined {
    const { lexer } = this;
    const start = lexer.pos;
    lexer.word();
    lexer.blanks();
    if (lexer.sees('((')) {
      const head = this.command();
      if (head?.kind !== 'arithmetic') return undefined;
      lexer.blanks();
      lexer.take(';');
      if (!this.lineBreaks()) return undefined;
      const body = this.doGroup();
      return body && this.compound({ kind: 'while', until: false, condition: head, body, start });
    }
    const word = lexer.word();
    const name = word && plainText(word);
    if (name === undefined || !/^[A-Za-z_]\w*$/.test(name) || !this.lineBreaks()) return undefined;
    let words: ShellWord[] | undefined;
    if (this.takeReserved('in')) {
      words = [];
      for (;;) {
        lexer.blanks();
        const code = lexer.code();
        if (Number.isNaN(code)) return undefined;
        if (code === 10 || code === 59) break;
        const item = lexer.word();
        if (!item) return undefined;
        words.push(item);
      }
    }
    const headEnd = lexer.pos;
    lexer.blanks();
    lexer.take(';');
    if (!this.lineBreaks()) return undefined;
    const body = this.doGroup();
    return body && this.compound({ kind: 'for', name, words, body, start, headEnd });
  }

  private ifCommand(): ShellNode | undefined {
    const { lexer } = this;
    const start = lexer.pos;
    lexer.pos += 2;
    const branches: { condition: ShellNode; body: ShellNode }[] = [];
    for (;;) {
      const condition = this.list(THEN);
      if (!condition || !this.takeReserved('then')) return undefined;
      const body = this.list(BRANCH);
      if (!body) return undefined;
      branches.push({ condition, body });
      if (this.takeReserved('elif')) continue;
      let otherwise: ShellNode | undefined;
      if (this.takeReserved('else')) {
        otherwise = this.list(FI);
        if (!otherwise) return undefined;
      }
      if (!this.takeReserved('fi')) return undefined;
      return this.compound({ kind: 'if', branches, otherwise, start });
    }
  }

  private caseCommand(): ShellNode | undefined {
    const { lexer } = this;
    const start = lexer.pos;
    lexer.pos += 4;
    lexer.blanks();
    const word = lexer.word();
    if (!word || !this.lineBreaks() || !this.takeReserved('in')) return undefined;
    const items: { patterns: ShellWord[]; body: ShellNode; end: string }[] = [];
    for (;;) {
      if (!this.lineBreaks()) return undefined;
      if (this.takeReserved('esac')) return this.compound({ kind: 'case', word, items, start });
      lexer.take('(');
      const patterns: ShellWord[] = [];
      do {
        lexer.blanks();
        const pattern = lexer.word();
        if (!pattern) return undefined;
        patterns.push(pattern);
        lexer.blanks();
      } while (lexer.take('|'));
      if (!lexer.take(')')) return undefined;
      const body = this.list(ESAC);
      if (!body) return undefined;
      const end = [';;&', ';;', ';&'].find((operator) => lexer.take(operator)) ?? '';
      items.push({ patterns, body, end });
      if (end === '' && this.peekReserved() !== 'esac') return undefined;
    }
  }

  protected functionBody(start: number, name: string | undefined): ShellNode | undefined {
    if (name === undefined || !this.lineBreaks()) return undefined;
    const code = this.lexer.code();
    if (code !== 40 && this.peekReserved() !== '{') return undefined;
    const body = this.command();
    return body && { kind: 'function', name, body, start, end: this.lexer.pos };
  }

  /** `[[ … ]]`. */
  private test(): ShellNode | undefined {
    const { lexer } = this;
    const start = lexer.pos;
    lexer.pos += 2;
    const words: ShellWord[] = [];
    while (words.length < 200) {
      if (!this.lineBreaks()) return undefined;
      const at = lexer.pos;
      const operator = ['&&', '||', '(', ')', '<', '>'].find((each) => lexer.take(each));
      const word =
        operator === undefined
          ? lexer.word()
          : {
              parts: [{ kind: 'text' as const, text: operator, quoted: false, start: at, end: lexer.pos }],
              start: at,
              end: lexer.pos,
            };
      if (!word) return undefined;
      if (plainText(word) === ']]') return { kind: 'test', words, start, end: lexer.pos };
      words.push(word);
      // A regular expression has brackets that are not operators.
      if (plainText(word) === '=~') {
        lexer.blanks();
        const expression = /\S+/y;
        expression.lastIndex = lexer.pos;
        const found = expression.exec(lexer.text)?.[0] ?? '';
        lexer.pos = Math.min(lexer.end, lexer.pos + found.length);
      }
    }
    return undefined;
  }
}

/** Compound commands in each other; also what keeps a hostile text from being read once for each bracket. */
const MOST_DEPTH = 60;
const BLANK = /[ \t\n(]/;
const NOTHING: ReadonlySet<string> = new Set();
const CLOSE: ReadonlySet<string> = new Set(['}']);
const DO: ReadonlySet<string> = new Set(['do']);
const DONE: ReadonlySet<string> = new Set(['done']);
const THEN: ReadonlySet<string> = new Set(['then']);
const BRANCH: ReadonlySet<string> = new Set(['elif', 'else', 'fi']);
const FI: ReadonlySet<string> = new Set(['fi']);
const ESAC: ReadonlySet<string> = new Set(['esac']);
