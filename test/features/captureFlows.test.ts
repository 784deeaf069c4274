import { expect, test } from 'vitest';
import { packetBytes } from '../../src/core/net/bytes';
import { makePacket } from '../../src/core/net/makePacket';
import { parsePacketExpression } from '../../src/core/net/packetExpression';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { beginsWithAnswer, Flows } from '../../src/features/capture/flows';
import { ethernet } from '../net/capture/build';

/** A packet: its expression, before `; quotes` with the one that an ICMP error quotes. */
function requestOf(text: string): PacketRequest {
  const [own = '', quoted] = text.split('; quotes ');
  const { request } = parsePacketExpression(own);
  if (!request) throw new Error(text);
  return quoted === undefined ? request : { ...request, inner: requestOf(quoted) };
}

/** Each flow with the number of its first packet, its packets there and back, and whether it begins with a reply. */
function told({ flows }: Flows): readonly string[] {
  return flows.map((flow) => {
    const { first, packets, replies, request } = flow;
    const { proto, src, dst, sport, dport } = request;
    const port = (value: number | undefined): string => (value === undefined ? '' : `:${value}`);
    return `${first}: ${packets}+${replies} ${proto} ${src}${port(sport)} > ${dst}${port(dport)}${beginsWithAnswer(flow) ? ' late' : ''}`;
  });
}

const A = '203.0.113.9';
const B = '192.0.2.10';
const TCP: readonly string[] = [
  `tcp ${A}:4000 > ${B}:80 syn`,
  `tcp ${B}:80 > ${A}:4000 syn ack`,
  `tcp ${A}:4000 > ${B}:80 ack`,
];
const ERROR = `icmp port-unreachable ${B} > ${A}; quotes `;

const CASES: readonly (readonly [name: string, packets: readonly string[], flows: readonly string[]])[] = [
  ['a connection, there and back', TCP, [`1: 2+1 6 ${A}:4000 > ${B}:80`]],
  ['one that began before', TCP.slice(1), [`1: 1+1 6 ${B}:80 > ${A}:4000 late`]],
  [
    'another port',
    [TCP[0] ?? '', `tcp ${A}:4001 > ${B}:80 syn`],
    [`1: 1+0 6 ${A}:4000 > ${B}:80`, `2: 1+0 6 ${A}:4001 > ${B}:80`],
  ],
  [
    'another protocol',
    [TCP[0] ?? '', `udp ${A}:4000 > ${B}:80`],
    [`1: 1+0 6 ${A}:4000 > ${B}:80`, `2: 1+0 17 ${A}:4000 > ${B}:80`],
  ],
  ['the same ends', [`udp ${A}:53 > ${A}:53`, `udp ${A}:53 > ${A}:53`], [`1: 2+0 17 ${A}:53 > ${A}:53`]],
  [
    'a ping and its reply, and one of another program',
    [
      `icmp echo-request ${A} > ${B} icmpid 7`,
      `icmp echo-reply ${B} > ${A} icmpid 7`,
      `icmp echo-request ${A} > ${B} icmpid 8`,
    ],
    [`1: 1+1 1 ${A} > ${B}`, `3: 1+0 1 ${A} > ${B}`],
  ],
  ['a reply to a ping alone', [`icmp echo-reply ${B} > ${A} icmpid 7`], [`1: 1+0 1 ${B} > ${A} late`]],
  ['a protocol without ports', [`esp ${A} > ${B} spi 7`, `esp ${B} > ${A} spi 8`], [`1: 1+1 50 ${A} > ${B}`]],
];

