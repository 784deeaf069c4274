import type { KernelCase } from '../case';
import { EVERY_HOOK, gateway, out, rules } from './host';

/**
 * What this host sends to many: the copy that it takes itself, through POSTROUTING, PREROUTING and INPUT, and what
 * leaves. And what lo takes.
 */
export function groupCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return CASES.map(({ name, topology, ...rest }) => ({
    name,
    question: { independent: true, ...rest, topology: gateway(topology) },
  }));
}

const to = (dst: string, more = {}): ReturnType<typeof out> => out('192.168.1.10', dst, more);
const to6 = (dst: string, more = {}): ReturnType<typeof out> => out('fd00:1::10', dst, more);
const ECHO6 = { proto: 'icmpv6', icmpType: 128, icmpCode: 0, icmpId: 7 } as const;
const BROADCAST = '192.168.1.255';
const ALL_HOSTS = '224.0.0.1';
const ALL_NODES = 'ff02::1';
const by = (oface: string): object => ({ oface, bindOface: true });

/** Asks how the link layer addressed it, where it came from and who sent it. */
const LOOKS = {
  mangle: [
    ...['broadcast', 'multicast', 'unicast'].flatMap((type) => [
      `PREROUTING -m pkttype --pkt-type ${type}`,
      `POSTROUTING -m pkttype --pkt-type ${type}`,
    ]),
    'PREROUTING -m mac --mac-source 02:00:00:00:01:05',
    'PREROUTING -m mac ! --mac-source 02:00:00:00:01:05',
    'PREROUTING -m rpfilter',
    'PREROUTING -m rpfilter --invert',
    'PREROUTING -m socket --nowildcard',
    'PREROUTING -m bpf --bytecode "4,32 0 0 4294963204,21 0 1 5,6 0 0 1,6 0 0 0"',
    'POSTROUTING -m owner --uid-owner 1000',
    'POSTROUTING -m owner ! --uid-owner 1000',
    'POSTROUTING -m owner --socket-exists',
    'PREROUTING -i eth0',
    'POSTROUTING -o eth0',
  ],
};
const LOOKS4 = rules({
  mangle: [...LOOKS.mangle, 'INPUT -m addrtype --dst-type BROADCAST', 'INPUT -m addrtype --dst-type MULTICAST'],
});
/** What is done to one of the two is not done to the other, unless it is done to their connection. */
const MARKS = [
  'PREROUTING -j MARK --set-xmark 0x5/0xffffffff',
  'POSTROUTING -m mark --mark 0x100/0x100',
  'POSTROUTING -m mark --mark 0x5',
  'POSTROUTING -j MARK --set-xmark 0x100/0x100',
  'INPUT -j CONNMARK --set-xmark 0x7/0xffffffff',
  'POSTROUTING -m connmark --mark 0x7',
];
const every = (nth: number, target: string): string =>
  rules({
    mangle: [`POSTROUTING -m statistic --mode nth --every 2 --packet ${nth} -j ${target}`, 'POSTROUTING', 'INPUT'],
    nat: ['POSTROUTING'],
  });

