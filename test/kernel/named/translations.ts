import type { KernelCase, PacketJson, TopologyJson } from '../case';
import { HOST, table } from './words';

/** The addresses and ports that NAT chooses. */
export function translationCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return CASES.map(({ name, ...question }) => ({
    name,
    question: { independent: false, topology: HOST, ...question },
  }));
}

type Case = { readonly name: string } & KernelCase;

/** One port for all: a connection that is as good as over makes room for one with a later number. */
const SNAT = table('nat', [
  'POSTROUTING -p tcp -j SNAT --to-source 192.168.50.200:60999',
  'POSTROUTING -p udp -j SNAT --to-source 192.168.50.200:60999',
]);
const there = (more: PacketJson = {}): PacketJson => ({
  dir: 'in',
  iface: 'eth0',
  src: '10.244.1.9',
  dst: '192.168.50.9',
  proto: 'tcp',
  sport: 40000,
  dport: 80,
  ...more,
});
const back = (more: PacketJson = {}): PacketJson => ({
  dir: 'in',
  iface: 'eth1',
  src: '192.168.50.9',
  dst: '192.168.50.200',
  proto: 'tcp',
  sport: 80,
  dport: 60999,
  ...more,
});
const HANDSHAKE = [
  there(),
  back({ flags: ['SYN', 'ACK'], seq: 5000, ack: 1001 }),
  there({ flags: ['ACK'], seq: 1001, ack: 5001 }),
];
const ENDS: Readonly<Record<string, readonly PacketJson[]>> = {
  'a SYN': [there()],
  'SYNs of both sides': [there(), back()],
  'an answer': HANDSHAKE.slice(0, 2),
  'a handshake': HANDSHAKE,
  'a reset': [...HANDSHAKE, there({ flags: ['RST'], seq: 1001 })],
  'a FIN of one side': [...HANDSHAKE, there({ flags: ['FIN', 'ACK'], seq: 1001, ack: 5001 })],
  'FINs of both sides': [
    ...HANDSHAKE,
    there({ flags: ['FIN', 'ACK'], seq: 1001, ack: 5001 }),
    back({ flags: ['FIN', 'ACK'], seq: 5001, ack: 1002 }),
    there({ flags: ['ACK'], seq: 1002, ack: 5002 }),
  ],
};
const evictions: readonly Case[] = [
  ...Object.entries(ENDS).flatMap(([name, packets]) =>
    [1000, 1001, 900_000].map((seq): Case => ({
      name: `the only port is taken, after ${name}, for a SYN with ${seq}`,
      rules: SNAT,
      packets: [...packets, there({ sport: 40001, seq }), back({ flags: ['ACK'], seq: 5001, ack: 1001 })],
    })),
  ),
  {
    name: 'the only port is taken, after a reset, for an ACK',
    rules: SNAT,
    packets: [...(ENDS['a reset'] ?? []), there({ sport: 40001, flags: ['ACK'], seq: 900_000 })],
  },
  {
    name: 'the only port is taken by a connection that keeps its source',
    rules: table('nat', ['POSTROUTING -s 10.244.1.9 -p tcp -j SNAT --to-source 10.244.1.77:60999']),
    packets: [
      there({ src: '10.244.1.77', sport: 60999 }),
      { ...back({ flags: ['RST', 'ACK'], ack: 1001 }), dst: '10.244.1.77' },
      there({ sport: 40001, seq: 900_000 }),
    ],
  },
  {
    name: 'the only port is taken, UDP',
    rules: SNAT,
    packets: [there({ proto: 'udp' }), there({ proto: 'udp', sport: 40001 })],
  },
];

/**
 * The mapping of another connection from the same source address and port, or id of an echo, goes on being used;
 * another id has one of its own.
 */
