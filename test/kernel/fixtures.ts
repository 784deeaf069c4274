import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { KernelAnswer, KernelCase } from './case';

/** A question with what the kernel of the recording machine answered: one line of a fixture file. */
export interface Recorded {
  /** What the case shows, or `seed index` of a random one. */
  readonly name: string;
  readonly question: KernelCase;
  /** One for each packet. */
  readonly kernel: readonly KernelAnswer[];
}

/** Reads JSON Lines, compressed where the name ends in .gz. */
export function readRecorded(path: string): readonly Recorded[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { name, question, kernel } = JSON.parse(line) as { name: string; question: KernelCase; kernel: Packed[] };
      return { name, question, kernel: kernel.map(unpack) };
    });
}

export function writeRecorded(path: string, list: readonly Recorded[]): void {
  const text = list
    .map(({ name, question, kernel }) => `${JSON.stringify({ name, question, kernel: kernel.map(pack) })}\n`)
    .join('');
  // No time stamp in the header: the same answers make the same file.
  writeFileSync(path, path.endsWith('.gz') ? gzipSync(text, { level: 9 }) : text);
}

/** Lists of rules and verdicts as texts, which are a quarter of the size. */
type Packed = Omit<KernelAnswer, 'matchedRules' | 'verdicts'> & {
  readonly matchedRules: readonly string[];
  readonly verdicts: readonly string[];
};

function pack({
  outcome,
  verdict,
  hooks,
  outIface,
  ctstate,
  matchedRules,
  verdicts,
  dropBy,
  finalPacket,
  sendError,
  fragments,
}: KernelAnswer): Packed {
  return {
    outcome,
    verdict,
    hooks,
    ...(outIface === undefined ? {} : { outIface }),
    ...(ctstate === undefined ? {} : { ctstate }),
    matchedRules: matchedRules.map(({ hook, table, chain, num }) => `${hook} ${table} ${chain} ${num}`),
    verdicts: verdicts.map(({ hook, table, verdict: each, by }) => `${hook} ${table} ${each} ${by}`),
    ...(dropBy === undefined ? {} : { dropBy }),
    ...(finalPacket === undefined ? {} : { finalPacket: withoutIds(finalPacket) }),
    ...(sendError === undefined ? {} : { sendError }),
    ...(fragments === undefined ? {} : { fragments }),
  };
}

/** The harness tells packets apart by their identification, which counts on from run to run. */
function withoutIds(packet: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(packet)
      .filter(([key]) => key !== 'id')
      .map(([key, value]) => [
        key,
        key === 'inner' && typeof value === 'object' && value !== null
          ? withoutIds(value as Record<string, unknown>)
          : value,
      ]),
  );
}

function unpack({ matchedRules, verdicts, ...rest }: Packed): KernelAnswer {
  return {
    ...rest,
    matchedRules: matchedRules.map((text) => {
      const {
        hook,
        table,
        rest: [chain = '', num = ''],
      } = parts(text);
      return { hook, table, chain, num: Number(num) };
    }),
    verdicts: verdicts.map((text) => {
      const {
        hook,
        table,
        rest: [verdict = '', by = ''],
      } = parts(text);
      return { hook, table, verdict, by };
    }),
  };
}

/** A table of nft has its family before its name. */
function parts(text: string): { readonly hook: string; readonly table: string; readonly rest: readonly string[] } {
  const words = text.split(' ');
  return { hook: words[0] ?? '', table: words.slice(1, -2).join(' '), rest: words.slice(-2) };
}