const CASES: readonly ({ readonly name: string } & KernelCase)[] = [
  {
    name: 'IPv4: a copy of broadcasts, and of multicasts to groups that the host is in',
    rules: EVERY_HOOK,
    packets: [
      ...['255.255.255.255', BROADCAST, '10.0.5.255', ALL_HOSTS, '224.0.0.251', '239.1.2.3'].map((dst) => to(dst)),
      out('127.0.0.1', BROADCAST),
      out('127.0.0.1', ALL_HOSTS),
      out('0.0.0.0', '255.255.255.255'),
      to('255.255.255.255', by('eth1')),
      to(ALL_HOSTS, by('eth1')),
      to(ALL_HOSTS, by('tun9')),
      to(BROADCAST, { proto: 'icmp', icmpType: 8, icmpCode: 0 }),
    ],
  },
  {
    name: 'IPv4: with TTL 0 a multicast leaves only where no copy is taken, a broadcast in any case',
    rules: EVERY_HOOK,
    packets: [BROADCAST, '255.255.255.255', ALL_HOSTS, '239.1.2.3'].map((dst) => to(dst, { ttl: 0 })),
  },
  {
    name: 'IPv4: over lo nothing is copied',
    rules: EVERY_HOOK,
    packets: ['255.255.255.255', ALL_HOSTS, '224.0.0.251', '127.255.255.255'].map((dst) =>
      to(dst, dst.startsWith('127') ? {} : by('lo')),
    ),
  },
  {
    name: 'IPv6: a copy of multicasts to groups that the host is in',
    rules6: EVERY_HOOK,
    packets: [
      ...[ALL_NODES, 'ff02::2', 'ff05::2', 'ff02::fb', 'ff05::99', 'ff02::1:ff00:10'].map((dst) => to6(dst)),
      to6(ALL_NODES, by('eth1')),
      out('fe80::1', ALL_NODES),
      out('::', ALL_NODES),
      to6(ALL_NODES, { proto: 'icmpv6', icmpType: 128, icmpCode: 0 }),
      to6('ff02::2', { proto: 'icmpv6', icmpType: 133, icmpCode: 0, ttl: 255 }),
    ],
  },
  {
    name: 'IPv6: with hop limit 0 only the copy is left',
    rules6: EVERY_HOOK,
    packets: [ALL_NODES, 'ff05::2', 'ff02::fb', 'ff05::99'].map((dst) => to6(dst, { ttl: 0 })),
  },
  {
    name: 'IPv6: what means one interface only does not leave',
    rules6: EVERY_HOOK,
    packets: ['ff01::1', 'ff01::2', 'ff01::99', 'ff11::99', 'ff00::1'].map((dst) => to6(dst)),
  },
  {
    name: 'IPv6: of what comes from ::1 no copy comes in',
    rules6: EVERY_HOOK,
    packets: [out('::1', ALL_NODES), out('::1', 'ff02::fb'), out('::1', ALL_NODES, { ttl: 0 })],
  },
  {
    name: 'IPv6: nothing comes in from a multicast address, over lo either',
    rules6: EVERY_HOOK,
    packets: [out('ff02::1', 'fd00:1::10'), out('ff01::1', ALL_NODES), out('ff02::1', '::1')],
  },
  {
    name: 'IPv4: all that is sent over lo comes in',
    rules: EVERY_HOOK,
    topology: { routes: ['198.51.100.0/24 dev lo'] },
    packets: [to('8.8.8.8', by('lo')), to('10.0.5.255', by('lo')), to('198.51.100.9'), to('10.0.5.9', by('lo'))],
  },
  {
    name: 'a copy has no Ethernet header for eui64',
    rules6: rules({ raw: ['PREROUTING -m eui64', 'PREROUTING'], mangle: ['INPUT'] }),
    packets: [to6(ALL_NODES), to6(ALL_NODES, { ttl: 0 }), to6('fd00:1::10')],
  },
  {
    name: 'routers are in groups of their own',
    rules6: EVERY_HOOK,
    topology: { sysctls: { 'net.ipv6.conf.all.forwarding': 0 } },
    packets: [to6(ALL_NODES), to6('ff02::2')],
  },
  {
    name: 'how the copy looks',
    rules: LOOKS4,
    packets: [BROADCAST, '255.255.255.255', ALL_HOSTS].map((dst) => to(dst)),
  },
  { name: 'how the copy looks in IPv6', rules6: rules(LOOKS), packets: [to6(ALL_NODES)] },
  {
    name: 'marks and source NAT',
    rules: rules({ mangle: MARKS, nat: ['POSTROUTING -j SNAT --to-source 192.168.1.77'] }),
    packets: [to(BROADCAST), to(ALL_HOSTS), to(ALL_HOSTS, { ttl: 0 })],
  },
  {
    name: 'marks and source NAT in IPv6',
    rules6: rules({ mangle: MARKS, nat: ['POSTROUTING -j SNAT --to-source fd00:1::77'] }),
    packets: [to6(ALL_NODES), to6(ALL_NODES, { ttl: 0 })],
  },
  {
    name: 'masquerading',
    rules: rules({ mangle: ['POSTROUTING', 'INPUT -s 192.168.1.10'], nat: ['POSTROUTING -j MASQUERADE'] }),
    packets: [to(BROADCAST), out('10.0.5.1', BROADCAST)],
  },
  {
    name: 'what POSTROUTING does to the TTL comes too late',
    rules: rules({ mangle: ['OUTPUT -j TTL --ttl-set 1', 'POSTROUTING -j TTL --ttl-dec 1'] }),
    packets: [to(BROADCAST), to(ALL_HOSTS), to('239.1.2.3')],
  },
  {
    name: 'what POSTROUTING does to the hop limit does not',
    rules6: rules({ mangle: ['OUTPUT -j HL --hl-set 1', 'POSTROUTING -j HL --hl-dec 1', 'INPUT'] }),
    packets: [to6(ALL_NODES), to6('ff02::fb')],
  },
  ...['DROP', 'REJECT', 'NFQUEUE --queue-num 3'].flatMap((target) => [
    {
      name: `INPUT -j ${target}: the packet itself leaves`,
      rules: rules({ mangle: ['POSTROUTING'], filter: [`INPUT -j ${target}`] }),
      packets: [to(BROADCAST), to(ALL_HOSTS), to(ALL_HOSTS, { ttl: 0 })],
    },
    {
      name: `INPUT -j ${target} in IPv6`,
      rules6: rules({ mangle: ['POSTROUTING'], filter: [`INPUT -j ${target}`] }),
      packets: [to6(ALL_NODES), to6(ALL_NODES, { ttl: 0 }), to6('ff01::1')],
    },
  ]),
  {
    name: 'INPUT with policy DROP',
    rules: EVERY_HOOK.replace(':INPUT ACCEPT', ':INPUT DROP'),
    rules6: EVERY_HOOK.replace(':INPUT ACCEPT', ':INPUT DROP'),
    packets: [to(BROADCAST), to(ALL_HOSTS, { ttl: 0 })],
  },
  ...[0, 1].flatMap((nth) =>
    ['DROP', 'ACCEPT'].flatMap((target) => [
      {
        name: `POSTROUTING -j ${target} for packet ${nth} of two`,
        rules: every(nth, target),
        packets: [to(BROADCAST), to(ALL_HOSTS), to(ALL_HOSTS, { ttl: 0 })],
      },
      {
        name: `POSTROUTING -j ${target} for packet ${nth} of two in IPv6`,
        rules6: every(nth, target),
        packets: [to6(ALL_NODES), to6(ALL_NODES, { ttl: 0 })],
      },
    ]),
  ),
  {
    name: 'DNAT to a broadcast address',
    rules: rules({
      nat: ['OUTPUT -d 8.8.8.8 -j DNAT --to-destination 192.168.1.255', 'POSTROUTING'],
      mangle: ['POSTROUTING', 'PREROUTING', 'INPUT'],
    }),
    packets: [to('8.8.8.8')],
  },
  {
    name: 'DNAT away from a broadcast address',
    rules: rules({
      nat: ['OUTPUT -j DNAT --to-destination 8.8.8.8', 'POSTROUTING'],
      mangle: ['POSTROUTING', 'PREROUTING', 'INPUT'],
    }),
    packets: [to(BROADCAST), to('255.255.255.255')],
  },
  {
    name: 'led to this host by its mark',
    rules: EVERY_HOOK,
    topology: { ipRules: ['fwmark 0x1 lookup 300'], routes: ['local 0.0.0.0/0 dev lo table 300'] },
    packets: [BROADCAST, '255.255.255.255', ALL_HOSTS, '239.1.2.3'].map((dst) => to(dst, { mark: 1 })),
  },
  {
    name: 'led to this host by its mark in IPv6',
    rules6: EVERY_HOOK,
    topology: { ipRules: ['-6 fwmark 0x1 lookup 300'], routes: ['-6 local ::/0 dev lo table 300'] },
    packets: [ALL_NODES, 'ff02::fb', 'ff01::1', 'ff05::99'].map((dst) => to6(dst, { mark: 1 })),
  },
  {
    name: 'routed again by its mark',
    rules: rules({ mangle: ['OUTPUT -j MARK --set-xmark 0x1/0xffffffff', 'POSTROUTING', 'INPUT'] }),
    topology: { ipRules: ['fwmark 0x1 lookup 200'] },
    packets: [to(BROADCAST), to('255.255.255.255'), to(ALL_HOSTS)],
  },
  {
    name: 'INVALID',
    rules: EVERY_HOOK,
    packets: [
      to(BROADCAST, { proto: 'tcp', flags: ['SYN', 'ACK'] }),
      to(ALL_HOSTS, { proto: 'icmp', icmpType: 0, icmpCode: 0 }),
    ],
  },
  ...[['POSTROUTING'], ['INPUT'], ['POSTROUTING', 'INPUT']].flatMap((hooks) =>
    [
      [],
      ['PREROUTING -j MARK --set-mark 4'],
      ['PREROUTING -j HL --hl-set 64'],
      ['POSTROUTING -j DSCP --set-dscp 4'],
    ].map((first) => ({
      name: `the copy shares its data with the packet: ${[...first, ...hooks].join(', ')}`,
      packets: [to6(ALL_NODES), to6('ff02::2')],
      rules6: rules({
        mangle: [...first, ...hooks.map((hook) => `${hook} -j SNPT --src-pfx fd00:96::/64 --dst-pfx fd00:1::/64`)],
      }),
    })),
  ),
  {
    name: 'DNPT makes of a group an address',
    rules6: rules({
      mangle: ['PREROUTING -j DNPT --src-pfx 2001:db8:1::/64 --dst-pfx fd00:1::/64', 'PREROUTING', 'INPUT'],
    }),
    packets: [to6('ff01::1')],
  },
  ...['OUTPUT', 'PREROUTING'].flatMap((chain) =>
    [2, 3, 4].map((burst) => ({
      name: `IPv6 answers echo requests to a group, its own too: -A ${chain} counts ${burst}`,
      independent: false,
      rules6: rules({ mangle: [`${chain} -m limit --limit 1/hour --limit-burst ${burst} -j ACCEPT`, chain] }),
      packets: [
        ...[0, 1].map(() => to6(ALL_NODES, ECHO6)),
        ...['fd00:1::9', 'fe80::9'].map((src) => ({
          dir: 'in' as const,
          iface: 'eth0',
          src,
          dst: ALL_NODES,
          ...ECHO6,
        })),
        to6(ALL_NODES),
      ],
    })),
  ),
  {
    name: 'UNTRACKED',
    rules: rules({
      raw: ['OUTPUT -j CT --notrack'],
      mangle: ['POSTROUTING', 'PREROUTING'],
      nat: ['POSTROUTING', 'PREROUTING'],
    }),
    packets: [to(BROADCAST), to(ALL_HOSTS)],
  },
  {
    name: 'without connection tracking',
    rules: rules({ mangle: ['POSTROUTING', 'PREROUTING', 'INPUT'] }),
    topology: { conntrack: 'auto' as const },
    packets: [to(BROADCAST), to(ALL_HOSTS), to('224.0.0.251')],
  },
  {
    name: 'one connection after the other',
    independent: false,
    rules: rules({
      mangle: ['PREROUTING', 'POSTROUTING -m conntrack --ctstate ESTABLISHED'],
      nat: ['PREROUTING', 'POSTROUTING -j MASQUERADE'],
    }),
    packets: [
      to(BROADCAST),
      to(BROADCAST),
      { dir: 'in', iface: 'eth0', src: '192.168.1.255', dst: '192.168.1.10', proto: 'udp', sport: 53, dport: 40000 },
      to(BROADCAST),
    ],
  },
  {
    name: 'limits count the copy',
    independent: false,
    rules: rules({ mangle: ['POSTROUTING -m limit --limit 1/hour --limit-burst 3 -j ACCEPT', 'POSTROUTING -j DROP'] }),
    packets: [to(BROADCAST), to(BROADCAST)],
  },
];
