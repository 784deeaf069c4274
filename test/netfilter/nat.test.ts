import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress, type Address } from '../../src/core/net/address';
import type { ConntrackEntry, ConntrackView } from '../../src/core/net/conntrack';
import { endpoint } from '../../src/core/net/endpoint';
import { makePacket } from '../../src/core/net/makePacket';
import { TCP_FLAGS } from '../../src/core/net/packet';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { invertTuple } from '../../src/core/net/tuple';
import { track } from '../../src/core/netfilter/conntrack';
import { canTranslate, setUpNat, translate, type NatHalf } from '../../src/core/netfilter/nat';
import { World } from '../../src/core/netfilter/world';
import type { NatRange } from '../../src/core/xtables/extension';

const SETTING = { checksums: false, tcp: { liberal: true, loose: true, ignoreInvalidReset: false } };
const A: PacketRequest = { src: '10.0.0.5', dst: '203.0.113.9', proto: 17, sport: 4000, dport: 53 };
const B: PacketRequest = { ...A, src: '10.0.0.6' };
const SYN: PacketRequest = { ...A, proto: 6, flags: TCP_FLAGS.SYN, seq: 1000 };
const PING: PacketRequest = { src: '10.0.0.5', dst: '203.0.113.9', proto: 1, icmpType: 8, icmpId: 7 };

function range(first: string, last = first, more: Partial<NatRange> = {}): NatRange {
  const addresses: readonly [Address, Address] = [parseAddress(first) as Address, parseAddress(last) as Address];
  return { addresses, ports: undefined, random: false, persistent: false, ...more };
}
const ports = (first: number, last = first, more: Partial<NatRange> = {}): NatRange =>
  range('192.0.2.1', '192.0.2.1', { ports: [first, last], ...more });
const ONE = range('192.0.2.1');
const KEEP: NatRange = { addresses: undefined, ports: undefined, random: false, persistent: false };

/** A connection that is not known yet, as connection tracking makes it. */
function opened(request: PacketRequest, world: World, zone = 0): ConntrackEntry {
  const template = { zone: { original: zone, reply: zone }, helper: undefined };
  const { entry } = track(makePacket(request), world, template, SETTING).view;
  if (!entry) throw new Error('the packet opens no connection');
  return entry;
}

/** A connection that was there before: how its source was translated, and what is otherwise about it. */
interface Before {
  readonly of: PacketRequest;
  readonly to?: NatRange;
  readonly zone?: number;
  readonly more?: Partial<ConntrackEntry>;
}

function worldOf(before: readonly Before[]): World {
  const world = new World();
  for (const { of, to, zone, more } of before) {
    const setup = setUpNat(opened(of, new World(), zone), 'source', to, new World());
    if (!setup) throw new Error('the connection cannot be translated');
    world.put({ ...setup.entry, id: world.newId(), confirmed: true, ...more });
  }
  return world;
}

function told(entry: ConntrackEntry): string {
  const tuple = invertTuple(entry.reply);
  if (!tuple) return 'nothing';
  const [source, destination] = [formatAddress(tuple.source), formatAddress(tuple.destination)];
  const ends = tuple.icmp
    ? `${source} > ${destination} id ${tuple.icmp.id}`
    : `${endpoint(source, tuple.sourcePort)} > ${endpoint(destination, tuple.destinationPort)}`;
  const { sourceNat, destinationNat, sourceNatDone, destinationNatDone, randomHalf, randomNumbers } = entry;
  const flags = Object.entries({ sourceNat, destinationNat, sourceNatDone, destinationNatDone })
    .filter(([, set]) => set)
    .map(([name]) => name);
  return [ends, ...flags, ...(randomHalf ? [`${randomHalf} of ${randomNumbers?.join('–')}`] : [])].join(' ');
}

