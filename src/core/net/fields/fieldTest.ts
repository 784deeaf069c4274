import { andAddress, compareAddresses, inBlock, type Address, type AddressBlock } from '../address';
import type { FieldName } from './fields';

/** A value of a field: a number, an address, or the name of an interface. */
export type FieldValue = number | Address | string;

/** First and last value, both included. One that runs backwards holds no value. */
export type Span = readonly [first: number, last: number];

/** Some values of a domain. */
export type Values =
  /** Numbers within any of these. */
  | { readonly kind: 'spans'; readonly spans: readonly Span[] }
  /** Numbers of up to 32 bits that, ANDed with the mask, are this value. A value with other bits holds nothing. */
  | { readonly kind: 'masked'; readonly mask: number; readonly value: number }
  /** Numbers that have any of these bits. */
  | { readonly kind: 'bits'; readonly bits: number }
  | { readonly kind: 'block'; readonly block: AddressBlock }
  /** Addresses within any of these, first and last included. */
  | { readonly kind: 'addresses'; readonly spans: readonly (readonly [first: Address, last: Address])[] }
  /** `eth0`, or `eth+` for every name that begins so. */
  | { readonly kind: 'name'; readonly pattern: string };

/** What a condition asks of one field. */
export interface FieldTest {
  readonly field: FieldName;
  readonly values: Values;
  /** It holds for the values that are not among them. */
  readonly negated: boolean;
  /** The answer for a packet that lacks the field. Omitted: no, negated or not. */
  readonly lacking?: boolean;
}

export function oneValue(value: number): Values {
  return { kind: 'spans', spans: [[value, value]] };
}

export function span(first: number, last: number): Values {
  return { kind: 'spans', spans: [[first, last]] };
}

export function masked(mask: number, value: number): Values {
  return { kind: 'masked', mask, value };
}

/** The values of a block whose address may have bits outside of the mask. */
export function blockValues({ address, mask }: { readonly address: Address; readonly mask: Address }): Values {
  return { kind: 'block', block: { address: andAddress(address, mask), mask } };
}

/** A value that is missing holds where the test says so. */
export function testHolds({ values, negated, lacking = false }: FieldTest, value: FieldValue | undefined): boolean {
  return value === undefined ? lacking : isAmong(value, values) !== negated;
}

/** A value of another kind than the values is not among them. */
function isAmong(value: FieldValue, values: Values): boolean {
  switch (values.kind) {
    case 'spans':
      if (typeof value !== 'number') return false;
      for (const [first, last] of values.spans) if (value >= first && value <= last) return true;
      return false;
    case 'masked':
      return typeof value === 'number' && (value & values.mask) >>> 0 === values.value;
    case 'bits':
      return typeof value === 'number' && (value & values.bits) !== 0;
    case 'block':
      return typeof value === 'object' && inBlock(value, values.block);
    case 'addresses':
      return (
        typeof value === 'object' &&
        values.spans.some(([first, last]) => compareAddresses(value, first) >= 0 && compareAddresses(value, last) <= 0)
      );
    case 'name':
      return typeof value === 'string' && nameFits(value, values.pattern);
  }
}

/**
 * Whether an interface name matches `eth0` or `eth+`. The empty name of a hook without that interface matches only `+`.
 */
export function nameFits(name: string, pattern: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

/** The test that holds where this one does not. */
export function inverseTest(test: FieldTest): FieldTest {
  return { ...test, negated: !test.negated, lacking: test.lacking !== true };
}

/** The one value that is asked for; undefined where there are several. Of a negated test, the one that is excluded. */
export function singleValue({ values }: FieldTest): FieldValue | undefined {
  switch (values.kind) {
    case 'spans': {
      const [only] = values.spans;
      return only && values.spans.length === 1 && only[0] === only[1] ? only[0] : undefined;
    }
    case 'masked':
      return values.mask === 0xffffffff ? values.value : undefined;
    case 'bits':
      return undefined;
    case 'block':
      return values.block.mask.words.every((word) => word === 0xffffffff) ? values.block.address : undefined;
    case 'addresses': {
      const [only] = values.spans;
      return only && values.spans.length === 1 && compareAddresses(...only) === 0 ? only[0] : undefined;
    }
    case 'name':
      return values.pattern.endsWith('+') ? undefined : values.pattern;
  }
}
