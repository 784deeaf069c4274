import type { EmbeddedLine, Line, RunCondition } from '../tree';
import { Shape } from '../shape';
import { evaluate } from './arithmetic';
import { testWords } from './conditions';
import { functionCalled, linesAboutRules } from './aboutRules';
import { branches, cases, forLoop, skipUnless } from './control';
import { commandLine } from './emit';
import { expandText, expandWord } from './expand';
import { walk, type Redirect, type ScriptNode, type ShellNode, type ShellWord, type SimpleCommand } from './nodes';
import type { Piece, CharPlace, ScriptText } from './scriptText';
import { listsRules, pipeline } from './pipeline';
import { areQuiet, hereInput } from './redirections';
import { Limits } from './limits';
import { runSimple } from './simple';
import { ScriptReport } from './report';
import { ScriptEnds } from './scriptEnds';
import { Variables } from './variables';
import { WrittenFiles } from './writtenFiles';
import type { Shell, Signal } from './shell';
import { both, joined, negated, type Status } from './status';
import { substitute } from './substitution';
import { readLoop } from './readLoop';
import { valueOf, type ExpandedWord, type ShellValue } from './values';

/** A command that was read, and the one of the script that it is. */
export interface Emitted {
  readonly line: EmbeddedLine;
  /** Its offset in the script, if nothing in it was expanded and no other command decides whether it runs. */
  readonly plain: number | undefined;
}

/** How deep functions may call each other. */
const MOST_CALLS = 40;

/**
 * Reads what the commands of a script do to the rules, without running any: what depends on the machine stays unknown
 * and is reported. It keeps what variables hold and which functions are defined from one command of the file to the
 * next.
 */
export class Interpreter implements Shell {
  readonly report = new ScriptReport();
  positional: readonly ExpandedWord[] | undefined;
  /** What comes before each command of the line, such as a prompt or `ssh HOST`. */
  prompt: Piece | undefined;
  wrapper: readonly ExpandedWord[] = [];
  guard: RunCondition | undefined;
  /** Whether error messages are discarded, or the success of the command is tested. */
  quiet = false;
  signal: Signal | undefined;
  /** What is printed into the command after a pipe. */
  input: readonly Piece[] | undefined;
  /** What the command has printed, where that is known, and whether something reads it. */
  printed: readonly Piece[] | undefined;
  piping = false;
  pipe: Piece | undefined;
  readonly functions = new Map<string, ScriptNode>();
  readonly aliases = new Map<string, string>();
  private readonly variables = new Variables();
  private out: Emitted[] = [];
  /** In a loop or a function: what is read may be read again. */
  repeating = 0;
  calls = 0;
  private readonly limits = new Limits(this.report);
  readonly files = new WrittenFiles();
  private readonly callees = new Set<string>();
  private readonly ends = new ScriptEnds();

  /** Runs what is in a line of the file. */
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

  local(name: string): void {
    this.variables.local(name);
  }

  /** Marks a name whose value nothing in the file states any more. */
  lose(name: string, why: string): void {
    this.variables.lose(name);
    this.report.because(name, why);
  }

  unset(name: string): void {
    this.variables.unset(name);
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
        return this.variables.inProcess(() => pipeline(this, node.commands, source));
      case 'group':
        return this.redirected(node.redirects, source, () => this.run(node.body, source));
      case 'subshell': {
        const status = this.ends.within(['exit', 'return', 'break', 'continue'], () =>
          this.variables.inProcess(() => this.redirected(node.redirects, source, () => this.run(node.body, source))),
        );
        if (this.signal === 'exit') this.signal = undefined;
        return status;
      }
      case 'function':
        this.functions.set(node.name, { node: node.body, source });
        return true;
      case 'test':
        return this.test(node.words, source, true);
      case 'arithmetic':
        return this.calculation(node.expression);
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

  /** `((…))`: it succeeds where the value is not 0. */
  private calculation(expression: string): Status {
    const value = evaluate(expression, (name) => this.variables.number(name));
    if (value !== undefined) return value !== 0;
    for (const name of expression.match(ASSIGNED)?.slice(0, 20) ?? []) this.lose(name, 'it is calculated');
    return { unknown: `what ((${expression})) is` };
  }

  expand(words: readonly ShellWord[], source: ScriptText): readonly ExpandedWord[] {
    return words.flatMap((word) => expandWord(word, source, this));
  }

  /** Text of a redirection or a here-document. */
  text(word: Pick<ShellWord, 'parts'>, source: ScriptText): ExpandedWord {
    return expandText(word.parts, source, this);
  }

  private simple(node: SimpleCommand, source: ScriptText): Status {
    if (this.repeating > 0 && !this.limits.mayStep()) return this.stop(node, source);
    const { signal } = this;
    const status = this.redirected(node.redirects, source, () => runSimple(this, node, source));
    if (this.signal && !signal) this.ends.signalled(node, source);
    return status;
  }

  /** Whether errors are discarded depends on the redirections. */
  private redirected(redirects: readonly Redirect[], source: ScriptText, run: () => Status): Status {
    if (redirects.length === 0) return run();
    const { quiet, input } = this;
    if (areQuiet(redirects)) this.quiet = true;
    for (const redirect of redirects)
      this.input = hereInput(redirect, source, (word) => this.text(word, source).pieces) ?? this.input;
    const status = run();
    this.quiet = quiet;
    this.input = input;
    return status;
  }

  /** Runs commands whose success is tested. */
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
    this.goOn();
    this.guard = guard;
    return status;
  }

