import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/core/net/host';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { makePacket } from '../../src/core/net/makePacket';
import { isProblem, type PacketRequest } from '../../src/core/net/packetRequest';
import { routeOutput, type OutputRoute, type RouteSeeker } from '../../src/core/netfilter/outputRoute';

/** Each table has a gateway of its own, so that a route shows what led to it. */
const TABLES = [101, 102, 103, 104, 105, 106, 107, 108];

function hostWith(sysctls: Readonly<Record<string, number>>): Host {
  const host = hostFromTopology({
    ifaces: [
      { name: 'eth0', addrs: ['192.0.2.10/24', '2001:db8:1::10/64'] },
      { name: 'eth1', addrs: ['10.9.0.1/24', '2001:db8:2::1/64'] },
    ],
    routes: [
      '203.0.113.0/24 via 192.0.2.1 dev eth0',
      'default via 10.9.0.9 dev eth1 metric 900',
      'blackhole 198.51.100.0/26',
      'prohibit 198.51.100.64/26',
      'unreachable 198.51.100.128/26',
      'throw 198.51.100.192/26',
      '-6 2001:db8:9::/64 via 2001:db8:1::1 dev eth0',
      '-6 blackhole 2001:db8:f::/48',
      ...TABLES.map((table) => `default via 10.9.0.${table} dev eth1 table ${table}`),
      ...TABLES.map((table) => `-6 default via 2001:db8:2::${table} dev eth1 table ${table}`),
    ],
    ipRules: [
      'from 10.9.0.1 lookup 101',
      'tos 0x10 lookup 102',
      'ipproto udp sport 999 lookup 103',
      'ipproto tcp dport 888 lookup 104',
      'uidrange 1000-1000 lookup 105',
      'fwmark 0x7 lookup 106',
      'uidrange 0-0 fwmark 0x8 lookup 107',
      'ipproto 255 fwmark 0x9 lookup 108',
      '-6 from 2001:db8:2::1 lookup 101',
      '-6 uidrange 1000-1000 lookup 105',
      '-6 ipproto udp dport 888 lookup 104',
    ],
    sysctls,
  });
  if (isProblem(host)) throw new Error(host.message);
  return host;
}

function words(route: OutputRoute): string {
  if (route.kind === 'drop') return `${route.reason}: ${route.detail}`;
  const { type, device, gateway, table } = route;
  return `${type} by ${device}${gateway === undefined ? '' : ` via ${gateway}`}, table ${table ?? 'none'}`;
}

const OUT: PacketRequest = { src: '192.0.2.10', dst: '203.0.113.9', proto: 17, sport: 4000, dport: 53 };
const OUT6: PacketRequest = { ...OUT, src: '2001:db8:1::10', dst: '2001:db8:9::9' };
const MAIN = 'unicast by eth0 via 192.0.2.1, table 254';
const MAIN6 = 'unicast by eth0 via 2001:db8:1::1, table 254';
const by = (table: number): string => `unicast by eth1 via 10.9.0.${table}, table ${table}`;
const by6 = (table: number): string => `unicast by eth1 via 2001:db8:2::${table}, table ${table}`;

