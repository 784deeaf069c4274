import { invalid, type InvalidValue } from '../option';

/** What `--chunk-types` asks for. */
export interface ChunkSet {
  readonly mode: 'any' | 'all' | 'only';
  readonly types: ReadonlySet<number>;
  readonly flags: readonly ChunkFlags[];
}

interface ChunkFlags {
  readonly type: number;
  readonly mask: number;
  readonly set: number;
}

interface ChunkName {
  readonly name: string;
  readonly type: number;
  /** A letter for each bit, the highest first; `-` for a bit without a name. */
  readonly letters: string;
}

const NONE = '--------';

/**
 * In the order of iptables, which counts: flags are stored under the place in this list, not under the type. Source:
 * iptables 1.8.9, libxt_sctp.c.
 */
export const SCTP_CHUNKS: readonly ChunkName[] = [
  { name: 'DATA', type: 0, letters: '----IUBE' },
  { name: 'INIT', type: 1, letters: NONE },
  { name: 'INIT_ACK', type: 2, letters: NONE },
  { name: 'SACK', type: 3, letters: NONE },
  { name: 'HEARTBEAT', type: 4, letters: NONE },
  { name: 'HEARTBEAT_ACK', type: 5, letters: NONE },
  { name: 'ABORT', type: 6, letters: '-------T' },
  { name: 'SHUTDOWN', type: 7, letters: NONE },
  { name: 'SHUTDOWN_ACK', type: 8, letters: NONE },
  { name: 'ERROR', type: 9, letters: NONE },
  { name: 'COOKIE_ECHO', type: 10, letters: NONE },
  { name: 'COOKIE_ACK', type: 11, letters: NONE },
  { name: 'ECN_ECNE', type: 12, letters: NONE },
  { name: 'ECN_CWR', type: 13, letters: NONE },
  { name: 'SHUTDOWN_COMPLETE', type: 14, letters: '-------T' },
  { name: 'I_DATA', type: 64, letters: '----IUBE' },
  { name: 'RE_CONFIG', type: 130, letters: NONE },
  { name: 'PAD', type: 132, letters: NONE },
  { name: 'ASCONF', type: 193, letters: NONE },
  { name: 'ASCONF_ACK', type: 128, letters: NONE },
  { name: 'FORWARD_TSN', type: 192, letters: NONE },
  { name: 'I_FORWARD_TSN', type: 194, letters: NONE },
];

/** How many chunk types can come with flags in one match (XT_NUM_SCTP_FLAGS). */
const MAX_FLAGGED = 4;
const ALL_TYPES: readonly number[] = Array.from({ length: 256 }, (_, type) => type);

/** Reads `any INIT,DATA:Ub`, the two words joined by a blank. */
export function readChunks(text: string): ChunkSet | InvalidValue {
  const blank = text.indexOf(' ');
  const mode = text.slice(0, blank).toLowerCase();
  const list = text.slice(blank + 1);
  if (mode !== 'any' && mode !== 'all' && mode !== 'only')
    return invalid(`"${text.slice(0, blank)}" must be any, all or only`);
  if (/^[-!]/.test(list)) return invalid('--chunk-types takes two words: any, all or only, and a list of chunk types');
  if (/^all$/i.test(list)) return { mode, types: new Set(ALL_TYPES), flags: [] };
  if (/^none$/i.test(list)) return { mode, types: new Set(), flags: [] };
  return readList(mode, list);
}

function readList(mode: ChunkSet['mode'], list: string): ChunkSet | InvalidValue {
  const types = new Set<number>();
  const flags = new Map<number, ChunkFlags>();
  for (const item of list.split(',').filter((each) => each !== '')) {
    const colon = item.indexOf(':');
    const name = colon < 0 ? item : item.slice(0, colon);
    const place = SCTP_CHUNKS.findIndex((each) => each.name === name.toUpperCase());
    const chunk = SCTP_CHUNKS[place];
    if (chunk === undefined)
      return invalid(
        `"${name}" is not an SCTP chunk type; the types are ` +
          `${SCTP_CHUNKS.map((each) => each.name).join(', ')}, ALL and NONE`,
      );
    types.add(chunk.type);
    for (const letter of colon < 0 ? '' : item.slice(colon + 1)) {
      const index = chunk.letters.indexOf(letter.toUpperCase());
      if (index < 0) return invalid(`"${letter}" is not a flag of the chunk type ${chunk.name}`);
      const bit = 0x80 >> index;
      const before = flags.get(place) ?? { type: place, mask: 0, set: 0 };
      flags.set(place, { type: place, mask: before.mask | bit, set: before.set | (/[A-Z]/.test(letter) ? bit : 0) });
    }
    if (flags.size > MAX_FLAGGED) return invalid(`at most ${MAX_FLAGGED} chunk types can have flags`);
  }
  return { mode, types, flags: [...flags.values()] };
}

/** `any DATA:Ub,INIT`, by ascending type. */
export function printChunks({ mode, types, flags }: ChunkSet): string {
  if (types.size === 0) return `${mode} NONE`;
  if (types.size === ALL_TYPES.length) return `${mode} ALL`;
  return `${mode} ${[...types]
    .sort((a, b) => a - b)
    .map((type) => printChunk(type, flags))
    .join(',')}`;
}

function printChunk(type: number, flags: readonly ChunkFlags[]): string {
  const chunk = SCTP_CHUNKS.find((each) => each.type === type);
  const wanted = flags.find((each) => each.type === type);
  if (chunk === undefined || wanted === undefined) return chunk?.name ?? '';
  const letters = [...chunk.letters].map((letter, index) => {
    const bit = 0x80 >> index;
    return (wanted.mask & bit) === 0 ? '' : (wanted.set & bit) === 0 ? letter.toLowerCase() : letter;
  });
  return `${chunk.name}:${letters.join('')}`;
}
