import type { EmbeddedLine, RunCondition } from '../tree';
import { Shape } from '../shape';
import { evaluate } from './arithmetic';
import { testWords } from './conditions';
import { branches, cases, forLoop } from './control';
import { commandLine } from './emit';
import { expandText, expandWord } from './expand';
import {
  literalText,
  walk,
  type Assignment,
  type Redirect,
  type ScriptNode,
  type ShellNode,
  type ShellWord,
  type SimpleCommand,
} from './nodes';
import type { Piece, CharPlace, ScriptText } from './scriptText';
import { runSimple } from './simple';
import { ScriptReport } from './report';
import { WrittenFiles } from './writtenFiles';
import type { Shell } from './shell';
import { both, joined, negated, type Status } from './status';
import { substitute } from './substitution';
import { readLoop } from './readLoop';
import { fieldText, known, unknownOf, valueOf, type ExpandedWord, type ShellValue } from './values';

/** A command that was read, and the one of the script that it is. */
export interface Emitted {
  readonly line: EmbeddedLine;
  /**
   * Where nothing of it was expanded and nothing depends on another command, the offset in the script where it stands.
   */
  readonly plain: number | undefined;
}

/** How often commands in loops and functions may be read again; a script that a person wrote stays far below. */
const MOST_REPEATED = 20_000;
const MOST_STEPS = 100_000;
const MOST_CALLS = 40;

/**
 * Reads what the commands of a script do to the rules, without running any: what needs a machine stays unknown and is
 * said. It keeps what variables hold and which functions are defined from one command of the file to the next.
 */
export class Interpreter implements Shell {
  readonly report = new ScriptReport();
  positional: readonly ExpandedWord[] | undefined;
  /** What comes before each command of the line, such as a prompt or `ssh HOST`. */
  prompt: Piece | undefined;
  wrapper: readonly ExpandedWord[] = [];
  guard: RunCondition | undefined;
  /** Whether what a command complains of goes nowhere, or is asked. */
  quiet = false;
  signal: 'break' | 'continue' | 'return' | 'exit' | undefined;
  /** What is printed into the command after a pipe. */
  input: readonly Piece[] | undefined;
  readonly functions = new Map<string, ScriptNode>();
  readonly aliases = new Map<string, string>();
  private readonly variables = new Map<string, ShellValue>();
  private locals: Map<string, ShellValue | undefined> | undefined;
  private out: Emitted[] = [];
  /** In a loop or a function: what is read may be read again. */
  repeating = 0;
  calls = 0;
  private steps = 0;
  private repeated = 0;
  private stopped = false;
  readonly files = new WrittenFiles();
  private readonly callees = new Set<string>();

  /** Runs what stands in a line of the file. */
  top(node: ShellNode, source: ScriptText): readonly Emitted[] {
    this.out = [];
    this.guard = undefined;
    this.quiet = false;
    this.signal = undefined;
    this.input = undefined;
    this.wrapper = [];
    this.run(node, source);
    return this.out;
  }

  get(name: string): ShellValue | undefined {
    return this.variables.get(name);
  }

  set(name: string, value: ShellValue): void {
    this.variables.set(name, value);
  }

  /** The value that a name had before is back when the function ends. */
  local(name: string): void {
    if (this.locals && !this.locals.has(name)) this.locals.set(name, this.variables.get(name));
  }

  /** A name of which the file states no more. */
  lose(name: string, why: string): void {
    this.variables.set(name, { text: `$${name}`, unknown: [name] });
    this.report.because(name, why);
  }

  unset(name: string): void {
    this.variables.set(name, known(''));
  }

  substitute(script: string): string | undefined {
    return substitute(script, this);
  }

  assumeDefault(name: string, text: string, at: CharPlace): void {
    if (!/^[A-Za-z_]/.test(name)) return;
    this.report.add(
      at,
      at.column + name.length + 2,
      'info',
      'shell-assumption',
      `${name} is not set above: its default "${text}" is used`,
    );
  }

