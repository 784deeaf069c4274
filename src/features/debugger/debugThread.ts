import type { Host } from '../../core/net/host';
import { selectedPath, selectPath, type TraceInput } from '../traceReport/traceInput';
import type { Breakpoint } from './breakpoints';
import type { FilterUse } from './filters';
import { momentAt, type Moment } from './moment';
import { isStop, pausesOf, type Pause } from './pauses';
import { compareCursors, Recording, type Cursor } from './recording';

/** One outcome as a thread: a path with a cursor on it. */
export class DebugThread {
  readonly recording: Recording;
  /** The trace with this path selected. */
  readonly input: TraceInput;
  cursor: Cursor;
  /** Nothing has moved it yet: the first run may stop where it stands. */
  fresh = true;
  /** Its path was followed to the end, and left. */
  ended = false;
  /** Where the steps came from that were taken last, for the way back. */
  readonly steps: Cursor[] = [];
  private readonly host: Host;
  private pauses: readonly Pause[] | undefined;

  /** `id`: from 1. `host`: the one that is traced on where the path has none of its own. */
  constructor(
    readonly id: number,
    readonly name: string,
    input: TraceInput,
    host: Host,
    private readonly stops: () => {
      readonly breakpoints: readonly Breakpoint[];
      readonly filters: readonly FilterUse[];
    },
  ) {
    this.input = selectPath(input, id - 1);
    const walked = selectedPath(this.input);
    this.recording = new Recording(walked);
    this.host = walked.on?.host ?? host;
    this.cursor = this.recording.start;
  }

  get atEnd(): boolean {
    return this.recording.isEnd(this.cursor);
  }

  moment(cursor = this.cursor): Moment {
    return momentAt(this.recording, cursor, this.host);
  }

  /** Breakpoints or filters have changed. */
  forgetPauses(): void {
    this.pauses = undefined;
  }

  /** The pauses after a place up to and including another one. */
  pausesWithin(from: Cursor, to: Cursor): readonly Pause[] {
    return this.all().filter(({ cursor }) => compareCursors(cursor, from) > 0 && compareCursors(cursor, to) <= 0);
  }

  /** The first stop after a place. */
  stopAfter(from: Cursor): Pause | undefined {
    return this.all().find((pause) => isStop(pause) && compareCursors(pause.cursor, from) > 0);
  }

  /** The last stop before a place. */
  stopBefore(from: Cursor): Pause | undefined {
    return this.all().findLast((pause) => isStop(pause) && compareCursors(pause.cursor, from) < 0);
  }

  private all(): readonly Pause[] {
    const { breakpoints, filters } = this.stops();
    return (this.pauses ??= pausesOf(this.recording, breakpoints, filters, (cursor) => this.moment(cursor)));
  }
}
