import { describe, expect, test } from 'vitest';
import { formatAddress } from '../../src/core/net/address';
import type { ConntrackEntry, Tuple } from '../../src/core/net/conntrack';
import { addConnections } from '../../src/core/netfilter/connections';
import { World } from '../../src/core/netfilter/world';

const ORIG = { src: '10.0.0.5', dst: '10.0.0.1', proto: 'tcp', sport: 1000, dport: 80 };
const PING = { src: '10.0.0.5', dst: '10.0.0.1', proto: 'icmp' };

/** A world that keeps what is put into it. */
class Kept extends World {
  readonly kept: ConntrackEntry[] = [];
  override put(entry: ConntrackEntry): void {
    this.kept.push(entry);
    super.put(entry);
  }
}

function ends({ source, sourcePort, destination, destinationPort, icmp }: Tuple): string {
  const [from, to] = [formatAddress(source), formatAddress(destination)];
  return icmp
    ? `${from} > ${to} ${icmp.type}/${icmp.code} id ${icmp.id}`
    : `${from}:${sourcePort} > ${to}:${destinationPort}`;
}

describe('a connection that is stated', () => {
  test.each<[what: object, original: string, reply: string]>([
    [{ orig: ORIG }, '10.0.0.5:1000 > 10.0.0.1:80', '10.0.0.1:80 > 10.0.0.5:1000'],
    [{ orig: ORIG, reply: null }, '10.0.0.5:1000 > 10.0.0.1:80', '10.0.0.1:80 > 10.0.0.5:1000'],
    [
      { orig: ORIG, dnat: { ip: '10.1.0.7', port: 8080 } },
      '10.0.0.5:1000 > 10.0.0.1:80',
      '10.1.0.7:8080 > 10.0.0.5:1000',
    ],
    [{ orig: ORIG, dnat: { ip: '10.1.0.7' } }, '10.0.0.5:1000 > 10.0.0.1:80', '10.1.0.7:80 > 10.0.0.5:1000'],
    [
      { orig: ORIG, snat: { ip: '10.0.0.9', port: 2000 }, dnat: null },
      '10.0.0.5:1000 > 10.0.0.1:80',
      '10.0.0.1:80 > 10.0.0.9:2000',
    ],
    [{ orig: PING }, '10.0.0.5 > 10.0.0.1 8/0 id 4660', '10.0.0.1 > 10.0.0.5 0/0 id 4660'],
    [{ orig: { ...PING, icmpType: 13, icmpId: 7 } }, '10.0.0.5 > 10.0.0.1 13/0 id 7', '10.0.0.1 > 10.0.0.5 14/0 id 7'],
    [
      { orig: { src: 'fd00::5', dst: 'fd00::1', proto: 'icmpv6' } },
      'fd00::5 > fd00::1 128/0 id 4660',
      'fd00::1 > fd00::5 129/0 id 4660',
    ],
    [{ orig: { ...ORIG, proto: 'gre' } }, '10.0.0.5:0 > 10.0.0.1:0', '10.0.0.1:0 > 10.0.0.5:0'],
  ])('%j is known in both directions', (what, original, reply) => {
    const world = new Kept();
    expect(addConnections([what], world)).toBeUndefined();
    expect(world.kept.map((entry) => [ends(entry.original), ends(entry.reply)])).toEqual([[original, reply]]);
  });

  test.each<[more: object, expected: object]>([
    [{}, { seenReply: true, assured: true, expected: false, confirmed: true, mark: 0, tcpState: 'ESTABLISHED' }],
    [{ status: null }, { seenReply: true, assured: true, expected: false }],
    [{ status: [] }, { seenReply: false, assured: false, expected: false, confirmed: true }],
    [{ status: ['EXPECTED'] }, { seenReply: false, assured: false, expected: true }],
    [{ status: ['SEEN_REPLY'] }, { seenReply: true, assured: false }],
    [
      { mark: 7, zone: 3, helper: 'ftp' },
      { mark: 7, zone: { original: 3, reply: 3 }, helper: 'ftp' },
    ],
    [{ tcpState: 'TIME_WAIT' }, { tcpState: 'TIME_WAIT' }],
  ])('%j of it counts', (more, expected) => {
    const world = new Kept();
    expect(addConnections([{ orig: ORIG, ...more }], world)).toBeUndefined();
    expect(world.kept[0]).toMatchObject(expected);
  });
});

test.each<[json: unknown, field: string, message: string]>([
  [{}, 'conntrack', 'is not a list of connections'],
  [[5], 'conntrack[0]', 'is not an object with "orig"'],
  [[{ orig: ORIG }, {}], 'conntrack[1].orig', 'is not {"src","dst","proto","sport","dport"}'],
  [[{ orig: { dst: '10.0.0.1' } }], 'conntrack[0].orig', '"src" and "dst" must be addresses'],
  [[{ orig: { src: '10.0.0.1' } }], 'conntrack[0].orig', '"src" and "dst" must be addresses'],
  [[{ orig: { ...ORIG, dst: 'fd00::1' } }], 'conntrack[0].orig', '"src" and "dst" are of different families'],
  [[{ orig: { ...PING, icmpType: 3 } }], 'conntrack[0]', 'this ICMP type has no reply: give "reply"'],
  [[{ orig: ORIG, reply: PING }], 'conntrack[0].reply', 'is of another family or protocol than "orig"'],
  [
    [{ orig: ORIG, reply: { src: 'fd00::1', dst: 'fd00::5', proto: 'tcp' } }],
    'conntrack[0].reply',
    'is of another family or protocol than "orig"',
  ],
  [[{ orig: ORIG, status: 'ASSURED' }], 'conntrack[0].status', 'is not a list such as ["SEEN_REPLY","ASSURED"]'],
  [[{ orig: ORIG, status: [1] }], 'conntrack[0].status', 'is not a list such as ["SEEN_REPLY","ASSURED"]'],
  [[{ orig: ORIG, tcpState: 'OPEN' }], 'conntrack[0].tcpState', 'is not one of NONE, SYN_SENT'],
  [[{ orig: ORIG, dnat: '10.0.0.1' }], 'conntrack[0].dnat', 'is not {"ip": address, "port"?: number}'],
  [[{ orig: ORIG, snat: { ip: 'fd00::1' } }], 'conntrack[0].snat.ip', 'must be an address of the family'],
])('%j cannot be read', (json, field, message) => {
  const found = addConnections(json, new World());
  expect(`${found?.field}: ${found?.message}`).toContain(field);
  expect(found?.message).toContain(message);
});

test.each([undefined, null])('%s states nothing', (json) => {
  expect(addConnections(json, new World())).toBeUndefined();
});
