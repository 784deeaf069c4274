import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaptureReader, isCapture } from '../../../src/core/net/capture/captureReader';
import { readIpPacket, requestOf } from '../../../src/core/net/capture/ipPacket';
import { linkHeader } from '../../../src/core/net/capture/linkLayer';
import { formatPacketExpression } from '../../../src/core/net/packetExpression';
import { concat, cooked, cooked2, ethernet, ip, numbers, pcap, pcapng } from './build';

interface Found {
  readonly packet: string;
  readonly iface: string | undefined;
  readonly direction: string | undefined;
}

function read(
  bytes: Uint8Array,
  piece = bytes.length,
): { readonly found: readonly Found[]; readonly problem: string | undefined } {
  const reader = new CaptureReader();
  const found: Found[] = [];
  for (let at = 0; at < bytes.length; at += piece)
    for (const frame of reader.push(bytes.subarray(at, at + piece))) {
      const link = linkHeader(frame);
      const packet = link && readIpPacket(frame.bytes, link.at, link.family);
      found.push({
        packet: packet ? formatPacketExpression(requestOf(frame.bytes, packet)) : '',
        iface: frame.iface,
        direction: frame.direction ?? link?.direction,
      });
    }
  reader.end();
  return { found, problem: reader.problem?.message };
}

const SYN = 'tcp 198.51.100.7:50000 > 203.0.113.9:443 syn ttl 64 length 40';
const SIX = 'tcp [2001:db8::7]:50000 > [2001:db8:1::9]:443 syn ttl 64 length 60';

describe('frames of every link layer', () => {
  const syn = ip(SYN);
  test.each<[string, Uint8Array, number, string | undefined]>([
    ['Ethernet', ethernet(syn), 1, undefined],
    ['Ethernet with a VLAN tag', ethernet(syn, 5), 1, undefined],
    ['Ethernet with two', ethernet(syn, 5, 6), 1, undefined],
    ['IPv6 in Ethernet', ethernet(ip(SIX)), 1, undefined],
    ['cooked, arriving', cooked(syn, 0), 113, 'in'],
    ['cooked, leaving', cooked(syn, 4), 113, 'out'],
    ['cooked 2, arriving', cooked2(syn, 0), 276, 'in'],
    ['cooked 2, leaving', cooked2(syn, 4), 276, 'out'],
    ['raw', syn, 101, undefined],
    ['raw IPv6', ip(SIX), 229, undefined],
    ['loopback of BSD', concat(numbers(true, [4, 2]), syn), 0, undefined],
    ['loopback of OpenBSD', concat(numbers(false, [4, 2]), syn), 108, undefined],
    [
      'PPPoE',
      concat(
        ethernet(syn).subarray(0, 12),
        numbers(false, [2, 0x8864], [2, 0x1100], [2, 1], [2, syn.length + 2], [2, 0x21]),
        syn,
      ),
      1,
      undefined,
    ],
  ])('%s', (_name, frame, link, direction) => {
    expect(read(pcap([frame], { link }))).toEqual({
      found: [{ packet: frame.includes(0xb8) ? SIX : SYN, iface: undefined, direction }],
      problem: undefined,
    });
  });

  test.each([
    ['ARP', concat(ethernet(syn).subarray(0, 12), numbers(false, [2, 0x0806], [4, 0])), 1],
    ['nothing', new Uint8Array(0), 1],
    ['a frame cut in its header', ethernet(syn).subarray(0, 20), 1],
    ['a packet cut in its ports', ethernet(syn).subarray(0, 36), 1],
    ['a link layer that is not known', syn, 147],
  ])('%s holds no packet', (_name, frame, link) => {
    expect(read(pcap([frame], { link })).found).toEqual([{ packet: '', iface: undefined, direction: undefined }]);
  });
});

describe('packets are read back as they were made', () => {
  test.each([
    SYN,
    SIX,
    'udp 198.51.100.7:5 > 203.0.113.9:53 ttl 3 tos 0x10 length 128',
    'icmp echo-request 198.51.100.7 > 203.0.113.9 ttl 64 length 84 icmpid 7',
    'icmpv6 echo-request 2001:db8::7 > 2001:db8:1::9 ttl 64 length 104 icmpid 7',
    'sctp 198.51.100.7:5 > 203.0.113.9:6 ttl 64 length 52',
    'esp 198.51.100.7 > 203.0.113.9 ttl 64 length 60 spi 256',
    'tcp 198.51.100.7:1 > 203.0.113.9:2 ack ttl 64 length 40 df',
  ])('%s', (expression) => {
    expect(read(pcap([ethernet(ip(expression))])).found[0]?.packet).toBe(expression);
  });
});

