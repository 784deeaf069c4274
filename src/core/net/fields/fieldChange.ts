import type { FieldName } from './fields';
import { testHolds, type FieldValue, type Values } from './fieldTest';

/** What a target may do to one field; in the same vocabulary as what matches ask. */
export type FieldChange = { readonly field: FieldName } & (
  | NumberChange
  /** It becomes one of these. */
  | { readonly kind: 'among'; readonly values: Values }
  /** The vocabulary cannot express what it becomes. */
  | { readonly kind: 'open' }
);

/** A number of up to 32 bits becomes another one that only depends on it. */
export type NumberChange =
  /** The bits of `clear` are zeroed, then those of `flip` are flipped. */
  | { readonly kind: 'masked'; readonly clear: number; readonly flip: number }
  /** It grows by so much, or shrinks, but not beyond these. */
  | { readonly kind: 'moved'; readonly by: number; readonly least: number; readonly most: number };

export function changedNumber(change: NumberChange, value: number): number {
  return change.kind === 'masked'
    ? ((value & ~change.clear) ^ change.flip) >>> 0
    : Math.min(change.most, Math.max(change.least, value + change.by));
}

/** Whether a field that was `before` can be `after` once the change is made. A target may also leave it as it is. */
export function mayBecome(change: FieldChange, before: FieldValue | undefined, after: FieldValue | undefined): boolean {
  switch (change.kind) {
    case 'open':
      return true;
    case 'among':
      return testHolds({ field: change.field, values: change.values, negated: false }, after);
    default:
      return typeof before === 'number' && after === changedNumber(change, before);
  }
}
