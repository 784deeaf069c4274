/** A number read from the start of a text, and what comes after it. */
export interface LeadingNumber {
  readonly value: bigint;
  readonly rest: string;
}

/** 2^64 - 1, the largest number there is in an option. */
export const UINT64_MAX = 0xffffffffffffffffn;

const NUMBER = /^[ \t\n\v\f\r]*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/;

/**
 * Reads the number at the start of `text` as libxtables' xtables_strtoul with base 0 does: blanks and a `+` may be in
 * front, `0x` means hexadecimal and a leading 0 octal. undefined where no number is there, it is negative or it needs
 * more than 64 bits.
 */
export function leadingNumber(text: string): LeadingNumber | undefined {
  const found = NUMBER.exec(text);
  if (found === null) return undefined;
  const digits = found[1] as string;
  const octal = digits.length > 1 && digits[1] !== 'x' && digits[1] !== 'X' && digits.startsWith('0');
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  if (value > UINT64_MAX) return undefined;
  return { value, rest: text.slice(found[0].length) };
}

/** The whole of `text` as a number from `min` to `max`; undefined where it is none. */
export function wholeNumber(text: string, min: bigint, max: bigint): bigint | undefined {
  const read = leadingNumber(text);
  return read === undefined || read.rest !== '' || read.value < min || read.value > max ? undefined : read.value;
}

/**
 * What atoll(3) makes of `text`, as an unsigned number of 64 bits: decimal digits at its start, 0 where there are none.
 */
export function leadingDecimal(text: string): bigint {
  const found = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)/.exec(text);
  if (found === null) return 0n;
  const magnitude = BigInt(found[2] as string);
  const limit = found[1] === '-' ? 0x8000000000000000n : 0x7fffffffffffffffn;
  const capped = magnitude > limit ? limit : magnitude;
  return BigInt.asUintN(64, found[1] === '-' ? -capped : capped);
}
