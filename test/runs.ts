/**
 * How often a law is tried: a quarter of `count`, and `count` times with `LONG_RUNS=all`. Chance draws other cases in
 * each run, so that many short runs try what one long run does.
 */
export function runs(count: number): number {
  return process.env.LONG_RUNS === 'all' ? count : Math.ceil(count / 4);
}
