import { lastNotBehind } from './bisect';

/** A text made of another one, and where its characters come from. */
export interface Rewritten {
  readonly text: string;
  /** The place of a character of `text`; one past the last is the end of what the last one came from. */
  readonly place: (index: number) => number;
}

/** Characters from `index` on, and where they come from. */
interface Run {
  readonly index: number;
  readonly place: number;
  readonly width: number;
}

/**
 * Makes a text of pieces of another one, or of several whose places follow each other: pieces that are kept as they
 * are, and words that stand for some of its characters. Places are whatever numbers the caller uses, columns as a rule.
 */
export class Rewriting {
  private readonly pieces: string[] = [];
  private length = 0;
  private readonly runs: Run[] = [];

  /** `start`: the place of a text that stays empty. */
  constructor(private readonly start = 0) {}

  /** How long the text is so far. */
  get size(): number {
    return this.length;
  }

  /** Characters as they stand from `place` on. */
  keep(text: string, place: number): this {
    return this.put(text, place, text.length);
  }

  /** Characters that stand for the `width` characters from `place` on. */
  put(text: string, place: number, width: number): this {
    if (text === '') return this;
    this.runs.push({ index: this.length, place, width });
    this.pieces.push(text);
    this.length += text.length;
    return this;
  }

  done(): Rewritten {
    const { runs, length, start } = this;
    return {
      text: this.pieces.join(''),
      place: (index) => {
        const run = runs[lastNotBehind(runs.length, (i) => (runs[i] as Run).index, index)];
        if (!run) return start;
        return run.place + (index >= length ? run.width : Math.min(Math.max(0, index - run.index), run.width));
      },
    };
  }
}
