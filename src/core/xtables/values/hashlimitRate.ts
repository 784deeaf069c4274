import { invalid, type InvalidValue, type ValueType, refusedByKernel } from '../option';
import { prefixLength } from './looseAddress';
import { rateUnit } from './rate';
import { keptBytes } from './savedString';
import { leadingDecimal, leadingNumber, UINT64_MAX } from './strtoul';

/**
 * Time from packet to packet in millionths of a second, or for a rate in bytes the price of 16 bytes (bytes_to_cost).
 */
export interface HashlimitRate {
  readonly period: bigint;
  readonly bytes: boolean;
  /** Seconds of the unit that was written, 15 for bytes: how long an idle entry is kept unless stated otherwise. */
  readonly seconds: number;
}

export type HashMode = 'srcip' | 'srcport' | 'dstip' | 'dstport';
/** In the order of printing. */
export const HASH_MODES: readonly HashMode[] = ['srcip', 'srcport', 'dstip', 'dstport'];

/** `-m hashlimit` counts in millionths of a second. */
export const HASHLIMIT_SCALE = 1000000n;
const UINT32 = 0xffffffffn;
const BYTE_SECONDS = 15;
/** Packets; a burst in bytes may be larger. */
const MOST_BURST = 1000000n;

/** `n[/second|/minute|/hour|/day]`, or `n[k|m]b/s`. At most 1000000 packets a second. */
export const hashlimitRate: ValueType<HashlimitRate> = {
  metavariable: 'rate[/second|/minute|/hour|/day]|n[k|m]b/s',
  parse(text): HashlimitRate | InvalidValue {
    const at = text.indexOf('b/s');
    const amount = leadingDecimal(text);
    if (at > 0 && amount !== 0n) return byteRate(text, BigInt.asUintN(64, amount * factor(text[at - 1])));
    const seconds = rateUnit(text);
    if (seconds === undefined || amount === 0n)
      return invalid(`"${text}" is not a rate: write 5/second, 5/minute, 5/hour, 5/day or 512kb/s`);
    const period = (HASHLIMIT_SCALE * BigInt(seconds)) / amount;
    return period === 0n
      ? invalid(`"${text}" is too fast: at most 1000000 packets per second`)
      : { period, bytes: false, seconds };
  },
};

function byteRate(text: string, bytes: bigint): HashlimitRate | InvalidValue {
  const chunks = ((bytes >> 4n) & UINT32) + 1n;
  const period = UINT32 / chunks;
  return period === 0n ? invalid(`"${text}" is too fast`) : { period, bytes: true, seconds: BYTE_SECONDS };
}

/** Bytes a second that a price of 16 bytes stands for (cost_to_bytes). */
export function bytesOfPrice(price: bigint): bigint {
  return ((price === 0n ? UINT32 : UINT32 / price) - 1n) << 4n;
}

/** The price of 16 bytes at a rate (bytes_to_cost). */
export function priceOfBytes(bytes: bigint): bigint {
  return UINT32 / (((bytes >> 4n) & UINT32) + 1n);
}

function factor(unit: string | undefined): bigint {
  return unit === 'm' ? 1024n * 1024n : unit === 'k' ? 1024n : 1n;
}

/** `n[k|m…]`: what comes after a k or m does not count. */
export const burstValue: ValueType<bigint> = {
  metavariable: 'n[k|m]',
  parse(text): bigint | InvalidValue {
    const read = leadingNumber(text);
    if (read === undefined || read.value === 0n || (read.rest === '' && read.value > MOST_BURST))
      return invalid(`"${text}" is not a burst from 1 to ${MOST_BURST}`);
    return BigInt.asUintN(64, read.value * factor(read.rest[0]));
  },
};

/** Names between `,` or `|`; none at all is allowed. */
export const hashModes: ValueType<ReadonlySet<HashMode>> = {
  metavariable: 'srcip,srcport,dstip,dstport',
  completions: HASH_MODES,
  parse(text): ReadonlySet<HashMode> | InvalidValue {
    const modes = new Set<HashMode>();
    for (const word of text.split(/[,|]/)) {
      const mode = HASH_MODES.find((each) => each === word);
      if (mode) modes.add(mode);
      else if (word !== '') return invalid(`"${word}" is not one of ${HASH_MODES.join(', ')}`);
    }
    return modes;
  },
};

/** 255 stands for a mask that is not a prefix; the kernel refuses it. */
export const maskLength: ValueType<number> = {
  metavariable: 'length',
  parse(text, { family }): number | InvalidValue {
    const bits = family === 4 ? 32 : 128;
    const length = prefixLength(text, family);
    if (length !== undefined && length <= bits) return length;
    const message = `"${text}" is not a prefix length from 0 to ${bits}`;
    return length === undefined ? invalid(message) : refusedByKernel(length, message);
  },
};

/** The name of a table is that of a file under /proc. */
export const tableName: ValueType<string> = {
  metavariable: 'name',
  names: 'thing',
  parse(text): string | InvalidValue {
    if (text === '') return invalid('a table needs a name');
    if (text === '.' || text === '..' || text.includes('/'))
      return refusedByKernel(
        text,
        `"${text}" cannot name a table: it is the name of a file under /proc/net/ipt_hashlimit`,
      );
    return keptBytes(text, 254);
  },
};

/** Seconds as atoi(3) reads them. */
export const intervalValue: ValueType<number> = {
  metavariable: 'seconds',
  parse(text): number | InvalidValue {
    const seconds = Number(BigInt.asIntN(32, leadingDecimal(text) & UINT64_MAX));
    return seconds > 0 ? seconds : invalid(`"${text}" is not a number of seconds from 1`);
  },
};
