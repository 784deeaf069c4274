import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completePacket } from '../../src/core/net/completePacket';
import { formatPacketExpression } from '../../src/core/net/formatPacketExpression';
import type { Host } from '../../src/core/net/host';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { parsePacketExpression } from '../../src/core/net/packetExpression';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { runs } from '../runs';

describe('parsePacketExpression', () => {
  const cases: readonly { readonly text: string; readonly request: PacketRequest; readonly printed?: string }[] = (
    [
      ['', {}],
      [
        'in eth0 tcp 10.10.40.12:41522 > 10.10.38.7:3000 syn new',
        {
          dir: 'in',
          iface: 'eth0',
          proto: 6,
          src: '10.10.40.12',
          sport: 41522,
          dst: '10.10.38.7',
          dport: 3000,
          flags: 2,
          ctstate: 'NEW',
        },
        'same',
      ],
      [
        'out uid 1000 tcp > 8.8.8.8:443',
        { dir: 'out', uid: 1000, proto: 6, dst: '8.8.8.8', dport: 443 },
        'out tcp > 8.8.8.8:443 uid 1000',
      ],
      [
        'forward eth0 docker0 udp 10.0.0.2 > 172.17.0.2:53',
        { dir: 'in', iface: 'eth0', oface: 'docker0', proto: 17, src: '10.0.0.2', dst: '172.17.0.2', dport: 53 },
        'same',
      ],
      ...[
        'in eth0 udp 10.0.0.2 > 172.17.0.2:53 out docker0',
        'out docker0 in eth0 udp 10.0.0.2 > 172.17.0.2:53',
        'forward in eth0 out docker0 udp 10.0.0.2 > 172.17.0.2:53',
        'forward out docker0 in eth0 udp 10.0.0.2 > 172.17.0.2:53',
        'forward eth0 udp 10.0.0.2 > 172.17.0.2:53 out docker0',
      ].map(
        (text) =>
          [
            text,
            { dir: 'in', iface: 'eth0', oface: 'docker0', proto: 17, src: '10.0.0.2', dst: '172.17.0.2', dport: 53 },
            'forward eth0 docker0 udp 10.0.0.2 > 172.17.0.2:53',
          ] as const,
      ),
      [
        'in eth0 icmp echo-request 1.2.3.4 > 10.0.0.1 ttl 1',
        { dir: 'in', iface: 'eth0', proto: 1, icmpType: 8, src: '1.2.3.4', dst: '10.0.0.1', ttl: 1 },
        'same',
      ],
      [
        'out lo uid 1337 tcp 127.0.0.6:40000 > 10.10.38.7:3000 mark 0x53a',
        {
          dir: 'out',
          oface: 'lo',
          uid: 1337,
          proto: 6,
          src: '127.0.0.6',
          sport: 40000,
          dst: '10.10.38.7',
          dport: 3000,
          mark: 0x53a,
        },
        'out lo tcp 127.0.0.6:40000 > 10.10.38.7:3000 uid 1337 mark 0x53a',
      ],
      [
        'in eth0 tcp [2001:db8::1]:5000 > [2001:db8::2]:80',
        { dir: 'in', iface: 'eth0', proto: 6, src: '2001:db8::1', sport: 5000, dst: '2001:db8::2', dport: 80 },
        'same',
      ],
      [
        '1.2.3.4:5->10.0.0.1:http SYN,ACK ctstate ESTABLISHED',
        { src: '1.2.3.4', sport: 5, dst: '10.0.0.1', dport: 80, flags: 18, ctstate: 'ESTABLISHED' },
        '1.2.3.4:5 > 10.0.0.1:80 syn ack established',
      ],
      [
        'new syn 1.2.3.4 → 10.0.0.1 tcp in eth0',
        { ctstate: 'NEW', flags: 2, src: '1.2.3.4', dst: '10.0.0.1', proto: 6, dir: 'in', iface: 'eth0' },
      ],
      ['10.0.0.1:80', { dst: '10.0.0.1', dport: 80 }, '> 10.0.0.1:80'],
      ['in tcp > :3000', { dir: 'in', proto: 6, dport: 3000 }, 'same'],
      ['proto 94', { proto: 94 }, 'same'],
      ['ipip', { proto: 4 }, 'same'],
      ['src 1.1.1.1 sport 5 dport https', { src: '1.1.1.1', sport: 5, dport: 443 }, '1.1.1.1:5 > :443'],
      [
        'echo-request > 2001:db8::1',
        { proto: 58, icmpType: 128, dst: '2001:db8::1' },
        'icmpv6 echo-request > 2001:db8::1',
      ],
      ['packet-too-big', { proto: 58, icmpType: 2 }, 'icmpv6 packet-too-big'],
      ['icmp type 3/1', { proto: 1, icmpType: 3, icmpCode: 1 }, 'icmp host-unreachable'],
      ['icmpv6 type 200/9', { proto: 58, icmpType: 200, icmpCode: 9 }, 'same'],
      ['proto 99 > 10.0.0.1', { proto: 99, dst: '10.0.0.1' }, 'same'],
      ['flags none', { flags: 0 }, 'same'],
      ['dscp ef', { tos: 184 }, 'tos 0xb8'],
      ['dscp af11', { tos: 40 }],
      ['gid 5 groups 1,2 tos 0x10 length 100 df', { gid: 5, groups: [1, 2], tos: 16, length: 100, df: true }, 'same'],
      ['udp > 10.0.0.1 mf frag 3', { proto: 17, dst: '10.0.0.1', mf: true, fragOffset: 3 }, 'same'],
      [
        'udp > fe80::1 mf frag 3',
        { proto: 17, dst: 'fe80::1', extHeaders: [{ type: 'frag', offset: 3, mf: true }] },
        'same',
      ],
      ['mac aa:bb:cc:0:1:2', { srcMac: 'aa:bb:cc:00:01:02' }],
      ['in', { dir: 'in' }, 'same'],
      ['in tcp', { dir: 'in', proto: 6 }, 'same'],
      ['in st 10.0.0.1', { dir: 'in', iface: 'st', dst: '10.0.0.1' }],
    ] as readonly (readonly [string, PacketRequest, string?])[]
  ).map(([text, request, printed]) => ({ text, request, ...(printed === undefined ? {} : { printed }) }));
  it.each(cases)('$text', ({ text, request, printed }) => {
    const parsed = parsePacketExpression(text);
    expect(parsed.problems).toBeUndefined();
    expect(parsed.request).toEqual(request);
    if (printed !== undefined) expect(formatPacketExpression(request)).toBe(printed === 'same' ? text : printed);
  });

  it.each([
    ['tpc > 1.2.3.4', 'tpc', '"tpc" is not understood; did you mean "tcp"?'],
    ['in eth0 tcp 1.2.3.4 5.6.7.8', '5.6.7.8', 'put ">" between the source and the destination'],
    ['in eth0 uid', 'uid', '"uid" needs a value: a user id'],
    ['ttl 300 df', '300', '"300" is not a number from 0 to 255'],
    ['mark x', 'x', '"x" is not a mark such as 0x53a'],
    ['tcp > 10.0.0.1:99999', '10.0.0.1:99999', '"99999" is not a port from 0 to 65535 or the name of a service'],
    [
      '10.0.0.300 > 1.1.1.1',
      '10.0.0.300',
      '"10.0.0.300" is not an address with an optional port, such as 10.0.0.1:80 or [2001:db8::1]:80',
    ],
    ['1.1.1.1 > 2.2.2.2 > 3.3.3.3', '>', 'a packet has one source and one destination, so only one ">"'],
    ['tcp udp', 'udp', '"udp": proto is given twice'],
    ['tcp echo-reply', 'echo-reply', '"echo-reply" is an ICMP type, but the protocol is tcp'],
    ['1.1.1.1 > ::1', '::1', '1.1.1.1 and ::1 are of different families'],
    ['in out', 'out', '"out": dir is given twice'],
    ['in eth0 out', 'out', '"out": dir is given twice'],
    ['in eth0 in eth1', 'in', '"in": dir is given twice'],
    ['in eth0 out eth1 out eth2', 'out', '"out": dir is given twice'],
    ['forward eth0 eth1 in eth2', 'in', '"in": dir is given twice'],
    ['in eth0 own tcp out eth1', 'out', 'a packet for an address of this host is not forwarded'],
    ['ctstate old', 'old', '"old" is not new, established, related, invalid or untracked'],
  ])('%s: says what is wrong with %s', (text, word, message) => {
    const problem = parsePacketExpression(text).problems?.[0];
    expect(problem?.message).toBe(message);
    expect(problem && text.slice(problem.start, problem.end)).toBe(word);
  });

  it('says what every word is', () => {
    const text = 'in eth0 tcp 1.1.1.1 > 2.2.2.2 syn new uid 5';
    const words = parsePacketExpression(text).request ? parsePacketExpression(text) : undefined;
    const parsed = words?.problems === undefined ? words : undefined;
    expect(parsed?.words.map(({ role }) => role)).toEqual([
      'direction',
      'interface',
      'protocol',
      'source',
      'arrow',
      'destination',
      'flags',
      'state',
      'keyword',
      'value',
    ]);
    for (const word of parsed?.words ?? []) expect(text.slice(word.start, word.end)).toBe(word.text);
  });

  it('shows an example where a word is unknown', () => {
    expect(parsePacketExpression('in eth0 whatever').problems?.[0]?.message).toMatch(
      /^"whatever" is not understood: a packet is such as "in eth0 tcp /,
    );
  });

  it('never throws, and places every problem in the text', () => {
    const pieces = fc.constantFrom(
      'in',
      'out',
      'forward',
      'eth0',
      'tcp',
      'icmp',
      '>',
      '->',
      '→',
      '1.2.3.4',
      '[::1]:5',
      ':80',
      'uid',
      '5',
      'syn',
      'frag',
      'type',
      '-',
      '[',
      ']',
      '::',
      'é',
      '\t',
      'echo-reply',
      'mf',
      '0x',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (words) => {
        const text = words.join(' ');
        const { problems } = parsePacketExpression(text);
        return (
          problems === undefined || problems.every(({ start, end }) => start >= 0 && start <= end && end <= text.length)
        );
      }),
    );
  });
});