describe('how a new connection is translated', () => {
  type Row = [string, readonly Before[], PacketRequest, NatHalf, NatRange | undefined, string, number?];
  const SAME_PORT: readonly Before[] = [{ of: B, to: ONE }];
  const other = (sport: number): readonly Before[] => [{ of: { ...B, sport }, to: ONE }];
  const EARLIER: readonly Before[] = [{ of: { ...A, dst: '203.0.113.8' }, to: ports(5005) }];
  const MANY = ports(5000, 5010);
  const ANEW = '192.0.2.1:5000 > 203.0.113.9:53 sourceNat sourceNatDone source of 5000–5010';
  test.each<Row>([
    ['not at all', [], A, 'source', undefined, '10.0.0.5:4000 > 203.0.113.9:53 sourceNatDone'],
    ['nor the destination', [], A, 'destination', undefined, '10.0.0.5:4000 > 203.0.113.9:53 destinationNatDone'],
    ['the source keeps its port', [], A, 'source', ONE, '192.0.2.1:4000 > 203.0.113.9:53 sourceNat sourceNatDone'],
    [
      'the destination, too',
      [],
      A,
      'destination',
      ONE,
      '10.0.0.5:4000 > 192.0.2.1:53 destinationNat destinationNatDone',
    ],
    [
      'a port that is taken gives way to one of the same kind',
      SAME_PORT,
      A,
      'source',
      ONE,
      '192.0.2.1:1024 > 203.0.113.9:53 sourceNat sourceNatDone source of 1024–65535',
    ],
    [
      'of the high ones, the first of which is 1024',
      other(1024),
      { ...A, sport: 1024 },
      'source',
      ONE,
      '192.0.2.1:1025 > 203.0.113.9:53 sourceNat sourceNatDone source of 1024–65535',
    ],
    [
      'of the low ones',
      other(1023),
      { ...A, sport: 1023 },
      'source',
      ONE,
      '192.0.2.1:600 > 203.0.113.9:53 sourceNat sourceNatDone source of 600–1023',
    ],
    [
      'the first of which is 512',
      other(512),
      { ...A, sport: 512 },
      'source',
      ONE,
      '192.0.2.1:600 > 203.0.113.9:53 sourceNat sourceNatDone source of 600–1023',
    ],
    [
      'of the lowest',
      other(511),
      { ...A, sport: 511 },
      'source',
      ONE,
      '192.0.2.1:1 > 203.0.113.9:53 sourceNat sourceNatDone source of 1–511',
    ],
    [
      'to another destination it is free',
      [{ of: { ...B, dst: '203.0.113.8' }, to: ONE }],
      A,
      'source',
      ONE,
      '192.0.2.1:4000 > 203.0.113.9:53 sourceNat sourceNatDone',
    ],
    ['in another zone, too', SAME_PORT, A, 'source', ONE, '192.0.2.1:4000 > 203.0.113.9:53 sourceNat sourceNatDone', 1],
    [
      'what is not translated gets another port as well where its own is taken',
      [{ of: B, to: range('10.0.0.5') }],
      A,
      'source',
      undefined,
      '10.0.0.5:1024 > 203.0.113.9:53 sourceNat sourceNatDone source of 1024–65535',
    ],
    [
      'the port of a destination may be taken',
      [{ of: { ...A, dst: '192.0.2.1' } }],
      A,
      'destination',
      ONE,
      '10.0.0.5:4000 > 192.0.2.1:53 destinationNat destinationNatDone',
    ],
    [
      'the id of an echo is a port',
      [{ of: { ...PING, src: '10.0.0.6' }, to: ONE }],
      PING,
      'source',
      ONE,
      '192.0.2.1 > 203.0.113.9 id 0 sourceNat sourceNatDone source of 0–65535',
    ],
    [
      'also of a destination',
      [{ of: { ...PING, dst: '192.0.2.1' } }],
      PING,
      'destination',
      ONE,
      '10.0.0.5 > 192.0.2.1 id 0 destinationNat destinationNatDone destination of 0–65535',
    ],
    ['one that is free stays', [], PING, 'source', ONE, '192.0.2.1 > 203.0.113.9 id 7 sourceNat sourceNatDone'],
    [
      'other protocols have none',
      [{ of: { ...B, proto: 47 }, to: ONE }],
      { ...A, proto: 47 },
      'source',
      ONE,
      '192.0.2.1:0 > 203.0.113.9:0 sourceNat sourceNatDone',
    ],
    [
      'a source within the range stays, the first',
      [],
      A,
      'source',
      range('10.0.0.5', '10.0.0.9'),
      '10.0.0.5:4000 > 203.0.113.9:53 sourceNatDone',
    ],
    ['the last', [], A, 'source', range('10.0.0.1', '10.0.0.5'), '10.0.0.5:4000 > 203.0.113.9:53 sourceNatDone'],
    [
      'with a port of the range, the first',
      [],
      A,
      'source',
      range('10.0.0.5', '10.0.0.5', { ports: [4000, 4010] }),
      '10.0.0.5:4000 > 203.0.113.9:53 sourceNatDone',
    ],
    [
      'the last one',
      [],
      A,
      'source',
      range('10.0.0.5', '10.0.0.5', { ports: [3990, 4000] }),
      '10.0.0.5:4000 > 203.0.113.9:53 sourceNatDone',
    ],
    [
      'another port does not',
      [],
      A,
      'source',
      range('10.0.0.5', '10.0.0.5', { ports: [4001, 4010] }),
      '10.0.0.5:4001 > 203.0.113.9:53 sourceNat sourceNatDone source of 4001–4010',
    ],
    [
      'nor one below',
      [],
      A,
      'source',
      range('10.0.0.5', '10.0.0.5', { ports: [3990, 3999] }),
      '10.0.0.5:3990 > 203.0.113.9:53 sourceNat sourceNatDone source of 3990–3999',
    ],
    [
      'where there is no choice, nothing is drawn',
      [],
      A,
      'source',
      ports(5000),
      '192.0.2.1:5000 > 203.0.113.9:53 sourceNat sourceNatDone',
    ],
    ['ports are drawn', [], A, 'source', MANY, ANEW],
    [
      'those that are taken are not',
      [{ of: B, to: ports(5000) }],
      A,
      'source',
      MANY,
      '192.0.2.1:5001 > 203.0.113.9:53 sourceNat sourceNatDone source of 5000–5010',
    ],
    [
      'a port within the range stays',
      [],
      A,
      'source',
      ports(3990, 4000),
      '192.0.2.1:4000 > 203.0.113.9:53 sourceNat sourceNatDone',
    ],
    [
      'unless it is taken',
      SAME_PORT,
      A,
      'source',
      ports(3990, 4000),
      '192.0.2.1:3990 > 203.0.113.9:53 sourceNat sourceNatDone source of 3990–4000',
    ],
    [
      'or is the only one',
      SAME_PORT,
      A,
      'source',
      ports(4000),
      '192.0.2.1:4000 > 203.0.113.9:53 sourceNat sourceNatDone',
    ],
    [
      'or is to be drawn',
      [],
      A,
      'source',
      ports(3990, 4000, { random: true }),
      '192.0.2.1:3990 > 203.0.113.9:53 sourceNat sourceNatDone source of 3990–4000',
    ],
    [
      'which may be asked for without a range',
      [],
      A,
      'source',
      { ...ONE, random: true },
      '192.0.2.1:1024 > 203.0.113.9:53 sourceNat sourceNatDone source of 1024–65535',
    ],
    [
      'the port of a destination is the first of its range',
      [],
      A,
      'destination',
      ports(5000, 5010),
      '10.0.0.5:4000 > 192.0.2.1:5000 destinationNat destinationNatDone',
    ],
    [
      'that is not taken',
      [{ of: { ...A, dst: '192.0.2.1', dport: 5000 } }],
      A,
      'destination',
      ports(5000, 5010),
      '10.0.0.5:4000 > 192.0.2.1:5001 destinationNat destinationNatDone',
    ],
    [
      'it is drawn where that is asked for',
      [],
      A,
      'destination',
      ports(5000, 5010, { random: true }),
      '10.0.0.5:4000 > 192.0.2.1:5000 destinationNat destinationNatDone destination of 5000–5010',
    ],
    [
      'ports are shifted',
      [],
      A,
      'destination',
      ports(5000, 5010, { basePort: 50 }),
      '10.0.0.5:4000 > 192.0.2.1:5003 destinationNat destinationNatDone',
    ],
    [
      'and go round',
      [],
      A,
      'destination',
      ports(5000, 5010, { basePort: 54 }),
      '10.0.0.5:4000 > 192.0.2.1:5008 destinationNat destinationNatDone',
    ],
    [
      'over the end of the range',
      [{ of: { ...A, dst: '192.0.2.1', dport: 5010 } }],
      A,
      'destination',
      ports(5000, 5010, { basePort: 43 }),
      '10.0.0.5:4000 > 192.0.2.1:5000 destinationNat destinationNatDone',
    ],
    [
      'also where the port is within the range',
      [],
      { ...A, dport: 5005 },
      'destination',
      ports(5000, 5010, { basePort: 5004 }),
      '10.0.0.5:4000 > 192.0.2.1:5001 destinationNat destinationNatDone',
    ],
    [
      'what the same source was translated to before is taken again',
      EARLIER,
      A,
      'source',
      MANY,
      '192.0.2.1:5005 > 203.0.113.9:53 sourceNat sourceNatDone',
    ],
    ['not where ports are drawn', EARLIER, A, 'source', ports(5000, 5010, { random: true }), ANEW],
    [
      'nor where it is out of the range',
      EARLIER,
      A,
      'source',
      ports(5006, 5010),
      '192.0.2.1:5006 > 203.0.113.9:53 sourceNat sourceNatDone source of 5006–5010',
    ],
    ['nor that of another port', EARLIER, { ...A, sport: 4001 }, 'source', MANY, ANEW],
    ['nor that of another source', EARLIER, B, 'source', MANY, ANEW],
    ['nor of another protocol', EARLIER, SYN, 'source', MANY, ANEW],
    ['nor of another zone', EARLIER, A, 'source', MANY, ANEW, 1],
    [
      'nor of a connection whose source is undecided',
      EARLIER.map((each) => ({ ...each, more: { sourceNatDone: false } })),
      A,
      'source',
      MANY,
      ANEW,
    ],
    ['nor where a third connection has it', [...EARLIER, { of: B, to: ports(5005) }], A, 'source', MANY, ANEW],
    [
      'echoes have their id again',
      [{ of: { ...PING, dst: '203.0.113.8' }, to: range('192.0.2.3') }],
      PING,
      'source',
      range('192.0.2.1', '192.0.2.3'),
      '192.0.2.3 > 203.0.113.9 id 7 sourceNat sourceNatDone',
    ],
    [
      'what has no address to go to keeps its own',
      [],
      A,
      'source',
      { ...KEEP, ports: [5000, 5000] },
      '10.0.0.5:5000 > 203.0.113.9:53 sourceNat sourceNatDone',
    ],
  ])('%s', (_, before, request, half, to, expected, zone) => {
    const world = worldOf(before);
    const entry = { ...opened(request, new World(), zone), id: world.newId() };
    const setup = setUpNat(entry, half, to, world);
    expect(setup && told(setup.entry)).toBe(expected);
    expect(setup?.random).toBe(expected.includes('–'));
  });

  test('a connection that is known keeps what it has', () => {
    const world = new World();
    const entry = { ...opened(A, world), confirmed: true };
    expect(setUpNat(entry, 'source', ONE, world)).toEqual({ entry, random: false });
  });
});

