import type { KernelCase, PacketJson, TopologyJson } from '../case';
import { HOST, table } from './words';

/** What this host replies by itself, and what it keeps to itself: every other packet that leaves shows it. */
export function answerCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return CASES.map(({ name, ...question }) => ({
    name,
    question: { independent: false, topology: HOST, ...question },
  }));
}

type Case = { readonly name: string } & KernelCase;

const COUNTED = table('mangle', ['OUTPUT -m statistic --mode nth --every 2 --packet 0 -j LOG']);
const IN = { dir: 'in', iface: 'eth0', src: '10.244.1.9', dst: '10.244.1.5' } as const;
const IN6 = { dir: 'in', iface: 'eth0', src: 'fd00:1::9', dst: 'fd00:1::5' } as const;
const OWN: PacketJson = { dir: 'out', src: '10.244.1.5' };
const OWN6: PacketJson = { dir: 'out', src: 'fd00:1::5' };
const counter = (family: 4 | 6): PacketJson =>
  family === 4
    ? { ...OWN, dst: '10.244.1.77', proto: 'udp', sport: 5, dport: 6 }
    : { ...OWN6, dst: 'fd00:1::77', proto: 'udp', sport: 5, dport: 6 };
const TRANSPORTS = (family: 4 | 6): readonly PacketJson[] => [
  { proto: 'tcp', flags: ['SYN'], sport: 1, dport: 2 },
  { proto: 'udp', sport: 1, dport: 2 },
  family === 4 ? { proto: 'icmp', icmpType: 8 } : { proto: 'icmpv6', icmpType: 128 },
  { proto: 'sctp', sport: 1, dport: 2 },
];
const asked = (family: 4 | 6, rules: string): Partial<KernelCase> => (family === 4 ? { rules } : { rules6: rules });

/** While ICMP leaves, nothing else does. */
const busy: readonly Case[] = ([4, 6] as const).flatMap((family) => {
  const [protocol, ...types] = family === 4 ? ['icmp', 8, 13] : ['icmpv6', 128];
  const way = family === 4 ? IN : IN6;
  return [
    ...types.map((icmpType): Case => ({
      name: `IPv${family}: OUTPUT refuses the answer to type ${icmpType}, which nobody is told`,
      packets: [{ ...way, proto: protocol, icmpType, length: 60 }, counter(family), counter(family)],
      ...asked(family, COUNTED + table('filter', [`OUTPUT -p ${String(protocol)} -j REJECT`])),
    })),
    {
      name: `IPv${family}: OUTPUT refuses an ICMP error, which nobody is told`,
      packets: [{ ...way, proto: 'udp', sport: 1, dport: 2 }, counter(family), counter(family)],
      ...asked(family, COUNTED + table('filter', [`OUTPUT -p ${String(protocol)} -j REJECT`])),
    },
    {
      name: `IPv${family}: INPUT refuses the reply of this host to itself`,
      packets: [
        {
          ...(family === 4 ? { ...OWN, dst: '192.168.50.1' } : { ...OWN6, dst: 'fd00:2::1' }),
          proto: protocol,
          icmpType: types[0],
        },
        counter(family),
        counter(family),
      ],
      ...asked(
        family,
        COUNTED + table('filter', [`INPUT -s ${family === 4 ? '192.168.50.1' : 'fd00:2::1'} -j REJECT`]),
      ),
    },
  ];
});

