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
  /** Left out: decimal, and text as it is. */
  readonly show?: (value: number) => string;
}
