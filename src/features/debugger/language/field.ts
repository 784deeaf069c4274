import type { Moment } from '../moment';
import type { Value, ValueKind } from './values';

/** Something that an expression may name. */
export interface Field {
  /** `packet.dport`. */
  readonly name: string;
  /** Other names of it: those of iptables, of the packet language and without the part before the dot. */
  readonly aliases: readonly string[];
  readonly kind: ValueKind;
  /** undefined where the packet lacks it. */
  readonly read: (moment: Moment) => Value;
  /** Omitted: decimal, and text as it is. */
  readonly show?: (value: number) => string;
}

/** `aliases`: with blanks between them. A field of the packet needs no `packet.` before its name. */
export function field(
  name: string,
  aliases: string,
  kind: ValueKind,
  read: Field['read'],
  show?: Field['show'],
): Field {
  const bare = name.slice(name.lastIndexOf('.') + 1);
  const others = aliases.split(' ').filter((each) => each !== '');
  return { name, aliases: name.startsWith('packet.') ? [bare, ...others] : others, kind, read, ...(show && { show }) };
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
