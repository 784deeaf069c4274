import { problem, type BuildProblem, type Given } from '../option';
import {
  bytesOfPrice,
  HASH_MODES,
  HASHLIMIT_SCALE,
  priceOfBytes,
  type HashlimitRate,
  type HashMode,
} from './hashlimitRate';
import { printPeriod } from './rate';

/** A hashlimit match as the kernel keeps it (`struct hashlimit_cfg3`). */
export interface HashlimitData {
  readonly name: string;
  readonly above: boolean;
  readonly bytes: boolean;
  /** Time from packet to packet in millionths of a second, or the price of 16 bytes. */
  readonly period: bigint;
  /** Packets; for bytes: how often the budget of one second may be filled again. */
  readonly burst: bigint;
  readonly modes: ReadonlySet<HashMode>;
  readonly sourceLength: number;
  readonly destinationLength: number;
  readonly size: number;
  readonly max: number;
  readonly gcInterval: number;
  readonly expire: number;
  readonly rateMatch: boolean;
  readonly interval: number;
  /** With `rateMatch`: packets or bytes that may come in one interval. */
  readonly allowed: bigint;
}

/** The options as they were given. */
export interface HashlimitOptions {
  readonly upto: Given<HashlimitRate> | undefined;
  readonly above: Given<HashlimitRate> | undefined;
  readonly sourceLength: Given<number> | undefined;
  readonly destinationLength: Given<number> | undefined;
  readonly burst: Given<bigint> | undefined;
  readonly size: Given<number> | undefined;
  readonly max: Given<number> | undefined;
  readonly gcInterval: Given<number> | undefined;
  readonly expire: Given<number> | undefined;
  readonly modes: ReadonlySet<HashMode> | undefined;
  readonly name: string;
  readonly rateMatch: boolean;
  readonly interval: number | undefined;
}

const DEFAULT_BURST = 5n;
const MOST_BURST = 1000000n;
const DEFAULT_GC_INTERVAL = 1000;
/** HASHLIMIT_MAX_SIZE: the kernel cuts larger tables. */
const MOST_SIZE = 1048576;
const BYTE_EXPIRE = 15000;
const BYTE_BURST_EXPIRE = 60000;
/** What the kernel multiplies periods with: HZ * CREDITS_PER_JIFFY / 10^6, the same for HZ 250 and 1000. */
const CREDITS = (250n * 2n ** 39n) / HASHLIMIT_SCALE;
/** HZ * CREDITS_PER_JIFFY_BYTES, the same for HZ 250 and 1000: the budget of one second. */
export const BYTE_BUDGET = 250n * 2n ** 24n;

/** user2credits of xt_hashlimit.c, with its overflow. */
export function periodCredits(period: bigint): bigint {
  return BigInt.asUintN(64, period * CREDITS);
}

/** user2credits_byte: what 16 bytes cost of the budget. */
export function priceCredits(price: bigint): bigint {
  return (price * BYTE_BUDGET) >> 32n;
}

/** Puts the options together as libxt_hashlimit's final check does. */
export function buildHashlimit(given: HashlimitOptions, family: 4 | 6): HashlimitData | BuildProblem {
  const rate = given.upto ?? given.above;
  if (rate === undefined) return problem('hashlimit needs --hashlimit-upto or --hashlimit-above');
  const { bytes, seconds } = rate.value;
  let period = rate.value.period;
  let burst = given.burst?.value ?? DEFAULT_BURST;
  let expire = seconds * 1000;
  if (bytes) {
    const second = bytesOfPrice(period);
    if (given.burst && burst < second)
      return problem(`the burst must be at least the ${second} bytes of one second`, given.burst);
    if (given.burst && second === 0n)
      return problem('a burst cannot be combined with a rate below 16 bytes per second', given.burst);
    if (given.burst) expire = BYTE_BURST_EXPIRE;
    // iptables divides the lower 32 bits of the burst only, but checks all of it for a remainder.
    burst = given.burst ? (burst & 0xffffffffn) / second + (burst % second === 0n ? 0n : 1n) : 0n;
  } else if (burst > MOST_BURST) {
    return problem(`the burst must be from 1 to ${MOST_BURST}`, given.burst);
  }
  let interval = given.interval ?? 0;
  if (given.rateMatch) {
    if (!bytes) period /= BigInt(seconds);
    interval ||= bytes ? 1 : seconds;
  }
  const bits = family === 4 ? 32 : 128;
  return {
    name: given.name,
    above: (given.above !== undefined) !== rate.inverted,
    bytes,
    period,
    burst,
    modes: given.modes ?? new Set(),
    sourceLength: given.sourceLength?.value ?? bits,
    destinationLength: given.destinationLength?.value ?? bits,
    size: Math.min(given.size?.value ?? 0, MOST_SIZE),
    max: Math.min(given.max?.value ?? 0, MOST_SIZE),
    gcInterval: given.gcInterval?.value ?? DEFAULT_GC_INTERVAL,
    expire: given.expire?.value ?? expire,
    rateMatch: given.rateMatch,
    interval,
    allowed: bytes ? (burst || 1n) * bytesOfPrice(period) : burst + HASHLIMIT_SCALE / (period || 1n),
  };
}