  run(node: ShellNode, source: ScriptText): Status {
    switch (node.kind) {
      case 'simple':
        return this.simple(node, source);
      case 'list': {
        let status: Status = true;
        for (const item of node.items) {
          status = this.run(item, source);
          if (this.signal) break;
        }
        return status;
      }
      case 'and':
      case 'or':
        return this.andOr(node, source);
      case 'not':
        return negated(this.asking(() => this.run(node.command, source)));
      case 'pipe':
        return this.pipe(node.commands, source);
      case 'group':
        return this.redirected(node.redirects, source, () => this.run(node.body, source));
      case 'subshell': {
        const before = new Map(this.variables);
        const status = this.redirected(node.redirects, source, () => this.run(node.body, source));
        this.variables.clear();
        for (const [name, value] of before) this.variables.set(name, value);
        if (this.signal === 'exit') this.signal = undefined;
        return status;
      }
      case 'function':
        this.functions.set(node.name, { node: node.body, source });
        return true;
      case 'test':
        return this.test(node.words, source, true);
      case 'arithmetic': {
        const value = evaluate(node.expression, (name) => this.number(name));
        if (value !== undefined) return value !== 0;
        for (const name of node.expression.match(/[A-Za-z_]\w*(?=\s*(?:[-+*/%]?=(?!=)|\+\+|--))/g)?.slice(0, 20) ?? [])
          this.lose(name, 'it is calculated');
        return { unknown: `what ((${node.expression})) is` };
      }
      case 'if':
        return this.redirected(node.redirects, source, () => branches(this, node, source));
      case 'case':
        return this.redirected(node.redirects, source, () => cases(this, node, source));
      case 'for':
        return this.redirected(node.redirects, source, () => forLoop(this, node, source));
      case 'while':
        return this.redirected(node.redirects, source, () => readLoop(this, node, source));
    }
  }

  expand(words: readonly ShellWord[], source: ScriptText): readonly ExpandedWord[] {
    return words.flatMap((word) => expandWord(word, source, this));
  }

  /** Text of a redirection or a here-document. */
  text(word: Pick<ShellWord, 'parts'>, source: ScriptText): ExpandedWord {
    return expandText(word.parts, source, this);
  }

  number(name: string): number | undefined {
    const value = this.variables.get(name);
    return value && 'text' in value && value.unknown.length === 0 && /^-?\d{1,9}$/.test(value.text)
      ? Number(value.text)
      : undefined;
  }

  assign({ name, adds, indexed, value, list }: Assignment, source: ScriptText): void {
    const old = this.variables.get(name);
    if (indexed) return this.lose(name, 'it is an associative or sparse list');
    if (list) {
      const items = this.expand(list, source).map(valueOf);
      this.variables.set(name, { items: adds && old ? [...('items' in old ? old.items : [old]), ...items] : items });
      return;
    }
    const field = value ? this.text(value, source) : { pieces: [], literal: true };
    const unknown = unknownOf(field);
    const script = unknown.find((each) => !/^\w+$/.test(each));
    if (script !== undefined) return this.lose(name, `what ${script} prints is known only on the machine`);
    if (adds && old === undefined) return this.lose(name, 'its previous value is not set in this file');
    if (adds && old && 'items' in old) return;
    const before = adds && old && 'text' in old ? old : known('');
    // What grows without end in a loop is no address.
    if (before.text.length > 100_000) return;
    this.variables.set(name, { text: before.text + fieldText(field), unknown: [...before.unknown, ...unknown] });
  }

  private simple(node: SimpleCommand, source: ScriptText): Status {
    if (this.repeating > 0 && ++this.steps > MOST_STEPS) return this.stop(node, source);
    return this.redirected(node.redirects, source, () => runSimple(this, node, source));
  }

  /** Whether errors go nowhere is a matter of the redirections. */
  private redirected(redirects: readonly Redirect[], source: ScriptText, run: () => Status): Status {
    if (redirects.length === 0) return run();
    const { quiet, input } = this;
    if (redirects.some((redirect) => isQuiet(redirect, redirects))) this.quiet = true;
    for (const redirect of redirects) {
      if (redirect.here) this.input = this.hereText(redirect, source);
      else if (redirect.operator === '<<<') this.input = this.text(redirect.target, source).pieces;
    }
    const status = run();
    this.quiet = quiet;
    this.input = input;
    return status;
  }

  private hereText({ here }: Redirect, source: ScriptText): readonly Piece[] {
    if (!here) return [];
    if (here.parts) return this.text({ parts: here.parts }, source).pieces;
    return this.text(
      {
        parts: [
          {
            kind: 'text',
            text: source.text.slice(here.start, here.end),
            quoted: true,
            start: here.start,
            end: here.end,
          },
        ],
      },
      source,
    ).pieces;
  }

  /** Runs commands of which it is asked whether they succeed. */
  asking(run: () => Status): Status {
    const { quiet } = this;
    this.quiet = true;
    const status = run();
    this.quiet = quiet;
    return status;
  }

