import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/core/net/host';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { makePacket } from '../../src/core/net/makePacket';
import { isProblem, readPacketRequest } from '../../src/core/net/packetRequest';
import { parseSets } from '../../src/core/net/sets';
import { setDimension, testSet, type SetDirection } from '../../src/core/net/testSet';

interface Recorded {
  readonly sets: string;
  readonly rules: readonly {
    readonly set: string;
    readonly directions: readonly SetDirection[];
    readonly inverted: boolean;
    readonly returnNomatch: boolean;
  }[];
  /** A packet in a hook, and the rules (from 1) that the kernel found to match. */
  readonly visits: readonly {
    readonly packet: unknown;
    readonly in: string;
    readonly out: string;
    readonly matched: readonly number[];
  }[];
}

const RECORDED = JSON.parse(
  readFileSync(new URL('./fixtures/sets.json', import.meta.url), 'utf8'),
) as readonly Recorded[];
const HOST = hostFromTopology(undefined) as Host;

function packet(json: unknown) {
  const request = readPacketRequest(json);
  if (isProblem(request)) throw new Error(request.message);
  return makePacket(request, HOST);
}

describe('-m set as the kernel answers it', () => {
  it.each(RECORDED.map((recorded, i) => [i, recorded] as const))('sets %i', (_i, { sets: text, rules, visits }) => {
    const { sets, problems } = parseSets(text);
    expect(problems).toEqual([]);
    for (const visit of visits) {
      const view = { packet: packet(visit.packet), inInterface: visit.in, outInterface: visit.out };
      const matched = rules.flatMap(({ set, directions, inverted, returnNomatch }, i) =>
        testSet(sets, set, view, directions, { returnNomatch }) !== inverted ? [i + 1] : [],
      );
      expect({ packet: visit.packet, matched }).toEqual({ packet: visit.packet, matched: visit.matched });
    }
  });
});

