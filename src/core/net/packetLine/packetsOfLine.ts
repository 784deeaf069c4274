import { formatPacketExpression } from '../formatPacketExpression';
import { isProblem, readPacketRequest, type PacketRequest } from '../packetRequest';
import { readConnectionPacket } from './connectionPacket';
import { readKernelLog } from './kernelLog';
import { readNftTrace } from './nftTrace';
import type { ReadPacket } from './readPacket';
import { readTcpdump } from './tcpdump';
import { readTshark } from './tshark';

/** A packet that a line shows. */
export interface PacketOfLine {
  readonly request: PacketRequest;
  /** The same in the packet language, as far as it has words for it. */
  readonly expression: string;
  /** What wrote the line: `tcpdump`, `conntrack`. */
  readonly writer: string;
  /** Why the packet may have been different when it arrived: the line shows it on its way through the host. */
  readonly note: string | undefined;
}

const READERS: readonly (readonly [writer: string, read: (text: string) => ReadPacket | undefined])[] = [
  ['the kernel’s log', readKernelLog],
  ['nft monitor trace', readNftTrace],
  ['conntrack', readConnectionPacket],
  ['tcpdump', readTcpdump],
  ['tshark', readTshark],
];

/** In characters; no tool writes longer lines about a packet. */
const LONGEST_LINE = 4000;

/**
 * The packet that a line shows, whatever program wrote it and whatever comes before it: LOG or TRACE of iptables, `nft
 * monitor trace` and `xtables-monitor --trace`, tcpdump (a packet of `tcpdump -v` is its two lines, joined by a blank),
 * tshark, a line of `conntrack -L`. An empty list for any other text. Never throws.
 */
export function packetsOfLine(text: string): readonly PacketOfLine[] {
  const line = text.slice(0, LONGEST_LINE).trim();
  for (const [writer, read] of READERS) {
    const found = read(line);
    if (!found) continue;
    // Without a code it is 0.
    const request = readPacketRequest(
      Number(found.fields['icmpCode']) === 0 ? { ...found.fields, icmpCode: undefined } : found.fields,
    );
    return isProblem(request)
      ? []
      : [{ request, writer: found.writer ?? writer, expression: formatPacketExpression(request), note: found.note }];
  }
  return [];
}
