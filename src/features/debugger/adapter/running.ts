import type { MadeChange } from '../../../core/netfilter/madeChange';
import { readBreakpoint, type Breakpoint, type WantedBreakpoint } from '../breakpoints';
import type { Changed } from '../change/changePacket';
import { DebugSession, type Moved, type SessionOptions, type Stop } from '../debugSession';
import type { Debuggee, DebugTrace } from '../debuggee';
import type { FilterUse } from '../filters';
import type { DebugThread } from '../debugThread';
import type { Variable } from '../variables/variable';

/** A packet that is being debugged: its trace, the session over it, and what the client has set. */
export class Running {
  readonly session: DebugSession;
  /** Where it stands; undefined: not begun, or over. */
  stop: Stop | undefined;
  breakpoints: readonly Breakpoint[] = [];

  constructor(
    public debuggee: Debuggee,
    readonly trace: DebugTrace,
    readonly options: SessionOptions,
    /** Numbers breakpoints. */
    private readonly newId: () => number,
    readonly changes: readonly MadeChange[] = [],
  ) {
    this.session = new DebugSession(trace.input, trace.host, options);
  }

  /** `before`: the same breakpoints in another trace of the file, whose numbers they keep. */
  setBreakpoints(wanted: readonly WantedBreakpoint[], before: readonly Breakpoint[] = []): readonly Breakpoint[] {
    const { lines, foreign } = this.trace;
    this.breakpoints = wanted.map((each, index) =>
      readBreakpoint(before[index]?.id ?? this.newId(), each, lines, foreign),
    );
    this.session.setBreakpoints(this.breakpoints);
    return this.breakpoints;
  }

  setFilters(filters: readonly FilterUse[]): void {
    this.session.setFilters(filters);
  }

  /**
   * With the packet changed; it is where it stood, or before the first rule where it is sent anew. undefined: its path
   * is not among those that are shown.
   */
  changed(change: Changed): { readonly next: Running; readonly moved: Moved } | undefined {
    const next = new Running(change.debuggee, change.trace, this.options, this.newId, change.changes);
    const thread = next.session.threads[change.outcome];
    if (!thread) return undefined;
    const moved =
      change.changes.length === 0 ? next.session.enter(thread, 'goto') : next.session.goto(thread, change.cursor);
    next.stop = moved.stop;
    return { next, moved };
  }

  moved(moved: Moved): void {
    this.stop = moved.stop;
  }

  /** What this path takes for granted. */
  assumed(thread: DebugThread): readonly Variable[] {
    const { walked } = thread.recording;
    const answers = (walked.on?.answers ?? []).map(({ what, value, reason }) => ({
      name: what,
      value: `${value ? 'yes' : 'no'} (${reason})`,
    }));
    const asked = walked.assumptions
      .filter(({ settled }) => !settled)
      .map(({ chain, num, match, value, reason, choice }) => ({
        name: `${chain} rule ${num}: ${match}`,
        value: `${choice ? 'chosen' : value ? 'yes' : 'no'} (${reason})`,
      }));
    const provided = (walked.provided ?? []).map(({ what, reason }) => ({
      name: 'only if',
      value: `${what} (${reason})`,
    }));
    const rest = this.trace.assumed.map(({ message, line }, index) => ({
      name: `${index + 1}${line === undefined ? '' : `, line ${line}`}`,
      value: message,
    }));
    return [...answers, ...asked, ...provided, ...rest];
  }
}