/** hashlimit_mt_check_common. */
export function checkHashlimit(
  { bytes, period, burst, rateMatch }: HashlimitData,
  given: Pick<HashlimitOptions, 'upto' | 'above' | 'burst' | 'gcInterval' | 'expire'>,
): BuildProblem | undefined {
  const rate = given.upto ?? given.above;
  if (rateMatch) {
    if (period === 0n || period > 0xffffffffn)
      return problem('the kernel refuses this rate with --hashlimit-rate-match', rate);
  } else if (bytes ? priceCredits(period) === 0n : periodCredits(period * burst) < periodCredits(period)) {
    return problem(
      bytes
        ? 'the rate is too high for the kernel'
        : 'the rate is too slow for this burst in the kernel: give a faster rate or a smaller burst',
      given.burst ?? rate,
    );
  }
  const never = [given.gcInterval, given.expire].find((time) => time?.value === 0);
  return never && problem('the kernel refuses 0 milliseconds', never);
}

/** As iptables-save writes it. */
export function printHashlimit(data: HashlimitData, family: 4 | 6): string {
  const bits = family === 4 ? 32 : 128;
  const [rate, expire] = data.bytes ? byteRateText(data) : packetRateText(data);
  const modes = HASH_MODES.filter((mode) => data.modes.has(mode)).join(',');
  return (
    ` --hashlimit-${data.above ? 'above' : 'upto'} ${rate}${modes === '' ? '' : ` --hashlimit-mode ${modes}`} ` +
    `--hashlimit-name ${data.name}` +
    `${data.size ? ` --hashlimit-htable-size ${data.size}` : ''}` +
    `${data.max ? ` --hashlimit-htable-max ${data.max}` : ''}` +
    `${data.gcInterval === DEFAULT_GC_INTERVAL ? '' : ` --hashlimit-htable-gcinterval ${data.gcInterval}`}` +
    `${data.expire === expire ? '' : ` --hashlimit-htable-expire ${data.expire}`}` +
    `${data.sourceLength === bits ? '' : ` --hashlimit-srcmask ${data.sourceLength}`}` +
    `${data.destinationLength === bits ? '' : ` --hashlimit-dstmask ${data.destinationLength}`}` +
    `${data.rateMatch ? ' --hashlimit-rate-match' : ''}` +
    `${data.rateMatch && data.interval !== 1 ? ` --hashlimit-rate-interval ${data.interval}` : ''}`
  );
}

const SECONDS: Readonly<Record<string, number>> = { day: 86400, hour: 3600, min: 60, sec: 1 };

/** The rate, and the time of expiry that goes without saying beside it. */
function packetRateText({ period, burst }: HashlimitData): readonly [string, number] {
  const rate = printPeriod(period, HASHLIMIT_SCALE);
  return [`${rate} --hashlimit-burst ${burst}`, (SECONDS[rate.slice(rate.indexOf('/') + 1)] as number) * 1000];
}

const UNITS: readonly (readonly [string, bigint])[] = [
  ['m', 1024n * 1024n],
  ['k', 1024n],
  ['', 1n],
];

function byteRateText({ period, burst }: HashlimitData): readonly [string, number] {
  const rate = bytesOfPrice(period);
  const [name, size] = UNITS.find(
    ([, unit]) => unit === 1n || (rate >= unit && priceOfBytes(rate & 0xffffffffn & ~(unit - 1n)) === period),
  ) as (typeof UNITS)[number];
  const text = `${rate / size}${name}b/s`;
  if (burst === 0n) return [text, BYTE_EXPIRE];
  const all = rate * burst;
  const [burstName, burstSize] = UNITS.find(([, unit]) => unit === 1n || all >= unit) as (typeof UNITS)[number];
  return [`${text} --hashlimit-burst ${all / burstSize}${burstName}b`, BYTE_BURST_EXPIRE];
}
