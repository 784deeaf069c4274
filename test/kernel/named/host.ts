import type { KernelCase, PacketJson, TopologyJson } from '../case';

/**
 * What the host around the rules does with a packet: routes and policy rules, the checks of the source address, what is
 * sent to many. Each was once evaluated otherwise than by the kernel.
 */
export function hostCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return CASES.map(({ name, topology, ...rest }) => ({
    name,
    question: { independent: true, rules: EVERY_HOOK, ...rest, topology: gateway(topology) },
  }));
}

const CHAINS = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
} as const;
type Tables = Partial<Record<keyof typeof CHAINS, readonly string[]>>;

export function rules(tables: Tables): string {
  return (Object.keys(tables) as (keyof typeof CHAINS)[])
    .map((table) =>
      [
        `*${table}`,
        ...CHAINS[table].map((hook) => `:${hook} ACCEPT [0:0]`),
        ...(tables[table] ?? []).map((line) => `-A ${line}`),
        'COMMIT',
        '',
      ].join('\n'),
    )
    .join('');
}

/** A rule without target in every chain, so that the way of the packet shows. */
export const EVERY_HOOK = rules({
  raw: [...CHAINS.raw],
  mangle: [...CHAINS.mangle],
  nat: [...CHAINS.nat],
  filter: [...CHAINS.filter],
});
/** OUTPUT changes the mark, so the packet is routed again. */
const MARKED = rules({ mangle: ['OUTPUT -j MARK --set-xmark 0x1/0xffffffff', 'POSTROUTING'] });

const SHARED = rules({ nat: ['POSTROUTING -o eth0 -j SNAT --to-source 192.168.1.10'], filter: ['FORWARD'] });
const RESET = rules({
  nat: ['OUTPUT', 'POSTROUTING'],
  filter: ['INPUT -p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset'],
});

/** Two uplinks, a network for which the host is the router, and a tunnel without an address. */
export function gateway({ routes = [], ...more }: TopologyJson = {}): TopologyJson {
  return {
    ifaces: [
      { name: 'eth0', mac: '02:00:00:00:01:05', addrs: ['192.168.1.10/24', 'fd00:1::10/64'] },
      { name: 'wg0', mac: '02:00:00:00:02:01', addrs: ['10.8.0.1/24', 'fd00:8::1/64'] },
      { name: 'eth1', mac: '02:00:00:00:03:01', addrs: ['10.0.5.1/24', 'fd00:5::1/64'] },
      { name: 'tun9', mac: '02:00:00:00:04:01', addrs: [] },
    ],
    routes: [
      'default via 192.168.1.1 dev eth0',
      '-6 default via fd00:1::1 dev eth0',
      'default via 10.8.0.2 dev wg0 table 200',
      '-6 default via fd00:8::2 dev wg0 table 200',
      '172.16.0.0/12 dev tun9',
      ...routes,
    ],
    ...more,
  };
}

export const udp = (src: string, dst: string, iface: string, more: PacketJson = {}): PacketJson => ({
  dir: 'in',
  iface,
  src,
  dst,
  proto: 'udp',
  sport: 40000,
  dport: 53,
  ...more,
});
export const out = (src: string, dst: string, more: PacketJson = {}): PacketJson => ({
  dir: 'out',
  src,
  dst,
  proto: 'udp',
  sport: 40000,
  dport: 53,
  uid: 1000,
  gid: 1000,
  ...more,
});
const own = out('192.168.1.10', '8.8.8.8');
const own6 = out('fd00:1::10', '2001:db8::8');
const INIT_ACK = '02000014000000000000ffff0001000100002222';
const STRICT = { 'net.ipv4.conf.all.rp_filter': 1 };
const reversed = [
  udp('203.0.113.5', '192.168.1.10', 'eth0'),
  udp('203.0.113.5', '10.0.5.9', 'eth0'),
  udp('203.0.113.5', '192.168.1.10', 'eth0', { sport: 53, dport: 40000 }),
  udp('10.0.5.9', '8.8.8.8', 'eth1'),
  udp('10.8.0.7', '192.168.1.10', 'wg0'),
];
const broadcasts = [udp('192.168.1.255', '192.168.1.10', 'eth0'), udp('10.0.5.255', '8.8.8.8', 'eth0')];

const known = (src: string, dst: string): unknown => ({ orig: { src, dst, proto: 'udp', sport: 40000, dport: 53 } });

