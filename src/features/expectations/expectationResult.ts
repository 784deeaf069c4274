import type { Walked } from '../../core/netfilter/events';
import type { TraceInput } from '../traceReport/traceInput';
import type { Expectation } from './expectation';
import type { Decision } from './passedRules';

/** What became of an expectation. */
export interface ExpectationResult {
  readonly expectation: Expectation;
  /** `bad`: it cannot be asked: a packet that cannot be read, a rule set that there is not. */
  readonly status: 'holds' | 'fails' | 'bad';
  /** Empty where it holds; else what came instead, and what the outcome depends on. */
  readonly message: string;
  /** Remarks that decide nothing. */
  readonly notes: readonly string[];
  /** Of a bad one: the columns of the line that are wrong. */
  readonly columns: { readonly start: number; readonly end: number } | undefined;
  /** The packet with all that was filled in; undefined where it could not be traced. */
  readonly packet: string | undefined;
  /** What is expected and what is so, a condition a line, for a comparison side by side. */
  readonly expected: string;
  readonly actual: string;
  /** The path that the message is about: one that contradicts, else the first. */
  readonly walked: Walked | undefined;
  readonly decision: Decision | undefined;
  /** The trace of that path, for its words. */
  readonly input: TraceInput | undefined;
}
