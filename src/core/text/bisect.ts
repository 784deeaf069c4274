/**
 * How many of 0 … `count` - 1 fulfil a condition that the first ones fulfil and the others do not. Asks some
 * log2(count) of them.
 */
export function countFirst(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last of `count` places in ascending order that is not after `place`; the first where all are. */
export function lastNotBehind(count: number, placeOf: (index: number) => number, place: number): number {
  return Math.max(0, countFirst(count, (index) => placeOf(index) <= place) - 1);
}