const keeps: readonly Case[] = ([4, 6] as const).flatMap((family) => {
  const rule = table('nat', [
    `POSTROUTING -j SNAT --to-source ${family === 4 ? '192.168.50.100-192.168.50.200' : 'fd00:2::100-fd00:2::ff0'}`,
  ]);
  const from =
    family === 4
      ? ({ dir: 'in', iface: 'eth0', src: '10.244.1.9' } as const)
      : ({ dir: 'in', iface: 'eth0', src: 'fd00:1::9' } as const);
  const far = (host: number): string => (family === 4 ? `192.168.50.${host}` : `fd00:2::${host}`);
  const one = (to: number, proto: string, key: number): PacketJson => ({
    ...from,
    dst: far(to),
    proto,
    ...(proto.startsWith('icmp') ? { icmpId: key, icmpType: family === 4 ? 8 : 128 } : { sport: key, dport: 80 }),
  });
  return [family === 4 ? 'icmp' : 'icmpv6', 'udp', 'tcp', 'sctp', 'udplite'].map((proto): Case => ({
    name: `IPv${family}: the source that ${proto} has before`,
    ...(family === 4 ? { rules: rule } : { rules6: rule }),
    packets: [one(7, proto, 3), one(8, proto, 4), one(9, proto, 3), one(10, proto, 4), one(11, proto, 5)],
  }));
});

/** REDIRECT in IPv6 takes an address of the same kind as the destination. */
const KINDS: TopologyJson = {
  ifaces: [
    {
      name: 'eth0',
      mac: '02:00:00:00:01:05',
      addrs: ['fd00:1::5/64', 'fe80::5/64', 'fec0::5/64', '::10.9.9.9/128', 'fe80::6/64'],
    },
    { name: 'eth1', mac: '02:00:00:00:02:01', addrs: ['fd00:2::1/64'] },
    { name: 'lo', addrs: ['fd00:96::1/128'] },
  ],
  routes: ['-6 default via fd00:1::1 dev eth0'],
};
const REDIRECT = table('nat', ['PREROUTING -j REDIRECT']);
const DESTINATIONS = [
  'fd00:1::5',
  'fe80::5',
  'fe80::77',
  'fec0::5',
  'fec0::77',
  '::10.9.9.9',
  '::10.1.1.1',
  '::ffff:10.1.1.1',
  'ff02::1',
  'ff03::1',
  'ff05::2',
  'ff08::1',
  'ff0e::1',
  '2001:db8::9',
  '::',
];
const redirects: readonly Case[] = [
  ...['eth0', 'eth1'].map((iface): Case => ({
    name: `REDIRECT at ${iface} by the kind of the destination`,
    independent: true,
    topology: KINDS,
    rules6: REDIRECT,
    packets: DESTINATIONS.map((dst) => ({ dir: 'in', iface, src: 'fd00:1::9', dst, proto: 'udp', sport: 1, dport: 2 })),
  })),
  {
    name: 'REDIRECT of what comes back over lo, where it is tracked anew',
    topology: KINDS,
    rules6: table('raw', ['PREROUTING -j CT --zone-orig 3']) + REDIRECT,
    packets: [
      { dir: 'out', src: '::1', dst: '::1', proto: 'sctp', sport: 40000, dport: 80, payloadHex: '0a000008deadbeef' },
      {
        dir: 'out',
        src: 'fd00:1::5',
        dst: 'fd00:96::1',
        proto: 'sctp',
        sport: 40000,
        dport: 80,
        payloadHex: '07000008deadbeef',
      },
      { dir: 'out', src: '::1', dst: '::1', proto: 'tcp', sport: 40000, dport: 80, flags: ['SYN', 'ACK'] },
    ],
  },
];

/** MASQUERADE of what goes to no address at all, which leaves by lo: the narrowest address of it. */
const nowhere: readonly Case[] = [HOST, KINDS].flatMap((topology, i) =>
  ['', ' -j SNAT --to-source fd00:1::77', ' -j MASQUERADE'].map((target): Case => ({
    name: `to ::, host ${i + 1},${target === '' ? ' not translated' : target}`,
    topology,
    rules6: table('nat', [`POSTROUTING${target}`]),
    packets: ['::', 'fe80::5', 'fd00:1::5'].flatMap((dst) =>
      ['udp', 'icmpv6'].map((proto) => ({
        dir: 'out',
        src: 'fd00:1::5',
        dst,
        proto,
        ...(proto === 'udp' ? { sport: 5, dport: 6 } : {}),
        ...(dst.startsWith('fe80') && { oface: 'eth0', bindOface: true }),
      })),
    ),
  })),
);
/**
 * A queue that lets go of packets where nobody listens is not what drops a redirect of ICMP about a translated
 * connection.
 */