/** Led to this host by a mark: local is the route, and yet the address is not its own. */
const LED: TopologyJson = {
  ...HOST,
  routes: [...(HOST.routes ?? []), 'local 0.0.0.0/0 dev lo table 100', '-6 local ::/0 dev lo table 100'],
  ipRules: ['fwmark 0x1/0x1 lookup 100', '-6 fwmark 0x1/0x1 lookup 100'],
};
const led: readonly Case[] = [
  ...(['ff02::1', 'ff02::fb', '224.0.0.1', '10.244.1.255', '2001:db8::5', '198.51.100.5'] as const).flatMap((dst) => {
    const family = dst.includes(':') ? 6 : 4;
    return TRANSPORTS(family).flatMap((packet) =>
      ['', 'INPUT -m mark --mark 1 -j REJECT'].map((rule): Case => ({
        name: `led here by its mark: ${String(packet.proto)} to ${dst}, ${rule === '' ? 'taken' : 'refused'}`,
        topology: LED,
        listeners: [],
        packets: [
          {
            ...(family === 4 ? OWN : OWN6),
            dst,
            ...packet,
            mark: 1,
            ...(dst.startsWith('ff') && { oface: 'lo', bindOface: true }),
          },
          counter(family),
          counter(family),
        ],
        ...asked(family, COUNTED + table('filter', rule === '' ? [] : [rule])),
      })),
    );
  }),
  {
    name: 'led here by its mark, with IP options that cannot be read',
    topology: LED,
    rules: COUNTED,
    packets: [
      { ...OWN, dst: '198.51.100.5', mark: 1, proto: 'icmp', ipOptionsHex: '44080500' },
      counter(4),
      counter(4),
    ],
  },
];

/** How NAT translated a reply holds for the reply to that one, and a reset to ::1 goes where the packet was sent. */
const translated: readonly Case[] = [
  {
    name: 'a reset of OUTPUT is translated, and refused in INPUT',
    rules:
      table('nat', ['POSTROUTING -j SNAT --to-source 192.168.50.77']) +
      table('filter', ['INPUT -j REJECT', 'OUTPUT -p tcp --dport :3000 -j REJECT --reject-with tcp-reset']),
    packets: [
      { ...OWN, dst: '198.51.100.20', proto: 'tcp', sport: 50123, dport: 1024 },
      { dir: 'out', src: '198.51.100.20', dst: '10.244.1.5', proto: 'tcp', sport: 1024, dport: 50123 },
      { ...OWN, dst: '198.51.100.20', proto: 'tcp', sport: 50123, dport: 1024 },
    ],
  },
  ...[1, 0].map((mark): Case => ({
    name: `a reset to ::1 about what DNAT has sent to fd00:2::4d, mark ${mark}`,
    topology: LED,
    listeners: [],
    rules6: table('nat', ['OUTPUT -p tcp -j DNAT --to-destination [fd00:2::4d]:15006']),
    packets: [['SYN'], ['ACK'], ['SYN']].map((flags) => ({
      dir: 'out',
      src: '::1',
      dst: '::1',
      mark,
      proto: 'tcp',
      sport: 50123,
      dport: 5353,
      flags,
    })),
  })),
];

/**
 * Who sends the host's replies: each condition on a socket that OUTPUT meets is remembered by destination, and the next
 * packet shows which.
 */
