import type { TopologyJson } from '../kernel/case';

const HOST = {
  ifaces: [
    { name: 'eth0', mac: '02:00:00:00:00:10', addrs: ['192.0.2.10/24', '2001:db8:1::10/64'] },
    { name: 'eth1', mac: '02:00:00:00:00:11', addrs: ['10.9.0.1/24', '2001:db8:2::1/64'] },
    { name: 'eth2', mac: '02:00:00:00:00:12', addrs: ['2001:db8:3::1/64'] },
  ],
  routes: [
    'default via 192.0.2.1 dev eth0',
    '10.8.0.0/24 via 10.9.0.254 dev eth1',
    'blackhole 198.51.100.0/26',
    'prohibit 198.51.100.64/26',
    'unreachable 198.51.100.128/26',
    '-6 default via 2001:db8:1::1 dev eth0',
    '-6 blackhole 2001:db8:f::/48',
  ],
} satisfies TopologyJson;

const V4 = 'net.ipv4.conf.';
const settings = (sysctls: Readonly<Record<string, number>>): TopologyJson => ({ ...HOST, sysctls });
const STRICT = { [`${V4}all.rp_filter`]: 1 };
const MARKED = ['fwmark 0x7 lookup 100'];
const MARKED_ROUTES = [...HOST.routes, 'default via 10.9.0.254 dev eth1 table 100'];

/** Hosts by what is particular about them. */
export const INPUT_HOSTS: Readonly<Record<string, TopologyJson>> = {
  'an open router': HOST,
  'no router': settings({ 'net.ipv4.ip_forward': 0, 'net.ipv6.conf.all.forwarding': 0 }),
  'forwards from eth1 only': settings({ [`${V4}eth0.forwarding`]: 0, [`${V4}eth2.forwarding`]: 0 }),
  'strict reverse path': settings(STRICT),
  'strict on eth1, loose on eth0': settings({ [`${V4}eth1.rp_filter`]: 1, [`${V4}eth0.rp_filter`]: 2 }),
  'loose reverse path': settings({ [`${V4}all.rp_filter`]: 2 }),
  'loose reverse path without a default route': {
    ...settings({ [`${V4}all.rp_filter`]: 2 }),
    routes: HOST.routes.filter((route) => !route.includes('default')),
  },
  'without a default route': { ...HOST, routes: HOST.routes.filter((route) => !route.includes('default')) },
  'loopback addresses on eth0': settings({ [`${V4}eth0.route_localnet`]: 1 }),
  'loopback addresses anywhere': settings({ [`${V4}all.route_localnet`]: 1 }),
  'own addresses from outside on eth0': settings({ [`${V4}eth0.accept_local`]: 1 }),
  'own addresses from outside, strict': settings({ ...STRICT, [`${V4}all.accept_local`]: 1 }),
  'a mark routes': { ...HOST, routes: MARKED_ROUTES, ipRules: MARKED },
  'a mark routes, strict': { ...settings(STRICT), routes: MARKED_ROUTES, ipRules: MARKED },
  'a mark routes, strict and of the mark': {
    ...settings({ ...STRICT, [`${V4}eth0.src_valid_mark`]: 1 }),
    routes: MARKED_ROUTES,
    ipRules: MARKED,
  },
  'ports route, strict': { ...settings(STRICT), routes: MARKED_ROUTES, ipRules: ['ipproto udp dport 4000 lookup 100'] },
  'more local addresses': { ...HOST, routes: [...HOST.routes, 'local 10.7.0.0/24 dev lo'] },
  'a realm': { ...HOST, routes: [...HOST.routes, '10.6.0.0/24 via 10.9.0.254 dev eth1 realm 3'] },
};