const bypassed: readonly Case[] = ['', ' --queue-bypass'].map((bypass): Case => ({
  name: `an ICMP redirect about a translated connection, behind NFQUEUE${bypass}`,
  rules:
    table('mangle', [`PREROUTING -p icmp -j NFQUEUE${bypass}`]) +
    table('nat', ['POSTROUTING -j SNAT --to-source 192.168.50.1-192.168.50.2 --persistent']),
  packets: [
    { dir: 'out', dst: '198.51.100.20', src: '10.244.1.5', proto: 'gre' },
    {
      dir: 'in',
      iface: 'eth0',
      src: '198.51.100.20',
      dst: '192.168.50.2',
      proto: 'icmp',
      icmpType: 5,
      inner: { src: '192.168.50.2', dst: '198.51.100.20', proto: 'gre' },
    },
  ],
}));

/**
 * The reply of a translated connection comes in fragments, and once it is whole has no way back to where its request
 * came from.
 */
const inPieces: readonly Case[] = [
  {
    name: 'a reply in fragments that cannot be routed once it is whole',
    rules: table('nat', ['OUTPUT -j REDIRECT', 'POSTROUTING -j MASQUERADE']),
    packets: [
      { dir: 'out', src: '8.8.4.4', dst: '192.168.50.9', proto: 'gre' },
      { dir: 'out', src: '127.0.0.1', dst: '10.244.1.5', proto: 'gre', id: 14906, mf: true, length: 100 },
      { dir: 'out', src: '127.0.0.1', dst: '10.244.1.5', proto: 'gre', id: 14906, fragOffset: 10 },
    ],
  },
];

/**
 * An ICMPv6 error about a connection that both halves of NAT translate: after SNPT its checksum is wrong, and of a
 * quoted SCTP packet that is found out.
 */
const quoted: readonly Case[] = ['sctp', 'udp', 'udplite', 'dccp', 'gre'].flatMap((proto) =>
  [
    '',
    '-j SNPT --src-pfx fd00:1::/64 --dst-pfx fd00:2::/64',
    '-p icmpv6 -j SNPT --src-pfx fd00:1::/64 --dst-pfx fd00:2::/64',
  ].map((snpt): Case => {
    const ports = proto === 'gre' ? {} : { sport: 1025, dport: 8080 };
    return {
      name: `an ICMPv6 error about a translated connection of ${proto}, ${snpt || 'without SNPT'}`,
      rules6:
        (snpt && table('mangle', [`POSTROUTING ${snpt}`])) +
        table('nat', ['OUTPUT -j REDIRECT', 'POSTROUTING -j MASQUERADE']),
      packets: [
        { dir: 'out', src: 'fd00:2::1', dst: 'fd00:2::1', proto, ...ports },
        {
          dir: 'out',
          src: '::1',
          dst: '::1',
          proto: 'icmpv6',
          icmpType: 1,
          inner: { src: '::1', dst: '::1', proto, ...ports },
        },
      ],
    };
  }),
);

/** What is known of the checksum of an ICMPv6 error that is forwarded, by what changes its header on the way. */
const forwardedErrors: readonly Case[] = ['-j HL --hl-dec 1', '-j TOS --set-tos 0x10', '-j MARK --set-mark 1'].flatMap(
  (change) =>
    ['PREROUTING', 'FORWARD'].flatMap((chain) =>
      ['2001:4860::88', '2001:db8:1::88', '2001:db8::77'].map((dst): Case => ({
        name: `a forwarded ICMPv6 error to ${dst}, ${chain} ${change}, behind SNPT`,
        rules6:
          table('mangle', [
            `${chain} ${change}`,
            'POSTROUTING -j SNPT --src-pfx 2001:db8:1::/64 --dst-pfx 2001:4860::/64',
          ]) + table('nat', ['POSTROUTING -p udp -j ACCEPT']),
        packets: ['gre', 'udp', 'sctp'].flatMap((proto) => {
          const ports = proto === 'gre' ? {} : { sport: 5, dport: 6 };
          return [
            { dir: 'in', iface: 'eth0', src: '2001:4860::88', dst, proto, ...ports },
            {
              dir: 'in',
              iface: 'eth0',
              src: dst,
              dst: '2001:4860::88',
              proto: 'icmpv6',
              icmpType: 3,
              inner: { src: '2001:4860::88', dst, proto, ...ports },
            },
          ];
        }),
      })),
    ),
);