describe('files of every form', () => {
  const frames = [ethernet(ip(SYN)), ethernet(ip(SIX))];
  test.each<[string, Uint8Array]>([
    ['pcap', pcap(frames)],
    ['pcap, big endian', pcap(frames, { little: false })],
    ['pcap with nanoseconds', pcap(frames, { magic: 0xa1b23c4d })],
    ['pcapng', pcapng(frames.map((bytes) => ({ bytes })))],
    [
      'pcapng, big endian',
      pcapng(
        frames.map((bytes) => ({ bytes })),
        { little: false },
      ),
    ],
    ['pcapng, simple packets', pcapng(frames.map((bytes) => ({ bytes, kind: 'simple' })))],
    ['pcapng, old packets', pcapng(frames.map((bytes) => ({ bytes, kind: 'obsolete' })))],
    [
      'two sections',
      concat(
        pcapng([{ bytes: frames[0] as Uint8Array }]),
        pcapng([{ bytes: frames[1] as Uint8Array }], { little: false }),
      ),
    ],
  ])('%s, in pieces of any size', (_name, bytes) => {
    expect(isCapture(bytes)).toBe(true);
    for (const piece of [bytes.length, 1, 7, 64])
      expect({ piece, ...read(bytes, piece), found: read(bytes, piece).found.map(({ packet }) => packet) }).toEqual({
        piece,
        found: [SYN, SIX],
        problem: undefined,
      });
  });

  test('pcapng has the interface and the direction', () => {
    const interfaces = [
      { link: 1, name: 'eth0' },
      { link: 113, name: 'any' },
    ];
    const [bytes] = frames as [Uint8Array];
    const file = pcapng(
      [
        { bytes, flags: 1 },
        { bytes, flags: 2 },
        { bytes: cooked(ip(SYN), 4), iface: 1 },
      ],
      { interfaces },
    );
    expect(read(file).found.map(({ iface, direction }) => [iface, direction])).toEqual([
      ['eth0', 'in'],
      ['eth0', 'out'],
      ['any', 'out'],
    ]);
  });
});

describe('what cannot be read is said with its place, and what was before it counts', () => {
  const two = pcap([ethernet(ip(SYN)), ethernet(ip(SIX))]);
  test.each<[string, Uint8Array, number, string]>([
    ['a text', new TextEncoder().encode('-A INPUT -j DROP'), 0, 'it is neither pcap nor pcapng'],
    ['gzip', Uint8Array.from([0x1f, 0x8b, 8, 0]), 0, 'it is compressed with gzip: unpack it first'],
    ['nothing', new Uint8Array(0), 0, 'it is empty'],
    ['a header alone, cut', two.subarray(0, 10), 0, 'it ends within its header'],
    ['cut in a packet', two.subarray(0, two.length - 5), 1, 'it ends within packet 2'],
    [
      'a length that cannot be',
      concat(two, numbers(true, [4, 0], [4, 0], [4, 0x7fffffff], [4, 0])),
      2,
      'packet 3 states a length of 2147483647 bytes, which no packet has',
    ],
    [
      'a block that cannot be',
      concat(pcapng([]), numbers(true, [4, 6], [4, 5], [4, 0])),
      0,
      'a block after packet 0 states a length of 5 bytes, which no block has',
    ],
    [
      'an interface that is not described',
      pcapng([{ bytes: ethernet(ip(SYN)), iface: 3 }]),
      0,
      'packet 1 is of interface 3, which is not described before it',
    ],
  ])('%s', (_name, bytes, count, problem) => {
    const { found, problem: said } = read(bytes);
    expect([found.length, said]).toEqual([count, problem]);
  });

  test('no bytes make it throw or hang', () => {
    const whole = [two, pcapng([{ bytes: ethernet(ip(SYN)), flags: 1 }, { bytes: ethernet(ip(SIX)) }])];
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 }),
        fc.integer({ min: 1, max: 90 }),
        (bytes, changes, piece) => {
          const changed = bytes.slice();
          for (const [at, value] of changes) changed[at % changed.length] = value;
          expect(read(changed, piece).found.length).toBeLessThan(60);
        },
      ),
      { numRuns: 400 },
    );
  });
});