/** Types that the recording kernel has not built in: ipset(8) and the sources of the kernel say so. */
describe('testSet', () => {
  const tcp = {
    dir: 'in',
    iface: 'eth0',
    src: '10.0.0.9',
    dst: '10.244.1.5',
    proto: 'tcp',
    sport: 5,
    dport: 80,
    srcMac: '00:11:22:33:44:55',
    mark: 0x1234,
  };
  const cases: readonly (readonly [string, unknown, string, boolean | undefined])[] = [
    ['create s hash:mac\nadd s 0:11:22:33:44:55', tcp, 'src', true],
    ['create s hash:mac\nadd s 00:11:22:33:44:55', tcp, 'dst', false],
    ['create s hash:mac\nadd s 00:11:22:33:44:55', { ...tcp, dir: 'out' }, 'src', false],
    ['create s hash:ip,mac\nadd s 10.0.0.9,00:11:22:33:44:55', tcp, 'src,src', true],
    ['create s hash:ip,mac\nadd s 10.0.0.9,00:11:22:33:44:55', tcp, 'src', false],
    ['create s bitmap:ip,mac range 10.0.0.0/24\nadd s 10.0.0.9', tcp, 'src,src', true],
    ['create s bitmap:ip,mac range 10.0.0.0/24\nadd s 10.0.0.9,02:00:00:00:00:00', tcp, 'src,src', false],
    ['create s hash:ip,mark\nadd s 10.0.0.9,0x1234', tcp, 'src,src', true],
    ['create s hash:ip,mark markmask 0xff\nadd s 10.0.0.9,0x99934', tcp, 'src,src', true],
    [
      'create s hash:net,net\nadd s 10.0.0.0/8,10.244.0.0/16\nadd s 10.0.0.0/24,10.244.0.0/16 nomatch',
      tcp,
      'src,dst',
      false,
    ],
    [
      'create s hash:net,net\nadd s 10.0.0.0/8,10.244.0.0/16\nadd s 10.0.0.0/16,10.244.9.0/24 nomatch',
      tcp,
      'src,dst',
      true,
    ],
    ['create s hash:net,port,net\nadd s 10.0.0.0/8,tcp:80,10.244.0.0/16', tcp, 'src,dst,dst', true],
    ['create s hash:net,port,net\nadd s 10.0.0.0/8,udp:80,10.244.0.0/16', tcp, 'src,dst,dst', false],
    ['create s hash:ip timeout 300\nadd s 10.0.0.9 timeout 12 packets 3 bytes 40 comment "a b, c"', tcp, 'src', true],
    ['create s hash:net family inet6\nadd s ::/0', tcp, 'src', false],
    ['create a hash:ip\ncreate s list:set size 8\nadd s a\nadd s missing', tcp, 'src', undefined],
    ['create a hash:ip\nadd a 10.0.0.9\ncreate s list:set\nadd s missing\nadd s a', tcp, 'src', true],
    ['create s hash:ip\nadd s 10.0.0.9\nflush s', tcp, 'src', false],
    ['create s hash:ip\nadd s 10.0.0.9\nadd s 10.0.0.8\ndel s 10.0.0.9', tcp, 'src', false],
    ['create other hash:ip', tcp, 'src', undefined],
    ['create s hash:net\nadd s 10.0.0.1-10.0.0.8', tcp, 'src', false],
    ['create s hash:net\nadd s 10.0.0.1-10.0.0.9', tcp, 'src', true],
    ['create s hash:ip,port\nadd s 10.244.1.5,tcp:80', { ...tcp, fragOffset: 4 }, 'dst,dst', false],
    [
      'create s hash:ip,port\nadd s 10.244.1.5,icmp:echo-request',
      { ...tcp, proto: 'icmp', icmpType: 8 },
      'dst,dst',
      true,
    ],
  ];
  it.each(cases)('%j with %j, %s: %s', (text, json, directions, expected) => {
    const { sets, problems } = parseSets(text);
    expect(problems).toEqual([]);
    const answer = testSet(
      sets,
      's',
      { packet: packet(json), inInterface: 'eth0', outInterface: '' },
      directions.split(',') as SetDirection[],
    );
    expect(answer).toBe(expected);
  });

  it('knows no set where none was given', () => {
    expect(
      testSet(undefined, 's', { packet: packet(tcp), inInterface: '', outInterface: '' }, ['src']),
    ).toBeUndefined();
  });

  it.each([
    ['hash:ip', 1],
    ['hash:net,iface', 2],
    ['hash:ip,port,net', 3],
    ['list:set', 1],
  ] as const)('%s has %i parts', (type, parts) => {
    expect(setDimension(type)).toBe(parts);
  });
});

describe('lists', () => {
  it('hold no list, so that none holds itself, by way of others either', () => {
    const names = Array.from({ length: 30 }, (_, i) => `l${i}`);
    const ladder = [
      ...names.map((name) => `create ${name} list:set size 8`),
      ...names.flatMap((name, i) => [`add ${name} l${(i + 1) % 30}`, `add ${name} l${(i + 2) % 30}`]),
    ];
    const { sets, problems } = parseSets(
      [...ladder, 'create h hash:ip', 'add h 10.0.0.9', 'add l0 h', 'add l0 h'].join('\n'),
    );
    expect(problems).toHaveLength(60);
    const view = { packet: packet({ src: '10.0.0.9', dst: '10.0.0.1' }), inInterface: 'eth0', outInterface: '' };
    expect(names.map((name) => testSet(sets, name, view, ['src']))).toEqual(names.map((name) => name === 'l0'));
  });
});

