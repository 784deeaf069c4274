import { invalid, type InvalidValue, type ValueType } from '../option';
import { readUnsigned } from './integer';
import { leadingNumber } from './strtoul';

export interface TosMask {
  readonly value: number;
  readonly mask: number;
}

/** The names of RFC 1349 and the bits they set. */
const NAMES: readonly (readonly [string, number])[] = [
  ['Minimize-Delay', 0x10],
  ['Maximize-Throughput', 0x08],
  ['Maximize-Reliability', 0x04],
  ['Minimize-Cost', 0x02],
  ['Normal-Service', 0],
];

/**
 * `value[/mask]` of the TOS byte, or a name of RFC 1349 in any case, which comes with the mask `nameMask`.
 * Source: libxtables/xtoptions.c, XTTYPE_TOSMASK.
 */
export function tosMask(nameMask: number): ValueType<TosMask> {
  return {
    metavariable: 'value[/mask]|name',
    completions: NAMES.map(([name]) => name),
    parse(text): TosMask | InvalidValue {
      if ((leadingNumber(text)?.value ?? 256n) > 255n) {
        const named = NAMES.find(([name]) => name.toLowerCase() === text.toLowerCase());
        return named
          ? { value: named[1], mask: nameMask }
          : invalid(`"${text}" is neither a TOS value from 0 to 255 nor ${NAMES.map(([name]) => name).join(', ')}`);
      }
      const slash = text.indexOf('/');
      const value = readUnsigned(slash < 0 ? text : text.slice(0, slash), 0, 255);
      const mask = slash < 0 ? 255 : readUnsigned(text.slice(slash + 1), 0, 255);
      return value === undefined || mask === undefined
        ? invalid(`"${text}" is not a TOS value with an optional mask, both from 0 to 255`)
        : { value, mask };
    },
  };
}

/** As iptables-save prints it: `0x10/0x3f`, always with the mask. */
export function printTosMask({ value, mask }: TosMask): string {
  return `${byte(value)}/${byte(mask)}`;
}

function byte(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}
