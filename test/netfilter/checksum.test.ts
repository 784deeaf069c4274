import { describe, expect, test } from 'vitest';
import { makePacket } from '../../src/core/net/makePacket';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { changedUnder, checked, forwarded, lookAtSum, RIGHT, type Checksum } from '../../src/core/netfilter/checksum';
import type { Hook } from '../../src/core/xtables/view';

const V4: PacketRequest = { src: '203.0.113.9', dst: '192.0.2.10', proto: 17 };
const V6: PacketRequest = { src: '2001:db8:9::9', dst: '2001:db8:1::10', proto: 17 };
const UNKNOWN: PacketRequest = { ...V6, proto: 99 };
const WRONG: Checksum = { error: 7, looked: 'never' };
const GOOD: Checksum = { error: 7, looked: 'forGood' };
/** The rest of the header of `V6` in the form that it is compared in: its hop limit, and its traffic class above. */
const HEADER = 64;
const seen = (error: number, header: number): Checksum => ({ error, looked: { header } });
const left = (error: number, header: number): Checksum => ({ error, looked: { header, forwarded: true } });

describe('what is known of a checksum after a check', () => {
  type Row = [string, PacketRequest, Checksum, Hook, Checksum | 'wrong', { direction: 'in' | 'out'; raw?: boolean }?];
  const IN = { direction: 'in' } as const;
  const OUT = { direction: 'out' } as const;
  test.each<Row>([
    ['it is right', V4, RIGHT, 'PREROUTING', seen(0, 0)],
    ['it is wrong', V4, WRONG, 'PREROUTING', 'wrong'],
    ['what was right once stays right', V4, seen(7, 0), 'FORWARD', seen(7, 0)],
    ['TCP has one', { ...V4, proto: 6 }, WRONG, 'INPUT', 'wrong'],
    ['ICMP has one', { ...V4, proto: 1 }, WRONG, 'INPUT', 'wrong'],
    ['IPv4 checks what it does not know', { ...V4, proto: 99 }, WRONG, 'INPUT', 'wrong'],
    ['not GRE', { ...V4, proto: 47 }, WRONG, 'INPUT', WRONG],
    ['not AH', { ...V4, proto: 51 }, WRONG, 'INPUT', WRONG],
    ['not ESP', { ...V4, proto: 50 }, WRONG, 'INPUT', WRONG],
    ['not SCTP', { ...V4, proto: 132 }, WRONG, 'INPUT', WRONG],
    ['not UDP-Lite', { ...V4, proto: 136 }, WRONG, 'INPUT', WRONG],
    ['not DCCP', { ...V4, proto: 33 }, WRONG, 'INPUT', WRONG],
    ['a later fragment has none', { ...V4, fragOffset: 3 }, WRONG, 'INPUT', WRONG],
    ['the first has', { ...V4, mf: true }, WRONG, 'INPUT', 'wrong'],
    ['of IPv6, right', V6, RIGHT, 'PREROUTING', seen(0, HEADER)],
    ['of IPv6, wrong', V6, WRONG, 'PREROUTING', 'wrong'],
    ['TCP over IPv6', { ...V6, proto: 6 }, WRONG, 'INPUT', 'wrong'],
    ['ICMPv6', { ...V6, proto: 58 }, WRONG, 'INPUT', 'wrong'],
    ['UDP-Lite over IPv6', { ...V6, proto: 136 }, WRONG, 'INPUT', 'wrong'],
    ['IPv6 does not check what it does not know', UNKNOWN, WRONG, 'INPUT', WRONG],
    ['nor SCTP', { ...V6, proto: 132 }, WRONG, 'INPUT', WRONG],
    ['the traffic class is in the header', { ...V6, tos: 0x12, ttl: 3 }, RIGHT, 'INPUT', seen(0, 0x123)],
    ['a second check ends the matter', V6, seen(0, HEADER), 'INPUT', { error: 0, looked: 'forGood' }],
    ['with addresses changed in between, too', V6, seen(7, HEADER), 'PREROUTING', { error: 7, looked: 'forGood' }],
    ['where the header has changed, it is checked anew', V6, seen(0, 63), 'INPUT', seen(0, HEADER)],
    ['and found wrong', V6, seen(7, 63), 'INPUT', 'wrong'],
    ['FORWARD does not check a second time', V6, seen(7, 63), 'FORWARD', seen(7, 63)],
    ['nor does OUTPUT', V6, seen(7, HEADER), 'OUTPUT', seen(7, HEADER), { ...OUT, raw: true }],
    ['after it nothing is checked', V6, GOOD, 'INPUT', GOOD],
    ['in IPv4 as well', V4, GOOD, 'INPUT', GOOD],
    ['a socket leaves its checksum to the device', V6, WRONG, 'OUTPUT', WRONG, OUT],
    ['a raw socket does not', V6, WRONG, 'OUTPUT', 'wrong', { ...OUT, raw: true }],
    ['nor does a socket of ICMPv6', { ...V6, proto: 58 }, WRONG, 'OUTPUT', 'wrong', OUT],
    ['or of ICMP', { ...V4, proto: 1 }, WRONG, 'OUTPUT', 'wrong', OUT],
  ])('%s', (_, request, checksum, hook, expected, arrival = IN) => {
    expect(checked({ packet: makePacket(request), checksum }, arrival, hook) ?? 'wrong').toEqual(expected);
  });
});