  goOn(): void {
    const { signal, guard } = this;
    this.signal = undefined;
    if (signal && guard && !this.limits.stopped) this.ends.note(signal, guard);
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
    skipUnless(this, right, source, `${kind === 'and' ? '' : 'not '}${status.unknown}`);
    return status;
  }

  /** Reads a loop, whose body may be read again. */
  loop(run: () => void): void {
    this.repeating++;
    this.ends.within(['break', 'continue'], run);
    this.repeating--;
  }

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
    const { positional } = this;
    this.positional = fields;
    this.calls++;
    this.repeating++;
    const status = this.ends.within(['return'], () => this.variables.inFunction(() => this.run(node, source)));
    this.repeating--;
    this.calls--;
    this.positional = positional;
    if (this.signal === 'return') this.signal = undefined;
    return status;
  }

  /** Takes a command as one of those that the file holds; gives its line, where it changes or queries rules. */
  emit(
    fields: readonly ExpandedWord[],
    node: SimpleCommand,
    literal: boolean,
    behind: readonly Piece[] = [],
  ): EmbeddedLine | undefined {
    let asked: EmbeddedLine | undefined;
    const words = [...this.wrapper, ...fields];
    const output = this.pipe ? [...behind, this.pipe] : behind;
    let lines = commandLine(this.prompt, words);
    // Where the output goes matters where it is read.
    if (output.length > 0 && lines.some(({ shape }) => shape === Shape.Echo))
      lines = commandLine(this.prompt, words, output);
    for (const line of lines) {
      if (line.shape === Shape.Text) continue;
      const { guard, quiet } = this;
      const ends = this.ends.pending;
      const plain =
        literal && !guard && !quiet && this.repeating === 0 && this.wrapper.length === 0 && ends.length === 0;
      asked = this.take(
        {
          ...line,
          ...(guard && { runsIf: guard }),
          ...(quiet && { mayFail: true as const }),
          ...(ends.length > 0 && { mayBeAfter: ends }),
        },
        plain ? node.start : undefined,
      );
      if (line.shape === Shape.ProgramCommand) {
        this.ends.told();
        this.report.askFor(fields);
      }
    }
    return asked;
  }

  take(line: EmbeddedLine, plain: number | undefined): EmbeddedLine {
    if (this.repeating > 0 && !this.limits.mayRepeat(line)) return line;
    this.out.push({ line, plain });
    return line;
  }

  /**
   * Commands that are not read: each that changes rules is reported, and variables that they set are no longer known.
   * Those that only list rules are read, as their output may follow, whoever they were run for.
   */
  skip(node: ShellNode, source: ScriptText, reason: string, mayRun = true): void {
    const { out, guard, quiet, signal } = this;
    this.out = [];
    let changes = false;
    walk(node, (each) => {
      if (each.kind === 'for') this.lose(each.name, 'it is set under a condition that is not known');
      if (each.kind === 'function') this.functions.set(each.name, { node: each.body, source });
      if (each.kind !== 'simple') return;
      for (const { name } of [...each.assignments, ...each.declared])
        this.lose(name, 'it is set under a condition that is not known');
      const lines = each.words.length > 0 ? this.linesAboutRules(each, source) : undefined;
      if (!lines) return;
      changes = true;
      this.report.notRead(source.place(each.start), source.place(each.end), reason, mayRun ? lines : undefined);
    });
    this.out = out;
    if (mayRun && !changes && listsRules(source.text.slice(node.start, node.end)))
      this.variables.inProcess(() => this.run(node, source));
    this.guard = guard;
    this.quiet = quiet;
    this.signal = signal;
  }

  private linesAboutRules(node: SimpleCommand, source: ScriptText): readonly Line[] | undefined {
    if (this.repeating > 0 && !this.limits.mayStep()) return undefined;
    const name = functionCalled(this, node);
    if (name !== undefined) this.callees.add(name);
    return linesAboutRules(this, node, source);
  }

  private stop(node: ShellNode, source: ScriptText): Status {
    this.limits.stop(node, source);
    this.signal = 'exit';
    return true;
  }

  /** Reports what nothing in the file calls, runs or sets; once the whole file is read. */
  finish(): void {
    for (const [name, { node, source }] of this.functions)
      if (!this.callees.has(name)) this.skip(node, source, `the function ${name} is not called in this file`, false);
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

const ASSIGNED = /[A-Za-z_]\w*(?=\s*(?:[-+*/%]?=(?!=)|\+\+|--))/g;
