import { describe, expect, test } from 'vitest';
import { formatAddress } from '../../src/core/net/address';
import type { Host } from '../../src/core/net/host';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { makePacket } from '../../src/core/net/makePacket';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { inboundAddress, queryAnswer, replyMark, ttlOf } from '../../src/core/netfilter/answerSettings';

const host = (sysctls: Readonly<Record<string, number>> = {}): Host =>
  hostFromTopology({
    ifaces: [{ name: 'eth0', addrs: ['fd00::1/64', '10.0.0.1/24', '10.0.0.2/24'] }],
    sysctls,
  }) as Host;

const ECHO: PacketRequest = { src: '10.0.0.5', dst: '10.0.0.1', proto: 1, icmpType: 8 };
const STAMP: PacketRequest = { ...ECHO, icmpType: 13 };
const ECHO6: PacketRequest = { src: 'fd00::5', dst: 'fd00::1', proto: 58, icmpType: 128 };
const on = (name: string): Readonly<Record<string, number>> => ({ [name]: 1 });

describe('a query is answered as the sysctls say', () => {
  /** The type of the reply, and the source where the host has yet to choose it. */
  test.each<[string, PacketRequest, string, Readonly<Record<string, number>>, string]>([
    ['an echo request', ECHO, 'local', {}, '0'],
    ['an echo request that is ignored', ECHO, 'local', on('net.ipv4.icmp_echo_ignore_all'), 'none'],
    ['a setting of the other family', ECHO, 'local', on('net.ipv6.icmp.echo_ignore_all'), '0'],
    ['an echo request to a broadcast', ECHO, 'broadcast', {}, 'none'],
    ['one that is not ignored', ECHO, 'broadcast', { 'net.ipv4.icmp_echo_ignore_broadcasts': 0 }, '0 from 0.0.0.0'],
    ['to a group', ECHO, 'multicast', { 'net.ipv4.icmp_echo_ignore_broadcasts': 0 }, '0 from 0.0.0.0'],
    ['broadcasts are not what is local', ECHO, 'local', on('net.ipv4.icmp_echo_ignore_broadcasts'), '0'],
    ['a request for the time', { ...STAMP, length: 40 }, 'local', {}, '14 of 40 bytes'],
    ['the shortest', { ...STAMP, length: 32 }, 'local', {}, '14 of 40 bytes'],
    ['one that is too short', { ...STAMP, length: 31 }, 'local', {}, 'none'],
    ['a request for the mask', { ...ECHO, icmpType: 17 }, 'local', {}, 'none'],
    ['an echo reply', { ...ECHO, icmpType: 0 }, 'local', {}, 'none'],
    ['what is no ICMP', { ...ECHO, proto: 17 }, 'local', {}, 'none'],
    ['an echo request of IPv6', ECHO6, 'local', {}, '129'],
    ['one that is ignored', ECHO6, 'local', on('net.ipv6.icmp.echo_ignore_all'), 'none'],
    ['to a group', ECHO6, 'multicast', {}, '129 from ::'],
    ['groups are ignored', ECHO6, 'multicast', on('net.ipv6.icmp.echo_ignore_multicast'), 'none'],
    ['groups, and it is local', ECHO6, 'local', on('net.ipv6.icmp.echo_ignore_multicast'), '129'],
    ['to an anycast address', ECHO6, 'anycast', {}, '129 from ::'],
    ['from the anycast address', ECHO6, 'anycast', on('net.ipv6.anycast_src_echo_reply'), '129'],
    ['that setting, and a group', ECHO6, 'multicast', on('net.ipv6.anycast_src_echo_reply'), '129 from ::'],
    ['anycast is ignored', ECHO6, 'anycast', on('net.ipv6.icmp.echo_ignore_anycast'), 'none'],
    ['anycast, and it is a group', ECHO6, 'multicast', on('net.ipv6.icmp.echo_ignore_anycast'), '129 from ::'],
    ['an echo request of IPv4 in IPv6', { ...ECHO6, proto: 1, icmpType: 8 }, 'local', {}, 'none'],
    ['another type of ICMPv6', { ...ECHO6, icmpType: 129 }, 'local', {}, 'none'],
  ])('%s', (_, request, routeType, sysctls, expected) => {
    const answer = queryAnswer(makePacket(request, host()), routeType, host(sysctls));
    const told = answer
      ? `${answer.icmpType}${answer.length === undefined ? '' : ` of ${answer.length} bytes`}${answer.source ? ` from ${formatAddress(answer.source)}` : ''}`
      : 'none';
    expect(told).toBe(expected);
  });
});

test.each<[4 | 6, Readonly<Record<string, number>>, number]>([
  [4, {}, 64],
  [6, {}, 64],
  [4, { 'net.ipv4.ip_default_ttl': 128, 'net.ipv6.conf.all.hop_limit': 1 }, 128],
  [6, { 'net.ipv4.ip_default_ttl': 128 }, 64],
  [6, { 'net.ipv6.conf.default.hop_limit': 30 }, 30],
  [6, { 'net.ipv6.conf.all.hop_limit': 20, 'net.ipv6.conf.default.hop_limit': 30 }, 20],
])('what this host sends in IPv%d with %j has the TTL %d', (family, sysctls, expected) => {
  expect(ttlOf(host(sysctls), family)).toBe(expected);
});

test.each<[PacketRequest, Readonly<Record<string, number>>, number]>([
  [{ ...ECHO, mark: 7 }, {}, 0],
  [{ ...ECHO, mark: 7 }, on('net.ipv4.fwmark_reflect'), 7],
  [{ ...ECHO, mark: 7 }, on('net.ipv6.fwmark_reflect'), 0],
  [{ ...ECHO6, mark: 7 }, on('net.ipv6.fwmark_reflect'), 7],
  [{ ...ECHO6, mark: 7 }, { 'net.ipv6.fwmark_reflect': 0 }, 0],
])('the answer to %j with %j has the mark %d', (request, sysctls, expected) => {
  expect(replyMark(makePacket(request, host()), host(sysctls))).toBe(expected);
});

test.each<[4 | 6, string | undefined, Readonly<Record<string, number>>, string | undefined]>([
  [4, 'eth0', {}, undefined],
  [4, 'eth0', on('net.ipv4.icmp_errors_use_inbound_ifaddr'), '10.0.0.1'],
  [6, 'eth0', on('net.ipv4.icmp_errors_use_inbound_ifaddr'), undefined],
  [4, 'eth9', on('net.ipv4.icmp_errors_use_inbound_ifaddr'), undefined],
  [4, undefined, on('net.ipv4.icmp_errors_use_inbound_ifaddr'), undefined],
])(
  'an error about a packet of IPv%d that came in by %s, with %j, comes from %s',
  (family, iface, sysctls, expected) => {
    const found = inboundAddress(host(sysctls), family, iface);
    expect(found && formatAddress(found)).toBe(expected);
  },
);