test.each<[string, Checksum, Checksum]>([
  ['what nobody has checked', WRONG, WRONG],
  ['what nobody checks again', GOOD, GOOD],
  ['the sum is forgotten', seen(7, HEADER), left(7, HEADER)],
])('forwarded: %s', (_, checksum, expected) => {
  expect(forwarded(checksum)).toEqual(expected);
});

test.each<[string, Checksum, Hook, Checksum | 'wrong']>([
  ['a sum that was stored counts', seen(7, HEADER), 'PREROUTING', { error: 7, looked: 'forGood' }],
  ['one that was forgotten does not', left(7, HEADER), 'PREROUTING', 'wrong'],
  ['so it is computed', left(0, HEADER), 'FORWARD', seen(0, HEADER)],
  ['as the first time', RIGHT, 'FORWARD', seen(0, HEADER)],
  ['what was right for good is right', GOOD, 'FORWARD', GOOD],
])('the check of NAT: %s', (_, checksum, hook, expected) => {
  expect(lookAtSum(checksum, makePacket(V6), hook) ?? 'wrong').toEqual(expected);
});

describe('addresses that change without the checksum', () => {
  const ERROR: PacketRequest = { ...V6, proto: 58, icmpType: 1, inner: { ...V6, src: '2001:db8:1::10' } };
  test.each<[string, PacketRequest, PacketRequest, number, number]>([
    ['none', V6, V6, 7, 7],
    ['the destination by one', V6, { ...V6, dst: '2001:db8:1::11' }, 7, 8],
    ['the source by one, downwards', V6, { ...V6, src: '2001:db8:9::8' }, 7, 6],
    ['downwards below nothing', V6, { ...V6, src: '2001:db8:9::8' }, 0, 0xfffe],
    ['both, so that the sum stays', V6, { ...V6, src: '2001:db8:9::8', dst: '2001:db8:1::11' }, 7, 7],
    ['words that change places', V6, { ...V6, dst: '2001:db8:10::1' }, 7, 7],
    ['up to what is nothing', V6, { ...V6, dst: '2001:db8:1::11' }, 0xfffe, 0],
    ['of the packet that an error quotes', ERROR, { ...ERROR, inner: { ...V6, src: '2001:db8:1::13' } }, 7, 10],
  ])('%s', (_, before, after, error, expected) => {
    const changed = changedUnder({ error, looked: 'never' }, makePacket(before), makePacket(after));
    expect(changed).toEqual({ error: expected, looked: 'never' });
  });
});
