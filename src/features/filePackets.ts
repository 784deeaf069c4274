import { packetsOfLine, type PacketOfLine } from '../core/net/packetLine/packetsOfLine';
import type { TextFacts } from '../core/syntax/facts';
import type { SourceFile } from '../core/syntax/sourceFile';
import type { Line } from '../core/syntax/tree';

/** A packet that lines of a file show. */
export interface PacketOfFile {
  /** The text that the packet field takes for it. */
  readonly text: string;
  /** The first of its lines. */
  readonly line: Line;
  readonly packet: PacketOfLine;
}

/**
 * The packets that the lines of a file show, in their order, `most` of them at most: those of logs and captures, and
 * the next one of each connection that is listed. `wanted`: which lines are read.
 */
export function packetsOfFile(
  file: SourceFile,
  most: number,
  wanted: (text: string, line: Line) => boolean = () => true,
): readonly PacketOfFile[] {
  const found: PacketOfFile[] = [];
  for (const { text, line } of shownIn(file)) {
    if (found.length >= most) break;
    const [packet] = wanted(text, line) ? packetsOfLine(text) : [];
    if (packet) found.push({ text, line, packet });
  }
  return found;
}

function* shownIn(file: SourceFile): Iterable<TextFacts> {
  for (const section of file.sections) {
    if (section.kind === 'packets') yield* section.packets;
    else if (section.kind === 'connections') yield* section.connections;
  }
}