const SOCKETS = [
  'owner --socket-exists',
  'owner ! --socket-exists',
  'owner --uid-owner 0',
  'owner ! --uid-owner 0',
  'owner ! --uid-owner 77',
  'owner --gid-owner 0',
  'owner ! --gid-owner 77 --suppl-groups',
  'owner ! --uid-owner 77 ! --gid-owner 77',
  'cgroup ! --cgroup 77',
];
const REMEMBERED = table(
  'mangle',
  SOCKETS.flatMap((condition, i) => [
    `OUTPUT -m ${condition} -m recent --set --name s${i} --rdest`,
    `INPUT -p udp -m recent --rcheck --name s${i} --rsource -j LOG`,
  ]),
);
const sockets: readonly Case[] = ([4, 6] as const).flatMap((family) => {
  const way = family === 4 ? IN : IN6;
  const probe: PacketJson = { ...way, proto: 'udp', sport: 9, dport: 53 };
  const listeners = [
    { proto: 'tcp', addr: family === 4 ? '0.0.0.0' : '::', port: 80 },
    { proto: 'udp', addr: family === 4 ? '0.0.0.0' : '::', port: 53 },
  ];
  const tcp = (dport: number, flags: readonly string[], seq = 100): PacketJson => ({
    ...way,
    proto: 'tcp',
    sport: 5,
    dport,
    flags: [...flags],
    seq,
  });
  const refused = (how: string): string => table('filter', [`INPUT ! -p udp -j REJECT${how}`]);
  const asks: readonly (readonly [string, readonly PacketJson[], string?])[] = [
    ['a SYN to no socket', [tcp(6, ['SYN'])]],
    ['an ACK to no socket', [tcp(6, ['ACK'])]],
    ['a SYN to a listener', [tcp(80, ['SYN'])]],
    ['an ACK to a listener', [tcp(80, ['ACK'])]],
    ['a SYN+FIN to a listener', [tcp(80, ['SYN', 'FIN'])]],
    ['a FIN to a listener', [tcp(80, ['FIN'])]],
    ['SYN+FIN+ACK to a listener', [tcp(80, ['SYN', 'FIN', 'ACK'])]],
    ['no flag to a listener', [tcp(80, [])]],
    ['an echo request', [{ ...way, proto: family === 4 ? 'icmp' : 'icmpv6', icmpType: family === 4 ? 8 : 128 }]],
    ['UDP to no socket', [{ ...way, proto: 'udp', sport: 5, dport: 6 }]],
    ['SCTP', [{ ...way, proto: 'sctp', sport: 5, dport: 6 }]],
    ['REJECT with an ICMP error', [tcp(80, ['SYN'])], refused('')],
    ['REJECT with a reset', [tcp(80, ['SYN'])], table('filter', ['INPUT -p tcp -j REJECT --reject-with tcp-reset'])],
  ];
  return asks.map(([name, packets, more]): Case => ({
    name: `IPv${family}: whose socket answers ${name}`,
    listeners,
    packets: [...packets, probe],
    ...asked(family, REMEMBERED + (more ?? '')),
  }));
});
/** After a SYN: what a connection that is being accepted makes of what comes next, seen by what leaves. */
const accepted: readonly Case[] = ([4, 6] as const).flatMap((family) =>
  (
    [
      [['RST'], 101],
      [['RST'], 777],
      [['RST'], 500000],
      [['RST', 'ACK'], 777],
      [['SYN', 'FIN'], 101],
      [['FIN', 'PSH'], 101],
      [['SYN', 'RST'], 101],
      [['SYN'], 200],
    ] as const
  ).map(([flags, seq]): Case => {
    const way = { ...(family === 4 ? IN : IN6), proto: 'tcp', sport: 5, dport: 80 };
    return {
      name: `IPv${family}: ${flags.join('+')} of number ${seq} behind a SYN of 100`,
      listeners: [{ proto: 'tcp', addr: family === 4 ? '0.0.0.0' : '::', port: 80 }],
      packets: [
        { ...way, flags: ['SYN'], seq: 100 },
        { ...way, flags: [...flags], seq },
        counter(family),
        counter(family),
        { ...way, flags: ['SYN'], seq: 100 },
      ],
      ...asked(family, COUNTED),
    };
  }),
);

/** Bound to lo, a packet to a broadcast address of another interface is none to many: what refuses it is reported. */
const boundBroadcast: readonly Case[] = [
  '',
  ' --reject-with tcp-reset',
  ' --reject-with icmp-admin-prohibited',
].flatMap((how) =>
  ['10.244.1.255', '192.168.50.255', '255.255.255.255', '10.244.1.77'].map((dst): Case => ({
    name: `bound to lo, to ${dst}: INPUT refuses it${how}`,
    rules: COUNTED + table('filter', [`INPUT -p tcp -j REJECT${how}`]),
    packets: [
      { ...OWN, dst, oface: 'lo', bindOface: true, proto: 'tcp', sport: 5, dport: 6 },
      { dir: 'out', src: dst, dst: '10.244.1.5', proto: 'tcp', sport: 6, dport: 5 },
      counter(4),
      counter(4),
    ],
  })),
);

