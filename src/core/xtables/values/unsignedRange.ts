import type { InvalidValue, ValueType } from '../option';
import { numberRange, type NumberRange } from './number32';

/**
 * `n`, `n:m`, `n:` or `:m` of numbers up to `max` (at most 2^32 - 1). What is missing in front is 0, what is missing
 * after is `max`; an empty text is 0. iptables takes a range that is descending: it holds no number. Source:
 * libxtables/xtoptions.c, XTTYPE_UINT16RC and XTTYPE_UINT32RC.
 */
export function unsignedRange(metavariable: string, max: number): ValueType<NumberRange<number>> {
  const wide = numberRange(metavariable, BigInt(max));
  return {
    metavariable,
    parse(text, context): NumberRange<number> | InvalidValue {
      const range = wide.parse(text, context);
      return 'kind' in range ? range : [Number(range[0]), Number(range[1])];
    },
  };
}

export function printRange([first, last]: NumberRange<number>): string {
  return first === last ? String(first) : `${first}:${last}`;
}

export function inRange(value: number, [first, last]: NumberRange<number>): boolean {
  return value >= first && value <= last;
}
