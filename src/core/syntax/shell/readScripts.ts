import { countFirst } from '../../text/bisect';
import { promptEnd } from '../prompt';
import { Shape } from '../shape';
import type { FileProblem, Line } from '../tree';
import { Interpreter, type Emitted } from './interpreter';
import { Lexer } from './lexer';
import { literalText, type ShellNode, type SimpleCommand } from './nodes';
import { Parser } from './parser';
import { isLikelyCommand } from './programs';
import { ScriptLines, type Piece } from './scriptText';

export interface ReadScripts {
  readonly lines: readonly Line[];
  readonly problems: readonly FileProblem[];
}

/**
 * Reads what a shell makes of the commands in a file, which may be a script, or notes and logs that hold pieces of
 * some: variables, several commands in a line, loops, functions, conditions. Lines that say the same without a shell
 * stay as they are. undefined where no shell is needed.
 */
export function readScripts(lines: readonly Line[], shapes: Uint8Array): ReadScripts | undefined {
  if (!needsShell(lines, shapes)) return undefined;
  const reader = new ScriptReader(lines, shapes);
  reader.read();
  return reader.changed ? { lines: reader.out, problems: reader.shell.report.problems } : undefined;
}

/**
 * Some line is about rules, and some line cannot be understood on its own. Dumps and logs of any length are skipped by
 * their shapes.
 */
function needsShell(lines: readonly Line[], shapes: Uint8Array): boolean {
  let rules = false;
  let shell = false;
  for (let i = 0; i < lines.length && !(rules && shell); i++) {
    if (!READ[shapes[i] as number]) continue;
    const { text } = lines[i] as Line;
    if (!rules) rules = text.includes('tables');
    if (!shell) shell = FEATURE.test(text);
  }
  return rules && shell;
}

