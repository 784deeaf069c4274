import { invalid, type InvalidValue, type ValueType } from '../option';
import { readUnsigned } from './integer';
import { leadingNumber } from './strtoul';
import type { MarkValue } from './mark';

/**
 * `value[/mask]` of 32 bits, or a name from a file of iproute2. Of the names only those that every such file has are
 * known. Source: libxtables xtables_parse_val_mask.
 */
export function namedMask(
  metavariable: string,
  names: ReadonlyMap<string, number>,
  file: string,
): ValueType<MarkValue> {
  return {
    metavariable,
    completions: [...names.keys()],
    parse(text): MarkValue | InvalidValue {
      const read = leadingNumber(text);
      if (read === undefined || read.value > 0xffffffffn) {
        const named = names.get(text);
        return named === undefined
          ? invalid(`"${text}" is neither a number of 32 bits nor a name in ${file}`)
          : { value: named, mask: 0xffffffff };
      }
      const value = Number(read.value);
      if (read.rest === '') return { value, mask: 0xffffffff };
      const mask = read.rest.startsWith('/') ? readUnsigned(read.rest.slice(1), 0, 0xffffffff) : undefined;
      return mask === undefined
        ? invalid(`"${read.rest}" is not expected after the number; a mask is /mask`)
        : { value, mask };
    },
  };
}

/** As iptables-save prints it: a value with all bits by its name where it has one, else hexadecimal. */
export function printNamedMask({ value, mask }: MarkValue, names: ReadonlyMap<string, number>): string {
  const hex = `0x${value.toString(16)}`;
  if (mask !== 0xffffffff) return `${hex}/0x${mask.toString(16)}`;
  return [...names].find(([, number]) => number === value)?.[0] ?? hex;
}
