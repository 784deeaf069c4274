import { DerivedLine } from '../derived';
import type { EmbeddedLine } from '../tree';
import { outerPlace, type Piece, type CharPlace } from './scriptText';
import { fieldText, type ExpandedWord } from './values';

/**
 * The line that a command is read as: its words after expansion, each at the place where the script has it. `behind`:
 * where its output goes, as it is written.
 */
export function commandLine(
  prompt: Piece | undefined,
  fields: readonly ExpandedWord[],
  behind: readonly Piece[] = [],
): readonly EmbeddedLine[] {
  const line = new DerivedLine();
  const anchor = anchorOf(fields);
  const [start] = fields[0]?.pieces ?? [];
  let last: Piece | undefined = prompt;
  if (prompt && start) {
    // A command of a later line is in its own.
    if (start.from.line !== prompt.from.line) last = { ...prompt, from: start.from, to: start.from.column };
    line.put(prompt.text, (last ?? prompt).from.line, (last ?? prompt).from.column, (last ?? prompt).to);
  }
  for (const field of fields) {
    const first = anchored(field.pieces[0] ?? EMPTY, anchor);
    const at = first === EMPTY ? last : first;
    if (!at) continue;
    if (last && line.size > 0) blank(line, last, at);
    last = putField(line, field, at, anchor);
  }
  for (const piece of line.size > 0 ? behind : []) {
    blank(line, last ?? piece, piece);
    putPiece(line, piece, piece.text);
    last = piece;
  }
  return line.read();
}

/** A line of a here-document, or of what `echo` passes on. */
export function textLine(pieces: readonly Piece[]): readonly EmbeddedLine[] {
  const line = new DerivedLine();
  for (const piece of pieces) putPiece(line, piece, piece.text);
  return line.read();
}

const EMPTY: Piece = {
  text: '',
  from: {
    line: { index: 0, text: '', eol: '', contentStart: 0, node: { kind: 'blank' }, shape: 0, problems: [] },
    column: 0,
  },
  to: 0,
  spelled: false,
};

/**
 * What a function passes on, `iptables "$@"`, stands where it was called: there most of its words are. The words of the
 * function's own line then count as the one that called it.
 */
function anchorOf(fields: readonly ExpandedWord[]): ((place: CharPlace) => Piece | undefined) | undefined {
  const lines = fields.map(({ pieces: [first] }) => (first ? outerPlace(first.from).index : -1));
  const own = lines[0];
  if (own === undefined || lines.every((line) => line === own || line < 0)) return undefined;
  const counts = new Map<number, number>();
  for (const line of lines) if (line >= 0) counts.set(line, (counts.get(line) ?? 0) + 1);
  const [most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  if (most === own || (counts.get(most) ?? 0) * 2 < fields.length) return undefined;
  const piece = fields[lines.indexOf(most)]?.pieces[0];
  if (!piece) return undefined;
  const at = { ...piece, to: piece.from.column };
  return (place) => (outerPlace(place).index === own ? at : undefined);
}

function anchored(piece: Piece, anchor: ReturnType<typeof anchorOf>): Piece {
  const at = anchor?.(piece.from);
  return at ? { ...piece, from: at.from, to: at.to, spelled: false } : piece;
}

function blank(line: DerivedLine, before: Piece, behind: Piece): void {
  const same = before.from.line === behind.from.line && behind.from.column >= before.to;
  line.put(' ', before.from.line, before.to, same ? behind.from.column : before.to);
}

function putField(line: DerivedLine, field: ExpandedWord, at: Piece, anchor: ReturnType<typeof anchorOf>): Piece {
  const text = fieldText(field);
  if (text === '') {
    line.put("''", at.from.line, at.from.column, at.to);
    return at;
  }
  const quote = SAFE.test(text) && !text.startsWith('#') ? '' : text.includes("'") ? '"' : "'";
  line.put(quote, at.from.line, at.from.column, at.from.column);
  let last = at;
  for (const each of field.pieces) {
    const piece = anchored(each, anchor);
    putPiece(line, piece, quote === '"' ? piece.text.replace(/["\\$`]/g, '\\$&') : piece.text);
    last = piece;
  }
  line.put(quote, last.from.line, last.to, last.to);
  return last;
}

function putPiece(line: DerivedLine, { text, from, to, spelled }: Piece, written: string): void {
  if (spelled && text === written && from.line.text.startsWith(text, from.column))
    line.keep(from.line, from.column, from.column + text.length);
  else line.put(written.replace(/[\r\n]/g, ' '), from.line, from.column, Math.max(from.column, to));
}

/**
 * What a shell reads as it stands. A `$` is left of a variable that is not known: it means nothing to a reader of the
 * line.
 */
const SAFE = /^[\w@%+=:,./!^~[\]{}*?#$-]+$/;
