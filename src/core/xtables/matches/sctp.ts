import { ask } from '../draft';
import { PROTOCOL, type Packet } from '../../net/packet';
import { defineMatch, type Condition } from '../extension';
import { option, type ValueType } from '../option';
import { missing } from '../shown';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { portRange, printPortRange, type PortRange } from '../values/port';
import { orFirstFragment, portCondition } from '../values/portCondition';
import { SCTP_CHUNKS, printChunks, readChunks, type ChunkSet } from '../values/sctpChunks';
import { cutShort, malformed, transportBytes } from '../values/transport';

interface SctpData {
  readonly sourcePorts: Inverted<PortRange> | undefined;
  readonly destinationPorts: Inverted<PortRange> | undefined;
  readonly chunks: Inverted<ChunkSet> | undefined;
}

const chunkTypes: ValueType<ChunkSet> = {
  metavariable: 'all|any|only chunktype[:flags][,…]',
  completions: ['any', 'all', 'only'],
  secondCompletions: [...SCTP_CHUNKS.map(({ name }) => name), 'ALL', 'NONE'],
  parse: readChunks,
};

const sourcePort = option('--sport', portRange(PROTOCOL.SCTP), 'Source port or range of ports.', {
  aliases: ['--source-port'],
  invertible: true,
});
const destinationPort = option('--dport', portRange(PROTOCOL.SCTP), 'Destination port or range of ports.', {
  aliases: ['--destination-port'],
  invertible: true,
});
const chunkOption = option(
  '--chunk-types',
  chunkTypes,
  'All, any or only these chunks are in the packet; flags in capitals are set, in small letters clear.',
  { invertible: true, words: 2 },
);

/** `-m sctp`: ports and chunks of SCTP. Source: iptables-extensions(8) "sctp", net/netfilter/xt_sctp.c. */
export const sctp = defineMatch<SctpData>({
  kind: 'match',
  name: 'sctp',
  families: [4, 6],
  protocols: [PROTOCOL.SCTP],
  options: [sourcePort, destinationPort, chunkOption],
  documentation: {
    summary: 'Matches the ports and the chunks of an SCTP packet.',
    details:
      'Does not match later fragments. "any": one of the chunks is there; "all": each of them is; "only": ' +
      'there are no others.',
    source: 'iptables-extensions(8), sctp; net/netfilter/xt_sctp.c',
  },
  build: (options) => ({
    sourcePorts: keep(options.get(sourcePort)),
    destinationPorts: keep(options.get(destinationPort)),
    chunks: keep(options.get(chunkOption)),
  }),
  print: ({ sourcePorts, destinationPorts, chunks }) =>
    invertedText('--sport', sourcePorts, printPortRange) +
    invertedText('--dport', destinationPorts, printPortRange) +
    invertedText('--chunk-types', chunks, printChunks),
  conditions: ({ sourcePorts, destinationPorts, chunks }) =>
    orFirstFragment([
      ...(sourcePorts ? [portCondition('source', sourcePorts)] : []),
      ...(destinationPorts ? [portCondition('destination', destinationPorts)] : []),
      ...(chunks ? [chunkCondition(chunks)] : []),
    ]),
  drops({ sourcePorts, destinationPorts, chunks }, view) {
    const short = cutShort(view.packet, 12, 'SCTP');
    if (short !== undefined || view.packet.fragmentOffset > 0 || chunks === undefined) return short;
    const ports = [
      ...(sourcePorts ? [portCondition('source', sourcePorts)] : []),
      ...(destinationPorts ? [portCondition('destination', destinationPorts)] : []),
    ];
    if (ports.some((condition) => ask(condition, view) !== true)) return undefined;
    return walkChunks(chunks.value, view.packet) === undefined
      ? malformed('its SCTP chunks are truncated', chunks.inverted)
      : undefined;
  },
});

function chunkCondition(chunks: Inverted<ChunkSet>): Condition {
  return {
    text: invertedText('--chunk-types', chunks, printChunks).trim(),
    test({ packet }) {
      if (packet.fragmentOffset > 0) return false;
      const found = walkChunks(chunks.value, packet);
      return found !== undefined && found !== chunks.inverted;
    },
    actual({ packet }) {
      if (packet.fragmentOffset > 0) return missing('no chunks: not the first fragment');
      const types = chunksOf(packet).map(
        ({ type }) => SCTP_CHUNKS.find((each) => each.type === type)?.name ?? String(type),
      );
      return types.length === 0 ? missing('no chunks') : `chunks ${types.join(', ')}`;
    },
  };
}

interface Chunk {
  readonly type: number;
  readonly flags: number;
  /** 0 where the header says so or is cut short. */
  readonly length: number;
}

function chunksOf(packet: Packet): readonly Chunk[] {
  const bytes = transportBytes(packet);
  const chunks: Chunk[] = [];
  let at = 12;
  do {
    const whole = at + 4 <= bytes.length;
    const chunk: Chunk = {
      type: bytes[at] ?? 0,
      flags: bytes[at + 1] ?? 0,
      length: whole ? ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number) : 0,
    };
    chunks.push(chunk);
    if (chunk.length === 0) break;
    at += (chunk.length + 3) & ~3;
  } while (at < bytes.length);
  return chunks;
}

/**
 * Whether the chunks are as asked; undefined where a chunk header without a length is met first, for which the kernel
 * drops the packet.
 */
function walkChunks({ mode, types, flags }: ChunkSet, packet: Packet): boolean | undefined {
  const missing = new Set(types);
  for (const chunk of chunksOf(packet)) {
    if (chunk.length === 0) return undefined;
    const wanted = flags.find(({ type }) => type === chunk.type);
    const fits = types.has(chunk.type) && (wanted === undefined || (chunk.flags & wanted.mask) === wanted.set);
    if (mode === 'any' && fits) return true;
    if (mode === 'only' && !fits) return false;
    if (fits) missing.delete(chunk.type);
  }
  return mode === 'all' ? missing.size === 0 : mode === 'only';
}
