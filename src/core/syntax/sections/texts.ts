import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { TextFacts } from '../facts';

/** Reads lines of `conntrack -L` and its kin. */
export function readConnections(reader: SectionReader, from: number): number {
  const { lines } = reader;
  let end = from + 1;
  while (lines[end]?.shape === Shape.Connection) end++;
  const section = reader.slice(from, end);
  const old = reader.reusable(from, end);
  reader.take(
    old?.kind === 'connections'
      ? old
      : {
          kind: 'connections',
          connections: section.map((line): TextFacts => ({ text: line.text.slice(line.contentStart).trim(), line })),
          lines: section,
        },
  );
  return end;
}

/** Reads lines that show a packet, also where `tcpdump -v` needs two lines for one. */
export function readPackets(reader: SectionReader, from: number): number {
  const { lines } = reader;
  const packets: TextFacts[] = [];
  let end = from;
  for (let i = from; lines[i]?.shape === Shape.Packet; i++) {
    const line = lines[i];
    if (line === undefined) break;
    let text = line.text.slice(line.contentStart).trim();
    const next = lines[i + 1];
    if (next?.shape === Shape.Text && VERBOSE.test(text) && next.contentStart > line.contentStart) {
      text = `${text} ${next.text.slice(next.contentStart).trim()}`;
      i++;
    }
    packets.push({ text, line });
    end = i + 1;
  }
  const old = reader.reusable(from, end);
  reader.take(old?.kind === 'packets' ? old : { kind: 'packets', packets, lines: reader.slice(from, end) });
  return end;
}

/** The header of the IP packet; addresses and ports come with the next line. */
const VERBOSE = /(?:IP6?|length \d+:) \([^()]*(?:\([^()]*\)[^()]*)*\)$/;
