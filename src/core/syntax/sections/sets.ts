import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';

/** Reads `ipset save` output: from a `create` line to the last `create` or `add`. An `add` alone is prose. */
export function readSets(reader: SectionReader, from: number): number {
  const { lines } = reader;
  const first = lines[from];
  if (!first?.text.startsWith('create', first.contentStart)) return from + 1;
  let end = from;
  let i = from;
  for (; i < lines.length; i++) {
    const shape = lines[i]?.shape;
    if (shape === Shape.Set) end = i + 1;
    else if (shape !== Shape.Blank && shape !== Shape.Comment) break;
  }
  const old = reader.reusable(from, end);
  if (old?.kind === 'sets') {
    reader.take(old);
    return end;
  }
  const section = reader.slice(from, end);
  const text = section
    .filter((line) => line.shape === Shape.Set)
    .map((line) => `${line.text.slice(line.contentStart)}\n`)
    .join('');
  reader.take({ kind: 'sets', text, lines: section });
  return end;
}
