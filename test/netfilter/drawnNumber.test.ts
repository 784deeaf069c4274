import { describe, expect, test } from 'vitest';
import type { ConntrackEntry, ConntrackView } from '../../src/core/net/conntrack';
import { makePacket } from '../../src/core/net/makePacket';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { invertTuple, tupleOf } from '../../src/core/net/tuple';
import { askDrawn } from '../../src/core/netfilter/drawnNumber';
import { unknown, type Answer } from '../../src/core/xtables/answer';
import type { Condition } from '../../src/core/xtables/extension';
import type { PacketView } from '../../src/core/xtables/view';

type Drawn = NonNullable<PacketView['drawn']>;

const TCP: PacketRequest = { src: '192.0.2.10', dst: '203.0.113.9', proto: 6, sport: 1000, dport: 2000 };
const PING: PacketRequest = { src: '192.0.2.10', dst: '203.0.113.9', proto: 1, icmpType: 8, icmpId: 1000 };
const SOURCE: Drawn = { half: 'source', number: 1000, numbers: [1000, 1080] };
const DESTINATION: Drawn = { half: 'destination', number: 2000, numbers: [2000, 2001] };

/** The packet on the way that it has when its connection is known with the replies to it. */
function view(request: PacketRequest, drawn: Drawn | undefined, of: 'its connection' | 'none'): PacketView {
  const packet = makePacket(request);
  const entry = { reply: invertTuple(tupleOf(packet)) } as ConntrackEntry;
  const conntrack: ConntrackView = { state: 'NEW', direction: 'ORIGINAL', entry };
  return {
    packet,
    conntrack: of === 'none' ? undefined : conntrack,
    drawn,
    memory: new Map(),
  } as unknown as PacketView;
}

const condition = (test: Condition['test'], more: Partial<Condition> = {}): Condition => ({
  text: '--question',
  actual: () => 'nothing',
  test,
  ...more,
});

/** What a packet and its connection have in the place of the number: ports, or id. */
function numbers({ packet, conntrack }: PacketView): string {
  const reply = conntrack?.entry?.reply;
  const own = packet.protocol === 1 ? `id ${packet.icmpId}` : `${packet.sourcePort} > ${packet.destinationPort}`;
  if (!reply) return own;
  return `${own}, reply ${reply.icmp ? `id ${reply.icmp.id}` : `${reply.sourcePort} > ${reply.destinationPort}`}`;
}

describe('the numbers that are asked', () => {
  test.each<[string, PacketRequest, Drawn, 'its connection' | 'none', readonly string[]]>([
    [
      'the first, the last and seven between them',
      TCP,
      SOURCE,
      'none',
      [1000, 1010, 1020, 1030, 1040, 1050, 1060, 1070, 1080].map((port) => `${port} > 2000`),
    ],
    ['none twice', TCP, DESTINATION, 'none', ['1000 > 2000', '1000 > 2001']],
    [
      'a reply to what has the port of the source comes to it',
      TCP,
      { ...SOURCE, numbers: [1000, 1001] },
      'its connection',
      ['1000 > 2000, reply 2000 > 1000', '1001 > 2000, reply 2000 > 1001'],
    ],
    [
      'one to what has the port of the destination comes from it',
      TCP,
      DESTINATION,
      'its connection',
      ['1000 > 2000, reply 2000 > 1000', '1000 > 2001, reply 2001 > 1000'],
    ],
    [
      'the port of a packet that has another one stays',
      { ...TCP, sport: 4000 },
      { ...SOURCE, numbers: [1000, 1001] },
      'its connection',
      ['4000 > 2000, reply 2000 > 1000', '4000 > 2000, reply 2000 > 1001'],
    ],
    [
      'of an echo it is the id',
      PING,
      { ...SOURCE, numbers: [1000, 1001] },
      'its connection',
      ['id 1000, reply id 1000', 'id 1001, reply id 1001'],
    ],
    [
      'also where the destination is translated',
      PING,
      { ...DESTINATION, number: 1000, numbers: [1000, 1001] },
      'its connection',
      ['id 1000, reply id 1000', 'id 1001, reply id 1001'],
    ],
    [
      'the id of another packet is not',
      { ...PING, icmpId: 7 },
      { ...SOURCE, numbers: [1000, 1001] },
      'its connection',
      ['id 7, reply id 1000', 'id 7, reply id 1001'],
    ],
  ])('%s', (_, request, drawn, of, expected) => {
    const seen: string[] = [];
    const question = condition((each) => {
      seen.push(numbers(each));
      return true;
    });
    expect(askDrawn(question, view(request, drawn, of))).toBe(true);
    // The packet as it is comes first.
    expect(seen.slice(1)).toEqual(expected);
  });
});

describe('the answer', () => {
  const OPEN = unknown('nobody knows');
  const upTo =
    (port: number): Condition['test'] =>
    ({ packet }) =>
      packet.sourcePort <= port;
  const DIFFERS = unknown('NAT draws the number at random, from 1000 to 1080');
  test.each<[string, Condition, Drawn | undefined, Answer]>([
    ['all match', condition(upTo(1080)), SOURCE, true],
    ['none matches', condition(upTo(999)), SOURCE, false],
    ['only the first matches', condition(upTo(1000)), SOURCE, DIFFERS],
    ['only the last does not match', condition(upTo(1079)), SOURCE, DIFFERS],
    ['one matches that is not drawn', condition(({ packet }) => packet.sourcePort === 1005), SOURCE, false],
    ['no number is drawn', condition(upTo(1000)), undefined, true],
    ['it is not known anyway', condition(() => OPEN), SOURCE, OPEN],
    ['a question that is remembered is asked once', condition(upTo(1000), { stateful: true }), SOURCE, true],
  ])('%s', (_, question, drawn, expected) => {
    expect(askDrawn(question, view(TCP, drawn, 'none'))).toEqual(expected);
  });
});
