import { invalid, type InvalidValue, type ValueType } from '../option';
import { readUnsigned } from './integer';
import type { Inverted } from './inverted';

/** `value[/mask]`, both 32 bit; without a mask all bits count. */
export interface MarkValue {
  readonly value: number;
  readonly mask: number;
}

export const markValue: ValueType<MarkValue> = {
  metavariable: 'value[/mask]',
  parse(text): MarkValue | InvalidValue {
    const slash = text.indexOf('/');
    const value = readUnsigned(slash < 0 ? text : text.slice(0, slash), 0, 0xffffffff);
    const mask = slash < 0 ? 0xffffffff : readUnsigned(text.slice(slash + 1), 0, 0xffffffff);
    if (value === undefined || mask === undefined)
      return invalid(`"${text}" is not a 32-bit mark with an optional mask, as 0x1/0xff`);
    return { value, mask };
  },
};

/** Why a mark is not as it is wanted; `label`: whose mark it is. */
export function markDenial(label: string, mark: number, { value, inverted }: Inverted<MarkValue>): string {
  const actual = `0x${mark.toString(16)}`;
  if (value.mask !== 0xffffffff) return `${label} ${actual} ${inverted ? 'fits' : 'does not fit'} ${printMark(value)}`;
  return inverted ? `${label} is ${actual}` : `${label} ${actual} ≠ ${printMark(value)}`;
}

/** As iptables-save prints marks: hexadecimal, the mask only where it is not all ones. */
export function printMark({ value, mask }: MarkValue): string {
  return mask === 0xffffffff ? `0x${value.toString(16)}` : `0x${value.toString(16)}/0x${mask.toString(16)}`;
}
