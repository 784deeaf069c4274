import { defineMatch } from '../extension';
import { flag, option, problem, type BuildProblem, type Given, type GivenOptions, type Option } from '../option';
import { bitRate, printBitRate } from '../values/bitRate';
import { number32 } from '../values/number32';
import { text } from '../values/savedString';

type RateComparison = 'lt' | 'gt' | 'eq';

/** Bytes or packets a second: what --rateest-delta takes for the first estimator, and what is compared with. */
interface Limits {
  readonly first: number;
  readonly second: number;
}

interface RateestMatchData {
  readonly estimator: string;
  /** Compared with this one; undefined: with fixed rates. */
  readonly other: string | undefined;
  readonly delta: boolean;
  readonly comparison: RateComparison;
  readonly inverted: boolean;
  readonly bytes: Limits | undefined;
  readonly packets: Limits | undefined;
}

const estimatorName = text('name', 15, 'thing');
const maybe = { optionalWord: true } as const;
const rateest1 = option('--rateest1', estimatorName, 'The estimator to read.', { aliases: ['--rateest'] });
const rateest2 = option('--rateest2', estimatorName, 'The estimator to compare it with.');
const delta = flag('--rateest-delta', 'Compare what is left up to the given rates.');
const bps1 = option(
  '--rateest-bps1',
  bitRate,
  'Compare bytes per second; with --rateest-delta the rate of the first estimator.',
  maybe,
);
const bps2 = option('--rateest-bps2', bitRate, 'Compare bytes per second with this rate.', {
  ...maybe,
  aliases: ['--rateest-bps'],
});
const pps1 = option(
  '--rateest-pps1',
  number32('packets'),
  'Compare packets per second; with --rateest-delta the rate of the first estimator.',
  maybe,
);
const pps2 = option('--rateest-pps2', number32('packets'), 'Compare packets per second with this rate.', {
  ...maybe,
  aliases: ['--rateest-pps'],
});
const comparisons: Readonly<Record<RateComparison, Option<true>>> = {
  lt: flag('--rateest-lt', 'Matches if the rate is less.', { invertible: true }),
  gt: flag('--rateest-gt', 'Matches if the rate is greater.', { invertible: true }),
  eq: flag('--rateest-eq', 'Matches if the rates are equal.', { invertible: true }),
};

/**
 * `-m rateest`: compares the rates that RATEEST targets estimate. Source: iptables-extensions(8) "rateest",
 * net/netfilter/xt_rateest.c. A trace starts with estimators that have measured nothing, and its packets take no time:
 * all rates are 0.
 */
export const rateest = defineMatch<RateestMatchData>({
  kind: 'match',
  name: 'rateest',
  families: [4, 6],
  options: [rateest1, rateest2, delta, bps1, bps2, pps1, pps2, comparisons.lt, comparisons.gt, comparisons.eq],
  documentation: {
    summary: 'Compares rates that RATEEST has estimated, with each other or with a fixed rate.',
    details:
      'The estimators must exist when the rules are loaded. A trace assumes all rates to be 0, as just after loading.',
    source: 'iptables-extensions(8), rateest; net/netfilter/xt_rateest.c',
  },
  build: buildRateest,
  checkentry: (_data, options) => checkRateest(options),
  print: optionsText,
  conditions: (data) => [
    {
      text: optionsText(data).trim(),
      test: () => compare(data),
      actual: () => 'rates of 0: nothing was measured yet (assumed)',
      premises: () => ['earlierPackets'],
    },
  ],
});

/** xt_rateest_mt_checkentry; iptables itself misses nothing. */
function checkRateest(options: GivenOptions): BuildProblem | undefined {
  if (!options.has(rateest1)) return problem('rateest needs --rateest1 with the name of an estimator');
  if (!Object.values(comparisons).some((each) => options.has(each)))
    return problem('rateest needs one of --rateest-lt, --rateest-gt and --rateest-eq');
  return [bps1, bps2, pps1, pps2].some((each) => options.has(each))
    ? undefined
    : problem('rateest needs --rateest-bps or --rateest-pps');
}

function buildRateest(options: GivenOptions): RateestMatchData {
  const estimator = options.get(rateest1);
  const given = (Object.keys(comparisons) as RateComparison[])
    .map((name) => ({ name, option: options.get(comparisons[name]) }))
    .filter((each): each is { name: RateComparison; option: Given<true> } => each.option !== undefined)
    .sort((a, b) => a.option.optionWord.start - b.option.optionWord.start);
  const last = given[given.length - 1];
  const bytes = readLimits(options, bps1, bps2);
  const packets = readLimits(options, pps1, pps2);
  return {
    estimator: estimator?.value ?? '',
    other: options.get(rateest2)?.value,
    delta: options.has(delta),
    comparison: last?.name ?? 'lt',
    inverted: given.some(({ option: each }) => each.inverted),
    bytes,
    packets,
  };
}

/** The word after these options may be missing; then the rate is 0. */
function readLimits(options: GivenOptions, one: Option<number>, two: Option<number>): Limits | undefined {
  const first = options.get(one);
  const second = options.get(two);
  if (first === undefined && second === undefined) return undefined;
  const number = (given: Given<number> | undefined): number => (given?.valueWord === undefined ? 0 : given.value);
  return { first: number(first), second: number(second) };
}

function optionsText(data: RateestMatchData): string {
  const head =
    `${data.delta ? ' --rateest-delta' : ''} --rateest${data.other === undefined ? '' : '1'} ` + `${data.estimator}`;
  return (
    head +
    limitsText('bps', data.bytes, data, printBitRate) +
    limitsText('pps', data.packets, data, String) +
    (data.other === undefined ? '' : ` --rateest2 ${data.other}`)
  );
}

function limitsText(
  what: string,
  limits: Limits | undefined,
  { delta: left, comparison, inverted, other }: RateestMatchData,
  write: (rate: number) => string,
): string {
  if (limits === undefined) return '';
  const test = `${inverted ? ' !' : ''} --rateest-${comparison}`;
  if (left) return ` --rateest-${what}1 ${write(limits.first)}${test} --rateest-${what}2 ${write(limits.second)}`;
  return `${test} --rateest-${what}${other === undefined ? ` ${write(limits.second)}` : ''}`;
}

/** rateest_mt with estimators at 0: what --rateest-delta leaves of a rate is the rate itself. */
function compare(data: RateestMatchData): boolean {
  const fits = (limits: Limits | undefined): boolean => {
    if (limits === undefined) return true;
    const first = data.delta ? limits.first : 0;
    const second = data.other === undefined || data.delta ? limits.second : 0;
    return data.comparison === 'lt' ? first < second : data.comparison === 'gt' ? first > second : first === second;
  };
  return (fits(data.bytes) && fits(data.packets)) !== data.inverted;
}
