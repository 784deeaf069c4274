import { trimmedEnd } from '../../text/blanks';
import { DerivedLine } from '../derived';
import { Shape } from '../shape';
import type { EmbeddedLine, Line } from '../tree';
import type { Block, BlockReader } from './block';

/**
 * Rules each of whose lines comes after `# `, as in the notes above a script or in the comment of another language.
 * They count only where a whole table is commented, or every rule of the file: a single rule may have been commented
 * out for a while. Single commands of this form may be what root typed.
 */
export const commented: BlockReader = { begins: [Shape.Comment, Shape.Echo], read: readCommented };

function readCommented(lines: readonly Line[], shapes: Uint8Array, from: number): Block | undefined {
  if (from > 0 && isCommented(lines[from - 1] as Line, shapes[from - 1])) return undefined;
  let to = from;
  let table = false;
  let committed = false;
  while (to < lines.length && isCommented(lines[to] as Line, shapes[to])) {
    const bare = bareText(lines[to] as Line);
    if (/^\*(?:filter|nat|mangle|raw|security)$/.test(bare)) table = true;
    else if (bare === 'COMMIT' && table) committed = true;
    to++;
  }
  if (hasRules(shapes)) return undefined;
  if (!committed || to - from < 2) return readTyped(lines, from, to);
  const read: EmbeddedLine[] = [];
  for (let i = from; i < to; i++) {
    const line = lines[i] as Line;
    read.push(...new DerivedLine().keep(line, bareStart(line)).read());
  }
  return { to, lines: read };
}

/**
 * Commands of root in a file that has no rules elsewhere and is not a script; other comments between them stay what
 * they are.
 */
function readTyped(lines: readonly Line[], from: number, to: number): Block | undefined {
  if (lines[0]?.text.startsWith('#!')) return undefined;
  const read = lines.slice(from, to).flatMap((line): readonly Line[] => {
    const made = CHANGES_RULES.test(bareText(line)) ? new DerivedLine().keep(line, bareStart(line)).read() : [];
    return made.some(({ shape }) => shape === Shape.ProgramCommand)
      ? made.map((each) => ({ ...each, maybeComment: true }))
      : [line];
  });
  return read.some((line, i) => line !== lines[from + i]) ? { to, lines: read } : undefined;
}

const CHANGES_RULES = /^(?:sudo )?ip6?tables(?:-legacy|-nft)? /;

function isCommented({ text, contentStart }: Line, shape: number | undefined): boolean {
  return (
    (shape === Shape.Comment || shape === Shape.Echo || shape === Shape.Header) && text.charCodeAt(contentStart) === 35
  );
}

function bareStart({ text, contentStart }: Line): number {
  let start = contentStart + 1;
  if (text.charCodeAt(start) === 32 || text.charCodeAt(start) === 9) start++;
  return Math.min(start, text.length);
}

function bareText(line: Line): string {
  return line.text.slice(bareStart(line), trimmedEnd(line.text)).trim();
}

/**
 * Rules outside of any comment: then they are what the file is about. Looked for once, however many comments a file
 * has.
 */
function hasRules(shapes: Uint8Array): boolean {
  let known = withRules.get(shapes);
  if (known === undefined) withRules.set(shapes, (known = RULES.some((shape) => shapes.includes(shape))));
  return known;
}

const RULES = [Shape.Rule, Shape.Table, Shape.Chain, Shape.ProgramCommand];
const withRules = new WeakMap<Uint8Array, boolean>();
