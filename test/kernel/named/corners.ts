import type { KernelCase, PacketJson } from '../case';
import { HOST, table } from './words';

/** Rare mixtures in which the evaluator once said otherwise than the kernel, one case for each finding. */
export function cornerCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return CASES.map(({ name, topology = HOST, ...rest }) => ({ name, question: { topology, ...rest } }));
}

const udp = (more: PacketJson): PacketJson => ({
  dir: 'out',
  src: '10.244.1.5',
  dst: '8.8.8.8',
  proto: 'udp',
  sport: 40000,
  dport: 53,
  ...more,
});
const states = (chain: string): string[] =>
  ['INVALID', 'UNTRACKED', 'NEW', 'ESTABLISHED', 'RELATED'].map((state) => `${chain} -m conntrack --ctstate ${state}`);

// An ICMP error about a masqueraded connection.
const WIREGUARD = {
  ifaces: [
    { name: 'eth0', mac: '02:00:00:00:01:05', addrs: ['10.244.1.5/24'] },
    { name: 'wg0', mac: '02:00:00:00:02:01', addrs: ['100.64.0.1/24'] },
  ],
  routes: ['default via 10.244.1.1 dev eth0', 'default via 100.64.0.2 dev wg0 table 200'],
  ipRules: ['fwmark 0x2/0x2 lookup 200'],
};
const query = udp({ sport: 1025, dport: 22, mark: 2 });
const answer: PacketJson = {
  dir: 'in',
  iface: 'wg0',
  src: '8.8.8.8',
  dst: '100.64.0.1',
  proto: 'udp',
  sport: 22,
  dport: 1025,
};
const masquerade = table('nat', ['OUTPUT', 'POSTROUTING -j MASQUERADE']);

// A packet to this host itself that no connection can begin with.
const reset: PacketJson = {
  dir: 'out',
  src: '10.244.1.5',
  dst: '10.244.1.5',
  proto: 'tcp',
  sport: 1000,
  dport: 80,
  flags: ['RST', 'ACK'],
};
const known = { orig: { src: '10.244.1.5', dst: '10.244.1.5', proto: 'tcp', sport: 1000, dport: 80 } };

// ICMPv6 errors about a packet that has been under another prefix.
const npt = (chain: string, target: string): string =>
  table('mangle', [`${chain} -j ${target} --src-pfx fd00:1::/64 --dst-pfx fd00:17::/64`]);
const error = (src: string, dst: string, more: PacketJson): PacketJson => ({
  src,
  dst,
  proto: 'icmpv6',
  icmpType: 1,
  inner: { src: dst, dst: src, proto: 'udp', sport: 5353, dport: 30080 },
  ...more,
});
const OUT: PacketJson = { dir: 'out' };
const IN: PacketJson = { dir: 'in', iface: 'eth0' };

// DNPT breaks the checksum of an error to 2001:db8::1, which is outside of its prefix; DSCP makes a checksum that was
// verified before be computed anew.
const BREAKS = [
  'OUTPUT -j DNPT --src-pfx fd00:9::/64 --dst-pfx fd00:17::/64',
  'PREROUTING -j DNPT --src-pfx fd00:9::/64 --dst-pfx fd00:1::/64',
] as const;
const CHANGES = [
  '',
  'POSTROUTING -j DSCP --set-dscp 0x11',
  'PREROUTING -j HL --hl-set 9',
  'PREROUTING -j DSCP --set-dscp 0x11',
];
const errorTo = (dst: string, more: PacketJson): PacketJson => ({
  src: 'fd00:1::5',
  dst,
  proto: 'icmpv6',
  icmpType: 1,
  inner: { src: dst, dst: 'fd00:1::5', proto: 'udp', sport: 5353, dport: 30080 },
  ...more,
});
const wrongSums = ['', ...BREAKS].flatMap((breaks) =>
  CHANGES.flatMap((changes) =>
    [[], ['OUTPUT -p udp -j DNAT --to-destination fd00:1::9']].map((nat) => ({
      name: `an ICMPv6 error whose checksum is wrong: ${[breaks, changes, ...nat].filter(Boolean).join(', ') || 'none'}`,
      rules6: table('mangle', [changes, breaks].filter(Boolean)) + table('nat', nat),
      independent: true,
      conntrack: ['2001:db8::1', 'fd00:2::1'].map((src) => ({
        orig: { src, dst: 'fd00:1::5', proto: 'udp', sport: 5353, dport: 30080 },
        status: [],
      })),
      packets: [
        errorTo('2001:db8::1', OUT),
        errorTo('fd00:2::1', OUT),
        {
          ...errorTo('fd00:1::5', IN),
          src: '2001:db8::1',
          inner: { src: 'fd00:1::5', dst: '2001:db8::1', proto: 'udp', sport: 30080, dport: 5353 },
        },
      ],
    })),
  ),
);

