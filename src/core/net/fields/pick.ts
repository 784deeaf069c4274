import type { Address } from '../address';
import { domainOf } from './fields';
import { nameFits, testHolds, type FieldTest, type FieldValue, type Values } from './fieldTest';

/** A value for which all tests hold; or that there is none; or that none was found, which proves nothing. */
export type Picked =
  { readonly kind: 'value'; readonly value: FieldValue } | { readonly kind: 'none' } | { readonly kind: 'not-found' };

const NONE: Picked = { kind: 'none' };

/**
 * Picks a value for which all tests hold. `tests`: at least one, all of one field. `preferred`: values to be taken
 * first where they do; of names, those that exist.
 */
export function pickValue(tests: readonly FieldTest[], family: 4 | 6, preferred: readonly FieldValue[] = []): Picked {
  const liked = preferred.find((value) => tests.every((test) => testHolds(test, value)));
  if (liked !== undefined) return { kind: 'value', value: liked };
  const [first] = tests;
  if (!first) return { kind: 'not-found' };
  const domain = domainOf(first.field);
  switch (domain.kind) {
    case 'name':
      return pickName(tests);
    case 'number': {
      const found = search(tests.map(numericTest), domain.bits);
      return typeof found === 'bigint' ? { kind: 'value', value: Number(found) } : found;
    }
    case 'address': {
      const bits = family === 4 ? 32 : 128;
      const found = search(tests.map(numericTest), bits, hostFirst(tests, bits));
      return typeof found === 'bigint' ? { kind: 'value', value: addressOf(found, family) } : found;
    }
  }
}

/** The same test over numbers of any width. */
interface NumericTest {
  readonly spans?: readonly (readonly [bigint, bigint])[];
  readonly masked?: { readonly mask: bigint; readonly value: bigint };
  readonly negated: boolean;
}

function numericTest({ values, negated }: FieldTest): NumericTest {
  switch (values.kind) {
    case 'spans':
      return { negated, spans: values.spans.map(([first, last]) => [BigInt(first), BigInt(last)]) };
    case 'masked':
      return { negated, masked: { mask: BigInt(values.mask), value: BigInt(values.value) } };
    case 'bits':
      return { negated: !negated, masked: { mask: BigInt(values.bits), value: 0n } };
    case 'block':
      return { negated, masked: { mask: numberOf(values.block.mask), value: numberOf(values.block.address) } };
    case 'addresses':
      return { negated, spans: values.spans.map(([first, last]) => [numberOf(first), numberOf(last)]) };
    case 'name':
      return { negated, spans: [] };
  }
}

/** A network's own address is not a host's: of a network the tenth address is tried first. */
function hostFirst(tests: readonly FieldTest[], bits: number): readonly bigint[] {
  return tests.flatMap(({ values, negated }) => {
    if (negated || (values.kind !== 'block' && values.kind !== 'addresses')) return [];
    const start = values.kind === 'block' ? values.block.address : values.spans[0]?.[0];
    if (!start) return [];
    const first = numberOf(start);
    return [first + 9n, first + 1n].filter((value) => value >> BigInt(bits) === 0n);
  });
}

/** At most this many values that negated tests exclude are skipped, one block of them after the other. */
const MOST_STEPS = 4096;

/**
 * The smallest number, or one of `wishes`, for which all tests hold. The plain tests are reduced to spans and one mask;
 * within these the search skips what the negated ones exclude.
 */
function search(tests: readonly NumericTest[], bits: number, wishes: readonly bigint[] = []): bigint | Picked {
  const full = (1n << BigInt(bits)) - 1n;
  for (const wish of wishes) if (tests.every((test) => excludedUntil(test, wish) === undefined)) return wish;
  let spans: (readonly [bigint, bigint])[] = [[0n, full]];
  let mask = 0n;
  let value = 0n;
  for (const test of tests) {
    if (test.negated) continue;
    if (test.spans) spans = common(spans, test.spans);
    if (test.masked) {
      const { mask: other, value: wanted } = test.masked;
      if ((wanted & ~other) !== 0n || ((value ^ wanted) & mask & other) !== 0n) return NONE;
      mask |= other;
      value |= wanted;
    }
  }
  const excluding = tests.filter(({ negated }) => negated);
  let steps = 0;
  for (const [first, last] of spans.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    let from = first;
    for (;;) {
      const next = maskedFrom(from, mask, value, bits);
      if (next === undefined || next > last) break;
      const until = excluding
        .map((test) => excludedUntil(test, next))
        .reduce((most, each) => (each !== undefined && (most === undefined || each > most) ? each : most), undefined);
      if (until === undefined) return next;
      if (++steps > MOST_STEPS) return { kind: 'not-found' };
      from = until + 1n;
    }
  }
  return NONE;
}