const address4 = fc
  .nat(0xffffffff)
  .map((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255].join('.'));
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const requests = fc
  .record({
    dir: maybe(fc.constantFrom('in' as const, 'out' as const)),
    device: maybe(fc.constantFrom('eth0', 'lo', 'cali1234.5', 'wg0')),
    proto: maybe(fc.nat(255)),
    src: maybe(address4),
    dst: maybe(address4),
    sport: maybe(fc.nat(65535)),
    dport: maybe(fc.nat(65535)),
    flags: maybe(fc.nat(255)),
    ctstate: maybe(fc.constantFrom('NEW' as const, 'INVALID' as const, 'UNTRACKED' as const)),
    tos: maybe(fc.nat(255)),
    ttl: maybe(fc.nat(255)),
    mark: maybe(fc.nat(0xffffffff)),
    uid: maybe(fc.nat(0xffffffff)),
    seq: maybe(fc.nat(0xffffffff)),
    length: maybe(fc.nat(65535)),
    df: maybe(fc.constant(true as const)),
    fragOffset: maybe(fc.nat(8191)),
    payloadHex: maybe(fc.constantFrom('00', '474554')),
    groups: maybe(fc.array(fc.nat(99), { minLength: 1, maxLength: 3 })),
  })
  .map(({ device, ...rest }): PacketRequest => {
    const named =
      device === undefined || rest.dir === undefined ? {} : rest.dir === 'out' ? { oface: device } : { iface: device };
    return Object.fromEntries(
      Object.entries({ ...rest, ...named }).filter(
        ([name, value]) => value !== undefined && !(rest.proto === 58 && name === 'fragOffset'),
      ),
    );
  });

