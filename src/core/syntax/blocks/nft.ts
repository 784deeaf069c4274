import { DerivedLine } from '../derived';
import type { NftPart } from '../nft/node';
import { derivedStatement } from '../nft/derivedStatement';
import { jsonRuleset } from '../nft/json';
import { commandPieces, statementsOfTable, type NftStatement } from '../nft/statements';
import { Shape } from '../shape';
import type { EmbeddedLine, Line } from '../tree';
import type { Block, BlockReader } from './block';

/**
 * Tables of nft (`nft list ruleset`, input of `nft -f`), commands (`nft add rule …`) and the JSON of `nft -j`: one line
 * for each statement.
 */
export const nft: BlockReader = { begins: [Shape.NftTable, Shape.NftCommand, Shape.NftJson], read: readNft };

/** What ends a table that is not closed, whatever else. */
const STOPS: ReadonlySet<number> = new Set([
  Shape.Fence,
  Shape.NftTable,
  Shape.NftJson,
  Shape.Header,
  Shape.Table,
  Shape.Log,
]);

function readNft(lines: readonly Line[], shapes: Uint8Array, from: number): Block | undefined {
  let stop = from + 1;
  while (stop < lines.length && !STOPS.has(shapes[stop] as number)) stop++;
  switch (shapes[from]) {
    case Shape.NftTable: {
      const read = statementsOfTable(lines, from, stop);
      return read && { to: read.to, lines: read.statements.flatMap(linesOf) };
    }
    case Shape.NftCommand: {
      const line = lines[from] as Line;
      if (isDefinition(line) && !isUsed(lines, shapes, from + 1)) return undefined;
      const read = commandPieces(lines, from, Math.min(stop, from + MOST_LINES), commandStart(line));
      return read && { to: read.to, lines: linesOf({ part: 'command', pieces: read.pieces }) };
    }
    default:
      return jsonRuleset(lines, from, stop);
  }
}

/** Other languages have such lines as well, so rules of nft have to follow. */
function isUsed(lines: readonly Line[], shapes: Uint8Array, from: number): boolean {
  for (let i = from; i < Math.min(lines.length, from + FARTHEST_USE); i++) {
    if (shapes[i] === Shape.NftTable || (shapes[i] === Shape.NftCommand && !isDefinition(lines[i] as Line)))
      return true;
  }
  return false;
}

const FARTHEST_USE = 1000;

function isDefinition({ text, contentStart }: Line): boolean {
  return /^(?:re|un)?define\b/.test(text.slice(contentStart, contentStart + 10));
}

/** A command adds this many elements in lines of their own. */
const MOST_LINES = 200_000;

function commandStart({ text, contentStart }: Line): number {
  PROMPT.lastIndex = contentStart;
  return PROMPT.test(text) ? PROMPT.lastIndex : contentStart;
}

/** What comes before `add`: a prompt, sudo, nft and its options. */
const PROMPT =
  /(?:[^\s@]{1,64}@[^\s]{1,128}[#$%][ \t]*|[#$%>][ \t]+)?(?:sudo[ \t]+(?:-\w+[ \t]+)*)?(?:(?:\/\w+)*\/)?(?:nft[ \t]+(?:-\w+[ \t]+)*['"]?[ \t]*)?/y;

function linesOf({ part, pieces }: NftStatement): readonly EmbeddedLine[] {
  const [first] = pieces;
  if (!first) return [];
  if (part === 'elements')
    return pieces.map(({ line, start, end }, i) => inPlace(line, start, end, i === 0 ? part : 'more'));
  if (pieces.length === 1) return [inPlace(first.line, first.start, first.end, part)];
  const joined = new DerivedLine();
  pieces.forEach(({ line, start, end }, i) => {
    if (i > 0) joined.put(' ', line, start, start);
    joined.keep(line, start, end);
  });
  const line = derivedStatement(joined, part);
  return line ? [line] : [];
}

/** A statement that is a part of a line, as it is there. */
function inPlace(line: Line, start: number, end: number, part: NftPart): EmbeddedLine {
  const { index, text, eol, contentStart } = line;
  const { toOuter = same, toLine } = line as Partial<EmbeddedLine>;
  return {
    index,
    text,
    eol,
    contentStart,
    problems: [],
    shape: Shape.Nft,
    node: { kind: 'nft', part, start, end },
    toOuter,
    ...(toLine && { toLine }),
  };
}

function same(column: number): number {
  return column;
}
