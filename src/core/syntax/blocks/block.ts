import type { Shape } from '../shape';
import type { EmbeddedLine, Line } from '../tree';

/** Lines that are read in place of others. */
export interface Block {
  /** The line behind the last one that it stands for. */
  readonly to: number;
  readonly lines: readonly EmbeddedLine[];
}

/** One kind of text in which a line alone does not say what it means. */
export interface BlockReader {
  /** The shapes of lines with which such text may begin, or `any` for text that is told by what it looks like as a whole. */
  readonly begins: readonly Shape[];
  /** What is read from line `from` on, which has one of those shapes; undefined where it is no such text after all. */
  read(lines: readonly Line[], shapes: Uint8Array, from: number): Block | undefined;
}
