import type { KernelCase, PacketJson, TopologyJson } from '../case';
import { HOST, table } from './words';

/** The route back, of sources and destinations of every kind. */
export function rpfilterCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return CASES.map(({ name, ...question }) => ({
    name: `rpfilter: ${name}`,
    question: { independent: true, topology: HOST, ...question },
  }));
}

const OPTIONS = ['', '--loose', '--accept-local', '--accept-local --loose', '--validmark', '--invert'];
const CHAIN = OPTIONS.map((options) => `PREROUTING -m rpfilter ${options}`);
const ROUTES: TopologyJson = {
  ...HOST,
  routes: [
    ...(HOST.routes ?? []),
    'blackhole 192.0.2.0/25',
    'prohibit 192.0.2.128/25',
    'unreachable 203.0.113.0/25',
    '198.51.100.0/24 via 192.168.50.9 dev eth1',
    'default via 192.168.50.9 dev eth1 table 100',
    '-6 blackhole 2001:db8:1::/48',
    '-6 2001:db8:2::/48 via fd00:2::9 dev eth1',
    '-6 default via fd00:2::9 dev eth1 table 100',
  ],
  ipRules: ['fwmark 0x7 lookup 100', 'tos 0x10 lookup 100', '-6 fwmark 0x7 lookup 100'],
};

const packet = (src: string, dst: string, more: PacketJson = {}): PacketJson => ({
  dir: 'in',
  iface: 'eth0',
  src,
  dst,
  proto: 'udp',
  sport: 40000,
  dport: 53,
  ...more,
});
const to =
  (dst: string) =>
  (src: string): PacketJson =>
    packet(src, dst);
const KINDS4 = ['0.0.0.0', '0.1.2.3', '255.255.255.255', '224.0.0.9', '10.244.1.255', '127.0.0.1', '169.254.1.1'];
const KINDS6 = ['::', '::1', 'ff02::9', 'fe80::9', 'fd00:1::', 'fd00:1::5', 'fd00:2::1'];

const CASES: readonly ({ readonly name: string } & KernelCase)[] = [
  ...['10.244.1.5', '255.255.255.255', '224.0.0.1', '224.1.2.3', '0.0.0.0', '10.244.1.255'].map((dst) => ({
    name: `sources of every kind, to ${dst}`,
    rules: table('raw', CHAIN),
    packets: [...KINDS4, '10.244.1.9', '10.244.1.5', '192.168.50.1', '192.168.50.9', '8.8.8.8'].map(to(dst)),
  })),
  ...['fd00:1::5', 'ff02::1', 'ff05::2'].map((dst) => ({
    name: `sources of every kind, to ${dst}`,
    rules6: table('raw', CHAIN),
    packets: [...KINDS6, 'fd00:1::9', 'fd00:2::9', '2001:db8::9'].map(to(dst)),
  })),
  {
    name: 'routes of every kind',
    rules: table('mangle', ['PREROUTING -p tcp -j MARK --set-mark 7', ...CHAIN]),
    topology: ROUTES,
    packets: ['192.0.2.9', '192.0.2.200', '203.0.113.9', '198.51.100.9', '8.8.8.8'].flatMap((src) => [
      packet(src, '10.244.1.5'),
      packet(src, '10.244.1.5', { tos: 0x10 }),
      packet(src, '10.244.1.5', { proto: 'tcp' }),
      packet(src, '10.244.1.5', { iface: 'eth1', proto: 'tcp' }),
      packet(src, '10.244.1.5', { iface: 'eth1', tos: 0x10 }),
    ]),
  },
  {
    name: 'routes of every kind in IPv6',
    rules6: table('mangle', ['PREROUTING -p tcp -j MARK --set-mark 7', ...CHAIN]),
    topology: ROUTES,
    packets: ['2001:db8:1::9', '2001:db8:2::9', '2001:db8:9::9'].flatMap((src) => [
      packet(src, 'fd00:1::5'),
      packet(src, 'fd00:1::5', { proto: 'tcp' }),
      packet(src, 'fd00:1::5', { iface: 'eth1', proto: 'tcp' }),
    ]),
  },
  {
    name: 'routes to one prefix by two interfaces',
    rules: table('raw', CHAIN),
    rules6: table('raw', CHAIN),
    topology: {
      ...HOST,
      routes: [
        '10.9.0.0/16 via 10.244.1.1 dev eth0 metric 10',
        '10.9.0.0/16 via 192.168.50.9 dev eth1 metric 20',
        '-6 2001:db8:2::/48 via fd00:1::9 dev eth0 metric 10',
        '-6 2001:db8:2::/48 via fd00:2::9 dev eth1 metric 20',
        '-6 2001:db8:2::/64 via fd00:1::9 dev eth0',
      ],
    },
    packets: ['eth0', 'eth1'].flatMap((iface) => [
      packet('10.9.0.9', '10.244.1.5', { iface }),
      packet('2001:db8:2:1::9', 'fd00:1::5', { iface }),
      packet('2001:db8:2::9', 'fd00:1::5', { iface }),
    ]),
  },
];
