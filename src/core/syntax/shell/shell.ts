import type { EmbeddedLine, RunCondition } from '../tree';
import type { ScriptNode, ShellNode, ShellWord, SimpleCommand } from './nodes';
import type { ScriptReport } from './report';
import type { Piece, ScriptText } from './scriptText';
import type { Status } from './status';
import type { ExpandedWord, Scope } from './values';
import type { WrittenFiles } from './writtenFiles';

/** What ends a loop, a function or the script. */
export type Signal = 'break' | 'continue' | 'return' | 'exit';

/**
 * What the readers of single constructs (`control`, `readLoop`, `simple`) need of the interpreter. They know this
 * interface and not the class, so that the class can import them.
 */
export interface Shell extends Scope {
  readonly report: ScriptReport;
  readonly files: WrittenFiles;
  readonly functions: ReadonlyMap<string, ScriptNode>;
  readonly aliases: Map<string, string>;
  positional: readonly ExpandedWord[] | undefined;
  /** The words that state where commands run, such as `ssh HOST`. */
  wrapper: readonly ExpandedWord[];
  /** Under which condition commands run; undefined: always. */
  guard: RunCondition | undefined;
  signal: Signal | undefined;
  /** What is printed into the command after a pipe. */
  input: readonly Piece[] | undefined;
  /** What the command has printed, where that is known. */
  printed: readonly Piece[] | undefined;
  /** Whether something reads what the command prints. */
  piping: boolean;
  /** The commands after the pipe into which the program prints, as they are written. */
  pipe: Piece | undefined;
  /** How many loops and functions are around: what is read within may be read again. */
  readonly repeating: number;
  /** How many calls are around. */
  calls: number;

  run(node: ShellNode, source: ScriptText): Status;
  /** Runs commands whose success is tested. */
  asking(run: () => Status): Status;
  guarded(condition: RunCondition, run: () => Status): Status;
  /**
   * Takes a signal that is given only under `guard`: the script is assumed to go on, which is reported where it
   * matters.
   */
  goOn(): void;
  /** The fields that words expand to. */
  expand(words: readonly ShellWord[], source: ScriptText): readonly ExpandedWord[];
  /** Text of a redirection or a here-document. */
  text(word: Pick<ShellWord, 'parts'>, source: ScriptText): ExpandedWord;
  /** The value that a name had before is back when the function ends. */
  local(name: string): void;
  /** Marks a name whose value nothing in the file states any more. */
  lose(name: string, why: string): void;
  unset(name: string): void;
  test(words: readonly ShellWord[], source: ScriptText, patterns: boolean): Status;
  /** Calls a function of the script. */
  call(
    name: string,
    called: ScriptNode,
    fields: readonly ExpandedWord[],
    at: SimpleCommand,
    caller: ScriptText,
  ): Status;
  /** Reads a loop, whose body may be read again. */
  loop(run: () => void): void;
  /** Whether a loop ends here; the signal for it is taken. */
  leavesLoop(): boolean;
  /**
   * Takes a command as one of those that the file holds; gives its line where it changes or queries rules. `behind`:
   * where its output goes, beside the pipe.
   */
  emit(
    fields: readonly ExpandedWord[],
    node: SimpleCommand,
    literal: boolean,
    behind?: readonly Piece[],
  ): EmbeddedLine | undefined;
  /** `plain`: where it is in the script, if nothing of it was expanded and it depends on no other command. */
  take(line: EmbeddedLine, plain: number | undefined): EmbeddedLine;
  /**
   * Commands that are not read: each that changes rules is reported, and the variables that they set are no longer
   * known. `mayRun` (true): they may be run on the machine.
   */
  skip(node: ShellNode, source: ScriptText, reason: string, mayRun?: boolean): void;
}
