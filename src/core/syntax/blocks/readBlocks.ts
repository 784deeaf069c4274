import { readScripts } from '../shell/readScripts';
import { shapesOf } from '../shapesOf';
import type { EmbeddedLine, FileProblem, Line } from '../tree';
import type { BlockReader } from './block';
import { carried } from './carried';
import { commented } from './commented';
import { continued } from './continued';
import { diff } from './diff';
import { directRules } from './directRules';
import { failed } from './failed';
import { folded } from './folded';
import { filteredListing, listing } from './listing';
import { nft } from './nft';
import { rewrapped } from './rewrapped';
import { tracedCall } from './tracedCall';

export interface ReadBlocks {
  readonly lines: readonly Line[];
  readonly shapes: Uint8Array;
  /** By the index of a line of the file, what is read in its place. */
  readonly readings: ReadonlyMap<number, readonly EmbeddedLine[]>;
  readonly problems: readonly FileProblem[];
  /** Whether the lines are others than those given. */
  readonly changed: boolean;
}

/** One kind after the other: a script may be in a diff, and a listing in what remains without the marks of a quote. */
const READERS: readonly { readonly reader: BlockReader; readonly begins: Uint8Array }[] = [
  diff,
  commented,
  nft,
  folded,
  continued,
  carried,
  directRules,
  tracedCall,
  failed,
  rewrapped,
  listing,
  filteredListing,
].map((reader) => ({ reader, begins: beginsOf(reader) }));

/** Whether a block of this kind may begin with a line, by its shape. */
function beginsOf(reader: BlockReader): Uint8Array {
  const begins = new Uint8Array(256);
  for (const shape of reader.begins) begins[shape] = 1;
  return begins;
}

/**
 * Puts what lines mean together in their place. In a file without such lines this is one search in its shapes for each
 * kind.
 */
export function readBlocks(lines: readonly Line[], shapes: Uint8Array): ReadBlocks {
  let read: { readonly lines: readonly Line[]; readonly shapes: Uint8Array } = { lines, shapes };
  let changed = false;
  const problems: FileProblem[] = [];
  for (const { reader, begins } of READERS) {
    const next = readKind(reader, begins, read.lines, read.shapes, problems);
    if (!next) continue;
    read = next;
    changed = true;
  }
  const scripts = readScripts(read.lines, read.shapes);
  if (scripts) {
    read = { lines: scripts.lines, shapes: shapesOf(scripts.lines) };
    problems.push(...scripts.problems);
    changed = true;
  }
  return { ...read, readings: changed ? readingsOf(lines, read.lines) : NONE, problems, changed };
}

const NONE: ReadonlyMap<number, readonly EmbeddedLine[]> = new Map();

function readKind(
  reader: BlockReader,
  begins: Uint8Array,
  lines: readonly Line[],
  shapes: Uint8Array,
  problems: FileProblem[],
): { readonly lines: readonly Line[]; readonly shapes: Uint8Array } | undefined {
  let out: Line[] | undefined;
  let from = nextOf(begins, shapes, 0);
  // What has been copied to `out` so far.
  let copied = 0;
  while (from < lines.length) {
    const block = reader.read(lines, shapes, from);
    if (block && block.to > from) {
      out ??= [];
      for (let i = copied; i < from; i++) out.push(lines[i] as Line);
      for (const line of block.lines) out.push(line);
      if (block.problems) for (const problem of block.problems) problems.push(problem);
      copied = block.to;
      from = nextOf(begins, shapes, block.to);
    } else from = nextOf(begins, shapes, from + 1);
  }
  if (!out) return undefined;
  for (let i = copied; i < lines.length; i++) out.push(lines[i] as Line);
  return { lines: out, shapes: shapesOf(out) };
}

/** One pass over the shapes, however many kinds of lines the reader takes. */
function nextOf(begins: Uint8Array, shapes: Uint8Array, from: number): number {
  let next = from;
  while (next < shapes.length && begins[shapes[next] as number] !== 1) next++;
  return next;
}

/** The lines of `after` that are not in `before`, by the lines of the file that they stand for. */
function readingsOf(before: readonly Line[], after: readonly Line[]): ReadonlyMap<number, readonly EmbeddedLine[]> {
  const old = new Set(before);
  const readings = new Map<number, EmbeddedLine[]>();
  for (const line of after) {
    if (old.has(line)) continue;
    const read = line as EmbeddedLine;
    const last = read.toLine?.(read.text.length).index ?? read.index;
    for (let index = read.index; index <= last; index++) {
      const list = readings.get(index);
      if (list) list.push(read);
      else readings.set(index, [read]);
    }
  }
  return readings;
}
