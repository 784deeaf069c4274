import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../src/core/net/address';
import { endpoint } from '../../src/core/net/endpoint';
import type { Host } from '../../src/core/net/host';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { makePacket } from '../../src/core/net/makePacket';
import { tcpFlagNames, TCP_FLAGS, type Packet } from '../../src/core/net/packet';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { challenge, icmpError, isOwn, ownReset, reversed, tcpReset } from '../../src/core/netfilter/answerPackets';
import type { WalkContext } from '../../src/core/netfilter/walkContext';

const hostWith = (sysctls: Readonly<Record<string, number>> = {}): Host =>
  hostFromTopology({
    ifaces: [
      { name: 'eth0', addrs: ['192.0.2.10/24', '2001:db8:1::10/64'] },
      { name: 'eth1', addrs: ['10.9.0.1/24', '2001:db8:2::1/64'] },
    ],
    routes: [
      'default via 192.0.2.1 dev eth0',
      '-6 default via 2001:db8:1::1 dev eth0',
      'local default dev lo table 100',
      'default via 10.9.0.9 dev eth1 table 101',
      '-6 anycast 2001:db8:1::aa dev eth0',
    ],
    ipRules: ['fwmark 0x7 lookup 100', 'tos 0x10 lookup 101'],
    sysctls,
  }) as Host;

const context = (host: Host): WalkContext => ({ host }) as WalkContext;

const SYN: PacketRequest = {
  src: '203.0.113.9',
  dst: '192.0.2.10',
  proto: 6,
  sport: 4000,
  dport: 23,
  flags: TCP_FLAGS.SYN,
  seq: 100,
};
const SYN6: PacketRequest = { ...SYN, src: '2001:db8:9::9', dst: '2001:db8:1::10' };
const UDP: PacketRequest = { src: '203.0.113.9', dst: '192.0.2.10', proto: 17, sport: 4000, dport: 54 };
const UDP6: PacketRequest = { ...UDP, src: '2001:db8:9::9', dst: '2001:db8:1::10' };

/** What sets a reply apart. */
function told({ source, sourcePort, destination, destinationPort, ...packet }: Packet): string {
  const { protocol, tcpFlags, tcpSequence, tcpAcknowledgement, tcpWindow, icmpType, icmpCode, length } = packet;
  const ends = `${endpoint(formatAddress(source), sourcePort)} > ${endpoint(formatAddress(destination), destinationPort)}`;
  const what =
    protocol === 6
      ? `${tcpFlagNames(tcpFlags).join(',')} ${tcpSequence} ${tcpAcknowledgement} window ${tcpWindow}`
      : `${protocol} type ${icmpType}/${icmpCode}`;
  return `${ends} ${what} length ${length} ttl ${packet.ttl} tos ${packet.tos} mark ${packet.mark}`;
}