describe('where a packet of this host goes', () => {
  type Row = [string, RouteSeeker, PacketRequest, string, { uid?: number; device?: string }?, Record<string, number>?];
  test.each<Row>([
    ['by the routes', 'socket', OUT, MAIN],
    ['those of IPv6', 'socket', OUT6, MAIN6],
    ['the source of a socket counts', 'socket', { ...OUT, src: '10.9.0.1' }, by(101)],
    ['so does its type of service', 'socket', { ...OUT, tos: 0x10 }, by(102)],
    ['its protocol and its source port', 'socket', { ...OUT, sport: 999 }, by(103)],
    ['the port of another protocol does not', 'socket', { ...OUT, proto: 6, sport: 999 }, MAIN],
    ['its destination port', 'socket', { ...OUT, proto: 6, dport: 888 }, by(104)],
    ['its user', 'socket', OUT, by(105), { uid: 1000 }],
    ['its mark', 'socket', { ...OUT, mark: 7 }, by(106)],
    ['the device that it is bound to', 'socket', OUT, 'unicast by eth1 via 10.9.0.9, table 254', { device: 'eth1' }],
    ['the host itself is like a socket', 'kernel', { ...OUT, src: '10.9.0.1' }, by(101)],
    ['a raw socket: its source does not count', 'raw', { ...OUT, src: '10.9.0.1' }, MAIN],
    ['nor its type of service', 'raw', { ...OUT, tos: 0x10 }, MAIN],
    ['nor ports', 'raw', { ...OUT, sport: 999 }, MAIN],
    ['its mark does', 'raw', { ...OUT, mark: 7 }, by(106)],
    ['its user', 'raw', OUT, by(105), { uid: 1000 }],
    ['the device', 'raw', OUT, 'unicast by eth1 via 10.9.0.9, table 254', { device: 'eth1' }],
    ['to rules it is of protocol 255', 'raw', { ...OUT, mark: 9 }, by(108)],
    ['which a packet of a socket is not', 'socket', { ...OUT, mark: 9 }, MAIN],
    ['after a change the user is forgotten', 'reroute', OUT, MAIN, { uid: 1000 }],
    ['and is that of the kernel', 'reroute', { ...OUT, mark: 8 }, by(107), { uid: 1000 }],
    ['before it, not', 'socket', { ...OUT, mark: 8 }, by(105), { uid: 1000 }],
    ['IPv6 does not forget it', 'reroute', OUT6, by6(105), { uid: 1000 }],
    ['after a change all else counts', 'reroute', { ...OUT, src: '10.9.0.1' }, by(101)],
    ['the source of IPv6 counts', 'socket', { ...OUT6, src: '2001:db8:2::1' }, by6(101)],
    ['and its ports', 'socket', { ...OUT6, dport: 888 }, by6(104)],
    ['of a raw socket they do not', 'raw', { ...OUT6, dport: 888 }, MAIN6],
    ['nor its source, where there is a route', 'raw', { ...OUT6, src: '2001:db8:2::1' }, MAIN6],
    ['where there is none without a source, IPv6 chooses one', 'raw', { ...OUT6, dst: '2001:db8:2:1::7' }, by6(101)],
    [
      'other sockets do not',
      'socket',
      { ...OUT6, dst: '2001:db8:2:1::7' },
      'no-route: there is no route to 2001:db8:2:1::7',
    ],
    ['to this host itself it goes by lo', 'socket', { ...OUT, dst: '10.9.0.1' }, 'local by lo, table 255'],
    ['in IPv6 as well', 'socket', { ...OUT6, dst: '2001:db8:2::1' }, 'local by lo, table 255'],
    ['a socket means this host by ::', 'socket', { ...OUT6, dst: '::' }, 'local by lo, table 255'],
    ['so does a raw one', 'raw', { ...OUT6, dst: '::' }, 'local by lo, table 255'],
    ['a packet that was changed does not', 'reroute', { ...OUT6, dst: '::' }, 'no-route: there is no route to ::'],
    ['nor does the host', 'kernel', { ...OUT6, dst: '::' }, 'no-route: there is no route to ::'],
    ['a broadcast', 'socket', { ...OUT, dst: '192.0.2.255' }, 'broadcast by eth0, table 255'],
    ['no route', 'socket', { ...OUT6, dst: '2001:db8:5::9' }, 'no-route: there is no route to 2001:db8:5::9'],
    ['a blackhole', 'socket', { ...OUT, dst: '198.51.100.1' }, 'blackhole: the route to 198.51.100.1 is a blackhole'],
    [
      'unreachable',
      'socket',
      { ...OUT, dst: '198.51.100.129' },
      'unreachable: the route to 198.51.100.129 is "unreachable"',
    ],
    ['prohibit', 'raw', { ...OUT, dst: '198.51.100.65' }, 'prohibited: the route to 198.51.100.65 is "prohibit"'],
  ])('%s', (_, seeker, request, expected, { uid, device } = {}) => {
    const host = hostWith({});
    expect(words(routeOutput(makePacket(request, host), host, device, uid, seeker))).toBe(expected);
  });
});

describe('what 127.0.0.0/8 sends stays on the host', () => {
  const LOOPBACK: PacketRequest = { ...OUT, src: '127.0.0.1' };
  const REFUSED = 'martian-source: 127.0.0.1 may not leave by eth0 unless route_localnet is 1';
  const on = (iface: string): Record<string, number> => ({ [`net.ipv4.conf.${iface}.route_localnet`]: 1 });
  test.each<[string, RouteSeeker, PacketRequest, Record<string, number>, string]>([
    ['of a socket', 'socket', LOOPBACK, {}, REFUSED],
    ['after a change', 'reroute', LOOPBACK, {}, REFUSED],
    ['unless the device allows it', 'socket', LOOPBACK, on('eth0'), MAIN],
    ['or every device', 'socket', LOOPBACK, on('all'), MAIN],
    ['another device does not matter', 'socket', LOOPBACK, on('eth1'), REFUSED],
    ['a raw socket is not asked', 'raw', LOOPBACK, {}, MAIN],
    ['it may go to the host itself', 'socket', { ...LOOPBACK, dst: '10.9.0.1' }, {}, 'local by lo, table 255'],
    ['IPv6 does not ask', 'socket', { ...OUT6, src: '::1' }, {}, MAIN6],
    [
      'where there is no way, that is said',
      'socket',
      { ...LOOPBACK, dst: '198.51.100.1' },
      {},
      'blackhole: the route to 198.51.100.1 is a blackhole',
    ],
  ])('%s', (_, seeker, request, sysctls, expected) => {
    const host = hostWith(sysctls);
    expect(words(routeOutput(makePacket(request, host), host, undefined, undefined, seeker))).toBe(expected);
  });
});
