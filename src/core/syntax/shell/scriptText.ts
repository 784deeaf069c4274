import { lastNotBehind } from '../../text/bisect';
import { outermost } from '../standingIn';
import type { Line } from '../tree';

/** A character of the file, or of a line that stands for others. */
export interface CharPlace {
  readonly line: Line;
  readonly column: number;
}

/** A text that a shell reads, and where its characters come from. */
export interface ScriptText {
  readonly text: string;
  /** `offset` counts from 0; the length of the text is a place as well. */
  place(offset: number): CharPlace;
}

/** Lines as they are in the file, each from after its indentation and the prefixes of log shippers on. */
export class ScriptLines implements ScriptText {
  readonly text: string;
  private readonly starts: number[] = [];

  constructor(private readonly lines: readonly Line[]) {
    let length = 0;
    const pieces: string[] = [];
    for (const line of lines) {
      this.starts.push(length);
      const piece = line.text.slice(line.contentStart, quotedEnd(line));
      pieces.push(piece);
      length += piece.length + 1;
    }
    this.text = pieces.join('\n');
  }

  /** The offset of the first character of a line, counted from 0 within the script. */
  start(index: number): number {
    return this.starts[index] ?? this.text.length + 1;
  }

  /** The line that holds an offset, counted from 0 within the script. */
  lineAt(offset: number): number {
    return lastNotBehind(this.starts.length, (i) => this.starts[i] as number, offset);
  }

  place(offset: number): CharPlace {
    const index = this.lineAt(offset);
    const line = this.lines[index] as Line;
    return { line, column: Math.min(line.text.length, line.contentStart + offset - (this.starts[index] as number)) };
  }
}

/** Drops a closing quote whose opening one is before the content, as in an item of YAML: `- "iptables …"`. */
function quotedEnd({ text, contentStart }: Line): number {
  const quote = text.charAt(contentStart - 1);
  if (quote !== '"' && quote !== "'" && quote !== '`') return text.length;
  const end = text.trimEnd().length - 1;
  return text.indexOf(quote, contentStart) === end ? end : text.length;
}

/**
 * A part of a word after expansion, and the columns that it stands for. `spelled`: its characters are those of the
 * file, one by one.
 */
export interface Piece {
  readonly text: string;
  readonly from: CharPlace;
  /** On the same line as `from`, the column after the last character. */
  readonly to: number;
  readonly spelled: boolean;
}

/** A part of a script as it is written, on one line. */
export function writtenPiece(source: ScriptText, start: number, end: number): Piece {
  const [from, last] = [source.place(start), source.place(end)];
  const text = source.text.slice(start, end).replace(/\\?\n/g, ' ').trim();
  return { text, from, to: last.line === from.line ? Math.max(from.column, last.column) : from.column, spelled: false };
}

/** Cuts pieces at their line breaks. */
export function linesOf(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const lines: Piece[][] = [];
  let line: Piece[] = [];
  for (const piece of pieces) {
    const parts = piece.text.split('\n');
    let column = 0;
    for (const [i, text] of parts.entries()) {
      if (i > 0) {
        lines.push(line);
        line = [];
      }
      if (text !== '' || parts.length === 1)
        line.push(
          piece.spelled
            ? { ...piece, text, from: { ...piece.from, column: piece.from.column + column } }
            : { ...piece, text },
        );
      column += text.length + 1;
    }
  }
  if (line.length > 0) lines.push(line);
  return lines;
}

/** The text of a word that is itself a script, as after `sh -c`. */
export class ScriptWord implements ScriptText {
  readonly text: string;
  private readonly starts: number[] = [];

  constructor(private readonly pieces: readonly Piece[]) {
    let length = 0;
    for (const piece of pieces) {
      this.starts.push(length);
      length += piece.text.length;
    }
    this.text = pieces.map(({ text }) => text).join('');
  }

  place(offset: number): CharPlace {
    const index = lastNotBehind(this.starts.length, (i) => this.starts[i] as number, offset);
    const piece = this.pieces[index] as Piece;
    const { line, column } = piece.from;
    const within = offset - (this.starts[index] ?? 0);
    return {
      line,
      column: within >= piece.text.length ? piece.to : piece.spelled ? Math.min(piece.to, column + within) : column,
    };
  }
}

/** The place in the file itself, for two places to be compared. */
export function outerPlace({ line, column }: CharPlace): { readonly index: number; readonly column: number } {
  const outer = outermost(line, column);
  return { index: outer.line.index, column: outer.column };
}
