import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { TextFacts } from '../facts';
import type { Line } from '../tree';

/** Reads lines of `conntrack -L` and its kin. */
export function readConnections(reader: SectionReader, from: number): number {
  const { lines } = reader;
  let end = from + 1;
  while (lines[end]?.shape === Shape.Connection) end++;
  const section = reader.slice(from, end);
  const old = reader.reusable(from, end);
  const facts = (): readonly TextFacts[] =>
    section.map((line) => ({ text: line.text.slice(line.contentStart).trim(), line }));
  // They were deleted: each still shows a packet, and no state.
  if (isOfDeletion(lines, from, end))
    reader.take(old?.kind === 'packets' ? old : { kind: 'packets', packets: facts(), lines: section });
  else reader.take(old?.kind === 'connections' ? old : { kind: 'connections', connections: facts(), lines: section });
  return end;
}

/** Below `conntrack -D`, or beside what it says of how many entries it has deleted. */
function isOfDeletion(lines: readonly Line[], from: number, end: number): boolean {
  let above = from - 1;
  while (lines[above]?.shape === Shape.Blank) above--;
  return [lines[above], lines[end]].some((line) => line !== undefined && DELETED.test(line.text));
}

const DELETED =
  /flow entries have been deleted|(?:^|[\s/])conntrack[ \t][^|;&]{0,200}?(?<=[ \t])(?:-D|--delete)\b[^|;&]*$/;

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
