import { describe, expect, test } from 'vitest';
import type { ConntrackState } from '../../src/core/net/conntrack';
import { makePacket } from '../../src/core/net/makePacket';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { NO_TEMPLATE, track } from '../../src/core/netfilter/conntrack';
import { overrideState } from '../../src/core/netfilter/givenState';
import { World } from '../../src/core/netfilter/world';

const SETTING = { checksums: false, tcp: { liberal: true, loose: true, ignoreInvalidReset: false } };
const UDP: PacketRequest = { src: '10.0.0.5', dst: '203.0.113.9', proto: 17, sport: 4000, dport: 53 };
const REPLY: PacketRequest = { ...UDP, src: '203.0.113.9', dst: '10.0.0.5', sport: 53, dport: 4000 };
/** Connection tracking makes no connection of it. */
const STRAY: PacketRequest = { ...UDP, proto: 1, icmpType: 0, icmpId: 7 };

describe('the state that is stated takes the place of the one that is seen', () => {
  const NOTHING = 'as given: nothing';
  test.each<[string, readonly PacketRequest[], PacketRequest, ConntrackState | undefined, string]>([
    ['nothing is stated', [], UDP, undefined, 'NEW, its own: nothing'],
    ['it is the same', [], UDP, 'NEW', 'NEW, its own: nothing'],
    ['INVALID', [], UDP, 'INVALID', `INVALID, ${NOTHING}, and no connection`],
    ['UNTRACKED', [], UDP, 'UNTRACKED', `UNTRACKED, ${NOTHING}, and no connection`],
    [
      'ESTABLISHED',
      [],
      UDP,
      'ESTABLISHED',
      'ESTABLISHED, as given: seenReply confirmed sourceNatDone destinationNatDone, and known',
    ],
    ['RELATED', [], UDP, 'RELATED', 'RELATED, as given: expected'],
    ['NEW, of a connection that is known', [UDP, REPLY], UDP, 'NEW', 'NEW, as given: confirmed, and known'],
    ['a reply is one still', [UDP], REPLY, 'RELATED', 'RELATED, as given: expected, in the other direction'],
    [
      'of what cannot be of any',
      [],
      STRAY,
      'ESTABLISHED',
      'ESTABLISHED, as given: seenReply confirmed sourceNatDone destinationNatDone, and known',
    ],
    ['not even a new one', [], STRAY, 'NEW', `NEW, ${NOTHING}`],
  ])('%s', (_, before, request, given, expected) => {
    const world = new World();
    for (const each of before) {
      const { entry } = track(makePacket(each), world, NO_TEMPLATE, SETTING).view;
      if (entry) world.put({ ...entry, confirmed: true });
    }
    const packet = makePacket(request);
    const tracked = track(packet, world, NO_TEMPLATE, SETTING);
    const { view, why } = overrideState(tracked, given, packet, world);
    const { entry, state, direction } = view;
    const flags = Object.entries({
      seenReply: entry?.seenReply,
      assured: entry?.assured,
      expected: entry?.expected,
      confirmed: entry?.confirmed,
      sourceNatDone: entry?.sourceNatDone,
      destinationNatDone: entry?.destinationNatDone,
    })
      .filter(([, set]) => set)
      .map(([name]) => name);
    expect(
      [
        `${state}, ${why === 'as given' ? why : 'its own'}: ${flags.join(' ') || 'nothing'}`,
        ...(entry ? [] : ['and no connection']),
        ...(entry && world.entry(entry.id) === entry ? ['and known'] : []),
        ...(direction === 'REPLY' ? ['in the other direction'] : []),
      ].join(', '),
    ).toBe(expected);
  });

  test('what is made up of a packet has its addresses, and replies that go back', () => {
    const packet = makePacket(STRAY);
    const world = new World();
    const { entry } = overrideState(track(packet, world, NO_TEMPLATE, SETTING), 'RELATED', packet, world).view;
    expect(entry).toMatchObject({
      original: { source: packet.source, destination: packet.destination },
      reply: { source: packet.destination, destination: packet.source },
      mark: 0,
      zone: { original: 0, reply: 0 },
      counts: { original: { packets: 1, bytes: packet.length }, reply: { packets: 0, bytes: 0 } },
    });
    expect([entry?.sourceNat, entry?.destinationNat, entry?.assured, entry?.labels.size]).toEqual([
      false,
      false,
      false,
      0,
    ]);
  });
});
