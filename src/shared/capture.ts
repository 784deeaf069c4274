import type { Badge } from './traceReport';

/** A flow of a capture as a row of its table. Lines count from 1. */
export interface FlowRow {
  /** Number of its first packet in the capture. */
  readonly first: number;
  /** `tcp 198.51.100.9:40001 → 203.0.113.5:8443`. */
  readonly flow: string;
  readonly direction: 'in' | 'out';
  readonly packets: number;
  readonly replies: number;
  readonly bytes: number;
  /** What becomes of the first packet: one badge where everything is known, else each that is possible, once. */
  readonly badges: readonly Badge[];
  /** The rule that decided on the likeliest path; empty where none did. */
  readonly decided: { readonly place: string; readonly target: string; readonly line: number | undefined };
  /** What the packet looks like in the end: `198.51.100.9:40001 → 10.20.0.7:443`; empty where nothing changed. */
  readonly became: string;
  /** The packet in the packet language: what is traced by a click. */
  readonly expression: string;
  /** Why it cannot be traced; else empty. */
  readonly problem: string;
}

/** A capture that is traced through the rules on show, as far as it has got. */
export interface CaptureView {
  /** Name of its file. */
  readonly file: string;
  readonly packets: number;
  readonly flows: number;
  /** The first rows of the table; more are asked for by `capture-rows`. */
  readonly rows: readonly FlowRow[];
  /** Flows that have been traced so far. */
  readonly done: number;
  /** It is still being read or traced. */
  readonly busy: boolean;
  /** The rules have changed since. */
  readonly stale: boolean;
  /** Where it was made, as the user says; undefined: the capture says so itself. */
  readonly iface: { readonly chosen: string | undefined; readonly choices: readonly string[] } | undefined;
  /** What was omitted, assumed or could not be read; a sentence each. */
  readonly notes: readonly string[];
}
