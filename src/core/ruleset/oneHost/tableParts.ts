import type { UndecidedTable, RulesSection } from '../../syntax/sourceFile';
import type { Line } from '../../syntax/tree';
import type { TableGroup } from './inferTables';

/**
 * A list as one part for each table. Each states why it is read so, and what of it is a guess. `open`: for each group
 * the question of its table, where it is open.
 */
export function tableParts(
  section: RulesSection,
  groups: readonly TableGroup[],
  open: readonly (UndecidedTable | undefined)[],
): readonly RulesSection[] {
  if (groups.length === 0) return [{ ...section, defaultTable: 'filter' }];
  const byTable = new Map<
    string,
    { readonly lines: Line[]; readonly decided: Line[]; readonly open: UndecidedTable[]; why: string | undefined }
  >();
  groups.forEach((group, i) => {
    const asked = open[i];
    const table = asked?.table ?? group.table;
    let part = byTable.get(table);
    if (!part) byTable.set(table, (part = { lines: [], decided: [], open: [], why: undefined }));
    for (const { line } of group.evidence) {
      part.lines.push(line);
      if (!asked) part.decided.push(line);
    }
    if (asked) part.open.push(asked);
    else part.why ??= group.why;
  });
  const single = byTable.size === 1;
  const places = placesIn(groups);
  return [...byTable].map(([table, { lines, decided, open: asked, why }]) => {
    const inferred = {
      open: asked,
      ...(why !== undefined && { decided: { why, place: places(decided) } }),
      place: places(lines),
    };
    return {
      ...section,
      defaultTable: table,
      inferred,
      lines: single ? section.lines : lines.sort((a, b) => a.index - b.index),
    };
  });
}

/**
 * Gives the place of some of the lines of groups: within `lines 3–5` there is no line of another group, but there may
 * be lines of none.
 */
export function placesIn(groups: readonly TableGroup[]): (lines: readonly Line[]) => string {
  const all = groups.flatMap(({ evidence }) => evidence.map(({ line }) => line)).sort(byIndex);
  const positions = new Map(all.map((line, i) => [line, i] as const));
  return (lines) => {
    const runs: { readonly first: number; last: number; position: number }[] = [];
    for (const line of [...lines].sort(byIndex)) {
      const position = positions.get(line) ?? 0;
      const run = runs.at(-1);
      if (run && position <= run.position + 1) Object.assign(run, { last: line.index, position });
      else runs.push({ first: line.index, last: line.index, position });
    }
    const [from, to] = [runs[0], runs.at(-1)];
    if (!from || !to) return 'no lines';
    const shown = runs.length > MOST_RUNS ? [{ first: from.first, last: to.last }] : runs;
    return (
      `${from.first === to.last ? 'line' : 'lines'} ` +
      `${shown.map(({ first, last }) => (first === last ? String(first + 1) : `${first + 1}–${last + 1}`)).join(', ')}`
    );
  };
}

/** At most this many runs of lines are listed. */
const MOST_RUNS = 4;

function byIndex(a: Line, b: Line): number {
  return a.index - b.index;
}

/**
 * As it is shown: `lines 3–9 are read as table nat: MASQUERADE is in nat only`. `settle`: how the table of a guess is
 * said.
 */
export function inferredWords(
  { inferred, defaultTable = '', lines }: RulesSection,
  settle: (open: UndecidedTable) => string = () => '',
): readonly string[] {
  if (!inferred) return [];
  const { decided, open } = inferred;
  const words = (place: string, because: string): string =>
    `${place} ${place.startsWith('lines') ? 'are' : 'is'} read as table ${defaultTable}: ${because}`;
  const asked = open
    .slice(0, MOST_LISTED)
    .map((each) => words(each.place, each.said ? 'as stated' : `${each.why}${settle(each)}`));
  const more =
    open.length > MOST_LISTED
      ? [
          `${open.length - MOST_LISTED} more groups of lines are read as table ${defaultTable}: nothing says ` +
            'which table they are in',
        ]
      : [];
  return [...(decided ? [words(decided.place ?? placeOf(lines), decided.why)] : []), ...asked, ...more];
}

/** At most this many groups of lines are listed one by one. */
const MOST_LISTED = 8;

/** `line 3`, `lines 3–9`, 1-based. */
export function placeOf(lines: readonly Line[]): string {
  const first = (lines[0]?.index ?? 0) + 1;
  const last = (lines.at(-1)?.index ?? 0) + 1;
  return first === last ? `line ${first}` : `lines ${first}–${last}`;
}