/** Sent by lo, although another interface has the address: no route says that it is for this host. */
const bound: readonly Case[] = [
  '10.244.1.5',
  '192.168.50.1',
  '127.0.0.1',
  '198.51.100.5',
  '10.244.1.255',
  'fd00:2::1',
  '::1',
  '2001:db8::5',
].flatMap((dst) => {
  const family = dst.includes(':') ? 6 : 4;
  return TRANSPORTS(family).map((packet): Case => ({
    name: `sent by lo: ${String(packet.proto)} to ${dst}`,
    listeners: [],
    packets: [
      { ...(family === 4 ? OWN : OWN6), dst, ...packet, oface: 'lo', bindOface: true },
      counter(family),
      counter(family),
    ],
    ...asked(family, COUNTED),
  }));
});

/** To no address in particular. */
const anyone: readonly Case[] = ['0.0.0.0', '::'].flatMap((dst) =>
  ['10.244.1.5', '192.168.50.1', '127.0.0.1', 'fd00:2::1', '::1']
    .filter((src) => src.includes(':') === dst.includes(':'))
    .flatMap((src) => {
      const family = dst.includes(':') ? 6 : 4;
      return [...TRANSPORTS(family), { proto: 89 }].flatMap((packet) =>
        ['', 'INPUT -j REJECT', 'INPUT -p tcp -j REJECT --reject-with tcp-reset'].map((rule): Case => ({
          name: `${String(packet.proto)} from ${src} to ${dst}, ${rule || 'taken'}`,
          listeners: [],
          packets: [{ dir: 'out', src, dst, ...packet }, counter(family), counter(family)],
          ...asked(family, COUNTED + table('filter', rule === '' ? [] : [rule])),
        })),
      );
    }),
);

/** What a host writes into IP options leaves the checksum of the header wrong, and REJECT sums up all of the packet. */
const ROUTE_RECORDED = '070b0400000000000000';
const options: readonly Case[] = ['01010101', ROUTE_RECORDED, '44080500000000'].flatMap((ipOptionsHex) =>
  ['', 'notrack', 'unchecked'].flatMap((tracking) =>
    ([IN, { ...IN, dst: '192.168.50.9' }, { ...OWN, dst: '192.168.50.1' }] as readonly PacketJson[]).flatMap((way) =>
      [...TRANSPORTS(4), { proto: 'gre' }].map((packet): Case => ({
        name: `REJECT of ${String(packet.proto)} with IP options ${ipOptionsHex}, ${String(way.dir)} to ${String(way.dst)}${tracking === '' ? '' : `, ${tracking}`}`,
        listeners: [],
        ...(tracking === 'unchecked' && {
          topology: { ...HOST, sysctls: { 'net.netfilter.nf_conntrack_checksum': 0 } },
        }),
        packets: [{ ...way, ...packet, ipOptionsHex }, counter(4), counter(4)],
        rules:
          (tracking === 'notrack' ? table('raw', ['PREROUTING -j CT --notrack', 'OUTPUT -j CT --notrack']) : '') +
          COUNTED +
          table('filter', [`INPUT -p ${String(packet.proto)} -j REJECT`, 'FORWARD -j REJECT']),
      })),
    ),
  ),
);

/** What goes to many is refused in silence, on its way out as well. */
const many: readonly Case[] = ['10.244.1.255', '255.255.255.255', '224.0.0.1', 'ff02::1'].flatMap((dst) =>
  ['INPUT', 'OUTPUT'].flatMap((chain) =>
    ['tcp-reset', ''].map((answer): Case => {
      const family = dst.includes(':') ? 6 : 4;
      return {
        name: `${chain} refuses what goes to ${dst}${answer === '' ? '' : `, ${answer}`}`,
        packets: [{ ...(family === 4 ? OWN : OWN6), dst, ...TRANSPORTS(family)[0] }, counter(family), counter(family)],
        ...asked(
          family,
          COUNTED + table('filter', [`${chain} -p tcp -j REJECT${answer === '' ? '' : ` --reject-with ${answer}`}`]),
        ),
      };
    }),
  ),
);