describe('two packets that meet each other', () => {
  const REVERSE: PacketRequest = { ...A, src: A.dst as string, dst: A.src as string, sport: 53, dport: 4000 };
  test.each<[string, Before, PacketRequest, string]>([
    ['UDP is left alone', { of: REVERSE }, A, '10.0.0.5:4000 > 203.0.113.9:53 sourceNatDone'],
    [
      'TCP is not',
      { of: { ...REVERSE, proto: 6 } },
      SYN,
      '10.0.0.5:1024 > 203.0.113.9:53 sourceNat sourceNatDone source of 1024–65535',
    ],
    [
      'nor what is translated',
      { of: REVERSE, more: { destinationNat: true } },
      A,
      '10.0.0.5:1024 > 203.0.113.9:53 sourceNat sourceNatDone source of 1024–65535',
    ],
    [
      'nor a connection that only has the same replies',
      { of: B, to: range('10.0.0.5'), more: { sourceNat: false } },
      A,
      '10.0.0.5:1024 > 203.0.113.9:53 sourceNat sourceNatDone source of 1024–65535',
    ],
  ])('%s', (_, before, request, expected) => {
    const world = worldOf([before]);
    const setup = setUpNat({ ...opened(request, new World()), id: world.newId() }, 'source', undefined, world);
    expect(setup && told(setup.entry)).toBe(expected);
  });
});

