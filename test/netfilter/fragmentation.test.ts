import { describe, expect, test } from 'vitest';
import { makePacket } from '../../src/core/net/makePacket';
import type { Packet } from '../../src/core/net/packet';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { defragment } from '../../src/core/netfilter/defragment';
import { fragmentLengths, isTooBig } from '../../src/core/netfilter/fragmentation';
import { World } from '../../src/core/netfilter/world';

const V4: PacketRequest = { src: '10.0.0.5', dst: '203.0.113.9', proto: 17, sport: 4000, dport: 53, id: 7 };
const V6: PacketRequest = { ...V4, src: '2001:db8::5', dst: '2001:db8:9::9' };
type Parts = Packet['assembledFrom'];
/** As it came in fragments of these lengths, with so much behind their headers. */
const from = (...parts: readonly (readonly [length: number, payload: number])[]): Parts =>
  parts.map(([length, payload]) => ({ length, payload }));

describe('the lengths in which a packet leaves', () => {
  type Row = [string, PacketRequest, number, boolean, readonly number[] | undefined, Parts?];
  test.each<Row>([
    ['whole', { ...V4, length: 1500 }, 1500, false, [1500]],
    ['in two', { ...V4, length: 1501 }, 1500, false, [1500, 21]],
    ['all but the last have multiples of eight bytes', { ...V4, length: 1450 }, 1399, false, [1396, 74]],
    ['in three', { ...V4, length: 3000 }, 1500, false, [1500, 1500, 40]],
    ['what fits exactly is not divided', { ...V4, length: 1520 }, 1500, false, [1500, 40]],
    ['IP options come again', { ...V4, length: 1504, ipOptionsHex: '01010100' }, 1500, false, [1496, 32]],
    ['one that may not be divided', { ...V4, length: 1501, df: true }, 1500, false, undefined],
    ['a socket lets it be', { ...V4, length: 1501, df: true }, 1500, true, [1500, 21]],
    ['IPv6 does not divide what it forwards', { ...V6, length: 1501 }, 1500, false, undefined],
    ['but what a socket sends', { ...V6, length: 1501 }, 1500, true, [1496, 61]],
    ['within 1280 bytes at least', { ...V6, length: 1501 }, 600, true, [1280, 277]],
    [
      'behind the headers that every router reads',
      { ...V6, length: 1509, extHeaders: [{ type: 'hbh' }] },
      1500,
      true,
      [1496, 77],
    ],
    ['the others are divided', { ...V6, length: 1509, extHeaders: [{ type: 'dst' }] }, 1500, true, [1496, 69]],
    [
      'what came in fragments leaves so',
      { ...V4, length: 1500 },
      1500,
      false,
      [756, 764],
      from([756, 736], [764, 744]),
    ],
    ['not where they are too long', { ...V4, length: 1500 }, 700, false, [700, 700, 140], from([756, 736], [764, 744])],
    [
      'nor longer than the longest of them',
      { ...V4, length: 1500 },
      1500,
      false,
      [620, 620, 300],
      from([621, 601], [300, 280], [619, 599]),
    ],
    [
      'one that may not be divided, and came in fragments that fit',
      { ...V4, length: 1600, df: true },
      1500,
      false,
      [1020, 600],
      from([1020, 1000], [600, 580]),
    ],
    ['that do not fit', { ...V4, length: 3000, df: true }, 1000, false, undefined, from([1020, 1000], [2000, 1980])],
    ['IPv6 as well', { ...V6, length: 1600 }, 1500, false, [1048, 608], from([1048, 1000], [608, 560])],
    [
      'fragments of IPv6 that do not fit',
      { ...V6, length: 2000 },
      1400,
      false,
      undefined,
      from([1448, 1400], [608, 560]),
    ],
  ])('%s', (_, request, mtu, bySocket, expected, assembledFrom) => {
    const packet: Packet = { ...makePacket(request), ...(assembledFrom && { assembledFrom }) };
    expect(fragmentLengths(packet, mtu, bySocket)).toEqual(expected);
  });

  test.each<[string, PacketRequest, boolean]>([
    ['what fits', { ...V6, length: 1500 }, false],
    ['IPv6', { ...V6, length: 1501 }, true],
    ['IPv4', { ...V4, length: 1501 }, false],
    ['IPv4 that may not be divided', { ...V4, length: 1501, df: true }, true],
  ])('too big for a router: %s', (_, request, expected) => {
    expect(isTooBig(makePacket(request), 1500)).toBe(expected);
  });
});