describe('what this host replies', () => {
  type Make = (packet: Packet, host: Host) => Packet;
  const error =
    (type: number, code: number, iface = 'eth0'): Make =>
    (packet, host) =>
      icmpError(packet, [type, code], context(host), iface);
  const accepted = (acknowledged: boolean): Make => {
    const socket = { text: '', proto: 6, port: 22 } as never;
    return (packet, host) => challenge(packet, { socket, next: 101, acknowledged }, host);
  };
  const plain: Make = (packet, host) => reversed(packet, {}, host);
  const REFLECTED = { 'net.ipv4.fwmark_reflect': 1, 'net.ipv6.fwmark_reflect': 1 };

  test.each<[string, Make, PacketRequest, string, Readonly<Record<string, number>>?]>([
    [
      'a reset after a SYN acknowledges it',
      ownReset,
      SYN,
      '192.0.2.10:23 > 203.0.113.9:4000 RST,ACK 0 101 window 0 length 40 ttl 64 tos 0 mark 0',
    ],
    [
      'and the data that it has',
      tcpReset,
      { ...SYN, length: 90 },
      '192.0.2.10:23 > 203.0.113.9:4000 RST,ACK 0 151 window 0 length 40 ttl 64 tos 0 mark 0',
    ],
    [
      'options are no data',
      tcpReset,
      { ...SYN, ipOptionsHex: '01010101', tcpOptionsHex: '0101010101010101', length: 62 },
      '192.0.2.10:23 > 203.0.113.9:4000 RST,ACK 0 111 window 0 length 40 ttl 64 tos 0 mark 0',
    ],
    [
      'a FIN counts as one as well',
      tcpReset,
      { ...SYN, flags: TCP_FLAGS.FIN, length: 50 },
      '192.0.2.10:23 > 203.0.113.9:4000 RST,ACK 0 111 window 0 length 40 ttl 64 tos 0 mark 0',
    ],
    [
      'other flags do not, and numbers go round',
      tcpReset,
      { ...SYN, flags: TCP_FLAGS.PSH, seq: 0xffff_ffff, length: 50 },
      '192.0.2.10:23 > 203.0.113.9:4000 RST,ACK 0 9 window 0 length 40 ttl 64 tos 0 mark 0',
    ],
    [
      'a reset after an ACK has its number',
      tcpReset,
      { ...SYN, flags: TCP_FLAGS.ACK | TCP_FLAGS.PSH, ack: 501, length: 90 },
      '192.0.2.10:23 > 203.0.113.9:4000 RST 501 0 window 0 length 40 ttl 64 tos 0 mark 0',
    ],
    [
      'the header of IPv6 is longer',
      tcpReset,
      { ...SYN6, length: 110 },
      '[2001:db8:1::10]:23 > [2001:db8:9::9]:4000 RST,ACK 0 151 window 0 length 60 ttl 64 tos 0 mark 0',
    ],
    [
      'TCP copies the type of service, without the bits of congestion notification',
      ownReset,
      { ...SYN, tos: 0x13 },
      '192.0.2.10:23 > 203.0.113.9:4000 RST,ACK 0 101 window 0 length 40 ttl 64 tos 16 mark 0',
    ],
    [
      'in IPv6 as well',
      ownReset,
      { ...SYN6, tos: 0xbb },
      '[2001:db8:1::10]:23 > [2001:db8:9::9]:4000 RST,ACK 0 101 window 0 length 60 ttl 64 tos 184 mark 0',
    ],
    [
      'the reset of REJECT does not',
      tcpReset,
      { ...SYN, tos: 0x13 },
      '192.0.2.10:23 > 203.0.113.9:4000 RST,ACK 0 101 window 0 length 40 ttl 64 tos 0 mark 0',
    ],
    [
      'a reset after a packet to 0.0.0.0 has the address of the way back',
      ownReset,
      { ...SYN, dst: '0.0.0.0', src: '10.9.0.7' },
      '10.9.0.1:23 > 10.9.0.7:4000 RST,ACK 0 101 window 0 length 40 ttl 64 tos 0 mark 0',
    ],
    [
      'or of that of a mark that is reflected',
      ownReset,
      { ...SYN, dst: '0.0.0.0', src: '198.51.100.9', mark: 7 },
      '198.51.100.9:23 > 198.51.100.9:4000 RST,ACK 0 101 window 0 length 40 ttl 64 tos 0 mark 7',
      REFLECTED,
    ],
    [
      'or of that of the type of service',
      ownReset,
      { ...SYN, dst: '0.0.0.0', tos: 0x13 },
      '10.9.0.1:23 > 203.0.113.9:4000 RST,ACK 0 101 window 0 length 40 ttl 64 tos 16 mark 0',
    ],
    [
      'REJECT does not ask for one',
      tcpReset,
      { ...SYN, dst: '0.0.0.0', src: '10.9.0.7' },
      '0.0.0.0:23 > 10.9.0.7:4000 RST,ACK 0 101 window 0 length 40 ttl 64 tos 0 mark 0',
    ],
    [
      'nor does IPv6',
      ownReset,
      { ...SYN6, dst: '::' },
      '[::]:23 > [2001:db8:9::9]:4000 RST,ACK 0 101 window 0 length 60 ttl 64 tos 0 mark 0',
    ],
    [
      'settings give the TTL, and a mark that is reflected',
      ownReset,
      { ...SYN, mark: 9, ttl: 7 },
      '192.0.2.10:23 > 203.0.113.9:4000 RST,ACK 0 101 window 0 length 40 ttl 99 tos 0 mark 9',
      { ...REFLECTED, 'net.ipv4.ip_default_ttl': 99 },
    ],
    [
      'a challenge asks for the next number, and before the connection is acknowledged it copies the type of service',
      accepted(false),
      { ...SYN, tos: 0x13, dport: 22, seq: 9000, mark: 9 },
      '192.0.2.10:22 > 203.0.113.9:4000 ACK 2 101 window 64240 length 40 ttl 64 tos 16 mark 0',
    ],
    [
      'later it does not',
      accepted(true),
      { ...SYN, tos: 0x13, dport: 22, seq: 9000, length: 90 },
      '192.0.2.10:22 > 203.0.113.9:4000 ACK 2 101 window 64240 length 40 ttl 64 tos 0 mark 0',
    ],
    [
      'another protocol sends back what it got, without IP options',
      plain,
      { ...UDP, ipOptionsHex: '01010101', payloadHex: '0a0b0c0d', tos: 0x10 },
      '192.0.2.10:54 > 203.0.113.9:4000 17 type 0/0 length 32 ttl 64 tos 0 mark 0',
    ],
    [
      'an ICMP error quotes the packet, at another precedence',
      error(3, 3),
      { ...UDP, mark: 9 },
      '192.0.2.10:0 > 203.0.113.9:0 1 type 3/3 length 56 ttl 64 tos 192 mark 0',
    ],
    [
      'and keeps its type of service',
      error(3, 3),
      { ...UDP, tos: 0xff, mark: 9 },
      '192.0.2.10:0 > 203.0.113.9:0 1 type 3/3 length 56 ttl 64 tos 222 mark 9',
      REFLECTED,
    ],
    [
      'up to 576 bytes',
      error(3, 3),
      { ...UDP, length: 549 },
      '192.0.2.10:0 > 203.0.113.9:0 1 type 3/3 length 576 ttl 64 tos 192 mark 0',
    ],
    [
      'or fewer',
      error(3, 3),
      { ...UDP, length: 547 },
      '192.0.2.10:0 > 203.0.113.9:0 1 type 3/3 length 575 ttl 64 tos 192 mark 0',
    ],
    [
      'one of IPv6 has the type of service of nobody',
      error(1, 4),
      { ...UDP6, tos: 0xff },
      '[2001:db8:1::10]:0 > [2001:db8:9::9]:0 58 type 1/4 length 96 ttl 64 tos 0 mark 0',
    ],
    [
      'up to 1280 bytes',
      error(1, 4),
      { ...UDP6, length: 1300 },
      '[2001:db8:1::10]:0 > [2001:db8:9::9]:0 58 type 1/4 length 1280 ttl 64 tos 0 mark 0',
    ],
    [
      'about what is not for this host, from the address of the way back',
      error(11, 0),
      { ...UDP, src: '10.9.0.7', dst: '203.0.113.9' },
      '10.9.0.1:0 > 10.9.0.7:0 1 type 11/0 length 56 ttl 64 tos 192 mark 0',
    ],
    [
      'or from that of the interface of arrival',
      error(11, 0),
      { ...UDP, src: '10.9.0.7', dst: '203.0.113.9' },
      '192.0.2.10:0 > 10.9.0.7:0 1 type 11/0 length 56 ttl 64 tos 192 mark 0',
      { 'net.ipv4.icmp_errors_use_inbound_ifaddr': 1 },
    ],
    [
      'the way back is that of a mark that is reflected',
      error(11, 0),
      { ...UDP, src: '10.9.0.7', dst: '203.0.113.9', mark: 7 },
      '10.9.0.7:0 > 10.9.0.7:0 1 type 11/0 length 56 ttl 64 tos 192 mark 7',
      REFLECTED,
    ],
    [
      'in IPv6, too, the way back has the address',
      error(3, 0),
      { ...UDP6, src: '2001:db8:2::7', dst: '2001:db8:9::9' },
      '[2001:db8:2::1]:0 > [2001:db8:2::7]:0 58 type 3/0 length 96 ttl 64 tos 0 mark 0',
    ],
    [
      'what came to 0.0.0.0 came to no address of this host',
      error(3, 3),
      { ...UDP, src: '10.9.0.7', dst: '0.0.0.0' },
      '10.9.0.1:0 > 10.9.0.7:0 1 type 3/3 length 56 ttl 64 tos 192 mark 0',
    ],
    [
      'the address of a router in each subnet is its own',
      error(1, 4),
      { ...UDP6, dst: '2001:db8:2::' },
      '[2001:db8:2::]:0 > [2001:db8:9::9]:0 58 type 1/4 length 96 ttl 64 tos 0 mark 0',
    ],
    [
      'of a router only',
      error(1, 4),
      { ...UDP6, dst: '2001:db8:2::' },
      '[2001:db8:1::10]:0 > [2001:db8:9::9]:0 58 type 1/4 length 96 ttl 64 tos 0 mark 0',
      { 'net.ipv6.conf.all.forwarding': 0 },
    ],
    [
      'not another anycast address',
      error(1, 4),
      { ...UDP6, dst: '2001:db8:1::aa' },
      '[2001:db8:1::10]:0 > [2001:db8:9::9]:0 58 type 1/4 length 96 ttl 64 tos 0 mark 0',
    ],
    [
      'all of 127.0.0.0/8 is its own',
      error(3, 3),
      { ...UDP, src: '127.0.0.1', dst: '127.0.0.2' },
      '127.0.0.2:0 > 127.0.0.1:0 1 type 3/3 length 56 ttl 64 tos 192 mark 0',
    ],
    [
      'an error about a later fragment is none, and has no ports',
      error(3, 2),
      { ...UDP, proto: 132, fragOffset: 3, mf: true, length: 60 },
      '192.0.2.10:0 > 203.0.113.9:0 1 type 3/2 length 88 ttl 64 tos 192 mark 0',
    ],
  ])('%s', (_, make, request, expected, sysctls = {}) => {
    const host = hostWith(sysctls);
    const answer = make(makePacket(request, host), host);
    expect(told(answer)).toBe(expected);
    const { fragmentOffset, moreFragments, ipOptions, tcpOptions, extensionHeaders, sourceMac, destinationMac } =
      answer;
    expect([fragmentOffset, moreFragments, sourceMac, destinationMac]).toEqual([0, false, undefined, undefined]);
    expect([...ipOptions, ...tcpOptions, ...extensionHeaders]).toEqual([]);
  });
});

describe('an address of this host', () => {
  test.each<[string, boolean]>([
    ['192.0.2.10', true],
    ['127.9.9.9', true],
    ['0.0.0.0', true],
    ['192.0.2.9', false],
    ['192.0.2.255', false],
    ['2001:db8:1::10', true],
    ['2001:db8:1::9', false],
  ])('%s: %s', (address, own) => {
    expect(isOwn(parseAddress(address) as never, context(hostWith()))).toBe(own);
  });
});
