import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packetBytes } from '../../src/core/net/bytes';
import { makePacket, packetProblem, socketOwner } from '../../src/core/net/makePacket';
import { isProblem, readPacketRequest, type PacketRequest } from '../../src/core/net/packetRequest';

interface Fixture {
  readonly packet: unknown;
  readonly bytes: string;
}

/** Requests and the bytes that the kernel referee's packet builder sends for them. */
const FIXTURES = JSON.parse(readFileSync(new URL('./fixtures/packets.json', import.meta.url), 'utf8')) as Fixture[];

function read(json: unknown): PacketRequest {
  const request = readPacketRequest(json);
  if (isProblem(request)) throw new Error(request.message);
  return request;
}

describe('packet bytes equal those that the referee sends', () => {
  it.each(FIXTURES.map(({ packet, bytes }) => [JSON.stringify(packet), packet, bytes] as const))(
    '%s',
    (_name, json, bytes) => {
      const packet = makePacket(read(json));
      expect(Buffer.from(packetBytes(packet)).toString('hex')).toBe(bytes);
      expect(packet.length).toBe(bytes.length / 2);
    },
  );
});

describe('readPacketRequest', () => {
  const same: readonly (readonly [unknown, PacketRequest])[] = [
    [{}, {}],
    [
      { proto: 'TCP', flags: 'syn,ack' },
      { proto: 6, flags: 18 },
    ],
    [
      { proto: '58', flags: ['NONE'] },
      { proto: 58, flags: 0 },
    ],
    [
      { proto: 'icmp', icmpType: 'echo-reply' },
      { proto: 1, icmpType: 0 },
    ],
    [
      { proto: 'icmpv6', icmpType: 'echo-reply' },
      { proto: 58, icmpType: 129 },
    ],
    [{ dscp: 46 }, { tos: 184 }],
    [{ dscp: 46, tos: 1 }, { tos: 1 }],
    [
      { mark: '0x53a', sport: '80' },
      { mark: 1338, sport: 80 },
    ],
    [
      { dst: '2001:DB8:0::1', srcMac: '0:1:2:A:b:c' },
      { dst: '2001:db8::1', srcMac: '00:01:02:0a:0b:0c' },
    ],
    [
      { dir: 'forward', ctstate: 'new', unknownField: 1, uid: null },
      { dir: 'in', ctstate: 'NEW' },
    ],
    [{ extHeaders: ['hbh', { type: 'rt', rtType: 2 }] }, { extHeaders: [{ type: 'hbh' }, { type: 'rt', rtType: 2 }] }],
    [{ inner: { proto: 'udp', dport: 53 } }, { inner: { proto: 17, dport: 53 } }],
  ];
  it.each(same)('%j', (json, request) => {
    expect(readPacketRequest(json)).toEqual(request);
    expect(readPacketRequest(request)).toEqual(request);
  });

  const refused: readonly (readonly [unknown, string])[] = [
    ['tcp', 'packet: "tcp" is not an object'],
    [{ dport: 70000 }, 'packet.dport: 70000 is not a whole number from 0 to 65535'],
    [{ dport: 'http' }, 'packet.dport: "http" is not a whole number from 0 to 65535'],
    [{ src: '10.0.0.256' }, 'packet.src: "10.0.0.256" is not an IPv4 or IPv6 address'],
    [
      { proto: 'tpc' },
      'packet.proto: "tpc" is not a protocol: a number from 0 to 255, or a name such as tcp, udp, icmp, icmpv6, sctp, esp',
    ],
    [{ flags: ['SYM'] }, 'packet.flags: "SYM" is not a TCP flag; there are FIN, SYN, RST, PSH, ACK, URG, ECE, CWR'],
    [{ dir: 'up' }, 'packet.dir: "up" is neither in nor out'],
    [
      { iface: 'an interface' },
      'packet.iface: "an interface" is not the name of an interface (1 to 15 characters, no blank, no slash)',
    ],
    [{ src: '10.0.0.1', dst: '::1' }, 'packet.src: 10.0.0.1 and dst ::1 are of different families'],
    [{ payloadHex: '0g' }, 'packet.payloadHex: "0g" is not a text of hexadecimal byte pairs'],
    [{ inner: { ttl: -1 } }, 'packet.inner.ttl: -1 is not a whole number from 0 to 255'],
    [{ extHeaders: ['mh'] }, 'packet.extHeaders[0]: "mh" is not an extension header; there are hbh, dst, rt and frag'],
    [{ ctstate: 'OLD' }, 'packet.ctstate: "OLD" is not one of NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED'],
    [{ df: 'yes' }, 'packet.df: "yes" is neither true nor false'],
    [{ payloadHex: '00'.repeat(65536) }, 'packet.payloadHex: these are 65536 bytes; at most 65535 fit'],
    [{ tcpOptionsHex: '01'.repeat(41) }, 'packet.tcpOptionsHex: these are 41 bytes; at most 40 fit'],
    [{ ipOptionsHex: '01'.repeat(41) }, 'packet.ipOptionsHex: these are 41 bytes; at most 40 fit'],
    [
      { dst: '::1', extHeaders: [{ type: 'hbh', hex: '00'.repeat(3000) }] },
      'packet.extHeaders[0].hex: these are 3000 bytes; at most 2048 fit',
    ],
    [
      { extHeaders: Array.from({ length: 65 }, () => 'hbh') },
      'packet.extHeaders: has 65 entries; at most 64 are allowed',
    ],
    [{ dst: '10.0.0.1', inner: { dst: '::1' } }, 'packet.inner: is of another family than the packet that quotes it'],
    [nested(6), 'packet.inner.inner.inner.inner.inner: packets quote each other 5 deep; at most 4 are understood'],
    [
      { proto: { toString: 1 } },
      'packet.proto: an object is not a protocol: a number from 0 to 255, or a name such as tcp, udp, icmp, icmpv6, sctp, esp',
    ],
    [{ groups: [1, 'x'] }, 'packet.groups[1]: "x" is not a whole number from 0 to 4294967295'],
  ];
  it('refuses packets that quote each other without end', () => {
    expect(readPacketRequest(nested(50_000))).toMatchObject({
      kind: 'problem',
      field: 'packet.inner.inner.inner.inner.inner',
    });
  });

  it.each(refused)('refuses %j', (json, message) => {
    const result = readPacketRequest(json);
    expect(isProblem(result) && result.message).toBe(message);
  });
});