describe('fragments are held until they are whole', () => {
  /** `offset` in units of eight bytes, `data` in bytes after the IP header. */
  const part = (offset: number, data: number, mf: boolean, more: PacketRequest = {}): PacketRequest => ({
    ...V4,
    fragOffset: offset,
    mf,
    length: 20 + data,
    fragTotal: 2000,
    ...more,
  });
  const FIRST = part(0, 800, true);
  const MIDDLE = part(100, 400, true);
  const LAST = part(150, 100, false);
  const OTHER = { ...LAST, id: 8 };
  test.each<[string, readonly PacketRequest[], readonly (string | undefined)[]]>([
    ['what is whole goes on', [V4], ['28']],
    [
      'the last to come takes the others with it',
      [FIRST, MIDDLE, LAST],
      [undefined, undefined, '1320: 820/800 420/400 120/100'],
    ],
    ['in any order', [LAST, FIRST, MIDDLE], [undefined, undefined, '1320: 820/800 420/400 120/100']],
    ['not with a gap', [FIRST, LAST], [undefined, undefined]],
    ['nor without the first', [MIDDLE, LAST], [undefined, undefined]],
    ['nor without the last', [FIRST, MIDDLE], [undefined, undefined]],
    ['nor with one of another packet', [FIRST, MIDDLE, OTHER], [undefined, undefined, undefined]],
    [
      'one that comes twice is dropped',
      [FIRST, FIRST, MIDDLE, LAST],
      [undefined, undefined, undefined, '1320: 820/800 420/400 120/100'],
    ],
    [
      'one within another is',
      [FIRST, part(10, 80, true), MIDDLE, LAST],
      [undefined, undefined, undefined, '1320: 820/800 420/400 120/100'],
    ],
    [
      'those that overlap are dropped, all of them',
      [FIRST, part(99, 400, true), MIDDLE, LAST],
      Array(4).fill(undefined),
    ],
    [
      'after which it begins anew',
      [FIRST, part(99, 400, true), FIRST, MIDDLE, LAST],
      [undefined, undefined, undefined, undefined, '1320: 820/800 420/400 120/100'],
    ],
    [
      'and once it is whole',
      [FIRST, MIDDLE, LAST, LAST],
      [undefined, undefined, '1320: 820/800 420/400 120/100', undefined],
    ],
    [
      'where the longest may not be divided, the whole may not',
      [{ ...FIRST, df: true }, MIDDLE, LAST],
      [undefined, undefined, '1320 df: 820/800 420/400 120/100'],
    ],
    [
      'a shorter one does not matter',
      [FIRST, { ...MIDDLE, df: true }, LAST],
      [undefined, undefined, '1320: 820/800 420/400 120/100'],
    ],
    [
      'the mark is that of the last to come',
      [
        { ...FIRST, mark: 1 },
        { ...MIDDLE, mark: 2 },
        { ...LAST, mark: 3 },
      ],
      [undefined, undefined, '1320 mark 3: 820/800 420/400 120/100'],
    ],
    [
      'IP options are not data',
      [part(0, 804, true, { ipOptionsHex: '01010100' }), part(100, 100, false)],
      [undefined, '924: 824/800 120/100'],
    ],
    [
      'in IPv6 the fragment header goes',
      [
        { ...V6, length: 848, extHeaders: [{ type: 'frag', offset: 0, mf: true, fid: 7 }] },
        { ...V6, length: 148, extHeaders: [{ type: 'frag', offset: 100, mf: false, fid: 7 }] },
      ],
      [undefined, '940: 848/800 148/100'],
    ],
    [
      'also of a packet that is its own only fragment',
      [{ ...V6, length: 60, extHeaders: [{ type: 'frag', offset: 0, mf: false, fid: 7 }] }],
      ['52'],
    ],
  ])('%s', (_, requests, expected) => {
    const world = new World();
    expect(
      requests.map((request) => {
        const whole = defragment(makePacket(request), world);
        if (!whole) return undefined;
        const { length, assembledFrom, dontFragment, mark, moreFragments, fragmentOffset, extensionHeaders } = whole;
        expect([moreFragments, fragmentOffset, extensionHeaders]).toEqual([false, 0, []]);
        const parts = assembledFrom?.map((each) => `${each.length}/${each.payload}`).join(' ');
        return `${length}${dontFragment ? ' df' : ''}${mark ? ` mark ${mark}` : ''}${parts ? `: ${parts}` : ''}`;
      }),
    ).toEqual(expected);
  });
});
