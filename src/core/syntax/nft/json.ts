import type { Block } from '../blocks/block';
import { Shape } from '../shape';
import type { EmbeddedLine, Line } from '../tree';
import { commandOf } from './jsonWords';

/**
 * Where an object of the list begins. A statement that is spelled alike, `{"dnat": {"family": …`, is not one of these.
 */
const OBJECT = /\{\s*"(?:table|chain|rule|set|map|element)"\s*:\s*\{\s*"family"/g;

/** At most this many bytes of JSON are read: 1,000,000 rules have less. */
const LONGEST = 256_000_000;

/**
 * The JSON of `nft -j`, from the line with `"nftables":` on: a command for each object. undefined where it is not
 * JSON.
 */
export function jsonRuleset(lines: readonly Line[], from: number, stop: number): Block | undefined {
  const first = lines[from] as Line;
  const start = first.text.indexOf('[', first.text.indexOf('"nftables"'));
  const texts: string[] = [];
  let depth = 0;
  let size = 0;
  for (let to = from; to < stop && size < LONGEST; to++) {
    const line = lines[to] as Line;
    const begin = to === from ? Math.max(start, 0) : 0;
    const end = closing(line.text, begin, depth);
    depth = end.depth;
    texts.push(line.text.slice(begin, end.at));
    size += line.text.length;
    if (depth === 0 && end.closed) {
      const objects = parsed(texts.join('\n'));
      return objects && { to: to + 1, lines: commands(objects, texts, lines, from, Math.max(start, 0)) };
    }
  }
  return undefined;
}

/** Where the brackets that are open at the start of a text are closed again; strings are skipped. */
function closing(
  text: string,
  from: number,
  open: number,
): { readonly at: number; readonly depth: number; readonly closed: boolean } {
  let depth = open;
  BRACKET.lastIndex = from;
  for (let found = BRACKET.exec(text); found; found = BRACKET.exec(text)) {
    if (found[0] === '[') depth++;
    else if (found[0] === ']' && --depth === 0) return { at: found.index + 1, depth, closed: true };
  }
  return { at: text.length, depth, closed: false };
}

const BRACKET = /"(?:[^"\\]|\\.)*"?|[[\]]/g;

function parsed(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
  } catch {
    return undefined;
  }
}

function commands(
  objects: readonly unknown[],
  texts: readonly string[],
  lines: readonly Line[],
  from: number,
  start: number,
): readonly EmbeddedLine[] {
  const places = texts.flatMap((text, i) =>
    [...text.matchAll(OBJECT)].map(({ index }) => ({
      line: lines[from + i] as Line,
      column: index + (i === 0 ? start : 0),
    })),
  );
  const made: EmbeddedLine[] = [];
  let next = 0;
  for (const object of objects) {
    const words = commandOf(object);
    if (words === undefined) continue;
    // Objects that are broken over several lines are placed at the line that the list begins in.
    const { line, column } = places[next++] ?? { line: lines[from] as Line, column: start };
    made.push({
      index: line.index,
      text: words,
      eol: '\n',
      contentStart: 0,
      problems: [],
      shape: Shape.Nft,
      node: { kind: 'nft', part: 'command', start: 0, end: words.length },
      toOuter: () => column,
    });
  }
  return made;
}
