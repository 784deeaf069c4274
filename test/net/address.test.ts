import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addToAddress,
  addressBytes,
  addressFromBytes,
  compareAddresses,
  formatAddress,
  formatBlock,
  inBlock,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isPrivate,
  isUnspecified,
  notAddress,
  orAddress,
  parseAddress,
  parseBlock,
  prefixLengthOf,
  prefixMask,
  sameAddress,
  type Address,
} from '../../src/core/net/address';

const ip = (text: string): Address => parseAddress(text) as Address;
const word = fc.nat(0xffffffff);
const anyAddresses = fc.oneof(
  word.map((value): Address => ({ family: 4, words: [value] })),
  fc
    .array(fc.oneof(fc.constant(0), fc.constant(0xffff), word), { minLength: 4, maxLength: 4 })
    .map((words): Address => ({ family: 6, words })),
);

describe('parseAddress and formatAddress', () => {
  it.each([
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['10.0.0.1', '10.0.0.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8::1', '2001:db8::1'],
    ['1::2:0:0:3:0:0', '1:0:2::3:0:0'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['1:0:2:0:3:0:4:0', '1:0:2:0:3:0:4:0'],
    ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ['::1.2.3.4', '::1.2.3.4'],
    ['::0.0.1.4', '::104'],
    ['::ffff:0:1.2.3.4', '::ffff:0:102:304'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    ['0:0:0:0:0:0:1:ffff', '::0.1.255.255'],
    ['0:0:0:0:0:ffff:0:1', '::ffff:0.0.0.1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ])('%s is %s', (text, printed) => {
    expect(formatAddress(ip(text))).toBe(printed);
  });

  it.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.04',
    '1..2.3',
    '1.2.3.',
    '.1.2.3',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '0x1.2.3.4',
    '1.2.3.-4',
    ':',
    ':::',
    '1::2::3',
    '00001::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    'fe80::1%eth0',
    '::ffff:1.2.3.04',
    '::1.2.3.4:5',
    '1.2.3.4::',
    'g::',
    ':1::',
    '::1/64',
  ])('"%s" is not an address', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('reads back what it prints', () => {
    fc.assert(fc.property(anyAddresses, (address) => sameAddress(ip(formatAddress(address)), address)));
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abcdef:./%x') }), (text) => {
        const address = parseAddress(text);
        return address === undefined || sameAddress(ip(formatAddress(address)), address);
      }),
    );
  });
});

/** What iptables-legacy 1.8.9 saved after `-s` with these texts; undefined where it refused. */
describe('parseBlock as iptables reads -s', () => {
  it.each([
    ['10', '10.0.0.0/32'],
    ['10/8', '10.0.0.0/8'],
    ['10.1', '10.1.0.0/32'],
    ['10.1.2/24', '10.1.2.0/24'],
    ['010.0.0.1', '8.0.0.1/32'],
    ['0x10.0.0.1', '16.0.0.1/32'],
    ['1.2.3.4/0', '0.0.0.0/0'],
    ['1.2.3.4/032', '1.2.3.0/26'],
    ['1.2.3.4/0x10', '1.2.0.0/16'],
    ['1.2.3.4/255.0.255.0', '1.0.3.0/255.0.255.0'],
    ['1.2.3.4/0.0.0.255', '0.0.0.4/0.0.0.255'],
    ['1.2.3.4/255.255.255.255', '1.2.3.4/32'],
    ['1.2.3.4/0.0.0.0', '0.0.0.0/0'],
    ['4294967295', '255.255.255.255/32'],
    ['1.2.3.4/+8', '1.0.0.0/8'],
    ['1.2.3.4/ 8', '1.0.0.0/8'],
    ['+1.2.3.4', '1.2.3.4/32'],
    ['1.2.3.4/255.0.255.010', '1.0.3.0/255.0.255.8'],
    ['1.2.3.4/33', undefined],
    ['1.2.3.4/255', undefined],
    ['1.2.3.4/255.0', undefined],
    ['1.2.3.4/', undefined],
    ['1.2.3.4.5', undefined],
    ['1.2.3.', undefined],
    ['1..3.4', undefined],
    ['256.1.1.1', undefined],
    ['1.2.3.-4', undefined],
    ['::1', undefined],
    ['1.2.3.4/-1', undefined],
    ['example', undefined],
  ])('%s is %s', (text, saved) => {
    const block = parseBlock(text, 4);
    expect(block && formatBlock(block)).toBe(saved);
  });

  it.each([
    ['::1', '::1/128'],
    ['::/0', '::/0'],
    ['2001:DB8::1/64', '2001:db8::/64'],
    ['2001:db8::1/ffff::', '2001::/16'],
    ['2001:db8::1/ffff::ffff', '2001::1/ffff::ffff'],
    ['::/::', '::/0'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304/128'],
    ['2001:db8::1/129', undefined],
    ['1.2.3.4', undefined],
    ['fe80::1%eth0', undefined],
  ])('%s is %s', (text, saved) => {
    const block = parseBlock(text, 6);
    expect(block && formatBlock(block)).toBe(saved);
  });

  it('holds its own address and no bit outside the mask', () => {
    fc.assert(
      fc.property(anyAddresses, fc.nat(128), (address, length) => {
        const mask = prefixMask(address.family, length);
        const block = parseBlock(`${formatAddress(address)}/${formatAddress(mask)}`, address.family);
        return (
          block !== undefined &&
          inBlock(address, block) &&
          prefixLengthOf(block.mask) === Math.min(length, address.family === 4 ? 32 : 128) &&
          sameAddress(orAddress(block.address, notAddress(mask)), orAddress(address, notAddress(mask))) &&
          sameAddress(orAddress(block.address, mask), mask)
        );
      }),
    );
  });
});

it.each([
  ['127.0.0.6', isLoopback, true],
  ['128.0.0.1', isLoopback, false],
  ['::1', isLoopback, true],
  ['::2', isLoopback, false],
  ['224.0.0.1', isMulticast, true],
  ['240.0.0.1', isMulticast, false],
  ['ff02::1', isMulticast, true],
  ['fe80::1', isMulticast, false],
  ['169.254.1.1', isLinkLocal, true],
  ['fe80::1', isLinkLocal, true],
  ['fec0::1', isLinkLocal, false],
  ['0.0.0.0', isUnspecified, true],
  ['::', isUnspecified, true],
  ['::1', isUnspecified, false],
  ['10.1.1.1', isPrivate, true],
  ['172.31.0.1', isPrivate, true],
  ['172.32.0.1', isPrivate, false],
  ['100.127.0.1', isPrivate, true],
  ['fd00::1', isPrivate, true],
  ['2001:db8::1', isPrivate, false],
] as const)('%s: %o is %s', (text, test, expected) => {
  expect(test(ip(text))).toBe(expected);
});

it('counts on and back, orders, and keeps bytes', () => {
  expect(formatAddress(addToAddress(ip('10.0.0.255'), 1))).toBe('10.0.1.0');
  expect(formatAddress(addToAddress(ip('::1:0:0'), -1))).toBe('::255.255.255.255');
  expect(formatAddress(addToAddress(ip('255.255.255.255'), 1))).toBe('0.0.0.0');
  expect(compareAddresses(ip('10.0.0.2'), ip('9.255.0.0'))).toBeGreaterThan(0);
  expect(compareAddresses(ip('255.0.0.0'), ip('::'))).toBeLessThan(0);
  fc.assert(fc.property(anyAddresses, (address) => sameAddress(addressFromBytes(addressBytes(address)), address)));
});
