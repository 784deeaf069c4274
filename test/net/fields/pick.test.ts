import { expect, test } from 'vitest';
import { parseAddress, parseBlock, type Address } from '../../../src/core/net/address';
import { testHolds, type FieldTest, type FieldValue, type Values } from '../../../src/core/net/fields/fieldTest';
import { inverse, intersection, isIn, type PacketSet } from '../../../src/core/net/fields/packetSet';
import { pickValue } from '../../../src/core/net/fields/pick';
import { Random } from '../../kernel/random';

const ALL = Array.from({ length: 256 }, (_, i) => i);

function someValues(random: Random): Values {
  const a = random.int(0, 255);
  const b = random.int(0, 255);
  switch (random.int(0, 3)) {
    case 0:
      return { kind: 'masked', mask: a, value: random.chance(0.8) ? a & b : b };
    case 1:
      return { kind: 'bits', bits: a };
    case 2:
      return { kind: 'spans', spans: [[a, random.chance(0.9) ? Math.min(255, a + (b & 31)) : b]] };
    default:
      return {
        kind: 'spans',
        spans: [
          [a, a],
          [b, b + 3],
        ],
      };
  }
}

function someTest(random: Random): FieldTest {
  return { field: 'tos', values: someValues(random), negated: random.chance(0.5) };
}

test('what is picked passes all tests, and where nothing is picked nothing passes', () => {
  const random = new Random(11);
  const wrong: string[] = [];
  let found = 0;
  let none = 0;
  for (let i = 0; i < 5_000; i++) {
    const tests = Array.from({ length: random.int(1, 5) }, () => someTest(random));
    const passing = ALL.filter((value) => tests.every((each) => testHolds(each, value)));
    const picked = pickValue(tests, 4);
    if (picked.kind === 'value') found++;
    else none++;
    const right =
      picked.kind === 'value'
        ? passing.some((value) => value === picked.value)
        : picked.kind === 'none' && passing.length === 0;
    if (!right) wrong.push(JSON.stringify({ tests, picked, passing }));
  }
  expect(wrong).toEqual([]);
  expect(Math.min(found, none)).toBeGreaterThan(500);
});

const address = (text: string): Address => parseAddress(text) as Address;
const block = (text: string): Values => {
  const found = parseBlock(text, text.includes(':') ? 6 : 4);
  if (!found) throw new Error(text);
  return { kind: 'block', block: found };
};
const is = (field: FieldTest['field'], values: Values): FieldTest => ({ field, values, negated: false });
const not = (field: FieldTest['field'], values: Values): FieldTest => ({ field, values, negated: true });
const names = (pattern: string): Values => ({ kind: 'name', pattern });

test.each<[string, readonly FieldTest[], readonly FieldValue[], unknown]>([
  ['a host of a network', [is('source', block('10.1.0.0/16'))], [], address('10.1.0.9')],
  ['the address that is liked', [is('source', block('10.1.0.0/16'))], [address('10.1.7.7')], address('10.1.7.7')],
  ['not one of these', [not('source', block('0.0.0.0/1'))], [], address('128.0.0.0')],
  [
    'in one network and not in a part of it',
    [is('source', block('10.0.0.0/8')), not('source', block('10.0.0.0/9'))],
    [],
    address('10.128.0.0'),
  ],
  ['two networks apart', [is('source', block('10.0.0.0/8')), is('source', block('11.0.0.0/8'))], [], 'none'],
  [
    'a range',
    [is('source', { kind: 'addresses', spans: [[address('10.0.0.5'), address('10.0.0.8')]] })],
    [],
    address('10.0.0.6'),
  ],
  ['IPv6', [is('source', block('2001:db8::/32'))], [], address('2001:db8::9')],
  ['an interface that exists', [is('inInterface', names('eth+'))], ['lo', 'eth3'], 'eth3'],
  ['one that does not', [is('inInterface', names('wg+'))], ['lo', 'eth3'], 'wg0'],
  ['a prefix, but not this one', [is('inInterface', names('eth+')), not('inInterface', names('eth0'))], [], 'eth1'],
  ['two names', [is('inInterface', names('eth0')), is('inInterface', names('eth1'))], [], 'none'],
  ['two beginnings', [is('inInterface', names('eth+')), is('inInterface', names('wg+'))], [], 'none'],
  ['no name at all', [not('inInterface', names('+'))], [], 'not-found'],
])('%s', (_, tests, preferred, expected) => {
  const picked = pickValue(
    tests,
    tests.some(({ values }) => JSON.stringify(values).includes('"family":6')) ? 6 : 4,
    preferred,
  );
  expect(picked.kind === 'value' ? picked.value : picked.kind).toEqual(expected);
});

test('an intersection holds what all of its sets hold, and an inverse holds the rest', () => {
  const random = new Random(12);
  const someSet = (): PacketSet =>
    Array.from({ length: random.int(0, 3) }, () => Array.from({ length: random.int(0, 2) }, () => someTest(random)));
  const wrong: string[] = [];
  for (let i = 0; i < 300; i++) {
    const [a, b] = [someSet(), someSet()];
    const both = intersection([a, b]);
    const others = inverse(a);
    for (const value of [...ALL, undefined]) {
      const read = (): FieldValue | undefined => value;
      if (both && isIn(both, read) !== (isIn(a, read) && isIn(b, read))) wrong.push(JSON.stringify({ a, b, value }));
      if (others && isIn(others, read) === isIn(a, read)) wrong.push(JSON.stringify({ a, value }));
    }
  }
  expect(wrong).toEqual([]);
});
