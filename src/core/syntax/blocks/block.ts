import type { Shape } from '../shape';
import type { FileProblem, Line } from '../tree';

/** Lines that are read in place of others. */
export interface Block {
  /** The line after the last one that it stands for. */
  readonly to: number;
  /** Derived lines, and those of the file that stay. */
  readonly lines: readonly Line[];
  /**
   * What of it was not read and why (code `not-read`), or what is wrong with it as a whole; reported for the lines that
   * were given.
   */
  readonly problems?: readonly FileProblem[];
}

/** One kind of text in which a line alone does not say what it means. */
export interface BlockReader {
  /** The shapes of lines with which such text may begin. */
  readonly begins: readonly Shape[];
  /**
   * What is read from line `from` on, which has one of those shapes; undefined where it is not such a text after all.
   */
  read(lines: readonly Line[], shapes: Uint8Array, from: number): Block | undefined;
}
