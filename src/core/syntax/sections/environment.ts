import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { EnvironmentEntry } from '../facts';
import type { Line } from '../tree';

/** Reads the KEY=value lines after a heading of the log of an init container; `from` is the heading. */
export function readEnvironment(
  reader: SectionReader,
  from: number,
  title: 'environment' | 'variables' | 'config',
): number {
  const entries: EnvironmentEntry[] = [];
  const { lines } = reader;
  let i = from + 1;
  // The shell script of ≤1.2 underlines its headings.
  const underline = lines[i];
  if (underline && /^-{4,}[ \t]*$/.test(underline.text.slice(underline.contentStart))) i++;
  for (; i < lines.length; i++) {
    const line = lines[i];
    if (line?.shape !== Shape.Assignment) break;
    entries.push(readEntry(line));
  }
  const old = reader.reusable(from, i);
  reader.take(
    old?.kind === 'environment' ? old : { kind: 'environment', title, entries, lines: reader.slice(from, i) },
  );
  return i;
}

function readEntry(line: Line): EnvironmentEntry {
  const equals = line.text.indexOf('=', line.contentStart);
  let end = line.text.length;
  while (end > equals + 1 && /[ \t]/.test(line.text.charAt(end - 1))) end--;
  return {
    key: line.text.slice(line.contentStart, equals),
    value: line.text.slice(equals + 1, end),
    keyColumns: { start: line.contentStart, end: equals },
    valueColumns: { start: equals + 1, end },
    line,
  };
}