// Sources that the host picks itself.
const tcp6 = (more: PacketJson): PacketJson => ({
  src: 'fd00:1::5',
  dst: '::',
  proto: 'tcp',
  sport: 15001,
  dport: 443,
  flags: ['SYN'],
  ...more,
});
const toLoopback = (hook: string): string =>
  table('nat', [`${hook} -j DNAT --to-destination ::1`, 'POSTROUTING -j MASQUERADE']);
const echo = (src: string): PacketJson => ({ dir: 'out', src, dst: '::', proto: 'icmpv6', icmpType: 128 });
const REJECT_RESET = table('filter', ['INPUT -p tcp -j REJECT --reject-with tcp-reset']);

// The mark of a socket goes to the packet.
const restored = (options: string, more = ''): string =>
  table('mangle', [
    'PREROUTING -j MARK --set-mark 0x5',
    `PREROUTING -m socket ${options}--restore-skmark${more}`,
    'PREROUTING -m mark --mark 0x5',
    'PREROUTING -m mark --mark 0x0',
  ]);
const listening = (addr: string): readonly PacketJson[] => [{ proto: 'udp', addr, port: 53 }];
const toSocket = udp({ ...IN, src: '10.244.2.9', dst: '10.244.1.5' });

// A network whose member is refused for its counters.
const counted = (...members: readonly string[]): string =>
  ['create s hash:net,iface family inet counters', ...members.map((member) => `add s ${member}`), ''].join('\n');
const ASKED = table(
  'mangle',
  ['', ' --return-nomatch'].map((option) => `INPUT -m set --match-set s src,src${option} --packets-gt 1`),
);
const WIDER = '10.244.0.0/16,eth0 packets 3 bytes 363';
const near = udp({ ...IN, src: '10.244.1.9', dst: '10.244.1.5' });

// Connections that connlimit did not see while they were new.
const LIMITS = table(
  'mangle',
  [0, 1, 2].map((limit) => `PREROUTING -m connlimit --connlimit-above ${limit}`),
);
const incoming = (sport: number): PacketJson => udp({ ...IN, src: '10.244.2.9', dst: '10.244.1.5', sport });
const earlier = (status: readonly string[]): readonly PacketJson[] => [
  { orig: { src: '10.244.2.9', dst: '10.244.1.5', proto: 'udp', sport: 1, dport: 53 }, status },
];
const limitsIn = (chain: string, before: readonly string[] = []): string =>
  table('raw', [...before, ...[0, 1, 2].map((limit) => `${chain} -m connlimit --connlimit-above ${limit}`)]);
const ping6 = { dir: 'out', src: 'fd00:1::5', dst: 'fd00:1::5', proto: 'icmpv6', icmpType: 128 } as const;
const toItself = (sport: number): PacketJson => udp({ dst: '10.244.1.5', sport });
const known1 = [{ orig: { src: '10.244.1.5', dst: '10.244.1.5', proto: 'udp', sport: 1, dport: 53 } }];