  guarded(condition: RunCondition, run: () => Status): Status {
    const { guard } = this;
    this.guard = both(guard, condition);
    const status = run();
    this.guard = guard;
    // Whether a script goes on after a condition is not followed: it does.
    this.signal = undefined;
    return status;
  }

  private andOr(node: ShellNode & { readonly kind: 'and' | 'or' }, source: ScriptText): Status {
    const { kind, left, right } = node;
    const status = kind === 'or' ? this.asking(() => this.run(left, source)) : this.run(left, source);
    if (this.signal) return status;
    if (typeof status === 'boolean') return status === (kind === 'and') ? this.run(right, source) : status;
    if ('asked' in status) {
      const behind = this.guarded(kind === 'and' ? status.asked : { kind: 'not', of: status.asked }, () =>
        this.run(right, source),
      );
      return joined(kind, status, behind);
    }
    // `iptables -L | grep -q X || iptables -A X`: the rule is there afterwards.
    if (kind === 'or' && status.listing) {
      const before = this.out.length;
      this.run(right, source);
      const [first] = this.out.slice(before);
      if (first) this.report.info(right, source, 'shell-assumption', `assumed to run: ${status.unknown} is not known`);
      return true;
    }
    this.skip(
      right,
      source,
      `it is run only if ${kind === 'and' ? '' : 'not '}${status.unknown}, which is known only on the machine`,
    );
    return status;
  }

  private pipe(commands: readonly ShellNode[], source: ScriptText): Status {
    const { input } = this;
    let status: Status = true;
    let listing = false;
    const text = (node: ShellNode): string => source.text.slice(node.start, node.end);
    const last = commands[commands.length - 1];
    if (
      last &&
      commands.length > 1 &&
      /tables(?:-legacy|-nft)?-save\b/.test(text(commands[0] as ShellNode)) &&
      /tables(?:-legacy|-nft)?-restore\b/.test(text(last))
    ) {
      this.skip(last, source, 'it loads what other programs have made of the rules');
      return true;
    }
    const before = new Map(this.variables);
    for (const [i, command] of commands.entries()) {
      const printed = this.printed;
      this.printed = undefined;
      this.piping = i < commands.length - 1;
      status = this.run(command, source);
      this.piping = false;
      if (
        /tables\S*\s(?:\S+\s)*-{1,2}[LSln]/.test(` ${text(command)} `.replace(/^ +/, '')) ||
        /tables\S*-save/.test(text(command))
      )
        listing = true;
      this.input = i < commands.length - 1 ? (this.printed ?? UNKNOWN_INPUT) : input;
      this.printed = printed;
    }
    this.input = input;
    // Each command of a pipe is a process of its own.
    this.variables.clear();
    for (const [name, value] of before) this.variables.set(name, value);
    return typeof status === 'object' && 'unknown' in status && listing ? { ...status, listing: true } : status;
  }

  /** What the command has printed, where that is known, and whether something reads it. */
  printed: readonly Piece[] | undefined;
  piping = false;

  /** Whether a loop ends here; the signal for it is taken. */
  leavesLoop(): boolean {
    const { signal } = this;
    if (signal === 'break' || signal === 'continue') this.signal = undefined;
    return signal !== undefined && signal !== 'continue';
  }

  test(words: readonly ShellWord[], source: ScriptText, patterns: boolean): Status {
    const answer = testWords(
      patterns ? words.map((word) => valueOf(this.text(word, source))) : this.expand(words, source).map(valueOf),
      patterns,
    );
    return typeof answer === 'boolean' ? answer : { unknown: answer.unknown };
  }

  /** Calls a function of the script. */
  call(
    name: string,
    { node, source }: ScriptNode,
    fields: readonly ExpandedWord[],
    at: SimpleCommand,
    caller: ScriptText,
  ): Status {
    this.callees.add(name);
    if (this.calls >= MOST_CALLS) return this.stop(at, caller);
    const { positional, locals } = this;
    this.positional = fields;
    this.locals = new Map();
    this.calls++;
    this.repeating++;
    const status = this.run(node, source);
    this.repeating--;
    this.calls--;
    for (const [name, value] of this.locals) {
      if (value === undefined) this.variables.delete(name);
      else this.variables.set(name, value);
    }
    this.positional = positional;
    this.locals = locals;
    if (this.signal === 'return') this.signal = undefined;
    return status;
  }