function common(
  a: readonly (readonly [bigint, bigint])[],
  b: readonly (readonly [bigint, bigint])[],
): (readonly [bigint, bigint])[] {
  return a
    .flatMap(([first, last]) =>
      b.map(([from, to]): readonly [bigint, bigint] => [first > from ? first : from, last < to ? last : to]),
    )
    .filter(([first, last]) => first <= last);
}

/**
 * The last of the values from `value` on that the test excludes without a gap; undefined where it does not exclude
 * `value`.
 */
function excludedUntil({ spans, masked, negated }: NumericTest, value: bigint): bigint | undefined {
  if (spans) {
    const within = spans.find(([first, last]) => value >= first && value <= last);
    return negated === (within !== undefined) ? (within?.[1] ?? value) : undefined;
  }
  if (!masked || ((value & masked.mask) === masked.value) !== negated) return undefined;
  if (!negated || masked.mask === 0n) return negated ? ALL : value;
  // The bits below the mask's lowest one do not matter.
  const low = (masked.mask & -masked.mask) - 1n;
  return value | low;
}

/** Above every value. */
const ALL = 1n << 128n;

/** The smallest number of `bits` bits, `from` or above, that ANDed with `mask` is `value`. */
function maskedFrom(from: bigint, mask: bigint, value: bigint, bits: number): bigint | undefined {
  if (from >> BigInt(bits) !== 0n) return undefined;
  if ((from & mask) === value) return from;
  // It agrees with `from` down to one bit, which is set in it and not in `from`, and is as small as possible below that
  // bit.
  for (let bit = 0n; bit < BigInt(bits); bit++) {
    const one = 1n << bit;
    const above = ~((one << 1n) - 1n);
    if ((from & one) !== 0n || ((mask & one) !== 0n && (value & one) === 0n)) continue;
    if (((from ^ value) & mask & above) === 0n) return (from & above) | one | (value & (one - 1n));
  }
  return undefined;
}

/** Names as short as they can be. */
function pickName(tests: readonly FieldTest[]): Picked {
  const wanted = tests.filter(({ negated }) => !negated).map(({ values }) => patternOf(values));
  const exact = wanted.find((pattern) => !pattern.endsWith('+'));
  const holds = (name: string): boolean => tests.every((test) => testHolds(test, name));
  if (exact !== undefined) return holds(exact) ? { kind: 'value', value: exact } : NONE;
  const prefix = wanted.map((pattern) => pattern.slice(0, -1)).reduce((a, b) => (b.length > a.length ? b : a), '');
  if (wanted.some((pattern) => !nameFits(prefix, pattern))) return NONE;
  for (let number = 0; number <= tests.length; number++) {
    const name = `${prefix === '' ? 'eth' : prefix}${number}`;
    if (name.length <= LONGEST_NAME && holds(name)) return { kind: 'value', value: name };
  }
  return { kind: 'not-found' };
}

/** IFNAMSIZ without the byte at the end. */
const LONGEST_NAME = 15;

function patternOf(values: Values): string {
  return values.kind === 'name' ? values.pattern : '';
}

function numberOf({ words }: Address): bigint {
  return words.reduce((number, word) => (number << 32n) | BigInt(word), 0n);
}

function addressOf(number: bigint, family: 4 | 6): Address {
  const count = family === 4 ? 1 : 4;
  return {
    family,
    words: Array.from({ length: count }, (_, i) => Number((number >> BigInt(32 * (count - 1 - i))) & 0xffffffffn)),
  };
}
