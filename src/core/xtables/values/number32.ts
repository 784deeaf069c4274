import { invalid, type InvalidValue, type ValueType } from '../option';
import { leadingNumber, wholeNumber } from './strtoul';

/**
 * An unsigned 32-bit option value from `min` to `max`, both included, written as strtoul(3) with base 0 reads it
 * (XTTYPE_UINT32).
 */
export function number32(metavariable: string, min = 0, max = 0xffffffff): ValueType<number> {
  return {
    metavariable,
    parse(text): number | InvalidValue {
      const value = wholeNumber(text, BigInt(min), BigInt(max));
      return value === undefined ? invalid(`"${text}" is not a number from ${min} to ${max}`) : Number(value);
    },
  };
}

/** A 64-bit option value (XTTYPE_UINT64). */
export function number64(metavariable: string): ValueType<bigint> {
  return {
    metavariable,
    parse(text): bigint | InvalidValue {
      return (
        wholeNumber(text, 0n, 0xffffffffffffffffn) ??
        invalid(`"${text}" is not a number from 0 to 18446744073709551615`)
      );
    },
  };
}

/** First and last value. The first may be above the last: iptables accepts that too, and it matches nothing. */
export type NumberRange<N> = readonly [first: N, last: N];

/**
 * `n`, `n:m`, `n:`, `:m` of numbers up to `max` (XTTYPE_UINT32RC, XTTYPE_UINT64RC): what is missing in front is 0, what
 * is missing after is `max`. An empty text is 0.
 */
export function numberRange(metavariable: string, max: bigint): ValueType<NumberRange<bigint>> {
  return { metavariable, parse: (text) => readNumberRange(text, max) };
}

function readNumberRange(text: string, max: bigint): NumberRange<bigint> | InvalidValue {
  const values: bigint[] = [];
  let rest = text;
  for (;;) {
    if (values.length === 2) return invalid(`"${text}" has more than two numbers; a range is first:last`);
    if (rest === '' || rest.startsWith(':')) {
      values.push(values.length === 1 ? max : 0n);
    } else {
      const read = leadingNumber(rest);
      if (read === undefined || read.value > max) return invalid(`"${rest}" is not a number from 0 to ${max}`);
      if (read.rest !== '' && !read.rest.startsWith(':'))
        return invalid(`"${read.rest}" is not expected after a number; a range is first:last`);
      values.push(read.value);
      rest = read.rest;
    }
    if (rest === '') break;
    rest = rest.slice(1);
  }
  const [first = 0n, last = first] = values;
  return [first, last];
}

export function printNumberRange([first, last]: NumberRange<bigint>): string {
  return first === last ? String(first) : `${first}:${last}`;
}
