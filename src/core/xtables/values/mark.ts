import { invalid, type InvalidValue, type ValueType } from '../option';
import { readUnsigned } from './integer';

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

/** As iptables-save prints marks: hexadecimal, the mask only where it is not all ones. */
export function printMark({ value, mask }: MarkValue): string {
  return mask === 0xffffffff ? `0x${value.toString(16)}` : `0x${value.toString(16)}/0x${mask.toString(16)}`;
}