it('finds a length that the headers do not fit in', () => {
  expect(packetProblem({ dst: '10.0.0.1', proto: 6, length: 39 })?.message).toBe(
    'packet.length: 39 is too small, the headers take 40 bytes',
  );
  expect(packetProblem({ dst: '10.0.0.1', proto: 6, length: 40 })).toBeUndefined();
  expect(packetProblem({ dst: '10.0.0.1', proto: 6, length: 28, fragTotal: 1400, mf: true })).toBeUndefined();
  expect(
    packetProblem({ dst: 'fd00::1', proto: 6, extHeaders: [{ type: 'dst', hex: '0001010400000000' }] })?.message,
  ).toBe('packet.extHeaders[0].hex: its second byte states a different length than it has');
  expect(
    packetProblem({ dst: 'fd00::1', proto: 6, extHeaders: [{ type: 'dst', hex: '0000010400000000' }] }),
  ).toBeUndefined();
});

it('lets the group follow the user', () => {
  expect(socketOwner({ uid: 1337 })).toEqual({ kind: 'process', uid: 1337, gid: 1337, groups: [] });
  expect(socketOwner({ uid: 1, gid: 2, groups: [3] })).toEqual({ kind: 'process', uid: 1, gid: 2, groups: [3] });
});

/** Packets that quote each other, this many inside the outermost. */
function nested(depth: number): object {
  let packet: object = { proto: 'udp' };
  for (let i = 0; i < depth; i++) packet = { proto: 'icmp', inner: packet };
  return packet;
}
