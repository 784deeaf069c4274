import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { NftNode } from '../nft/node';
import type { Line } from '../tree';

/**
 * Statements of nft, from line `from` on: tables that come after each other are one listing, commands that do are one
 * script.
 */
export function readNftSection(reader: SectionReader, from: number): number {
  const { lines, shapes, context } = reader;
  const form = formOf(lines[from] as Line);
  let to = from + 1;
  let next = to;
  while (next < lines.length) {
    const shape = shapes[next];
    if (shape === Shape.Blank || shape === Shape.Comment) next++;
    else if (shape === Shape.Nft && formOf(lines[next] as Line, form) === form) to = ++next;
    else break;
  }
  reader.take({
    kind: 'nft',
    form,
    title: context.title,
    lines: lines.slice(from, to).filter((line) => line.shape === Shape.Nft),
    ...(context.machine && { machine: context.machine }),
  });
  return to;
}

/** Of a line within a table the form of what is around it. */
function formOf(line: Line, around: 'listing' | 'commands' = 'listing'): 'listing' | 'commands' {
  const { part } = line.node as NftNode;
  if (part === 'command') return 'commands';
  return part === 'table' ? 'listing' : around;
}
