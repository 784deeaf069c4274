import { invalid, type InvalidValue, type ValueType } from '../option';
import { wholeNumber } from './strtoul';

/**
 * Reads an unsigned integer as xtables_strtoul does: decimal, `0x` hexadecimal or leading-0 octal, nothing after it;
 * blanks and a plus sign may be in front. undefined where it is none, or is outside `min`–`max`.
 */
export function readUnsigned(text: string, min: number, max: number): number | undefined {
  const value = wholeNumber(text, BigInt(min), BigInt(max));
  return value === undefined ? undefined : Number(value);
}

/** An unsigned integer option value within `min`–`max`, both included. */
export function unsigned(metavariable: string, min: number, max: number): ValueType<number> {
  return {
    metavariable,
    parse(text): number | InvalidValue {
      return readUnsigned(text, min, max) ?? invalid(`"${text}" is not a number from ${min} to ${max}`);
    },
  };
}