const CASES: readonly ({ readonly name: string } & KernelCase)[] = [
  {
    name: 'rp_filter asks for the way back as if the packet came from where it will leave',
    topology: { sysctls: STRICT, ipRules: ['iif eth1 lookup 200'] },
    packets: reversed,
  },
  {
    name: 'the same with a rule for what does not come in there',
    topology: { sysctls: STRICT, ipRules: ['not iif eth1 lookup 200'] },
    packets: reversed,
  },
  {
    name: 'it asks with the ports turned round',
    topology: { sysctls: STRICT, ipRules: ['ipproto udp dport 53 lookup 200'] },
    packets: reversed,
  },
  {
    name: 'loose rp_filter is strict on an interface without an address',
    topology: { sysctls: { 'net.ipv4.conf.all.rp_filter': 2 } },
    packets: [
      udp('8.8.8.8', '192.168.1.10', 'tun9'),
      udp('10.0.5.9', '10.8.0.7', 'tun9'),
      udp('172.16.1.1', '10.8.0.7', 'tun9'),
      udp('10.8.0.7', '192.168.1.10', 'eth1'),
    ],
  },
  {
    name: 'accept_local takes an address of the interface that the packet came in by, strictly',
    topology: { sysctls: { ...STRICT, 'net.ipv4.conf.all.accept_local': 1 } },
    packets: [
      udp('10.0.5.1', '192.168.1.10', 'eth1'),
      udp('10.0.5.1', '10.8.0.7', 'eth1'),
      udp('10.0.5.1', '192.168.1.10', 'eth0'),
    ],
  },
  { name: 'without rp_filter a broadcast address is good as a source', packets: broadcasts },
  { name: 'unless policy rules were added', topology: { ipRules: ['fwmark 0x1 lookup 200'] }, packets: broadcasts },
  { name: 'or a local route', topology: { routes: ['local 192.0.2.0/24 dev lo'] }, packets: broadcasts },
  {
    name: 'accept_local asks nothing at all',
    topology: { ipRules: ['fwmark 0x1 lookup 200'], sysctls: { 'net.ipv4.conf.all.accept_local': 1 } },
    packets: broadcasts,
  },
  {
    name: 'a socket bound to a device leaves by it',
    rules: MARKED,
    packets: [
      { ...own, oface: 'wg0', bindOface: true },
      { ...own, oface: 'tun9', bindOface: true },
      { ...own, oface: 'wg0' },
    ],
  },
  {
    name: 'IPv6 has to have a route by it',
    rules6: EVERY_HOOK,
    packets: [
      { ...own6, oface: 'wg0', bindOface: true },
      { ...own6, oface: 'eth0', bindOface: true },
    ],
  },
  {
    name: 'where it has none it chooses a source and asks again',
    rules6: EVERY_HOOK,
    topology: { ipRules: ['-6 from fd00:1::10 lookup 200'] },
    packets: [{ ...own6, oface: 'wg0', bindOface: true }],
  },
  {
    name: 'multicast has its source checked, or none within the link',
    packets: [
      udp('192.168.1.10', '224.0.0.1', 'eth0'),
      udp('0.0.0.0', '224.0.0.1', 'eth0'),
      udp('127.0.0.1', '224.0.0.1', 'eth0'),
      udp('192.168.1.77', '224.0.0.1', 'eth0'),
      udp('192.168.1.77', '224.0.0.251', 'eth0'),
      udp('0.1.2.3', '192.168.1.10', 'eth0'),
    ],
  },
  {
    name: 'IPv6: multicast to an interface alone, sources that are IPv4, solicited-node groups without ARP',
    rules6: EVERY_HOOK,
    packets: [
      udp('fe80::9', 'ff01::1', 'eth0'),
      udp('fe80::9', 'ff02::1', 'eth0'),
      udp('fe80::9', 'ff02::2', 'eth0'),
      udp('::ffff:1.2.3.4', 'fd00:1::10', 'eth0'),
      udp('::ffff:1.2.3.4', '2001:db8::8', 'eth0'),
      udp('fe80::9', 'ff02::1:ff00:10', 'eth0'),
    ],
  },
  {
    name: 'ICMPv6 that is not tracked',
    rules6: EVERY_HOOK,
    packets: [130, 135, 137, 143, 151, 152, 153].map((icmpType) => ({
      dir: 'in',
      iface: 'eth0',
      src: 'fe80::9',
      dst: 'ff02::1',
      proto: 'icmpv6',
      icmpType,
      ttl: 255,
      payloadHex: '00'.repeat(20),
    })),
  },
  {
    name: 'rpfilter looks 255.255.255.255 up as any address',
    rules: rules({
      mangle: ['PREROUTING -m rpfilter', 'PREROUTING -m rpfilter --loose', 'PREROUTING -m rpfilter --invert'],
    }),
    packets: ['eth0', 'eth1'].map((iface) => udp('255.255.255.255', '192.168.1.10', iface)),
  },
  {
    name: 'a raw socket sends what one frame takes, and gives a source where there is none',
    packets: [
      { ...own, length: 1500 },
      { ...own, length: 1501 },
      { ...own, src: '0.0.0.0' },
      out('0.0.0.0', '127.0.0.1'),
      out('0.0.0.0', '10.8.0.7'),
    ],
  },
  {
    name: 'a raw IPv6 socket sends no more either',
    rules6: EVERY_HOOK,
    packets: [
      { ...own6, length: 1500 },
      { ...own6, length: 1501 },
    ],
  },
  ...['gre', 'esp', 'ah', 'udplite'].map((proto) => ({
    name: `two hosts behind one address that speak ${proto} with the same peer`,
    independent: false,
    rules: SHARED,
    packets: ['10.0.5.9', '10.0.5.9', '10.0.5.8', '10.0.5.9'].map((src) => ({
      dir: 'in',
      iface: 'eth1',
      src,
      dst: '9.9.9.9',
      proto,
      ...(proto === 'udplite' ? { sport: 5, dport: 6 } : {}),
    })),
  })),
  ...(['REJECT', 'DROP', 'LOG'] as const).map((target) => ({
    name: `a broken packet that a negated option lets through to ${target}`,
    rules: rules({
      mangle: ['OUTPUT', 'POSTROUTING'],
      filter: [`OUTPUT -p dccp ! --dccp-option 2 -j ${target}`, 'OUTPUT'],
    }),
    packets: [out('192.168.1.10', '8.8.8.8', { proto: 'dccp' })],
  })),
  ...(
    [
      [],
      [{ proto: 'tcp', addr: '0.0.0.0', port: 53 }],
      [{ proto: 'tcp', addr: '0.0.0.0', port: 53, transparent: true }],
    ] as const
  ).flatMap((listeners, i) =>
    ['192.0.2.7', '192.168.1.10'].map((dst) => ({
      name: `what a mark leads to this host is answered by transparent sockets only (${i}, ${dst})`,
      independent: false,
      listeners,
      rules: rules({ mangle: ['PREROUTING -j MARK --set-xmark 0x2/0xffffffff'] }),
      topology: { ipRules: ['fwmark 0x2 lookup 300'], routes: ['local 0.0.0.0/0 dev lo table 300'] },
      packets: [
        ...[['SYN'], ['ACK']].map((flags) => udp('192.168.1.77', dst, 'eth0', { proto: 'tcp', flags })),
        udp('192.168.1.77', dst, 'eth0', { sport: 7 }),
        udp('192.168.1.77', dst, 'eth0', { sport: 7 }),
        ...[0, 1].map(() => ({
          dir: 'in' as const,
          iface: 'eth0',
          src: '192.168.1.77',
          dst,
          proto: 'icmp',
          icmpType: 8,
          icmpCode: 0,
          icmpId: 7,
        })),
        out(dst, '192.168.1.77', { proto: 'tcp', sport: 53, dport: 40000, flags: ['SYN'] }),
      ],
    })),
  ),
  ...(['OUTPUT -p udp -j CT --zone-reply 4', 'OUTPUT -p udp -j CT --zone-orig 4'] as const).map((rule) => ({
    name: `what comes from the peer of a connection in two zones, -A ${rule}`,
    independent: false,
    rules: '',
    rules6: `*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A ${rule}\nCOMMIT\n`,
    packets: [
      out('fd00:1::10', 'fd00:1::9'),
      udp('fd00:1::9', 'fd00:1::10', 'eth0', { sport: 53, dport: 40000 }),
      udp('fd00:1::9', 'fd00:1::10', 'eth0', { sport: 53, dport: 40000 }),
      out('fd00:1::10', 'fd00:1::9'),
    ],
  })),
  ...[[], [known('172.16.1.2', '192.168.1.10')]].map((conntrack) => ({
    name: `the answers of a connection in a zone of its own would be those of ${conntrack.length} others`,
    independent: false,
    rules: rules({ raw: ['PREROUTING -j CT --zone-orig 3'] }),
    conntrack,
    listeners: [{ proto: 'udp', addr: '192.168.1.10', port: 53 }],
    packets: [udp('172.16.1.2', '192.168.1.10', 'tun9')],
  })),
  ...(['INPUT -m socket', 'PREROUTING -p tcp -j TPROXY --on-port 5'] as const).flatMap((rule) => [
    {
      name: `fragments are put together for -A ${rule} without connection tracking`,
      independent: false,
      topology: { conntrack: 'auto' as const },
      rules: rules({ mangle: [rule, 'PREROUTING', 'OUTPUT'] }),
      packets: [{ mf: true, sport: 7, dport: 9 }, { fragOffset: 24 }].flatMap((part) => [
        udp('192.168.1.77', '8.8.8.8', 'eth0', { ...part, payloadHex: '00'.repeat(16) }),
        out('192.168.1.10', '8.8.8.8', { ...part, payloadHex: '00'.repeat(16) }),
      ]),
    },
    {
      name: `and in IPv6 for -A ${rule}`,
      independent: false,
      topology: { conntrack: 'auto' as const },
      rules6: rules({ mangle: [rule, 'PREROUTING', 'OUTPUT'] }),
      packets: [
        [0, true],
        [24, false],
      ].flatMap(([offset, mf]) => {
        const part = { extHeaders: [{ type: 'frag', offset, mf, fid: 7 }], payloadHex: '00'.repeat(16) };
        return [udp('fd00:1::9', '2001:db8::8', 'eth0', part), out('fd00:1::10', '2001:db8::8', part)];
      }),
    },
    {
      name: `an IPv6 packet that is its only fragment, -A ${rule}`,
      topology: { conntrack: 'auto' as const },
      rules6: rules({ mangle: [rule] }),
      packets: [out('::1', '::1', { extHeaders: [{ type: 'frag', offset: 0, mf: false, fid: 7 }] })],
    },
  ]),
  ...[['SYN'], ['SYN', 'ACK']].map((flags) => ({
    name: `REJECT --reject-with tcp-reset closes the connection of a ${flags.join('+')}`,
    independent: false,
    rules: rules({ filter: ['INPUT -p tcp -j REJECT --reject-with tcp-reset'] }),
    packets: [
      out('192.168.1.10', '192.168.1.77', { proto: 'tcp', flags: ['SYN'] }),
      ...[flags, flags, ['ACK']].map((each) =>
        udp('192.168.1.77', '192.168.1.10', 'eth0', { proto: 'tcp', sport: 53, dport: 40000, flags: each }),
      ),
    ],
  })),
  {
    name: 'a clash of what is forwarded in IPv6',
    rules: '',
    rules6: '*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -j CT --zone-orig 3\nCOMMIT\n',
    conntrack: [
      { orig: { src: '2001:db8::9', dst: '2001:db8::9', proto: 'udp', sport: 53, dport: 40000 }, status: [] },
    ],
    packets: [udp('2001:db8::9', '2001:db8::9', 'eth0', { sport: 53, dport: 40000 })],
  },
  {
    // IPv6 asks after the translation, and yet within INPUT: what the kernel's trace saw last is the packet before it.
    name: 'a clash of what arrives in IPv6 and is translated',
    independent: false,
    rules6: rules({ nat: ['INPUT -p tcp -j SNAT --to-source [2001:db8::9]:60000'] }),
    packets: [
      out('fd00:1::10', '2001:db8::9', { proto: 'tcp', sport: 1024, dport: 60000, flags: ['SYN'] }),
      udp('2001:db8::c8', 'fd00:1::10', 'eth0', { proto: 'tcp', sport: 40000, dport: 1024, flags: ['SYN'] }),
    ],
  },
  ...(
    [
      { key: 'rules', near: '192.168.1.10', far: '192.168.1.77' },
      { key: 'rules6', near: 'fd00:1::10', far: '2001:db8::9' },
    ] as const
  ).flatMap(({ key, near, far }) =>
    ['--notrack', '--zone 7'].map((option) => ({
      // The RST that REJECT sends about an untracked packet is one that CT rules leave alone: it ends the connection.
      name: `REJECT answers an untracked packet past CT ${option}, ${key}`,
      independent: false,
      [key]: rules({
        raw: ['OUTPUT -p tcp -m tcp --tcp-flags SYN SYN -j CT --notrack', `OUTPUT -j CT ${option}`],
        filter: ['OUTPUT -p tcp -j REJECT --reject-with tcp-reset'],
      }),
      packets: [
        udp(far, near, 'eth0', { proto: 'tcp', sport: 50123, dport: 8080, flags: ['SYN'] }),
        out(near, far, { proto: 'tcp', sport: 8080, dport: 50123, flags: ['SYN'] }),
        udp(far, near, 'eth0', { proto: 'tcp', sport: 50123, dport: 8080, flags: ['ACK'] }),
      ],
    })),
  ),
  ...[
    { key: 'rules', near: '192.168.1.10', far: '192.168.1.77' },
    { key: 'rules6', near: 'fd00:1::10', far: 'fd00:1::77' },
  ].flatMap(({ key, near, far }) => [
    ...['udp', 'tcp'].flatMap((proto) =>
      [['POSTROUTING'], [`POSTROUTING -j SNAT --to-source ${near}`]].map((nat) => ({
        name: `a connection that is another one seen from its far end, ${proto}, ${nat.join()}, ${key}`,
        independent: false,
        [key]: rules({ raw: ['OUTPUT -j CT --zone-reply 4'], nat }),
        packets: [
          out(near, far, { proto, ...(proto === 'tcp' && { flags: ['SYN'] }) }),
          udp(far, near, 'eth0', { proto, sport: 53, dport: 40000, ...(proto === 'tcp' && { flags: ['SYN'] }) }),
        ],
      })),
    ),
    {
      name: `"protocol unreachable" belongs to the connection from the start, ${key}`,
      independent: false,
      [key]: rules({ raw: ['OUTPUT -m conntrack --ctstate INVALID -m limit --limit 1/h --limit-burst 2'] }),
      packets: [
        udp(far, near, 'eth0', { proto: 'sctp', payloadHex: '01000014000000010000100000010001000004d2' }),
        ...[1, 2, 3].map((sport) => out(near, far, { sport })),
      ],
    },
  ]),
  ...[
    'FORWARD -j MARK --set-xmark 0x1/0xffffffff',
    'FORWARD -j TOS --set-tos 0x10',
    'PREROUTING -j MARK --set-xmark 0x1/0xffffffff',
  ].map((rule) => ({
    name: `the realm is that of the route, chosen before -A ${rule}`,
    topology: {
      routes: ['10.77.0.0/16 via 10.0.5.2 dev eth1 realm 7', '10.77.0.0/16 via 10.8.0.2 dev wg0 table 200 realm 8'],
      ipRules: ['fwmark 0x1 lookup 200', 'tos 0x10 lookup 200'],
    },
    rules: rules({
      mangle: [
        rule,
        ...[7, 8].flatMap((realm) => [
          `FORWARD -m realm --realm ${realm}`,
          `OUTPUT -m realm --realm ${realm}`,
          `POSTROUTING -m realm --realm ${realm}`,
        ]),
      ],
    }),
    packets: [udp('10.8.0.7', '10.77.0.9', 'wg0'), out('10.8.0.1', '10.77.0.9')],
  })),
  ...['', '! '].map((not) => ({
    name: `what CT attaches in raw counts nothing, connbytes ${not}`,
    rules: rules({
      raw: ['OUTPUT -j CT', 'PREROUTING -j CT'].flatMap((rule) => [
        rule,
        ...['packets', 'bytes', 'avgpkt'].flatMap((mode) =>
          ['original', 'reply', 'both'].map(
            (way) =>
              `${rule.split(' ')[0] as string} -m connbytes ${not}--connbytes 0:60 --connbytes-mode ${mode} --connbytes-dir ${way}`,
          ),
        ),
      ]),
    }),
    packets: [out('10.8.0.1', '10.77.0.9'), udp('10.8.0.7', '10.8.0.1', 'wg0')],
  })),
  ...['nat', 'raw'].map((how) => ({
    name: `what this host sends to itself has the realm of the route that it was sent with, ${how}`,
    topology: {
      routes: ['198.51.100.0/25 via 10.0.5.2 dev eth1 realm 7', '10.77.0.0/16 via 10.0.5.2 dev eth1 realm 3/9'],
    },
    rules: rules({
      nat: how === 'nat' ? ['OUTPUT -d 10.77.0.9 -j DNAT --to-destination 10.8.0.1'] : [],
      mangle: ['INPUT', 'OUTPUT', 'POSTROUTING'].flatMap((hook) =>
        ['0x0', '0x7', '0x70000', '0x7/0xffff', '0x0/0xffff0000', '0x9/0xffff', '0x3/0xffff'].map(
          (realm) => `${hook} -m realm --realm ${realm}`,
        ),
      ),
    }),
    packets: [
      out('198.51.100.20', '127.0.0.1'),
      out('198.51.100.20', '10.8.0.1'),
      out('10.8.0.1', '10.8.0.1'),
      out('10.8.0.1', '10.77.0.9'),
      out('198.51.100.20', '10.77.0.9'),
      udp('198.51.100.20', '10.8.0.1', 'eth1'),
      udp('10.77.0.5', '10.8.0.1', 'eth1'),
    ],
  })),
  // A reply that is INVALID in zone 1 comes back over lo as a new connection, which PREROUTING translates.
  ...['2001:db8::8', 'fd00:5::9', 'fd00:8::9', 'fd00:1::9'].map((to) => ({
    name: `what this host sends to itself and NAT then leads to ${to}: it came by the interface that has its address`,
    independent: false,
    rules: '',
    rules6: rules({
      raw: ['OUTPUT -j CT --zone 1'],
      nat: [`PREROUTING -j DNAT --to-destination ${to}`],
      mangle: ['OUTPUT', 'PREROUTING', 'FORWARD', 'POSTROUTING'],
    }),
    packets: ['::1', 'fd00:1::10', 'fd00:5::1'].flatMap((from) =>
      ['fd00:1::10', 'fd00:5::1', 'fd00:8::1', '::1'].flatMap((dst) => [
        out(dst, from, { proto: 'sctp', sport: 50123, dport: 3000 }),
        out(from, dst, { proto: 'sctp', sport: 3000, dport: 50123, payloadHex: INIT_ACK }),
      ]),
    ),
  })),
  ...['--zone-reply 4', '--zone-orig 4', '--zone 4'].map((zone) => ({
    name: `an ICMP error about one of two connections, CT ${zone}`,
    independent: false,
    rules: rules({ raw: [`OUTPUT -p udp -j CT ${zone}`], nat: ['POSTROUTING -j SNAT --to-source 10.0.5.77'] }),
    packets: [
      udp('10.8.0.7', '10.8.0.1', 'wg0'),
      out('10.8.0.1', '10.8.0.7', { sport: 53, dport: 40000 }),
      out('10.8.0.1', '10.8.0.7', {
        proto: 'icmp',
        icmpType: 3,
        inner: { src: '10.8.0.7', dst: '10.8.0.1', proto: 'udp', sport: 40000, dport: 53 },
      }),
    ],
  })),
  {
    name: 'a port that NAT drew for the first packet stays drawn for the second',
    independent: false,
    rules: SHARED,
    packets: ['10.0.5.9', '10.0.5.8', '10.0.5.8'].map((src) => udp(src, '9.9.9.9', 'eth1')),
  },
  {
    name: 'a SYN over lo that was refused with an RST comes again',
    independent: false,
    rules: RESET,
    packets: [0, 1, 2].map(() => out('127.0.0.1', '127.0.0.1', { proto: 'tcp', dport: 80, flags: ['SYN'] })),
  },
  ...['ipproto udp', 'dport 53', 'sport 40000', 'tos 0x10', 'uidrange 1000-1100'].flatMap((selector) => [
    {
      name: `a raw socket and "${selector}"`,
      topology: { ipRules: [`${selector} lookup 200`] },
      packets: [{ ...own, tos: 16 }],
    },
    {
      name: `"${selector}" when OUTPUT has changed the mark`,
      rules: MARKED,
      topology: { ipRules: [`${selector} lookup 200`] },
      packets: [{ ...own, tos: 16 }],
    },
    {
      name: `a raw IPv6 socket and "${selector}"`,
      rules: '',
      rules6: EVERY_HOOK,
      topology: { ipRules: [`-6 ${selector} lookup 200`] },
      packets: [{ ...own6, tos: 16 }],
    },
    {
      name: `"${selector}" when OUTPUT has changed the mark of an IPv6 packet`,
      rules: '',
      rules6: MARKED,
      topology: { ipRules: [`-6 ${selector} lookup 200`] },
      packets: [{ ...own6, tos: 16 }],
    },
  ]),
];
