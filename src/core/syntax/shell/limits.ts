import type { Line } from '../tree';
import type { ShellNode } from './nodes';
import type { ScriptReport } from './report';
import type { ScriptText } from './scriptText';

/** How often commands in loops and functions may be read again; real scripts stay far below. */
const MOST_REPEATED = 20_000;
const MOST_STEPS = 100_000;

/** Ends a reading that would not end by itself, and reports it. */
export class Limits {
  stopped = false;
  private steps = 0;
  private repeated = 0;

  constructor(private readonly report: ScriptReport) {}

  /** Whether another command may run in a loop or a function. */
  mayStep(): boolean {
    return ++this.steps <= MOST_STEPS;
  }

  /** Whether a command of a loop or a function may be taken as one of the file. */
  mayRepeat(line: Line): boolean {
    if (++this.repeated === MOST_REPEATED + 1)
      this.report.add(
        { line, column: 0 },
        line.text.length,
        'warning',
        'not-read',
        `not read from here on: loops and functions produce more than ${MOST_REPEATED} commands`,
      );
    return this.repeated <= MOST_REPEATED;
  }

  /** Nothing is read after this command. */
  stop(node: ShellNode, source: ScriptText): void {
    if (!this.stopped)
      this.report.add(
        source.place(node.start),
        source.place(node.end),
        'warning',
        'not-read',
        'not read from here on: loops and functions run too many commands',
      );
    this.stopped = true;
  }
}