const FEATURE = /[;&|$`<]|\(\)|\b(?:for|while|if|case|function|alias) |\\$/;
/** Lines that may belong to a script; at any other one a script ends. */
const READ = new Uint8Array(256);
for (const shape of [
  Shape.Blank,
  Shape.Text,
  Shape.Comment,
  Shape.ProgramCommand,
  Shape.Echo,
  Shape.Assignment,
  Shape.IpAdd,
])
  READ[shape] = 1;

/** A fence of Markdown whose text is a script. */
const SHELL_FENCE = /^[`~]{3,} ?\{?\.?(?:sh|bash|shell|zsh|ash|ksh|console|terminal|shellsession|shell-session)\b/;

/** Limits the work on text that begins like a script and is none, as a multiple of the length of the file. */
const MOST_WASTE = 6;
const MOST_LINES = 5000;

class ScriptReader {
  readonly shell = new Interpreter();
  readonly out: Line[] = [];
  changed = false;
  private wasted = 0;
  private length = 0;
  /** By their trimmed text, where the short lines stand that may end a here-document. */
  private delimiters: ReadonlyMap<string, readonly number[]> | undefined;

  constructor(
    private readonly lines: readonly Line[],
    private readonly shapes: Uint8Array,
  ) {}

  read(): void {
    const { lines, shapes, out } = this;
    let certain = false;
    let i = 0;
    while (i < lines.length) {
      const line = lines[i] as Line;
      const shape = shapes[i] as number;
      if (shape === Shape.Fence) certain = SHELL_FENCE.test(line.text.slice(line.contentStart));
      if (shape === Shape.Comment && line.text.startsWith('#!', line.contentStart)) certain = true;
      if (!READ[shape] || shape === Shape.Blank || shape === Shape.Comment) {
        out.push(line);
        i++;
        continue;
      }
      const end = this.regionEnd(i);
      this.region(i, end, certain);
      i = end;
    }
    this.shell.finish();
    if (this.shell.report.problems.length > 0) this.changed = true;
  }

  /** A script goes on through lines of a dump where they are in a here-document or after a backslash. */
  private regionEnd(from: number): number {
    const { lines, shapes } = this;
    let i = from;
    while (i < lines.length) {
      const { text } = lines[i] as Line;
      if (!READ[shapes[i] as number] && !(i > from && (lines[i - 1] as Line).text.endsWith('\\'))) break;
      i++;
      const here = text.includes('<<') && /<<-?\s*\\?(['"]?)(\w{1,60})\1/.exec(text);
      if (here) i = Math.max(i, this.delimiter(here[2] as string, i) + 1);
    }
    return i;
  }

  private delimiter(word: string, from: number): number {
    if (!this.delimiters) {
      const found = new Map<string, number[]>();
      this.lines.forEach(({ text }, i) => {
        if (text.length > 100) return;
        const key = text.trim();
        if (!/^\w{1,60}$/.test(key)) return;
        const list = found.get(key);
        if (list) list.push(i);
        else found.set(key, [i]);
      });
      this.delimiters = found;
    }
    const places = this.delimiters.get(word) ?? [];
    return places[countFirst(places.length, (i) => (places[i] as number) < from)] ?? -1;
  }

  private region(from: number, to: number, certain: boolean): void {
    const { lines, out, shell } = this;
    const source = new ScriptLines(lines.slice(from, to));
    this.length += source.text.length;
    let i = from;
    let ended: number | undefined;
    while (i < to) {
      const line = lines[i] as Line;
      const read =
        line.shape === Shape.Blank || line.shape === Shape.Comment
          ? undefined
          : this.statement(source, i - from, to - from, certain);
      if (!read) {
        out.push(line);
        i++;
        continue;
      }
      const { node, last, prompt } = read;
      const next = from + last + 1;
      if (ended !== undefined) {
        shell.skip(node, source, `the script ends in line ${ended + 1}`, false);
        this.changed = true;
        i = next;
        continue;
      }
      shell.prompt = prompt;
      const before = shell.report.problems.length;
      const emitted = shell.top(node, source);
      if (certain && shell.signal === 'exit') ended = line.index;
      const [only] = emitted;
      const commands = lines
        .slice(i, next)
        .some(
          ({ shape }) =>
            shape === Shape.ProgramCommand || shape === Shape.IpAdd || shape === Shape.Rule || shape === Shape.Table,
        );
      // What a reader of single lines already understands.
      const same =
        next === i + 1 &&
        (emitted.length === 0
          ? !commands || isOwn(node)
          : emitted.length === 1 && only?.plain === node.start && line.shape === only.line.shape);
      if (
        same ||
        isAsWritten(emitted, lines, i, next) ||
        (emitted.length === 0 &&
          !commands &&
          shell.report.problems.length === before &&
          next > i + 1 &&
          !isScript(node))
      )
        for (let k = i; k < next; k++) out.push(lines[k] as Line);
      else {
        for (const { line: each } of emitted) out.push(each);
        this.changed = true;
      }
      i = next;
    }
  }

  /** Whether a line begins as a command does, so that it may go on in the next one. */
  private isSure(text: string, from: number, end: number): boolean {
    const at = text.charCodeAt(from) === 40 ? from + 1 : from;
    const first = new Lexer(text, at, end).word();
    if (!first) return false;
    const word = text.slice(first.start, first.end);
    return isLikelyCommand(word) || this.shell.functions.has(word) || OPENS.test(text.slice(at, end));
  }

  /** What is from a line on, where it reads as a script. */
  private statement(
    source: ScriptLines,
    index: number,
    count: number,
    certain: boolean,
  ): { readonly node: ShellNode; readonly last: number; readonly prompt: Piece | undefined } | undefined {
    const start = source.start(index);
    const lineEnd = source.start(index + 1) - 1;
    const { line, column } = source.place(start);
    const end = line.text.length;
    // What `set -x` traces has been expanded, and is one command to a line.
    if (/^\+{1,6}[ \t]/.test(line.text.slice(column, column + 8))) return undefined;
    const behind = promptOf(line.text, column, end);
    const prompt =
      behind > column
        ? { text: line.text.slice(column, behind), from: { line, column }, to: behind, spelled: true }
        : undefined;
    const at = start + behind - column;
    const sure = certain || this.isSure(source.text, at, lineEnd);
    if (this.wasted > MOST_WASTE * this.length + 100_000) return undefined;
    const limit = sure ? source.start(Math.min(count, index + MOST_LINES)) - 1 : lineEnd;
    const parser = new Parser(source.text, at, Math.min(limit, source.text.length));
    const node = parser.line();
    if (!node) {
      this.wasted += parser.lexer.pos - at;
      return undefined;
    }
    if (
      !certain &&
      !isCommandLine(node, source.text, (name) => this.shell.functions.has(name) || this.shell.aliases.has(name))
    )
      return undefined;
    return {
      node,
      last: source.lineAt(
        Math.max(
          at,
          parser.lexer.pos - (parser.lexer.pos > lineEnd && source.text.charAt(parser.lexer.pos - 1) === '\n' ? 1 : 0),
        ),
      ),
      prompt,
    };
  }
}

/** Commands that begin with a word of their own. */
const OPENS = /^(?:for|while|until|if|case|function|select)\s|^\{\s|^[\w-]+\s?\(\s?\)|^[A-Za-z_]\w*\+?=|^\[\[?\s/;

/**
 * A `word #` may be the prompt of a machine, and `word >` of a shell; where the word is a command, a comment or a file
 * comes after it.
 */
function promptOf(text: string, column: number, end: number): number {
  const behind = promptEnd(text, column, end);
  if (behind === column || text.charCodeAt(column) === 35) return column;
  const word = /^([\w./-]+) [#>%$❯]/.exec(text.slice(column, behind))?.[1];
  return word !== undefined && (/^(?:fi|done|esac|else|then|do)$/.test(word) || isLikelyCommand(word))
    ? column
    : behind;
}

/** Whether every command begins with the name of one: prose such as `first this; iptables -F` does not. */
function isCommandLine(node: ShellNode, text: string, isDefined: (name: string) => boolean): boolean {
  switch (node.kind) {
    case 'simple':
      return true;
    case 'list':
      return node.items.every((item) => isLikely(item, text, isDefined));
    case 'and':
    case 'or':
      return isLikely(node.left, text, isDefined) && isLikely(node.right, text, isDefined);
    case 'pipe':
      return node.commands.every((item) => isLikely(item, text, isDefined));
    case 'not':
      return isLikely(node.command, text, isDefined);
    default:
      return true;
  }
}

function isLikely(node: ShellNode, text: string, isDefined: (name: string) => boolean): boolean {
  if (node.kind !== 'simple') return isCommandLine(node, text, isDefined);
  const [first] = node.words;
  if (!first) return node.assignments.length > 0;
  const word = literalText(first);
  return word === undefined
    ? text.startsWith('$', first.start) || text.startsWith('"$', first.start)
    : isLikelyCommand(word) || isDefined(word);
}

/** `iptables-restore <<EOF` and lines in which nothing is expanded: they are read as they stand. */
function isAsWritten(emitted: readonly Emitted[], lines: readonly Line[], from: number, to: number): boolean {
  if (emitted.length < 2 || from + emitted.length >= to || lines[from]?.shape !== Shape.Echo) return false;
  return emitted.every(({ line }, k) =>
    k === 0
      ? line.shape === Shape.Echo && !line.runsIf
      : line.text === lines[from + k]?.text.slice(lines[from + k]?.contentStart),
  );
}

/** A line that is a command of another kind, such as one that lists. */
function isOwn(node: ShellNode): node is SimpleCommand {
  return node.kind === 'simple' && node.words.every((word) => literalText(word) !== undefined);
}

function isScript(node: ShellNode): boolean {
  return node.kind !== 'simple' && node.kind !== 'subshell';
}
