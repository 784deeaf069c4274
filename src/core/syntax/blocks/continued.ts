import { DerivedLine } from '../derived';
import { Shape } from '../shape';
import type { Line } from '../tree';
import type { Block, BlockReader } from './block';

/**
 * A command that goes on in the next line after a backslash, as a shell reads it; the backslash and the line break are
 * nothing there.
 */
export const continued: BlockReader = {
  begins: [Shape.ProgramCommand, Shape.Echo, Shape.IpAdd, Shape.Text],
  read: readContinued,
};

function readContinued(lines: readonly Line[], _shapes: Uint8Array, from: number): Block | undefined {
  if (!goesOn(lines[from] as Line)) return undefined;
  const joined = new DerivedLine();
  let to = from;
  for (; to < lines.length && to - from < MOST_LINES; to++) {
    const line = lines[to] as Line;
    const start = to === from ? 0 : line.contentStart;
    const more = goesOn(line);
    joined.keep(line, start, more ? backslash(line) : line.text.length);
    if (!more) break;
    joined.put(' ', line, backslash(line), backslash(line) + 1);
  }
  if (to - from >= MOST_LINES) return undefined;
  const read = joined.read();
  // Other languages have lines that end so; what is not a command afterwards is left alone.
  return read.some(({ shape }) => shape === Shape.ProgramCommand || shape === Shape.Echo || shape === Shape.IpAdd)
    ? { to: Math.min(to + 1, lines.length), lines: read }
    : undefined;
}

/** No command has more lines. */
const MOST_LINES = 500;

function goesOn({ text }: Line): boolean {
  return (
    text.charCodeAt(backslash({ text })) === 92 && (text.length < 2 || text.charCodeAt(backslash({ text }) - 1) !== 92)
  );
}

/** The column of the last character; after the backslash blanks may have been pasted. */
function backslash({ text }: Pick<Line, 'text'>): number {
  let last = text.length - 1;
  while (last >= 0 && (text.charCodeAt(last) === 32 || text.charCodeAt(last) === 9)) last--;
  return last;
}