/** Who already has an address or port of the range keeps it; the others get one by hash. */
const ranges: readonly Case[] = [
  ...(
    [
      ['10.244.1.20-10.244.1.29', '10.244.1.', ['19', '20', '25', '29', '30'], '10.244.1.40'],
      ['fd00:1::20-fd00:1::29', 'fd00:1::', ['19', '20', '25', '29', '2a', '1:0:0:25'], 'fd00:1::40'],
      ['fd00:1::1:0:0:1-fd00:1::1:0:5:1', 'fd00:1::', ['1:0:0:0', '1:0:0:1', '1:0:3:0', '1:0:5:2'], 'fd00:1::40'],
    ] as const
  ).map(([range, prefix, hosts, other]): Case => {
    const rules = table('nat', [`POSTROUTING -j SNAT --to-source ${range}`]);
    const far = prefix.includes(':') ? 'fd00:2::9' : '192.168.50.9';
    return {
      name: `SNAT to ${range} of sources in and around it`,
      ...(prefix.includes(':') ? { rules6: rules } : { rules }),
      packets: [...hosts.map((host) => prefix + host), other].flatMap((src, i) => [
        there({ src, dst: far, proto: 'udp', sport: 1000 + i }),
        there({ src, dst: far, proto: 'gre', sport: undefined, dport: undefined }),
      ]),
    };
  }),
  {
    name: 'SNAT to a range of ports of sources in and around it',
    rules: table('nat', [
      'POSTROUTING -p udp -j SNAT --to-source 192.168.50.200:2000-2002',
      'POSTROUTING -p tcp -j SNAT --to-source 192.168.50.200-192.168.50.203:2000',
      'POSTROUTING -p icmp -j SNAT --to-source 192.168.50.200:2000-2001',
    ]),
    packets: [
      ...[2000, 2002].map((sport) => there({ proto: 'udp', sport })),
      there({ proto: 'udp', src: '10.244.1.10', sport: 2001 }),
      ...[2000, 1999, 2001].map((sport) => there({ src: `10.244.1.${sport - 1950}`, sport })),
      there({ proto: 'icmp', icmpId: 2001, sport: undefined, dport: undefined }),
    ],
  },
  ...['--zone 7', '--zone-orig 7', '--zone-reply 7', '--zone-orig 7 --zone-reply 9'].map((zone): Case => {
    const [first = '', second] = zone.split(/(?<=7) /);
    return {
      name: `SNAT to a range by the hash, ${zone}`,
      rules:
        table('raw', ['PREROUTING -s 10.244.1.9 -j CT ' + first, ...(second ? ['PREROUTING -j CT ' + second] : [])]) +
        table('nat', [
          'POSTROUTING -p udp -j SNAT --to-source 192.168.50.100-192.168.50.199 --persistent',
          'POSTROUTING -j SNAT --to-source 192.168.50.100-192.168.50.199',
        ]),
      packets: [9, 10].flatMap((host) =>
        ['udp', 'tcp', 'sctp'].map((proto) => there({ src: `10.244.1.${host}`, proto, sport: 1000 + host })),
      ),
    };
  }),
  {
    name: 'DNAT to a range of ports from a base',
    rules: table('nat', [
      'PREROUTING -p udp --dport 1500:1600 -j DNAT --to-destination 192.168.50.9:1000-1009/1500',
      'PREROUTING -p tcp -j DNAT --to-destination 192.168.50.9:1000-1009/1500',
      'PREROUTING -p sctp -j DNAT --to-destination 192.168.50.9:1000-1000/80',
    ]),
    packets: [
      ...[1500, 1509, 1510, 1600].map((dport) => there({ dst: '192.168.50.77', proto: 'udp', dport })),
      ...[1500, 1499, 0, 65535, 1005].map((dport) => there({ dst: '192.168.50.77', dport, sport: 2000 + dport / 100 })),
      there({ dst: '192.168.50.77', proto: 'sctp', dport: 81 }),
    ].map((packet) => ({ ...packet, sport: Math.floor(Number(packet.sport)) })),
  },
  {
    name: 'GRE too short for its header',
    rules: table('nat', ['POSTROUTING -j SNAT --to-source 192.168.50.200']),
    packets: [27, 28].flatMap((length) =>
      ['', '01010101'].map((ipOptionsHex) =>
        there({
          proto: 'gre',
          sport: undefined,
          dport: undefined,
          ipOptionsHex,
          length: length + ipOptionsHex.length / 2,
        }),
      ),
    ),
  },
];

const CASES: readonly Case[] = [
  ...ranges,
  ...forwardedErrors,
  ...evictions,
  ...keeps,
  ...nowhere,
  ...bypassed,
  ...inPieces,
  ...quoted,
  ...redirects,
];