/** A link-local address means something on one link: who gets a reply, and by which interface. */
const linkLocal: readonly Case[] = (['eth0', 'eth1', 'out'] as const).flatMap((from) =>
  ['fd00:1::5', 'fd00:2::1', 'fd00:1::77', 'fd00:2::77', '::1'].flatMap((dst) =>
    (from === 'out' ? [64] : [64, 1]).flatMap((ttl) =>
      TRANSPORTS(6).map((packet): Case => ({
        name: `${String(packet.proto)} from fe80::9 (${from}) to ${dst}, hop limit ${ttl}`,
        listeners: [],
        packets: [
          { ...(from === 'out' ? { dir: 'out' } : { dir: 'in', iface: from }), src: 'fe80::9', dst, ...packet, ttl },
          counter(6),
          counter(6),
        ],
        rules6: COUNTED,
      })),
    ),
  ),
);

/**
 * The connection was sent to ::1 and somewhere else by NAT: its reply comes back by an interface, and gets a reply
 * there.
 */
const fromLoopback: readonly Case[] = ['fd00:1::5', 'fd00:2::1'].flatMap((src) =>
  ['::1', 'fd00:20::3'].map((dst): Case => ({
    name: `an answer of what was sent from ${src} to ${dst} and translated is reset`,
    listeners: [],
    rules6:
      table('mangle', ['PREROUTING -m conntrack --ctstatus ASSURED']) +
      table('nat', ['OUTPUT -j DNAT --to-destination fd00:20::2']),
    packets: [
      { dir: 'out', src, dst, sport: 50123, dport: 5353 },
      { dir: 'in', iface: 'eth0', src: 'fd00:20::2', dst: src, sport: 5353, dport: 50123, flags: ['SYN', 'ACK'] },
      { dir: 'out', src, dst, sport: 50123, dport: 5353, flags: ['ACK'] },
      { dir: 'in', iface: 'eth0', src: 'fd00:20::2', dst: src, sport: 5353, dport: 50123, flags: ['ACK'] },
    ],
  })),
);

/** REJECT tells a link-local sender on its link only; its reset goes where the routes lead. */
const toLink: readonly Case[] = [[], ['fe80::5/64']].flatMap((local) =>
  ['fe80::9', 'fd00:2::9', 'fe80::5'].flatMap((src) =>
    [
      'INPUT -j REJECT',
      'INPUT -p tcp -j REJECT --reject-with tcp-reset',
      'OUTPUT -m mark ! --mark 1 -j REJECT',
      'OUTPUT -p tcp -m mark ! --mark 1 -j REJECT --reject-with tcp-reset',
      'FORWARD -j REJECT',
    ].flatMap((refused) =>
      ['in', 'out'].map((dir): Case => ({
        name: `${refused}, of what ${src} sends, ${dir}, ${local.length ? 'with' : 'without'} link-local addresses`,
        listeners: [],
        independent: false,
        topology: {
          ifaces: [
            { name: 'eth0', addrs: ['fd00:1::5/64', ...local] },
            { name: 'eth1', addrs: ['fd00:2::1/64', ...local] },
          ],
          routes: ['-6 default via fd00:1::1 dev eth0'],
        },
        rules6:
          table('filter', [refused]) +
          table(
            'mangle',
            [80, 160, 240, 320].map((bytes) => `POSTROUTING -m quota --quota ${bytes}`),
          ),
        packets: [
          ...['udp', 'tcp', 'gre', 'icmpv6'].flatMap((proto) =>
            ['fd00:1::5', 'fe80::7', 'fd00:2::7'].map((dst) => ({
              ...(dir === 'in'
                ? { dir: 'in' as const, iface: 'eth1' }
                : { dir: 'out' as const, oface: 'eth1', bindOface: dst === 'fe80::7' }),
              src,
              dst,
              proto,
              ...(['gre', 'icmpv6'].includes(proto) ? {} : { sport: 5, dport: 6 }),
            })),
          ),
          { ...OWN, src: 'fd00:2::1', dst: 'fd00:2::9', proto: 'udp', sport: 5, dport: 7, mark: 1 },
        ],
      })),
    ),
  ),
);

