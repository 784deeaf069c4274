import { defineTarget } from '../extension';
import {
  invalid,
  option,
  problem,
  type BuildProblem,
  type GivenOptions,
  type InvalidValue,
  type ValueType,
} from '../option';
import { readDouble } from '../values/double';
import { text } from '../values/savedString';

interface RateestTargetData {
  readonly name: string;
  /** The interval is 0.25 s × 2^interval, 0 to 5. */
  readonly interval: number;
  /** The averaging time is the interval × 2^ewmaLog, 1 to 30. */
  readonly ewmaLog: number;
}

const SECOND = 1000000;
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  s: SECOND,
  sec: SECOND,
  secs: SECOND,
  ms: 1000,
  msec: 1000,
  msecs: 1000,
  us: 1,
  usec: 1,
  usecs: 1,
};

/**
 * A time in microseconds, cut to 32 bits as the conversion from double to unsigned does on x86; without a unit the
 * number is microseconds.
 */
const time: ValueType<number> = {
  metavariable: 'time',
  parse(given): number | InvalidValue {
    const lower = given.toLowerCase();
    const unit = Object.keys(UNITS).find(
      (each) => lower.endsWith(each) && readDouble(given.slice(0, given.length - each.length)) !== undefined,
    );
    if (unit === undefined) return invalid(`"${given}" is not a time: write it as 250ms or 2s`);
    const number = readDouble(given.slice(0, given.length - unit.length)) as number;
    const product = number * (UNITS[unit] as number);
    return Number.isFinite(product) && Math.abs(product) < 2 ** 63
      ? Number(BigInt.asUintN(32, BigInt(Math.trunc(product))))
      : 0;
  },
};

const name = option('--rateest-name', text('name', 15, 'thing'), 'The name of the estimator, for -m rateest.', {
  required: true,
});
const interval = option('--rateest-interval', time, 'How often the rate is measured: 250ms to 8s.', { required: true });
const ewmalog = option('--rateest-ewmalog', time, 'The time over which the rate is averaged.', { required: true });

/** `-j RATEEST`: feeds a rate estimator. Source: extensions/libxt_RATEEST.c, net/netfilter/xt_RATEEST.c. */
export const RATEEST = defineTarget<RateestTargetData>({
  kind: 'target',
  name: 'RATEEST',
  families: [4, 6],
  options: [name, interval, ewmalog],
  terminates: 'never',
  documentation: {
    summary: 'Counts the packet in a rate estimator that -m rateest reads.',
    details: 'Times are rounded up to 250 ms times a power of two. The packet is not changed.',
    source: 'iptables-extensions(8), RATEEST; net/netfilter/xt_RATEEST.c',
  },
  build: buildRateest,
  shares: (data) => ({ what: `the estimator "${data.name}"`, settings: printTimes(data).trim() }),
  print: (data) => ` --rateest-name ${data.name}${printTimes(data)}`,
  describe: (data) => `counts the packet in the rate estimator "${data.name}"`,
  apply: (data) => ({ kind: 'continue', note: `counted into ${data.name}` }),
});

function buildRateest(options: GivenOptions): RateestTargetData | BuildProblem {
  const [measured, averaged] = [options.get(interval), options.get(ewmalog)];
  const step = [0, 1, 2, 3, 4, 5].find((each) => measured.value <= (SECOND / 4) * 2 ** each);
  if (step === undefined) return problem('the interval is too large: 8s is the longest', measured);
  let log = 1;
  for (; log < 32; log++) {
    // Linux counts in 32 bits: the last step has a negative weight.
    const weight = 1 - 1 / (1 << log);
    if (measured.value / -Math.log(weight) > averaged.value) break;
  }
  log--;
  if (log === 0 || log >= 31)
    return problem('the averaging time does not suit the interval: it should be one to a few times as long', averaged);
  return { name: options.get(name).value, interval: step, ewmaLog: log };
}

function printTimes({ interval: steps, ewmaLog }: RateestTargetData): string {
  const measured = (SECOND / 4) * 2 ** steps;
  return (
    ` --rateest-interval ${timeText(measured)} --rateest-ewmalog ` +
    `${timeText(Number(BigInt.asUintN(32, BigInt(measured) << BigInt(ewmaLog))))}`
  );
}

function timeText(microseconds: number): string {
  if (microseconds >= SECOND) return `${(microseconds / SECOND).toFixed(1)}s`;
  return microseconds >= 1000 ? `${(microseconds / 1000).toFixed(1)}ms` : `${microseconds}us`;
}
