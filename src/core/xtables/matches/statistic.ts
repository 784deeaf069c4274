import { unknown, type Answer } from '../answer';
import { defineMatch, type Condition } from '../extension';
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
import { number32 } from '../values/number32';

/** `threshold` out of 2^31; `every` and `packet` as written. */
type StatisticData =
  | { readonly kind: 'random'; readonly threshold: number; readonly inverted: boolean }
  | { readonly kind: 'nth'; readonly every: number; readonly packet: number; readonly inverted: boolean };

const SCALE = 0x80000000;

const modeValue: ValueType<'random' | 'nth'> = {
  metavariable: 'random|nth',
  completions: ['random', 'nth'],
  parse: (text): 'random' | 'nth' | InvalidValue =>
    text === 'random' || text === 'nth' ? text : invalid(`"${text}" is neither random nor nth`),
};

const probabilityValue: ValueType<number> = {
  metavariable: 'p',
  certain: ['0\\.\\d{1,16}'],
  parse(text): number | InvalidValue {
    const value = readDouble(text);
    if (value === undefined || value < 0 || value > 1) return invalid(`"${text}" is not a probability from 0 to 1`);
    return Number.isNaN(value) ? 0 : Math.round(value * SCALE);
  },
};

const mode = option('--mode', modeValue, 'How packets are chosen: at random or by counting.', { required: true });
const probability = option(
  '--probability',
  probabilityValue,
  'Probability from 0 to 1 that a packet matches (random).',
  { invertible: true, excludes: ['--every', '--packet'] },
);
const every = option('--every', number32('n', 1), 'One packet in n matches (nth).', {
  invertible: true,
  excludes: ['--probability'],
});
const packetNumber = option(
  '--packet',
  number32('p'),
  'How many packets pass before the first one matches, 0 to n-1 (nth).',
  { excludes: ['--probability'] },
);

/**
 * `-m statistic`: picks packets by chance or by counting. Source: iptables-extensions(8) "statistic",
 * net/netfilter/xt_statistic.c. The counter of nth belongs to the rule and starts anew when the rules are loaded; only
 * packets that reach the match count.
 */
export const statistic = defineMatch<StatisticData>({
  kind: 'match',
  name: 'statistic',
  families: [4, 6],
  options: [mode, probability, every, packetNumber],
  documentation: {
    summary: 'Matches packets at random (random) or every nth one (nth).',
    details:
      'Rules that balance load use it to spread the connections of a service over its endpoints. A trace ' +
      'follows both outcomes of random; nth counts from freshly loaded rules.',
    source: 'iptables-extensions(8), statistic; net/netfilter/xt_statistic.c',
  },
  build: buildStatistic,
  print(data) {
    const bang = data.inverted ? ' !' : '';
    return data.kind === 'random'
      ? ` --mode random${bang} --probability ${printProbability(data.threshold)}`
      : ` --mode nth${bang} --every ${data.every} --packet ${data.packet}`;
  },
  conditions: (data, self) => [data.kind === 'random' ? randomCondition(data) : nthCondition(data, self)],
});

function buildStatistic(options: GivenOptions): StatisticData | BuildProblem {
  const chance = options.get(probability);
  const step = options.get(every);
  const start = options.get(packetNumber);
  if (options.get(mode).value === 'random') {
    return chance
      ? { kind: 'random', threshold: chance.value, inverted: chance.inverted }
      : problem('--mode random needs --probability');
  }
  if (step === undefined || start === undefined) return problem('--mode nth needs --every and --packet', step ?? start);
  if (start.value >= step.value)
    return problem(`--packet must be from 0 to ${step.value - 1}, one less than --every`, start);
  return { kind: 'nth', every: step.value, packet: start.value, inverted: step.inverted };
}

/** `%.11f` of threshold / 2^31, halves rounded to the even digit as printf(3) does. */
function printProbability(threshold: number): string {
  const scaled = BigInt(threshold) * 10n ** 11n;
  const scale = BigInt(SCALE);
  let digits = scaled / scale;
  const twice = (scaled % scale) * 2n;
  if (twice > scale || (twice === scale && digits % 2n === 1n)) digits++;
  const text = digits.toString().padStart(12, '0');
  return `${text.slice(0, -11)}.${text.slice(-11)}`;
}

function randomCondition({
  threshold,
  inverted,
}: {
  readonly threshold: number;
  readonly inverted: boolean;
}): Condition {
  const chance = inverted ? 1 - threshold / SCALE : threshold / SCALE;
  return {
    text: `${inverted ? '! ' : ''}--probability ${printProbability(threshold)}`,
    test: (): Answer =>
      chance <= 0
        ? false
        : chance >= 1
          ? true
          : unknown(`it is decided at random, ${percent(chance)} of the packets`, chance),
    actual: () => 'decided by chance',
  };
}

function percent(chance: number): string {
  return `${Number((chance * 100).toPrecision(3))} %`;
}

function nthCondition(
  { every: step, packet, inverted }: { readonly every: number; readonly packet: number; readonly inverted: boolean },
  self: object,
): Condition {
  const last = step - 1;
  const read = (stored: unknown): number => (typeof stored === 'number' ? stored : last - packet);
  return {
    text: `${inverted ? '! ' : ''}--every ${step} --packet ${packet}`,
    stateful: true,
    test({ memory }) {
      const count = read(memory.get(self));
      const next = count === last ? 0 : count + 1;
      memory.set(self, next);
      return (next === 0) !== inverted;
    },
    actual: ({ memory }) => `counter at ${read(memory.get(self))} of ${last}`,
  };
}
