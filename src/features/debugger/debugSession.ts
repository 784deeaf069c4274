import type { Host } from '../../core/net/host';
import { outcomeTabs } from '../traceReport/outcomeTabs';
import { percent } from '../traceReport/questions';
import type { TraceInput } from '../traceReport/traceInput';
import type { Breakpoint } from './breakpoints';
import { endOutput, happenedBetween, type Output } from './consoleOutput';
import { DebugThread } from './debugThread';
import type { ExceptionFilter, FilterUse } from './filters';
import type { Pause } from './pauses';
import { compareCursors, sameCursor, type Cursor } from './recording';
import { stepBackOver, stepIn, stepOut, stepOver } from './steps';

export type MoveKind = 'continue' | 'next' | 'stepIn' | 'stepOut' | 'stepBack' | 'reverseContinue';

/** Why a thread has stopped, in the words of the Debug Adapter Protocol where it has one. */
export interface Stop {
  readonly thread: DebugThread;
  readonly reason: 'entry' | 'step' | 'breakpoint' | 'exception' | 'goto' | 'end' | 'restart';
  /** What an exception is about, and how it ends at the end. */
  readonly text: string | undefined;
  readonly filter?: ExceptionFilter | undefined;
  readonly breakpoints: readonly number[];
}

/** What a move did. */
export interface Moved {
  /** undefined: all threads have ended. */
  readonly stop: Stop | undefined;
  readonly output: readonly Output[];
  /** Threads that have ended. */
  readonly exited: readonly DebugThread[];
}

export interface SessionOptions {
  /** undefined: where there is no breakpoint. */
  readonly stopOnEntry: boolean | undefined;
  readonly stopAtEnd: boolean;
}

/**
 * A debugger over the recorded paths of one packet. Each outcome is a thread with a cursor of its own; a move moves the
 * cursor of one, forward or back, and evaluates nothing.
 */
export class DebugSession {
  readonly threads: readonly DebugThread[];
  private breakpoints: readonly Breakpoint[] = [];
  private filters: readonly FilterUse[] = [];

  constructor(
    input: TraceInput,
    host: Host,
    private readonly options: SessionOptions,
  ) {
    this.threads = outcomeTabs(input).map(({ badge, name, probability }, index) => {
      const chance = probability === undefined ? '' : ` (${percent(probability)})`;
      const title = `${badge.text}${name === '' ? '' : ` · ${name}`}${chance}`;
      return new DebugThread(index + 1, title, input, host, () => ({
        breakpoints: this.breakpoints,
        filters: this.filters,
      }));
    });
  }

  thread(id: number): DebugThread | undefined {
    return this.threads.find((each) => each.id === id && !each.ended);
  }

  setBreakpoints(breakpoints: readonly Breakpoint[]): void {
    this.breakpoints = breakpoints;
    for (const thread of this.threads) thread.forgetPauses();
  }

  setFilters(filters: readonly FilterUse[]): void {
    this.filters = filters;
    for (const thread of this.threads) thread.forgetPauses();
  }

  /** The first stop. */
  begin(): Moved {
    // A packet takes at least one path.
    const first = this.threads[0] as DebugThread;
    const stopsAnyhow =
      this.options.stopOnEntry ??
      (this.filters.length === 0 && !this.breakpoints.some(({ place, log }) => place !== undefined && !log));
    return stopsAnyhow && !first.atEnd ? this.enter(first, 'entry') : this.run(first);
  }

  /** Stops a thread before its first rule. */
  enter(thread: DebugThread, reason: Stop['reason']): Moved {
    const output = this.forward(thread, thread.recording.start);
    return { stop: stopped(thread, reason), output, exited: [] };
  }

  move(thread: DebugThread, kind: MoveKind): Moved {
    switch (kind) {
      case 'continue':
        return this.run(thread);
      case 'next':
        return this.step(thread, stepOver(thread.recording, thread.cursor));
      case 'stepIn':
        return this.step(thread, stepIn(thread.recording, thread.cursor));
      case 'stepOut':
        return this.step(thread, stepOut(thread.recording, thread.cursor));
      case 'stepBack':
        return this.back(thread);
      case 'reverseContinue':
        return this.runBack(thread);
    }
  }

  /** Puts a thread where it is wanted. */
  goto(thread: DebugThread, cursor: Cursor): Moved {
    this.put(thread, cursor);
    thread.steps.length = 0;
    return { stop: stopped(thread, 'goto'), output: [], exited: [] };
  }