// Only eth0, which has the default route, reaches link-local addresses.
const fromLink = (iface: string, more: PacketJson = {}): PacketJson => ({
  dir: 'in',
  iface,
  src: 'fe80::9',
  dst: 'fd00:2::1',
  proto: 'tcp',
  sport: iface === 'eth0' ? 1000 : 2000,
  dport: 80,
  flags: ['SYN'],
  ...more,
});

// The nodes of a cluster share a link layer address.
const shared = (before: string): string =>
  table('mangle', [
    `PREROUTING ${before}-m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 1`,
    'PREROUTING -m pkttype --pkt-type multicast',
    'PREROUTING -m pkttype --pkt-type unicast',
    'FORWARD',
  ]);
const inMulticast = (more: PacketJson): PacketJson => ({
  ...IN,
  src: '10.244.1.9',
  dst: '10.244.1.5',
  proto: 'tcp',
  sport: 1000,
  dport: 80,
  flags: ['SYN'],
  dstMac: '01:00:5e:01:02:03',
  ...more,
});

// What the host sends back shows in how far a counter in OUTPUT has come.
const COUNTED_ANSWERS = table('mangle', [
  'OUTPUT -m statistic --mode nth --every 5 --packet 4',
  'OUTPUT -m statistic --mode nth --every 3 --packet 2',
  'OUTPUT -m statistic --mode nth --every 2 --packet 1',
  'INPUT -m string --string x --algo bm',
]);
const strange = (proto: number, src: string, dst: string): readonly PacketJson[] => [
  { ...IN, src, dst, proto },
  { ...OUT, src: dst, dst: src, proto: 'udp', sport: 1, dport: 2 },
];