describe('a connection that is over makes room', () => {
  const OVER: Before = { of: { ...SYN, src: '10.0.0.6', seq: 500 }, to: ports(5000), more: { tcpState: 'TIME_WAIT' } };
  const over = (more: Partial<ConntrackEntry>): Before => ({ ...OVER, more: { tcpState: 'TIME_WAIT', ...more } });
  test.each<[string, Before, PacketRequest, boolean]>([
    ['in TIME_WAIT', OVER, SYN, true],
    ['in CLOSE', over({ tcpState: 'CLOSE' }), SYN, true],
    ['opened by both ends', over({ tcpState: 'SYN_SENT2' }), SYN, true],
    ['not where it goes on', over({ tcpState: 'ESTABLISHED' }), SYN, false],
    ['nor where nothing is known of its state', over({ tcpState: undefined }), SYN, false],
    ['nor where it was not translated', over({ sourceNat: false }), SYN, false],
    ['nor where the numbers of the new one are not later', OVER, { ...SYN, seq: 500 }, false],
    ['they go round', { ...OVER, of: { ...OVER.of, seq: 0xffff_fff0 } }, { ...SYN, seq: 5 }, true],
    ['nor for what is no SYN', OVER, { ...SYN, flags: TCP_FLAGS.ACK }, false],
  ])('%s', (_, before, request, gone) => {
    const world = worldOf([before]);
    const [old] = world.connections();
    const setup = setUpNat({ ...opened(request, new World()), id: world.newId() }, 'source', ports(5000), world);
    expect(setup && told(setup.entry)).toBe('192.0.2.1:5000 > 203.0.113.9:53 sourceNat sourceNatDone');
    expect(world.entry(old?.id ?? 0) === undefined).toBe(gone);
  });

  test('UDP connections are not over', () => {
    const world = worldOf([{ of: B, to: ports(5000) }]);
    setUpNat({ ...opened(A, new World()), id: world.newId() }, 'source', ports(5000), world);
    expect(world.connections()).toHaveLength(1);
  });

  test('only with the last 32 ports that are tried', () => {
    const tries = Array.from({ length: 33 }, (_, i): Before => ({ ...OVER, to: ports(5000 + i) }));
    const world = worldOf(tries);
    const setup = setUpNat({ ...opened(SYN, new World()), id: world.newId() }, 'source', ports(5000, 5032), world);
    expect(setup && told(setup.entry)).toMatch(/^192\.0\.2\.1:5001 /);
    expect(world.connections()).toHaveLength(32);
  });
});