describe('a large set', () => {
  const SIZE = 30_000;
  const address = (i: number): string => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
  const asked = (i: number) => ({
    packet: packet({ src: address(i), dst: '8.8.8.8', proto: 'tcp', dport: 80 }),
    inInterface: 'eth0',
    outInterface: '',
  });

  it('is read once for the same text', () => {
    const text = 'create s hash:ip\nadd s 10.0.0.1\n';
    expect(parseSets(text)).toBe(parseSets(`${text.slice(0, 3)}${text.slice(3)}`));
  });

  it.each<[string, (i: number) => string, (i: number) => boolean]>([
    ['hash:ip', address, (i) => i < SIZE],
    ['hash:net', (i) => `${address(i * 4)}/30`, (i) => i < SIZE * 4],
    ['hash:ip,port', (i) => `${address(i)},tcp:80`, (i) => i < SIZE],
    // Ranges, which only files written by hand have.
    ['hash:ip', (i) => `${address(i * 4)}-${address(i * 4 + 2)}`, (i) => i < SIZE * 4 && i % 4 !== 3],
    ['hash:ip,port', (i) => `${address(i)},tcp:${1 + (i % 80)}-90`, (i) => i < SIZE && i % 80 < 80],
    ['hash:ip', (i) => `${address(0)}-${address(i)}`, (i) => i < SIZE],
  ])('of %s answers by looking up', (type, entry, expected) => {
    const { sets, problems } = parseSets(
      `create s ${type} maxelem 9999999\n${Array.from({ length: SIZE }, (_, i) => `add s ${entry(i)}\n`).join('')}`,
    );
    expect(problems).toEqual([]);
    for (const i of [0, 1, 2, 3, 7, 100, SIZE - 1, SIZE, SIZE + 1, 4 * SIZE - 2, 4 * SIZE - 1, 4 * SIZE, 9_000_000]) {
      expect([i, testSet(sets, 's', asked(i), ['src', 'dst'])]).toEqual([i, expected(i)]);
    }
  });

  it('loses members that are removed again, each once', () => {
    const some = Array.from({ length: SIZE }, (_, i) => i);
    const { sets, problems } = parseSets(
      [
        'create s hash:ip',
        ...some.map((i) => `add s ${address(i)}`),
        ...some.filter((i) => i % 2 === 0).map((i) => `del s ${address(i)}`),
        `add s ${address(4)}`,
        `del s ${address(6)}`,
      ].join('\n'),
    );
    expect(problems).toEqual([{ line: 1 + SIZE + SIZE / 2 + 2, message: `"${address(6)}" is not in set "s"` }]);
    expect([0, 1, 2, 3, 4, 6].map((i) => testSet(sets, 's', asked(i), ['src']))).toEqual([
      false,
      true,
      false,
      true,
      true,
      false,
    ]);
  });
});

describe('parseSets', () => {
  it.each([
    ['add s 1.2.3.4', 1, 'there is no set "s"'],
    ['create s hash:ips', 1, '"hash:ips" is not a type of set'],
    ['create s hash:ip\nadd s 1.2.3.4\nadd s host', 3, '"host" is not a value for the ip of a hash:ip set'],
    ['create s hash:ip,port\nadd s 1.2.3.4', 2, '"1.2.3.4" does not match the type hash:ip,port'],
    ['create s hash:ip,port\nadd s 1.2.3.4,foo:1', 2, '"foo:1" is not a value for the port of a hash:ip,port set'],
    [
      'create s list:set size 8\nadd s s',
      2,
      '"s" is a list:set, and ipset does not accept a list:set in another ("Sets with list:set type cannot be added to the set")',
    ],
    [
      'create a list:set\ncreate b list:set\ncreate h hash:ip\nadd a h\nadd a b before h',
      5,
      '"b" is a list:set, and ipset does not accept a list:set in another ("Sets with list:set type cannot be added to the set")',
    ],
    [
      'create s hash:ip family inet6\nadd s fd00::1-fd00::9',
      2,
      '"fd00::1-fd00::9" is not a value for the ip of a hash:ip set',
    ],
    ['create s hash:ip family inet6\nadd s fd00::/64', 2, '"fd00::/64" is not a value for the ip of a hash:ip set'],
    [
      'create s hash:net family inet6\nadd s fd00::1-fd00::9',
      2,
      '"fd00::1-fd00::9" is not a value for the net of a hash:net set',
    ],
    [
      'create s hash:net,port,net\r\nadd s 0.0.0.1-255.255.255.254,80,0.0.0.1-255.255.255.254\radd s x',
      3,
      '"x" does not match the type hash:net,port,net',
    ],
    ['create s hash:ip\n\ndel s 1.1.1.1', 3, '"1.1.1.1" is not in set "s"'],
    ['listing', 1, '"listing" is not understood here; a saved set has "create" and "add" lines'],
  ])('%j', (text, line, message) => {
    expect(parseSets(text).problems).toEqual([{ line, message }]);
  });
});
