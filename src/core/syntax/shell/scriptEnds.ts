import type { RunCondition, ScriptEnd } from '../tree';
import type { SimpleCommand } from './nodes';
import { problemAt } from './report';
import type { ScriptText } from './scriptText';
import type { Signal } from './shell';

interface PendingEnd extends ScriptEnd {
  readonly signal: Signal;
}

const ENDS: Readonly<Record<Signal, string>> = {
  exit: 'the script ends here',
  return: 'the function ends here',
  break: 'the loop ends here',
  continue: 'the loop begins its next round here',
};

/**
 * Commands at which a script, a function or a loop ends under a condition that only the rules decide. The commands
 * after it are read nevertheless. The next one carries the report, until the rules are known.
 */
export class ScriptEnds {
  private list: readonly PendingEnd[] = [];
  private last: { readonly node: SimpleCommand; readonly source: ScriptText } | undefined;

  /** To be attached to the next command. */
  get pending(): readonly ScriptEnd[] {
    return this.list;
  }

  /** They are attached. */
  told(): void {
    this.list = [];
  }

  /** The command that gave a signal. */
  signalled(node: SimpleCommand, source: ScriptText): void {
    this.last = { node, source };
  }

  /** The signal counts only under a condition. */
  note(signal: Signal, condition: RunCondition): void {
    if (!this.last) return;
    const { node, source } = this.last;
    const problem = problemAt(source.place(node.start), source.place(node.end), {
      severity: 'info',
      code: 'shell-assumption',
      message: `as far as the rules are known, ${ENDS[signal]}: the commands after it are assumed to run nevertheless`,
    });
    this.list = [...this.list, { signal, condition, problem }];
  }

  /** Runs a loop, a function or a process: what ends only that has no effect after it. */
  within<T>(signals: readonly Signal[], run: () => T): T {
    const before = this.list;
    const result = run();
    this.list = this.list.filter((end) => before.includes(end) || !signals.includes(end.signal));
    return result;
  }
}