test.each(CASES)('the packets of a capture are sorted into flows: %s', (_, packets, flows) => {
  const captured = new Flows();
  for (const [i, text] of packets.entries()) {
    const bytes = ethernet(packetBytes(makePacket(requestOf(text))));
    captured.take({ number: i + 1, bytes, linkType: 1, iface: undefined, direction: undefined });
  }
  expect(told(captured)).toEqual(flows);
  expect(captured.flows.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(
    packets.reduce((sum, text) => sum + makePacket(requestOf(text)).length, 0),
  );
  const shown = new Flows();
  for (const [i, text] of packets.entries()) shown.takeRequest(requestOf(text), i + 1);
  expect(told(shown)).toEqual(flows);
});

const quoting = (quoted: string): Uint8Array => ethernet(packetBytes(makePacket(requestOf(`${ERROR}${quoted}`))));

test.each<[string, readonly string[], number]>([
  ['the same connection', [`tcp ${A}:4000 > ${B}:80 syn`, `tcp ${A}:4000 > ${B}:80 ack`], 1],
  ['another port', [`tcp ${A}:4000 > ${B}:80 syn`, `tcp ${A}:4000 > ${B}:81 syn`], 2],
  ['another source', [`tcp ${A}:4000 > ${B}:80 syn`, `tcp 203.0.113.8:4000 > ${B}:80 syn`], 2],
  ['another protocol', [`tcp ${A}:4000 > ${B}:80 syn`, `udp ${A}:4000 > ${B}:80`], 2],
])('errors are one flow where they quote %s', (_, quoted, count) => {
  const captured = new Flows();
  for (const [i, text] of quoted.entries())
    captured.take({ number: i + 1, bytes: quoting(text), linkType: 1, iface: undefined, direction: undefined });
  expect(captured.flows).toHaveLength(count);
});

/** Fragments of one packet, and what is left of them in the first packets of the flows. */
test.each<[string, readonly string[], readonly string[]]>([
  [
    'later ones count with the first',
    [`udp ${A}:4000 > ${B}:53 mf id 7`, `udp ${A} > ${B} frag 8 id 7`],
    [`2 ${A} 4000 > ${B} 53`],
  ],
  [
    'those of another packet do not',
    [`udp ${A}:4000 > ${B}:53 mf id 7`, `udp ${A} > ${B} frag 8 id 8`],
    [`1 ${A} 4000 > ${B} 53`, `1 ${A} > ${B} frag 8 id 8`],
  ],
  [
    'later ones alone are a flow for each packet',
    [`udp ${A} > ${B} frag 8 id 7 mf`, `udp ${A} > ${B} frag 16 id 7`, `udp ${A} > ${B} frag 8 id 9`],
    [`2 ${A} > ${B} frag 8 mf id 7`, `1 ${A} > ${B} frag 8 id 9`],
  ],
  [
    'of IPv6',
    [`udp [2001:db8::1]:4000 > [2001:db8::2]:53`, `udp [2001:db8::2]:53 > [2001:db8::1]:4000`],
    ['2 2001:db8::1 4000 > 2001:db8::2 53'],
  ],
])('of fragments %s', (_, packets, flows) => {
  const captured = new Flows();
  for (const [i, text] of packets.entries()) {
    const bytes = ethernet(packetBytes(makePacket(requestOf(text))));
    captured.take({ number: i + 1, bytes, linkType: 1, iface: undefined, direction: undefined });
  }
  expect(
    captured.flows.map(({ packets, replies, request: { src, sport, dst, dport, fragOffset, mf, id } }) => {
      const ends = `${src}${sport === undefined ? '' : ` ${sport}`} > ${dst}${dport === undefined ? '' : ` ${dport}`}`;
      const fragment =
        fragOffset === undefined ? [id, mf].filter(Boolean) : [`frag ${fragOffset}`, mf && 'mf', `id ${id}`];
      return [packets + replies, ends, ...fragment].filter((word) => word !== undefined).join(' ');
    }),
  ).toEqual(flows);
});

test('what cannot be read is counted', () => {
  const flows = new Flows();
  const whole = ethernet(packetBytes(makePacket(requestOf(TCP[0] ?? ''))));
  const frame = { number: 1, linkType: 1, iface: undefined, direction: undefined };
  flows.take({ ...frame, bytes: whole });
  flows.take({ ...frame, bytes: whole.slice(0, 20) });
  flows.take({ ...frame, bytes: Uint8Array.from([...whole.slice(0, 12), 8, 6, ...whole.slice(14)]) });
  flows.take({ ...frame, bytes: whole, linkType: 999 });
  flows.take({ ...frame, bytes: whole, linkType: 999 });
  const { packets, notIp, cut, otherLinks, beyond } = flows.counts;
  expect([packets, notIp, cut, [...otherLinks], beyond]).toEqual([5, 1, 1, [[999, 2]], 0]);
});
