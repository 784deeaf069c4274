import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { RoutingTableFacts } from '../facts';

/** Reads /etc/iproute2/rt_tables: a number and a name on each line, comments between them. */
export function readRoutingTables(reader: SectionReader, from: number): number {
  const { lines } = reader;
  const tables: RoutingTableFacts[] = [];
  let end = from;
  for (let i = from; i < lines.length; i++) {
    const line = lines[i];
    if (line?.shape === Shape.Blank || line?.shape === Shape.Comment) continue;
    if (line?.shape !== Shape.Text && line?.shape !== Shape.RoutingTable) break;
    const found = /^(\d{1,10}|0x[\da-fA-F]{1,8})[ \t]+([\w.-]{1,64})[ \t]*(?:#.*)?$/s.exec(
      line.text.slice(line.contentStart),
    );
    const number = Number(found?.[1]);
    if (!found || number > 0xffffffff) break;
    tables.push({ number, name: found[2] ?? '', line });
    end = i + 1;
  }
  if (tables.length > 0) reader.take({ kind: 'routing-tables', tables, lines: reader.slice(from, end) });
  return end;
}
