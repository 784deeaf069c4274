import { describe, expect, test } from 'vitest';
import { parseAddress, type Address } from '../../src/core/net/address';
import type { ConntrackEntry } from '../../src/core/net/conntrack';
import { makePacket } from '../../src/core/net/makePacket';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { clashes, destinationTranslated, templateView, untouchedByNat } from '../../src/core/netfilter/connectionFacts';
import { NO_TEMPLATE, track } from '../../src/core/netfilter/conntrack';
import { setUpNat, type NatHalf } from '../../src/core/netfilter/nat';
import { World } from '../../src/core/netfilter/world';

const SETTING = { checksums: false, tcp: { liberal: true, loose: true, ignoreInvalidReset: false } };
const UDP: PacketRequest = { src: '10.0.0.5', dst: '203.0.113.9', proto: 17, sport: 4000, dport: 53 };
const OTHER: PacketRequest = { ...UDP, src: '10.0.0.6' };
type Zone = readonly [original: number, reply: number];

/** A connection that is not known yet; `to`: with this source or destination. */
function opened(request: PacketRequest, [original, reply]: Zone = [0, 0], half?: NatHalf, to?: string): ConntrackEntry {
  const template = { ...NO_TEMPLATE, zone: { original, reply } };
  const { entry } = track(makePacket(request), new World(), template, SETTING).view;
  if (!entry) throw new Error('the packet opens no connection');
  if (!half || to === undefined) return entry;
  const address = parseAddress(to) as Address;
  const range = { addresses: [address, address] as const, ports: undefined, random: false, persistent: false };
  const setup = setUpNat(entry, half, range, new World());
  if (!setup) throw new Error('the connection cannot be translated');
  return setup.entry;
}

describe('a connection becomes known where no other one is in its place', () => {
  const GRE = { ...UDP, proto: 47 };
  const masqueraded = (request: PacketRequest, zone?: Zone): ConntrackEntry =>
    opened(request, zone, 'source', '192.0.2.1');
  test.each<[string, ConntrackEntry | undefined, ConntrackEntry, boolean]>([
    ['there is none', undefined, opened(UDP), false],
    ['one of other hosts', opened(OTHER), opened(UDP), false],
    ['the same connection of UDP may go on', opened(UDP), opened(UDP), false],
    ['of UDP-Lite as well', opened({ ...UDP, proto: 136 }), opened({ ...UDP, proto: 136 }), false],
    ['of GRE not', opened(GRE), opened(GRE), true],
    ['nor of TCP', opened({ ...UDP, proto: 6 }), opened({ ...UDP, proto: 6 }), true],
    ['two hosts behind one address, to the same peer', masqueraded({ ...OTHER, proto: 47 }), masqueraded(GRE), true],
    ['of UDP, too', masqueraded(OTHER), masqueraded(UDP), true],
    ['the same packets with other replies', masqueraded(GRE), opened(GRE), true],
    ['of UDP that is allowed', masqueraded(UDP), opened(UDP), false],
    ['in another zone', opened(GRE, [1, 1]), opened(GRE), false],
    [
      'the replies in a zone of their own meet',
      masqueraded({ ...OTHER, proto: 47 }, [1, 9]),
      masqueraded(GRE, [2, 9]),
      true,
    ],
    ['in another one they do not', masqueraded({ ...OTHER, proto: 47 }, [1, 8]), masqueraded(GRE, [2, 9]), false],
    ['the packets in a zone of their own meet', masqueraded(GRE, [2, 8]), opened(GRE, [2, 9]), true],
    ['in another zone not', masqueraded(GRE, [3, 8]), opened(GRE, [2, 9]), false],
    ['the same one of UDP in another zone for its packets', opened(UDP, [1, 9]), opened(UDP, [2, 9]), true],
  ])('%s', (_, known, entry, expected) => {
    const world = new World();
    if (known) world.put({ ...known, id: world.newId(), confirmed: true });
    expect(clashes({ ...entry, id: world.newId() }, world)).toBe(expected);
  });
});

test.each<[string, Partial<ConntrackEntry>, boolean]>([
  ['both halves are decided, and neither changes anything', {}, true],
  ['the source is changed', { sourceNat: true }, false],
  ['the destination is', { destinationNat: true }, false],
  ['the source may be yet', { sourceNatDone: false }, false],
  ['the destination may be yet', { destinationNatDone: false }, false],
])('a connection that NAT leaves alone: %s', (_, more, expected) => {
  expect(untouchedByNat({ ...opened(UDP), sourceNatDone: true, destinationNatDone: true, ...more })).toBe(expected);
});

test.each<[string, ConntrackEntry | undefined, 'ORIGINAL' | 'REPLY', boolean]>([
  ['no connection', undefined, 'ORIGINAL', false],
  ['one that is not translated', opened(UDP), 'ORIGINAL', false],
  ['one whose destination is', opened(UDP, [0, 0], 'destination', '10.0.0.9'), 'ORIGINAL', true],
  ['its replies', opened(UDP, [0, 0], 'destination', '10.0.0.9'), 'REPLY', false],
  ['one whose source is', opened(UDP, [0, 0], 'source', '192.0.2.1'), 'ORIGINAL', false],
  ['its replies go elsewhere', opened(UDP, [0, 0], 'source', '192.0.2.1'), 'REPLY', true],
  ['an echo', opened({ ...UDP, proto: 1, icmpType: 8 }, [0, 0], 'destination', '10.0.0.9'), 'ORIGINAL', true],
  ['an echo that is not translated', opened({ ...UDP, proto: 1, icmpType: 8 }), 'ORIGINAL', false],
])('whether the destination differs in its own direction: %s', (_, entry, direction, expected) => {
  expect(destinationTranslated({ state: 'NEW', direction, entry })).toBe(expected);
});

test.each<[4 | 6, string]>([
  [4, '0.0.0.0'],
  [6, '::'],
])('before connection tracking, a template of IPv%i is a new connection of nobody', (family, nowhere) => {
  const { state, direction, entry } = templateView({ zone: { original: 1, reply: 2 }, helper: 'ftp', mark: 7 }, family);
  expect([state, direction]).toEqual(['NEW', 'ORIGINAL']);
  const tuple = { source: parseAddress(nowhere), destination: parseAddress(nowhere), protocol: 0, icmp: undefined };
  expect(entry).toMatchObject({
    original: tuple,
    reply: tuple,
    confirmed: true,
    mark: 7,
    zone: { original: 1, reply: 2 },
    helper: 'ftp',
    counts: { original: { packets: 0, bytes: 0 }, reply: { packets: 0, bytes: 0 } },
  });
  const { seenReply, assured, expected, sourceNat, destinationNat, sourceNatDone, destinationNatDone, labels } =
    entry as ConntrackEntry;
  expect([seenReply, assured, expected, sourceNat, destinationNat, sourceNatDone, destinationNatDone]).toEqual(
    Array(7).fill(false),
  );
  expect(labels.size).toBe(0);
  expect(templateView({ ...NO_TEMPLATE }, family).entry?.mark).toBe(0);
});
