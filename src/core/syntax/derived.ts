import { lastNotBehind } from '../text/bisect';
import { Rewriting } from '../text/rewriting';
import { parseLine } from './line';
import { outermost, standingIn } from './standingIn';
import type { EmbeddedLine, Line } from './tree';

/** Columns of a line from `from` on, which are at the place `index` of the rewriting. */
interface DerivedPart {
  readonly line: Line;
  readonly from: number;
  readonly index: number;
}

/**
 * A line that is read in place of lines of the file: joined from several, without the marks before them, or written
 * in other words. Its pieces are parts of those lines, or words that stand for such a part. The lines may themselves
 * stand for others.
 */
export class DerivedLine {
  private readonly rewriting = new Rewriting();
  private readonly parts: DerivedPart[] = [];
  private places = 0;

  get size(): number {
    return this.rewriting.size;
  }

  /** The columns `from` to `to` of a line as they are. */
  keep(line: Line, from = 0, to = line.text.length): this {
    return this.put(line.text.slice(from, to), line, from, to);
  }

  /** Words that stand for the columns `from` to `to` of a line. */
  put(text: string, line: Line, from: number, to: number): this {
    if (text === '') return this;
    this.parts.push({ line, from, index: this.places });
    this.rewriting.put(text, this.places, to - from);
    this.places += to - from + 1;
    return this;
  }

  /** The line as it is read by itself: several lines, where it is JSON. */
  read(): readonly EmbeddedLine[] {
    const made = this.made();
    if (!made) return [];
    const { text, index, toOuter, toLine } = made;
    const line = parseLine(text, '\n', index);
    const own = standingIn(line, toOuter, toLine);
    return line.embedded
      ? line.embedded.map((inner) =>
          standingIn(
            inner,
            (column) => own.toOuter(inner.toOuter(column)),
            own.toLine && ((column) => (own.toLine as (column: number) => Line)(inner.toOuter(column))),
          ),
        )
      : [own];
  }

  /** The text, and where its columns are in the file; undefined where it has no pieces. */
  made(): (Pick<EmbeddedLine, 'text' | 'index' | 'toOuter'> & { readonly toLine: EmbeddedLine['toLine'] }) | undefined {
    const { parts, rewriting } = this;
    const first = parts[0];
    if (!first) return undefined;
    const { text, place } = rewriting.done();
    const at = (column: number): ReturnType<typeof outermost> => {
      const found = place(column);
      const part = parts[lastNotBehind(parts.length, (i) => (parts[i] as DerivedPart).index, found)] ?? first;
      return outermost(part.line, part.from + found - part.index);
    };
    const { index } = outermost(first.line, first.from).line;
    // A part may be of a line that itself stands for several.
    const several = parts.some(
      ({ line }) => line.index !== index || (line as Partial<EmbeddedLine>).toLine !== undefined,
    );
    return {
      text,
      index,
      toOuter: (column) => at(column).column,
      toLine: several ? (column) => at(column).line : undefined,
    };
  }
}
