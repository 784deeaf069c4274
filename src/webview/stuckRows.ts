import type { VisibleRow } from './visibleRows';

/** The height of a row that is kept in sight above the others, in pixels; `.stuck .row` in the style has it too. */
export const STUCK_HEIGHT = 24;

/**
 * At most this many lines are kept in sight, the inner jumps where there are more, and never more than a third of the
 * pane.
 */
export const MOST_STUCK = 5;

/** What is kept in sight above the first row: the table, and the jumps above that row. */
export interface Stuck {
  readonly title: string;
  /** The outermost first; the table's own chain has none. */
  readonly parents: readonly VisibleRow[];
}

/** What has to stay in sight above a row; undefined for a row between the tables, or none. */
export function stuckAbove(rows: readonly VisibleRow[], at: number, most: number): Stuck | undefined {
  const first = rows[at];
  if (!first || first.group.quiet || most === 0) return undefined;
  const parents: VisibleRow[] = [];
  let { depth } = first.row;
  for (let i = at - 1; i >= 0 && depth > 0 && rows[i]?.group === first.group; i--) {
    const visible = rows[i] as VisibleRow;
    if (visible.row.depth >= depth) continue;
    ({ depth } = visible.row);
    parents.unshift(visible);
  }
  return { title: first.group.title, parents: most > 1 ? parents.slice(1 - most) : [] };
}

export function linesOf(stuck: Stuck | undefined): number {
  return stuck ? stuck.parents.length + 1 : 0;
}

export function sameStuck(a: Stuck | undefined, b: Stuck | undefined): boolean {
  return (
    a?.title === b?.title &&
    a?.parents.length === b?.parents.length &&
    (a?.parents ?? []).every(({ row }, i) => row === b?.parents[i]?.row)
  );
}

/** The first of the elements, which stand one below the other, whose lower end is below `top`. */
export function firstBelow(elements: readonly Element[], top: number): number {
  let from = 0;
  let to = elements.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((elements[middle] as Element).getBoundingClientRect().bottom > top + 1) to = middle;
    else from = middle + 1;
  }
  return from;
}