it('reads back what it prints', () => {
  fc.assert(
    fc.property(requests, (request) => {
      expect(parsePacketExpression(formatPacketExpression(request)).request).toEqual(request);
    }),
    { numRuns: runs(1000) },
  );
});

describe('completePacket', () => {
  const host = hostFromTopology(undefined, {
    listeners: [
      { proto: 'tcp', addr: '*', port: 3000 },
      { proto: 'tcp', addr: '0.0.0.0', port: 15006, process: 'envoy' },
    ],
  }) as Host;
  it.each([
    ['', 'in eth0 tcp 203.0.113.10:41522 > 10.244.1.5:3000 syn'],
    ['udp', 'in eth0 udp 203.0.113.10:41522 > 10.244.1.5:53'],
    ['icmp', 'in eth0 icmp echo-request 203.0.113.10 > 10.244.1.5'],
    ['icmpv6', 'in eth0 icmpv6 echo-request 2001:db8:ffff::10 > fd00:1::5'],
    ['in eth1', 'in eth1 tcp 203.0.113.10:41522 > 192.168.50.1:3000 syn'],
    ['in lo', 'in lo tcp 127.0.0.1:41522 > 127.0.0.1:3000 syn'],
    ['192.168.50.9 >', 'in eth1 tcp 192.168.50.9:41522 > 192.168.50.1:3000 syn'],
    ['> 192.168.50.1:22', 'in eth1 tcp 203.0.113.10:41522 > 192.168.50.1:22 syn'],
    ['forward eth0 eth1', 'forward eth0 eth1 tcp 203.0.113.10:41522 > 192.168.50.2:3000 syn'],
    ['out', 'out tcp 10.244.1.5:41522 > 203.0.113.10:443 syn uid 0'],
    ['uid 1337', 'out tcp 10.244.1.5:41522 > 203.0.113.10:443 syn uid 1337'],
    ['out > 192.168.50.9', 'out tcp 192.168.50.1:41522 > 192.168.50.9:443 syn uid 0'],
    ['out > 10.244.1.5:3000', 'out tcp 10.244.1.5:41522 > 10.244.1.5:3000 syn uid 0'],
    ['out lo', 'out lo tcp 10.244.1.5:41522 > 10.244.1.5:443 syn uid 0'],
    ['out tcp > :443 own', 'out tcp 10.244.1.5:41522 > 10.244.1.5:443 syn uid 0 own'],
    ['10.244.1.5 > 9.9.9.9', 'out tcp 10.244.1.5:41522 > 9.9.9.9:443 syn uid 0'],
    ['established', 'in eth0 tcp 203.0.113.10:41522 > 10.244.1.5:3000 ack established'],
    ['esp', 'in eth0 esp 203.0.113.10 > 10.244.1.5'],
    ['out > 2001:db8::1', 'out tcp [fd00:1::5]:41522 > [2001:db8::1]:443 syn uid 0'],
  ])('"%s" becomes "%s"', (text, whole) => {
    const given = parsePacketExpression(text).request as PacketRequest;
    const { request, filled } = completePacket(given, host);
    expect(formatPacketExpression(request)).toBe(whole);
    // What is listed is what was not there, with the value that is there now.
    expect(Object.fromEntries(filled.map(({ field, value }) => [field, value]))).toEqual(
      Object.fromEntries(Object.entries(request).filter(([field]) => !(field in given))),
    );
  });
});
