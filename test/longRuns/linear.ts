import { expect } from 'vitest';
import { ENDS } from './texts';

/**
 * Characters of the longer run. What grows with its square takes a tenth of a second here, and ten in a line of 100 KB.
 */
const LONG = 10_000;
/** Processor milliseconds below which nothing is asked: they tell nothing. */
const FLOOR = 30;

/**
 * `LONG_RUNS=all npx vitest run test/longRuns` puts every piece and end at every place; else each place gets one in a
 * certain number, and each piece and end some places.
 */
const ALL = process.env.LONG_RUNS === 'all';
const PART = 12;

/** Whether this run of the tests lays a piece and an end at a place, each given by its number. */
export function isLaid(place: number, piece: number, end: number): boolean {
  return ALL || (piece + end * PART + place) % (PART * ENDS.length) === 0;
}

/** Whether this run of the tests tries a name of every object at a place: the first at all, of the others one in turn. */
export function isTried(place: number, name: number): boolean {
  return ALL || name === 0 || (place >> 1) % 4 === name - 1;
}

/**
 * Fails where a run of four times the length costs much more than four times as much, whenever it is measured. What
 * grows with the square costs sixteen times as much: what else the machine does hides neither.
 */
export function expectLinear(run: (length: number) => () => void, what: string): void {
  const once = processorTime(run(LONG));
  if (once < FLOOR) return;
  let best = once;
  let quarter = Infinity;
  for (let i = 0; i < 20; i++) {
    quarter = Math.min(quarter, processorTime(run(LONG / 4)));
    best = Math.min(best, processorTime(run(LONG)));
    if (best < FLOOR || best < quarter * 8) return;
  }
  expect.fail(`${what}: ${quarter.toFixed(1)} ms for ${LONG / 4} characters, ${best.toFixed(1)} ms for ${LONG}`);
}

function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