describe('a packet is translated as its connection is', () => {
  const REPLY: PacketRequest = { src: '203.0.113.9', dst: '192.0.2.1', proto: 17, sport: 53, dport: 5000 };
  const [entry] = worldOf([{ of: A, to: ports(5000) }]).connections() as [ConntrackEntry];
  const [echo] = worldOf([{ of: PING, to: ONE, more: {} }]).connections() as [ConntrackEntry];
  const view = (more: Partial<ConntrackView>): ConntrackView => ({
    state: 'NEW',
    direction: 'ORIGINAL',
    entry,
    ...more,
  });
  const BACK = view({ state: 'ESTABLISHED', direction: 'REPLY' });
  const ERROR: PacketRequest = { src: '203.0.113.1', dst: '192.0.2.1', proto: 1, icmpType: 3, icmpCode: 3 };
  const OUTSIDE: PacketRequest = { ...A, src: '192.0.2.1', sport: 5000 };
  test.each<[string, PacketRequest, ConntrackView, NatHalf, string]>([
    ['the source', A, view({}), 'source', '192.0.2.1:5000 > 203.0.113.9:53'],
    ['not the destination', A, view({}), 'destination', '10.0.0.5:4000 > 203.0.113.9:53'],
    ['back again', REPLY, BACK, 'destination', '203.0.113.9:53 > 10.0.0.5:4000'],
    ['and not the other half', REPLY, BACK, 'source', '203.0.113.9:53 > 192.0.2.1:5000'],
    ['a later fragment has no ports', { ...A, fragOffset: 3 }, view({}), 'source', '192.0.2.1:4000 > 203.0.113.9:53'],
    ['no connection', A, view({ entry: undefined }), 'source', '10.0.0.5:4000 > 203.0.113.9:53'],
    ['an echo', PING, view({ entry: echo }), 'source', '192.0.2.1 > 203.0.113.9 id 7'],
    [
      'its id',
      { ...PING, icmpId: 9 },
      view({ entry: { ...echo, reply: { ...echo.reply, icmp: { type: 0, code: 0, id: 80 } } } }),
      'source',
      '192.0.2.1 > 203.0.113.9 id 80',
    ],
    [
      'an error, and what it quotes',
      { ...ERROR, inner: OUTSIDE },
      view({ state: 'RELATED', direction: 'REPLY' }),
      'destination',
      '203.0.113.1 > 10.0.0.5 id 4660, about 10.0.0.5:4000 > 203.0.113.9:53',
    ],
    [
      'one from inside',
      {
        ...ERROR,
        src: '10.0.0.5',
        dst: '203.0.113.9',
        inner: { ...A, src: '203.0.113.9', dst: '10.0.0.5', sport: 53, dport: 4000 },
      },
      view({ state: 'RELATED' }),
      'source',
      '192.0.2.1 > 203.0.113.9 id 4660, about 203.0.113.9:53 > 192.0.2.1:5000',
    ],
    [
      'what is stated to be related and quotes nothing',
      A,
      view({ state: 'RELATED' }),
      'source',
      '192.0.2.1:5000 > 203.0.113.9:53',
    ],
  ])('%s', (_, request, of, half, expected) => {
    const ends = (packet: ReturnType<typeof makePacket>): string => {
      const [source, destination] = [formatAddress(packet.source), formatAddress(packet.destination)];
      return packet.protocol === 1
        ? `${source} > ${destination} id ${packet.icmpId}${packet.inner ? `, about ${ends(packet.inner)}` : ''}`
        : `${endpoint(source, packet.sourcePort)} > ${endpoint(destination, packet.destinationPort)}`;
    };
    expect(ends(translate(makePacket(request), of, half))).toBe(expected);
  });
});

test.each<[string, PacketRequest, boolean]>([
  ['GRE with its header', { ...A, proto: 47, length: 28 }, true],
  ['GRE without', { ...A, proto: 47, length: 27 }, false],
  ['after IP options', { ...A, proto: 47, length: 31, ipOptionsHex: '01010101' }, false],
  ['over IPv6', { src: 'fd00::5', dst: 'fd00::9', proto: 47, length: 48 }, true],
  ['over IPv6, without', { src: 'fd00::5', dst: 'fd00::9', proto: 47, length: 47 }, false],
  ['another protocol', { ...A, proto: 50, length: 22 }, true],
])('what can be translated: %s', (_, request, expected) => {
  expect(canTranslate(makePacket(request))).toBe(expected);
});