const CASES: readonly ({ readonly name: string } & KernelCase)[] = [
  {
    name: 'MASQUERADE: the error about it leaves by another interface',
    topology: WIREGUARD,
    rules: masquerade,
    packets: [query, answer, query],
  },
  {
    name: 'MASQUERADE: the error about it is dropped',
    topology: WIREGUARD,
    rules: masquerade + table('filter', ['OUTPUT -p icmp -j DROP']),
    packets: [query, answer, query],
  },
  {
    name: 'MASQUERADE: the connection itself leaves by another interface',
    topology: WIREGUARD,
    rules: masquerade,
    packets: [query, answer, { ...query, mark: 0 }, query],
  },
  {
    name: 'INVALID over lo: CT --notrack takes it on the way in',
    rules:
      table('raw', [
        'PREROUTING -m conntrack --ctstate INVALID',
        'PREROUTING -m conntrack --ctstate UNTRACKED',
        'PREROUTING -j CT --notrack',
      ]) + table('filter', states('INPUT')),
    packets: [reset],
  },
  {
    name: 'INVALID over lo: known in the zone that it comes back in',
    rules: table('raw', ['OUTPUT -j CT --zone 5']) + table('filter', states('INPUT')),
    conntrack: [known],
    packets: [reset],
  },
  {
    name: 'INVALID over lo: a zone of its own on the way in',
    rules:
      table('raw', ['PREROUTING -j CT --zone 5', 'PREROUTING -m conntrack --ctstate NEW']) +
      table('filter', states('INPUT')),
    packets: [reset],
  },
  {
    name: 'UNTRACKED over lo stays so',
    rules: table('raw', ['OUTPUT -j CT --notrack', 'PREROUTING -j CT --zone 5']) + table('filter', states('INPUT')),
    packets: [reset, { ...reset, flags: ['SYN'] }],
  },
  {
    name: 'SNPT leaves what an error from a raw socket quotes, on the way out',
    rules6: npt('POSTROUTING', 'SNPT'),
    packets: [error('fd00:1::5', '2001:db8::1', OUT), error('fd00:1::5', 'fd00:2::1', OUT)],
  },
  {
    name: 'DNPT leaves what an error from a raw socket quotes, on the way out',
    rules6: npt('OUTPUT', 'DNPT'),
    packets: [error('fd00:1::5', 'fd00:1::9', OUT)],
  },
  {
    name: 'SNPT changes what an error from a raw socket quotes, over lo',
    rules6: npt('INPUT', 'SNPT'),
    packets: [error('fd00:1::5', 'fd00:2::1', OUT)],
  },
  {
    name: 'DNPT changes what an error from a raw socket quotes, over lo',
    rules6: npt('PREROUTING', 'DNPT'),
    packets: [error('fd00:1::5', 'fd00:1::5', OUT)],
  },
  {
    name: 'SNPT changes what a forwarded error quotes',
    rules6: npt('POSTROUTING', 'SNPT'),
    packets: [error('fd00:1::77', 'fd00:2::9', IN)],
  },
  {
    name: 'DNPT changes what an error quotes that comes in',
    rules6: npt('PREROUTING', 'DNPT'),
    packets: [error('fd00:9::77', 'fd00:1::5', IN)],
  },
  ...wrongSums,
  ...['filter', 'nat'].map((name) => ({
    name: `an ICMP redirect about a connection, where there is a table ${name}`,
    rules: name === 'nat' ? table('nat', []) : table('filter', ['INPUT', 'OUTPUT'].flatMap(states)),
    independent: true,
    conntrack: [{ orig: { src: '10.244.2.9', dst: '10.244.1.5', proto: 'udp', sport: 5353, dport: 53 }, status: [] }],
    packets: [
      {
        ...IN,
        src: '10.244.2.9',
        dst: '10.244.1.5',
        proto: 'icmp',
        icmpType: 5,
        inner: { src: '10.244.1.5', dst: '10.244.2.9', proto: 'udp', sport: 53, dport: 5353 },
      },
      {
        ...OUT,
        src: '10.244.1.5',
        dst: '10.244.2.9',
        proto: 'icmp',
        icmpType: 5,
        inner: { src: '10.244.2.9', dst: '10.244.1.5', proto: 'udp', sport: 5353, dport: 53 },
      },
    ],
  })),
  ...(
    [
      ['rules', 'icmp', 3, '10.244.2.9', '10.244.1.5', '10.244.1.6'],
      ['rules6', 'icmpv6', 1, 'fd00:9::9', 'fd00:1::5', 'fd00:1::6'],
    ] as const
  ).map(([key, proto, icmpType, far, near, other]) => ({
    name: `an ICMP error that does not go to the sender of what it quotes, ${key}`,
    [key]: table('filter', ['INPUT', 'OUTPUT', 'FORWARD'].flatMap(states)),
    independent: true,
    conntrack: [{ orig: { src: far, dst: near, proto: 'udp', sport: 5353, dport: 53 }, status: [] }],
    packets: [near, other].flatMap((dst) => [
      { ...IN, src: far, dst, proto, icmpType, inner: { src: near, dst: far, proto: 'udp', sport: 53, dport: 5353 } },
      {
        ...OUT,
        src: near,
        dst: dst === near ? far : dst,
        proto,
        icmpType,
        inner: { src: far, dst: near, proto: 'udp', sport: 5353, dport: 53 },
      },
    ]),
  })),
  {
    name: 'MASQUERADE towards ::1 takes an address of the outgoing interface',
    rules6: toLoopback('PREROUTING'),
    independent: true,
    packets: [tcp6({ ...IN, src: 'fd00:9::9', dst: 'fd00:2::1' }), tcp6({ ...IN, dst: 'fd00:2::1' })],
  },
  {
    name: 'MASQUERADE towards ::1 over lo',
    rules6: toLoopback('OUTPUT'),
    packets: [tcp6({ ...OUT, dst: '2001:db8::1' })],
  },
  {
    name: 'the RST about a packet to :: is none of its connection',
    rules6: table('filter', []),
    packets: [tcp6(OUT), tcp6({ ...IN, src: '::', dst: 'fd00:1::5', sport: 443, dport: 15001 })],
  },
  {
    name: 'an echo request to :: is answered to addresses of lo only',
    rules6: table('filter', [
      ...states('OUTPUT'),
      'OUTPUT -p icmpv6 -m icmp6 --icmpv6-type 129 -m limit --limit 1/h --limit-burst 2',
      'INPUT -p icmpv6 -m limit --limit 1/h --limit-burst 4',
    ]),
    packets: [echo('fd00:1::5'), echo('fd00:1::5'), echo('::1'), echo('::1')],
  },
  ...['OUTPUT -j MARK --set-mark 1', 'OUTPUT -j HL --hl-set 3', 'POSTROUTING -j HL --hl-set 3'].map((rule) => ({
    name: `only a socket takes :: for loopback, -A ${rule}`,
    rules6: table('mangle', [rule]),
    packets: [
      { ...OUT, src: 'fd00:1::5', dst: '::', proto: 'udp', sport: 1, dport: 2 },
      { ...IN, src: '::', dst: 'fd00:1::5', proto: 'udp', sport: 3, dport: 2 },
      { ...OUT, src: 'fd00:1::5', dst: '::', proto: 'udp', sport: 2, dport: 3 },
    ],
  })),
  ...[['-6 default via fd00:1::1 dev eth0'], []].map((routes) => ({
    name: `the host answers a packet from :: ${routes.length > 0 ? 'by its default route' : 'only where a route leads there'}`,
    topology: { routes },
    rules6: table('nat', [
      'OUTPUT -p udp -j DNAT --to-destination ::',
      'PREROUTING -p tcp -j DNAT --to-destination fd00:1::5',
    ]),
    packets: [
      { ...OUT, src: 'fd00:1::5', dst: 'fd00:1::9', proto: 'udp', sport: 1, dport: 2 },
      tcp6({ ...IN, src: '::', dst: 'fd00:9::5', sport: 443, dport: 15001 }),
      tcp6({ ...OUT, flags: ['RST', 'ACK'] }),
    ],
  })),
  {
    name: 'REJECT sends no RST about a packet to or from ::',
    rules6: REJECT_RESET,
    packets: [tcp6(OUT), tcp6({ ...IN, src: '::', dst: 'fd00:1::5', sport: 443, dport: 15001 })],
  },
  {
    name: 'socket --restore-skmark: the mark is that of the socket',
    rules: restored(''),
    listeners: listening('10.244.1.5'),
    packets: [toSocket],
  },
  {
    name: 'socket --restore-skmark: the rule asks the new mark',
    rules: restored('', ' -m mark --mark 0x0'),
    listeners: listening('10.244.1.5'),
    packets: [toSocket],
  },
  {
    name: 'socket --restore-skmark: a later match of the rule says no',
    rules: restored('', ' -m length --length 1000'),
    listeners: listening('10.244.1.5'),
    packets: [toSocket],
  },
  {
    name: 'socket --restore-skmark: a socket that does not count',
    rules: restored(''),
    listeners: listening('0.0.0.0'),
    packets: [toSocket],
  },
  {
    name: 'socket --restore-skmark: over lo the mark of the sender is gone',
    rules: table('mangle', ['PREROUTING -m socket --restore-skmark', 'INPUT -m mark --mark 0x1']),
    listeners: listening('10.244.1.5'),
    packets: [udp({ dst: '10.244.1.5', mark: 1 })],
  },
  {
    name: 'hash:net,iface: a member refused for its counters gives way to the wider network',
    rules: ASKED,
    sets: counted('10.244.1.0/25,eth0 nomatch', WIDER),
    packets: [near, near],
  },
  {
    name: 'hash:net,iface: unless another interface of that network stands behind it',
    rules: ASKED,
    sets: counted('10.244.1.0/25,eth0 nomatch', '10.244.1.0/25,eth1', WIDER),
    packets: [near, near],
  },
  {
    name: 'hash:net,iface: another interface in front of it does not matter',
    rules: ASKED,
    sets: counted('10.244.1.0/25,eth1', '10.244.1.0/25,eth0 nomatch', WIDER),
    packets: [near, near],
  },
  {
    name: 'connlimit: an assured connection that was not seen when it was new is not counted',
    rules: LIMITS,
    conntrack: earlier(['SEEN_REPLY', 'ASSURED']),
    packets: [incoming(3), incoming(1), incoming(1)],
  },
  {
    name: 'connlimit: an answered connection given from outside is old enough to be assured',
    rules: LIMITS,
    conntrack: earlier(['SEEN_REPLY']),
    packets: [incoming(3), incoming(1), incoming(1)],
  },
  {
    name: 'connlimit: one that is not assured is',
    rules: LIMITS,
    conntrack: earlier([]),
    packets: [incoming(3), incoming(1), incoming(1)],
  },
  {
    name: 'connlimit: the answer to a connection from here is counted too',
    rules: LIMITS,
    listeners: listening('10.244.1.5'),
    packets: [incoming(3), udp({ dst: '10.244.2.9', sport: 53, dport: 1 }), incoming(1), incoming(1)],
  },
  {
    name: 'connlimit: in raw an answer stands for itself',
    rules6: limitsIn('OUTPUT'),
    packets: [ping6, { ...ping6, icmpId: 2 }, { ...ping6, icmpId: 2 }],
  },
  {
    name: 'connlimit: what is assured is not counted over lo either',
    rules: LIMITS,
    conntrack: known1,
    packets: [toItself(3), toItself(1), toItself(4)],
  },
  {
    name: 'connlimit: each zone is counted for itself, in raw too',
    rules: limitsIn('PREROUTING', ['PREROUTING -p udp -m udp ! --sport 9 -j CT --zone-orig 3']),
    packets: [9, 1, 1, 2, 9, 8].map(incoming),
  },
  {
    name: 'connlimit: an assured packet is dropped where nothing is left to count',
    rules: LIMITS + table('filter', ['INPUT -p udp --sport 3 -j DROP']),
    conntrack: earlier(['SEEN_REPLY', 'ASSURED']),
    packets: [
      incoming(3),
      ...[1, 2, 3, 4, 5, 6].map((sport) => udp({ ...IN, src: '10.244.2.8', dst: '10.244.1.5', sport })),
      incoming(1),
    ],
  },
  {
    name: 'an RST to a link-local address leaves by the interface that the packet came in by, or not at all',
    rules6: table('nat', ['PREROUTING']),
    packets: [fromLink('eth1'), fromLink('eth1'), fromLink('eth0'), fromLink('eth0')],
  },
  {
    name: 'an echo reply to a link-local address, too',
    rules6: table('nat', ['PREROUTING']),
    packets: ['eth1', 'eth1', 'eth0', 'eth0'].map((iface) =>
      fromLink(iface, { proto: 'icmpv6', icmpType: 128, icmpId: iface === 'eth0' ? 1 : 2 }),
    ),
  },
  {
    name: 'REJECT answers a link-local address by any interface',
    rules6: table('nat', ['PREROUTING']) + REJECT_RESET,
    packets: [fromLink('eth1'), fromLink('eth1')],
  },
  {
    name: 'cluster: a packet for this host in a multicast frame counts as unicast from there on',
    rules: shared(''),
    packets: [inMulticast({}), inMulticast({ dst: '192.168.50.9' }), inMulticast({ flags: ['SYN', 'ACK'] })],
  },
  {
    name: 'cluster: not where the rule said no before, nor a broadcast or a multicast address',
    rules: shared('-p udp '),
    packets: [
      inMulticast({}),
      inMulticast({ proto: 'udp', dstMac: 'ff:ff:ff:ff:ff:ff' }),
      inMulticast({ proto: 'udp', dst: '224.0.0.1' }),
    ],
  },
  ...[1, 2, 58, 59, 132, 253].map((proto) => ({
    name: `protocol ${proto} of the other family is refused as any that nobody takes`,
    independent: false,
    rules: COUNTED_ANSWERS,
    rules6: COUNTED_ANSWERS,
    packets: [...strange(proto, '10.244.1.9', '10.244.1.5'), ...strange(proto, 'fd00:1::9', 'fd00:1::5')],
  })),
];
