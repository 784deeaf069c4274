import type { Address } from '../../../core/net/address';

/** What an expression gives; undefined where the packet or the connection lacks the field. */
export type Value = number | string | boolean | Address | undefined;

/** What the values of a field are; `protocol` and `flags` are numbers with names. */
export type ValueKind = 'number' | 'protocol' | 'flags' | 'text' | 'address' | 'boolean';

export function isNumeric(kind: ValueKind): boolean {
  return kind === 'number' || kind === 'protocol' || kind === 'flags';
}

/** Whether a condition with this value holds: what is missing, zero and empty do not. */
export function holds(value: Value): boolean {
  return value !== undefined && value !== 0 && value !== '' && value !== false;
}