  private run(thread: DebugThread): Moved {
    const output: Output[] = [];
    const exited: DebugThread[] = [];
    for (let on: DebugThread | undefined = thread; on; on = this.threads.find(({ ended }) => !ended)) {
      if (on !== thread) output.push({ text: `${on.id}. ${on.name}`, line: undefined, important: false });
      const { cursor, fresh, recording } = on;
      if (!on.atEnd || fresh) {
        const pause = on.stopAfter(fresh ? BEFORE : cursor);
        const to = pause?.cursor ?? recording.end;
        output.push(...this.forward(on, to));
        on.steps.length = 0;
        if (pause) return { stop: stoppedAt(on, pause), output, exited };
        if (this.options.stopAtEnd) return { stop: stopped(on, 'end'), output, exited };
      }
      on.ended = true;
      exited.push(on);
    }
    return { stop: undefined, output, exited };
  }

  /** A step forward that ends at a breakpoint on its way, if there is one. */
  private step(thread: DebugThread, wanted: Cursor): Moved {
    if (thread.atEnd) return this.run(thread);
    const from = thread.cursor;
    const pause = thread.stopAfter(from);
    const meets = pause && compareCursors(pause.cursor, wanted) <= 0 ? pause : undefined;
    const output = this.forward(thread, meets?.cursor ?? wanted);
    thread.steps.push(from);
    if (meets) return { stop: stoppedAt(thread, meets), output, exited: [] };
    if (thread.atEnd && !this.options.stopAtEnd) {
      const { stop, output: more, exited } = this.run(thread);
      return { stop, output: [...output, ...more], exited };
    }
    return { stop: stopped(thread, thread.atEnd ? 'end' : 'step'), output, exited: [] };
  }

  /** Undoes the step before; where there was none, back to the place before in this chain. */
  private back(thread: DebugThread): Moved {
    const before = thread.steps.pop();
    if (before) {
      this.put(thread, before);
      return { stop: stopped(thread, 'step'), output: [], exited: [] };
    }
    const { recording, cursor } = thread;
    const wanted = stepBackOver(recording, cursor);
    if (!wanted) return { stop: stopped(thread, 'entry'), output: [], exited: [] };
    const pause = thread.stopBefore(cursor);
    const meets = pause && compareCursors(pause.cursor, wanted) > 0 ? pause : undefined;
    this.put(thread, meets?.cursor ?? wanted);
    return { stop: meets ? stoppedAt(thread, meets) : stopped(thread, 'step'), output: [], exited: [] };
  }

  private runBack(thread: DebugThread): Moved {
    const pause = thread.stopBefore(thread.cursor);
    this.put(thread, pause?.cursor ?? thread.recording.start);
    thread.steps.length = 0;
    return { stop: pause ? stoppedAt(thread, pause) : stopped(thread, 'entry'), output: [], exited: [] };
  }

  /** Moves a thread, and says what happened on the way. */
  private forward(thread: DebugThread, to: Cursor): readonly Output[] {
    const { cursor: from, fresh, recording } = thread;
    const logs = thread
      .pausesWithin(fresh ? BEFORE : from, to)
      .flatMap((pause) =>
        pause.logs.map(({ text, line }) => ({ at: pause.cursor, output: { text, line, important: false } })),
      );
    const happened = happenedBetween(thread.input, fresh ? BEFORE : from, to).map((output) => ({
      at: { event: output.event, rule: 0 },
      output,
    }));
    this.put(thread, to);
    const inOrder = [...happened, ...logs].sort((a, b) => compareCursors(a.at, b.at)).map(({ output }) => output);
    return recording.isEnd(to) && (fresh || !sameCursor(from, to))
      ? [...inOrder, ...endOutput(thread.input, this.threads.length > 1 ? thread.name : undefined)]
      : inOrder;
  }

  private put(thread: DebugThread, cursor: Cursor): void {
    thread.cursor = cursor;
    thread.fresh = false;
  }
}

/** Before any place. */
const BEFORE: Cursor = { event: -1, rule: 0 };

function stopped(thread: DebugThread, reason: Stop['reason']): Stop {
  return { thread, reason, text: undefined, breakpoints: [] };
}

function stoppedAt(thread: DebugThread, { breakpoints, exception }: Pause): Stop {
  return breakpoints.length > 0
    ? { thread, reason: 'breakpoint', text: undefined, breakpoints }
    : { thread, reason: 'exception', text: exception?.text, filter: exception?.filter, breakpoints: [] };
}
