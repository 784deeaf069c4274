import type { FileRange } from '../../core/text/columns';
import type { Clause } from './condition';
import type { Settings } from './settings';

/** Columns of a text with names in it and columns of the text without, 0-based. */
export type ColumnOf = (column: number) => number;

/** The packet of an expectation. */
export type ExpectedPacket =
  /** `text`: with the names of the file replaced by addresses. `columnOf`: of the line, for a column of `text`. */
  | { readonly kind: 'typed'; readonly text: string; readonly columnOf: ColumnOf }
  /** The same as the packet before it. */
  | { readonly kind: 'again' }
  /** The reply to the packet before it. */
  | { readonly kind: 'reply' };

/** One line that says what must become of a packet. Columns are those of the line. */
export interface Expectation extends FileRange {
  /** As it is written, without what makes it a comment. */
  readonly text: string;
  readonly packet: ExpectedPacket;
  readonly packetStart: number;
  readonly packetEnd: number;
  readonly clauses: readonly Clause[];
  readonly settings: Settings;
  /** The packet that was sent before on the same host; undefined: it is the first. */
  readonly after: Expectation | undefined;
}

/** What is wrong with a line. */
export interface LineError extends FileRange {
  readonly message: string;
  /** The line as it is written. */
  readonly text: string;
}

export interface ReadExpectations {
  readonly expectations: readonly Expectation[];
  readonly errors: readonly LineError[];
  /** In force after the last line. */
  readonly settings: Settings;
}
