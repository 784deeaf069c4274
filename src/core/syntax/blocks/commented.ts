import { trimmedEnd } from '../../text/blanks';
import { DerivedLine } from '../derived';
import { Shape } from '../shape';
import type { EmbeddedLine, Line } from '../tree';
import type { Block, BlockReader } from './block';

/**
 * Rules each of whose lines stands behind `# `, as in the notes above a script or in the comment of another language. They count only where
 * a whole table stands so, or all that there are do: a rule that somebody took out of a file for a while is out of it.
 */
export const commented: BlockReader = { begins: [Shape.Comment], read: readCommented };

function readCommented(lines: readonly Line[], shapes: Uint8Array, from: number): Block | undefined {
  if (from > 0 && shapes[from - 1] === Shape.Comment) return undefined;
  let to = from;
  let table = false;
  let committed = false;
  while (to < lines.length && isCommented(lines[to] as Line, shapes[to])) {
    const bare = bareText(lines[to] as Line);
    if (/^\*(?:filter|nat|mangle|raw|security)$/.test(bare)) table = true;
    else if (bare === 'COMMIT' && table) committed = true;
    to++;
  }
  if (!committed || to - from < 2 || hasRules(shapes, from, to)) return undefined;
  const read: EmbeddedLine[] = [];
  for (let i = from; i < to; i++) {
    const line = lines[i] as Line;
    read.push(...new DerivedLine().keep(line, bareStart(line)).read());
  }
  return { to, lines: read };
}

function isCommented({ text, contentStart }: Line, shape: number | undefined): boolean {
  return (shape === Shape.Comment || shape === Shape.Echo || shape === Shape.Header) && (text.charCodeAt(contentStart) === 35);
}

function bareStart({ text, contentStart }: Line): number {
  let start = contentStart + 1;
  if (text.charCodeAt(start) === 32 || text.charCodeAt(start) === 9) start++;
  return Math.min(start, text.length);
}

function bareText(line: Line): string {
  return line.text.slice(bareStart(line), trimmedEnd(line.text)).trim();
}

/** Rules outside of the comment: then they are what the file is about. */
function hasRules(shapes: Uint8Array, from: number, to: number): boolean {
  for (const shape of [Shape.Rule, Shape.Table, Shape.Chain, Shape.ProgramCommand]) {
    const first = shapes.indexOf(shape);
    if (first >= 0 && (first < from || shapes.indexOf(shape, to) >= 0)) return true;
  }
  return false;
}
