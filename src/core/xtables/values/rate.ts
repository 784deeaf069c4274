import { invalid, type InvalidValue, type ValueType } from '../option';
import { leadingDecimal } from './strtoul';

/** `-m limit` counts in 1/10000 s. */
export const RATE_SCALE = 10000;

const UNITS: readonly (readonly [word: string, seconds: number])[] = [
  ['second', 1],
  ['minute', 60],
  ['hour', 3600],
  ['day', 86400],
];

/**
 * Seconds of the unit after the `/` of a rate, which may be cut short (`m`, `min`); 1 without `/`, undefined for an
 * unknown unit.
 */
export function rateUnit(text: string): number | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return 1;
  const word = text.slice(slash + 1).toLowerCase();
  return word === '' ? undefined : UNITS.find(([unit]) => unit.startsWith(word))?.[1];
}

/**
 * `n[/second|/minute|/hour|/day]`, read as the time from one packet to the next in 1/10000 s. At most 10000 packets a
 * second.
 */
export const packetRate: ValueType<number> = {
  metavariable: 'rate[/second|/minute|/hour|/day]',
  parse(text): number | InvalidValue {
    const seconds = rateUnit(text);
    if (seconds === undefined) return invalid(`"${text}" is not a rate: write 5/second, 5/minute, 5/hour or 5/day`);
    const packets = Number(leadingDecimal(text) & 0xffffffffn);
    if (packets === 0) return invalid(`"${text}" is not a rate: the number of packets is missing or 0`);
    const period = Math.floor((RATE_SCALE * seconds) / packets);
    return period === 0 ? invalid(`"${text}" is too fast: at most 10000 packets per second`) : period;
  },
};

const PRINTED: readonly (readonly [unit: string, seconds: bigint])[] = [
  ['day', 86400n],
  ['hour', 3600n],
  ['min', 60n],
  ['sec', 1n],
];

/**
 * A time from packet to packet, in 1/scale s, as iptables-save prints it: in the shortest unit that loses hardly any
 * precision.
 */
export function printPeriod(period: bigint, scale: bigint): string {
  let i = 1;
  for (; i < PRINTED.length; i++) {
    const unit = (PRINTED[i] as (typeof PRINTED)[number])[1] * scale;
    if (period > unit || unit / period < unit % period) break;
  }
  const [name, seconds] = PRINTED[i - 1] as (typeof PRINTED)[number];
  return `${(seconds * scale) / period}/${name}`;
}