/** All of 127.0.0.0/8 is this host, and replies for it. */
const loopbackRange: readonly Case[] = ['127.9.9.9', '127.0.0.1', '10.244.1.5', '192.168.50.1'].flatMap((dst) =>
  [...TRANSPORTS(4), { proto: 'gre' }].map((packet): Case => ({
    name: `${String(packet.proto)} from outside to ${dst}`,
    listeners: [],
    topology: { ...HOST, sysctls: { 'net.ipv4.conf.all.route_localnet': 1 } },
    packets: [
      { ...IN, dst, ...packet },
      counter(4),
      { ...OWN, src: '192.168.50.1', dst: '10.244.1.77', proto: 'udp', sport: 5, dport: 7 },
    ],
    rules: table('mangle', [
      'OUTPUT -m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode srcip --hashlimit-name once -j LOG',
    ]),
  })),
);

/** ICMPv6 tells nobody of a packet that names no sender, or whose sender or receiver is a group. */
const senderless: readonly Case[] = ['::', 'fd00:2::9', '::ffff:10.1.1.1', 'fe80::9'].flatMap((src) =>
  ['fd00:1::5', 'fe80::5', 'ff02::1'].flatMap((dst) =>
    ['', 'INPUT -j REJECT'].map((refused): Case => ({
      name: `IPv6 from ${src} to ${dst}${refused && ', refused'}`,
      listeners: [],
      independent: false,
      rules6:
        table(
          'mangle',
          [40, 120, 200, 280, 360].map((bytes) => `OUTPUT -m quota --quota ${bytes}`),
        ) + (refused && table('filter', [refused])),
      packets: [
        ...['sctp', 'udp', 'tcp', 'udplite', 'gre', 'icmpv6'].map((proto) => ({
          dir: 'in' as const,
          iface: 'eth1',
          src,
          dst,
          proto,
          ...(['gre', 'icmpv6'].includes(proto) ? {} : { sport: 5, dport: 6 }),
        })),
        { ...OWN, src: 'fd00:2::1', dst: 'fd00:2::9', proto: 'udp', sport: 5, dport: 7 },
      ],
    })),
  ),
);

/** REJECT asks whether a checksum was right once, not what it is now: DNPT changes addresses without it. */
const rejectedBehindDnpt: readonly Case[] = ['tcp', 'udp', 'icmpv6', 'gre'].flatMap((proto) =>
  ['2001:db8::77', 'fd00:1::5'].map((dst): Case => ({
    name: `REJECT of ${proto} behind DNPT, to ${dst}`,
    listeners: [],
    independent: true,
    rules6:
      table('mangle', [
        'PREROUTING -j DNPT --src-pfx 2001:db8:5::/64 --dst-pfx 2001:db8:9::/64',
        'OUTPUT -m quota --quota 200',
      ]) + table('filter', ['FORWARD -j REJECT', 'INPUT -j REJECT']),
    packets: [
      {
        dir: 'in',
        iface: 'eth1',
        src: 'fd00:2::9',
        dst,
        proto,
        ...(['gre', 'icmpv6'].includes(proto) ? {} : { sport: 5, dport: 6 }),
      },
    ],
  })),
);

const CASES: readonly Case[] = [
  ...rejectedBehindDnpt,
  ...senderless,
  ...toLink,
  ...busy,
  ...sockets,
  ...accepted,
  ...boundBroadcast,
  ...led,
  ...translated,
  ...bound,
  ...anyone,
  ...options,
  ...many,
  ...linkLocal,
  ...fromLoopback,
  ...loopbackRange,
];