  /**
   * Takes a command as one of those that the file holds; gives the line that it is, where it is one that changes or
   * asks rules.
   */
  emit(fields: readonly ExpandedWord[], node: SimpleCommand, literal: boolean): EmbeddedLine | undefined {
    let asked: EmbeddedLine | undefined;
    for (const line of commandLine(this.prompt, [...this.wrapper, ...fields])) {
      if (line.shape === Shape.Text) continue;
      const { guard, quiet } = this;
      const plain = literal && !guard && !quiet && this.repeating === 0 && this.wrapper.length === 0;
      asked = this.take(
        { ...line, ...(guard && { runsIf: guard }), ...(quiet && { mayFail: true as const }) },
        plain ? node.start : undefined,
      );
      if (line.shape === Shape.ProgramCommand) this.report.askFor(fields);
    }
    return asked;
  }

  take(line: EmbeddedLine, plain: number | undefined): EmbeddedLine {
    if (this.repeating > 0 && ++this.repeated > MOST_REPEATED) {
      if (this.repeated === MOST_REPEATED + 1)
        this.report.add(
          { line, column: 0 },
          line.text.length,
          'warning',
          'not-read',
          `not read from here on: loops and functions produce more than ${MOST_REPEATED} commands`,
        );
      return line;
    }
    this.out.push({ line, plain });
    return line;
  }

  /**
   * What a command would do is not read: each that changes rules is said, and variables that it sets are no longer
   * known.
   */
  skip(node: ShellNode, source: ScriptText, reason: string): void {
    const { out, guard, quiet, signal } = this;
    this.out = [];
    walk(node, (each) => {
      if (each.kind === 'for') this.lose(each.name, 'it is set under a condition that is not known');
      if (each.kind === 'function') this.functions.set(each.name, { node: each.body, source });
      if (each.kind !== 'simple') return;
      for (const { name } of [...each.assignments, ...each.declared])
        this.lose(name, 'it is set under a condition that is not known');
      if (each.words.length > 0 && this.isAboutRules(each, source))
        this.report.add(source.place(each.start), source.place(each.end), 'warning', 'not-read', `not read: ${reason}`);
    });
    this.out = out;
    this.guard = guard;
    this.quiet = quiet;
    this.signal = signal;
  }

  private isAboutRules(node: SimpleCommand, source: ScriptText): boolean {
    if (this.repeating > 0 && ++this.steps > MOST_STEPS) return false;
    const spelled = source.text.slice(node.start, Math.min(node.end, node.start + 400));
    if (!/tables|ipt|IPT|\$|^\w+/.test(spelled)) return false;
    const [first] = node.words;
    const name = first ? (literalText(first) ?? '') : '';
    const called = this.functions.get(name);
    if (called) this.callees.add(name);
    if (called)
      return /tables|\bip6?t|IP6?T/i.test(
        called.source.text.slice(called.node.start, Math.min(called.node.end, called.node.start + 20_000)),
      );
    return commandLine(undefined, this.expand(node.words.slice(0, 60), source)).some(
      ({ shape }) => shape === Shape.ProgramCommand,
    );
  }

  private stop(node: ShellNode, source: ScriptText): Status {
    if (!this.stopped)
      this.report.add(
        source.place(node.start),
        source.place(node.end),
        'warning',
        'not-read',
        'not read from here on: loops and functions run too many commands',
      );
    this.stopped = true;
    this.signal = 'exit';
    return true;
  }

  /** Reports what nothing in the file calls, runs or sets; once the whole file is read. */
  finish(): void {
    for (const [name, { node, source }] of this.functions)
      if (!this.callees.has(name)) this.skip(node, source, `the function ${name} is not called in this file`);
    for (const { name, piece } of this.files.unused())
      this.report.add(
        piece.from,
        piece.to,
        'warning',
        'not-read',
        `not read: it is written to ${name}, which nothing here runs`,
      );
    this.report.tellUnknown((name) => this.variables.has(name));
  }
}

const UNKNOWN_INPUT: readonly Piece[] = [];

function isQuiet({ operator, descriptor, target }: Redirect, all: readonly Redirect[]): boolean {
  const where = literalText(target);
  if (operator === '&>' || operator === '&>>') return where === '/dev/null';
  if (descriptor !== 2) return false;
  if (operator === '>' || operator === '>>') return where === '/dev/null';
  return (
    operator === '>&' &&
    (where === '-' ||
      (where === '1' &&
        all.some((each) => each.operator === '>' && each.descriptor < 2 && literalText(each.target) === '/dev/null')))
  );
}
