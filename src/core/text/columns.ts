/** A half-open range of UTF-16 columns within one line, 0-based. Lines move when a file is edited; columns do not. */
export interface Columns {
  readonly start: number;
  readonly end: number;
}

/**
 * A range within one line of a file; `line`, `start` and `end` are 0-based, `end` is exclusive, columns are UTF-16
 * units.
 */
export interface FileRange extends Columns {
  readonly line: number;
}
