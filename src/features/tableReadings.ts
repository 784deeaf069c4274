import type { Walked } from '../core/netfilter/events';
import { outcomeOf } from '../core/netfilter/outcome';
import { MOST_OUTCOMES, type Traced, type TraceSetting } from '../core/netfilter/trace';
import type { UndecidedTable } from '../core/syntax/sourceFile';
import type { Dump, FileModel } from './fileModel';
import { openTablesOf, tableAnswer, tablesOffered, withTables } from './openTables';

/** Lines whose table the file does not state. */
export interface AskedTable {
  readonly open: UndecidedTable;
  /** The packet has another outcome where they are of another table. */
  readonly decides: boolean;
}

/** A packet traced with one reading of a file. */
export interface TracedReading {
  readonly traced: Traced;
  readonly setting: TraceSetting;
}

/**
 * For at most this many groups of lines the packet is traced with each table that they may be of; each takes reading
 * the rules once more. Further ones are tried all at once.
 */
const MOST_FOLLOWED = 4;
/** Of at most this many outcomes each is compared. */
const MOST_COMPARED = 64;

/**
 * The paths of a packet where the table of some lines is a guess and decides what becomes of it: those of the guess,
 * then for each other table that the lines may be of those that end otherwise. One group of lines is taken to be of
 * another table at a time.
 */
export function traceTableReadings(
  model: FileModel,
  dump: Dump,
  family: 4 | 6,
  guess: TracedReading,
  trace: (model: FileModel, dump: Dump) => TracedReading | undefined,
): { readonly traced: Traced; readonly tables: readonly AskedTable[] } {
  const open = openTablesOf(model, dump, family);
  const guessKey = outcomeKey(guess.traced);
  const otherPaths: Walked[] = [];
  const deciding: UndecidedTable[] = [];
  let truncated = guess.traced.truncated;
  let asked = guess.traced.asked;
  const traceWith = (groups: readonly UndecidedTable[], table: string): TracedReading | undefined => {
    const other = withTables(model, dump, Object.fromEntries(groups.map(({ key }) => [key, table])));
    return other && trace(other.model, other.dump);
  };
  const guessed = open.filter(({ said }) => !said);
  const others = decidingAmong(guessed.slice(MOST_FOLLOWED), (groups, table) => {
    const reading = traceWith(groups, table);
    return reading !== undefined && outcomeKey(reading.traced) !== guessKey;
  });
  for (const each of [...guessed.slice(0, MOST_FOLLOWED), ...others]) {
    const found = new Map<string, { readonly tables: string[]; readonly reading: TracedReading }>();
    for (const table of otherTables(each)) {
      const reading = traceWith([each], table);
      if (!reading) continue;
      const key = outcomeKey(reading.traced);
      const same = found.get(key);
      if (key === guessKey) continue;
      if (same) same.tables.push(table);
      else found.set(key, { tables: [table], reading });
    }
    if (found.size === 0) continue;
    deciding.push(each);
    for (const { tables, reading } of found.values()) {
      otherPaths.push(...withTableAnswer(reading, each, tables));
      truncated ||= reading.traced.truncated;
      asked += reading.traced.asked;
    }
  }
  const tables = open.map((each): AskedTable => ({ open: each, decides: deciding.includes(each) }));
  if (deciding.length === 0) return { traced: guess.traced, tables };
  // What makes paths is stated by each of them.
  const decidingKeys = new Set<string | undefined>(deciding.map(({ key }) => key));
  const known = guess.traced.outcomes.map((walked) => withoutProvisos(walked, decidingKeys));
  const guessedPaths = deciding.reduce<readonly Walked[]>(
    (walked, each) => withTableAnswer({ ...guess, traced: { ...guess.traced, outcomes: walked } }, each, [each.table]),
    known,
  );
  const outcomes = [...guessedPaths, ...otherPaths.map((walked) => withoutProvisos(walked, decidingKeys))];
  return {
    traced: {
      outcomes: outcomes.slice(0, MOST_OUTCOMES),
      truncated: truncated || outcomes.length > MOST_OUTCOMES,
      asked,
    },
    tables,
  };
}

/**
 * Of groups of lines those that decide if they are of another table: for each table one of them, found by halves. What
 * only decides together with others is not found.
 */
function decidingAmong(
  groups: readonly UndecidedTable[],
  decides: (groups: readonly UndecidedTable[], table: string) => boolean,
): ReadonlySet<UndecidedTable> {
  const found = new Set<UndecidedTable>();
  for (const table of new Set(groups.flatMap(otherTables))) {
    let left = groups.filter((each) => otherTables(each).includes(table));
    if (!decides(left, table)) continue;
    while (left.length > 1) {
      const half = left.slice(0, left.length >> 1);
      left = decides(half, table) ? half : left.slice(half.length);
    }
    for (const each of left) found.add(each);
  }
  return found;
}

/** The tables that lines may be of, without the one that is guessed. */
function otherTables(open: UndecidedTable): readonly string[] {
  return tablesOffered(open).filter((table) => table !== open.table);
}

function withTableAnswer(
  { traced, setting }: TracedReading,
  open: UndecidedTable,
  tables: readonly string[],
): readonly Walked[] {
  const answer = tableAnswer(open, tables);
  return traced.outcomes.map((walked) => ({
    ...walked,
    on: {
      host: walked.on?.host ?? setting.host,
      answers: [answer, ...(walked.on?.answers ?? [])],
      ruleSets: setting.ruleSets,
    },
  }));
}

function withoutProvisos(walked: Walked, tables: ReadonlySet<string | undefined>): Walked {
  const { provided } = walked;
  return provided ? { ...walked, provided: provided.filter(({ table }) => !tables.has(table)) } : walked;
}

/** What becomes of the packet, regardless of the rules and tables that it has passed. */
function outcomeKey({ outcomes, truncated }: Traced): string {
  return JSON.stringify([
    truncated,
    outcomes.length,
    ...outcomes.slice(0, MOST_COMPARED).map((walked) => {
      const { outcome, verdict, outIface, finalPacket, receiver } = outcomeOf(walked);
      return [outcome, verdict, outIface, finalPacket, receiver];
    }),
  ]);
}
