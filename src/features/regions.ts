import { AppendLine } from '../core/syntax/appendLine';
import type { FileModel } from './fileModel';

/** Lines that belong together, 0-based, both included. */
export interface Region {
  readonly from: number;
  readonly to: number;
  readonly kind: 'rules' | 'table' | 'listing';
}

/**
 * What can be folded in a note or a log: rule sets and the tables in them, and listings of sockets, routes, variables.
 */
export function regionsOf({ file }: FileModel): readonly Region[] {
  const regions: Region[] = [];
  const add = (from: number, to: number, kind: Region['kind']): void => {
    if (to > from) regions.push({ from, to, kind });
  };
  for (const section of file.sections) {
    add(section.lines[0]?.index ?? 0, section.lines.at(-1)?.index ?? 0, section.kind === 'rules' ? 'rules' : 'listing');
    if (section.kind !== 'rules') continue;
    let table: number | undefined;
    for (const line of section.lines) {
      // The words of 100,000 rules are not read for this.
      if (line instanceof AppendLine) continue;
      const { node, index } = line;
      if (node.kind === 'table') table = index;
      else if (node.kind === 'commit' && table !== undefined) {
        add(table, index, 'table');
        table = undefined;
      }
    }
  }
  return regions.sort((a, b) => a.from - b.from || b.to - a.to);
}
