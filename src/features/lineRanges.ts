/** From the first line to the last one, 1-based. */
export type LineRange = readonly [first: number, last: number];

/** The ranges in the order of their lines, joined where nothing is between them. */
export function joinedRanges(ranges: readonly LineRange[]): readonly LineRange[] {
  const joined: [number, number][] = [];
  for (const [first, last] of [...ranges].sort(([a], [b]) => a - b)) {
    const before = joined.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else joined.push([first, last]);
  }
  return joined;
}

/** `4`, `2–5, 9–14`. */
export function rangesText(ranges: readonly LineRange[]): string {
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}–${last}`)).join(', ');
}

/** Whether it is one line in all. */
export function isOneLine(ranges: readonly LineRange[]): boolean {
  const [only, ...others] = ranges;
  return only !== undefined && others.length === 0 && only[0] === only[1];
}
