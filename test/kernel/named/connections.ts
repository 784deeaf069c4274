import type { KernelCase, PacketJson, TopologyJson } from '../case';
import { withHeader } from '../report';
import { HOST, table } from './words';

/**
 * What one packet leaves for the next: connections of every protocol, the host's own replies, what rules share by name.
 */
export function connectionCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return CASES.map(({ name, ...question }) => ({
    name,
    question: { independent: false, topology: HOST, ...question },
  }));
}

/** The same of iptables-nft, where tracking and the host are the same but rules are loaded and asked otherwise. */
export function connectionCasesOfNft(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return connectionCases().map(({ name, question }) => ({ name, question: withHeader(question, 'nft') }));
}

type Case = { readonly name: string } & KernelCase;

const IN = { dir: 'in', iface: 'eth0', src: '10.244.1.9', dst: '10.244.1.5' } as const;
const OUT = { dir: 'out', src: '10.244.1.5', dst: '10.244.1.9' } as const;
const back = ({ src, dst, sport, dport, ...rest }: PacketJson): PacketJson => ({
  ...rest,
  src: dst,
  dst: src,
  ...(sport === undefined ? {} : { sport: dport, dport: sport }),
});
const FORWARD: PacketJson = { dir: 'in', iface: 'eth0', src: '10.244.1.9', dst: '192.168.50.9' };
const FORWARD_BACK: PacketJson = { ...back(FORWARD), iface: 'eth1' };
const IN6 = { dir: 'in', iface: 'eth0', src: 'fd00:1::9', dst: 'fd00:1::5' } as const;

const asked = (chain: string): readonly string[] =>
  [
    '--ctstate NEW',
    '--ctstate ESTABLISHED',
    '--ctstate INVALID',
    '--ctstatus SEEN_REPLY',
    '--ctstatus ASSURED',
    '--ctdir REPLY',
  ].map((question) => `${chain} -m conntrack ${question} -j LOG`);
const STATES = table('filter', [...asked('INPUT'), ...asked('FORWARD'), ...asked('OUTPUT')]);
const settings = (sysctls: Readonly<Record<string, number>>): TopologyJson => ({ ...HOST, sysctls });

const assured: readonly Case[] = ['gre', 'udplite', 'udp', 'sctp', 'dccp', 'esp', 'icmp', 89].map((proto) => {
  const ports =
    typeof proto === 'string' && ['udplite', 'udp', 'sctp', 'dccp'].includes(proto) ? { sport: 5, dport: 6 } : {};
  const there = { ...FORWARD, proto, ...ports, ...(proto === 'icmp' ? { icmpType: 8 } : {}) };
  const answer = {
    ...FORWARD_BACK,
    proto,
    ...(ports.sport === undefined ? {} : { sport: 6, dport: 5 }),
    ...(proto === 'icmp' ? { icmpType: 0 } : {}),
  };
  return {
    name: `when a connection of ${proto} is ASSURED`,
    rules: STATES,
    packets: [there, there, answer, there, answer, there, answer],
  };
});

/** INIT, and the same with a tag; INIT ACK. */
const INIT = (tag: string): string => `01000014${tag}0000ffff0001000100002222`;
const INIT_ACK = (tag: string): string => `02000014${tag}0000ffff0001000100002222`;
const sctp = (side: 'there' | 'back', payloadHex: string): PacketJson => ({
  ...(side === 'there' ? FORWARD : FORWARD_BACK),
  proto: 'sctp',
  ...(side === 'there' ? { sport: 1025, dport: 15006 } : { sport: 15006, dport: 1025 }),
  payloadHex,
});
const [NO_TAG, TAG, OTHER_TAG] = ['00000000', '00001111', '00003333'];
const collisions: readonly Case[] = (
  [
    ['there', 'back INIT'],
    ['there', 'back INIT', 'there again'],
    ['there', 'there again'],
    ['there', 'back INIT without tag', 'there again'],
    ['there', 'back INIT', 'there again', 'back INIT'],
  ] as const
).flatMap((steps) =>
  [OTHER_TAG, TAG].map((tag) => ({
    name: `SCTP: ${steps.join(', ')}, then an INIT ACK with ${tag === TAG ? 'the same' : 'another'} tag`,
    rules: STATES,
    packets: [
      ...steps.map((step) =>
        sctp(step.startsWith('there') ? 'there' : 'back', INIT(step === 'back INIT' ? TAG : NO_TAG)),
      ),
      sctp('back', INIT_ACK(tag)),
      sctp('there', '0a000008deadbeef'),
    ],
  })),
);

/** Heartbeats with a tag that is not that of the association are let through and do not count. */
const BEAT = '0400000c00010008aaaabbbb';
const HEARD = table(
  'mangle',
  ['0:1', '2:2', '3:3', '4:'].map(
    (range) => `FORWARD -m connbytes --connbytes ${range} --connbytes-mode packets --connbytes-dir both -j LOG`,
  ),
);
const heartbeats: readonly Case[] = [
  ['there INIT', 'back INIT', 'there BEAT', 'back BEAT', 'there INIT'],
  ['there INIT', 'back BEAT', 'there BEAT', 'there BEAT_ACK', 'back BEAT_ACK', 'there INIT'],
  ['there INIT', 'back INIT', 'there BEAT', 'back BEAT_ACK', 'there BEAT'],
  ['there BEAT', 'back BEAT_ACK', 'there BEAT', 'back COOKIE_ACK', 'there BEAT'],
  ['there INIT', 'back BEAT_DATA', 'back BEAT', 'back BEAT_BEAT', 'there BEAT_ACK'],
  ['there INIT', 'back INIT', 'back BEAT', 'there SHUTDOWN_BEAT', 'back BEAT_ACK_ABORT', 'there INIT'],
].map((steps) => ({
  name: `SCTP heartbeats: ${steps.join(', ')}`,
  rules: STATES + HEARD,
  packets: steps.map((step) =>
    sctp(
      step.startsWith('there') ? 'there' : 'back',
      (
        {
          INIT: INIT(TAG),
          BEAT,
          BEAT_ACK: '0500000c00010008aaaabbbb',
          COOKIE_ACK: '0b000004',
          BEAT_DATA: `${BEAT}0003001400000001000000000000000061626364`,
          BEAT_BEAT: BEAT + BEAT,
          SHUTDOWN_BEAT: `0700000800000001${BEAT}`,
          BEAT_ACK_ABORT: '0500000c00010008aaaabbbb06000004',
        } as Record<string, string>
      )[step.split(' ')[1] as string] as string,
    ),
  ),
}));

/** Windows that are learnt from packets outside of them. */
const strict = (...packets: readonly PacketJson[]): Case => ({
  name: `a window is learnt from what does not fit: ${packets.map(({ flags = ['SYN'], seq = 1000, ack = 0 }) => `${(flags as string[]).join('+')} ${seq as number}/${ack as number}`).join(', ')}`,
  rules: STATES,
  topology: settings({ 'net.netfilter.nf_conntrack_tcp_be_liberal': 0 }),
  packets,
});
const there = (more: PacketJson): PacketJson => ({ ...FORWARD, proto: 'tcp', sport: 1025, dport: 22, ...more });
const answer = (more: PacketJson): PacketJson => ({ ...FORWARD_BACK, proto: 'tcp', sport: 22, dport: 1025, ...more });
const windows: readonly Case[] = [
  ...[
    [1, 0],
    [1, 201_002],
    [201_002, 0],
    [1, 1],
  ].map(([seq, ack]) =>
    strict(
      there({ seq: 201_001 }),
      answer({ flags: ['SYN', 'ACK'], ack: 1 }),
      there({ flags: ['RST'], seq, ack }),
      there({ seq: 201_001 }),
      there({ seq: 201_001 }),
    ),
  ),
  strict(
    there({}),
    answer({ flags: ['SYN', 'ACK'] }),
    answer({ flags: ['PSH', 'ACK'], seq: 5000, length: 50 }),
    there({ flags: ['PSH', 'ACK'], ack: 5010 }),
  ),
  strict(
    there({}),
    answer({ flags: ['SYN', 'ACK'], ack: 5_000_000 }),
    answer({ flags: ['SYN', 'ACK'], seq: 7000, ack: 1001 }),
    there({ flags: ['ACK'], seq: 1001, ack: 7001 }),
    there({ flags: ['ACK'], seq: 1001, ack: 1001 }),
  ),
];

/**
 * A reset that replies to a SYN of the other side is believed wherever it is; one of the side that sent the SYN has to
 * be in its window.
 */
const resets: readonly Case[] = (['SYN', 'SYN+ACK'] as const).flatMap((second) =>
  ['there', 'back'].flatMap((from) =>
    [1, 201_003, 500_000].map((seq) => {
      const answered = answer({ seq: 201_001, window: 100, flags: second.split('+'), ack: second === 'SYN' ? 0 : 1 });
      const reset = (from === 'there' ? there : answer)({ flags: ['RST'], seq });
      return {
        name: `a reset of ${seq} from ${from} after a ${second} from back`,
        rules: STATES,
        topology: settings({ 'net.netfilter.nf_conntrack_tcp_be_liberal': 0 }),
        packets: [there({ seq: 201_001 }), answered, reset, there({ seq: 201_001 }), answer({ seq: 201_001 })],
      };
    }),
  ),
);

/**
 * What a SYN has said of selective acknowledgements and window scaling, when it is sent again with other options or
 * none.
 */
const [WITH_SACK, WITH_SCALE, SACKED] = ['04020101', '03030701', '0101050a000007d10000ffff'];
const synAgain: readonly Case[] = [
  ['', WITH_SACK],
  [WITH_SACK, ''],
  [WITH_SACK, WITH_SCALE],
  [WITH_SACK, WITH_SACK],
  [WITH_SCALE, ''],
].map(([first, second]) => ({
  name: `a SYN with options ${first || 'none'}, sent again with ${second || 'none'}`,
  rules: STATES,
  topology: settings({ 'net.netfilter.nf_conntrack_tcp_be_liberal': 0 }),
  packets: [
    there({ ...(first && { tcpOptionsHex: first }) }),
    there({ seq: 2000, ...(second && { tcpOptionsHex: second }) }),
    answer({ flags: ['SYN', 'ACK'], seq: 5000, ack: 2001, tcpOptionsHex: WITH_SACK + WITH_SCALE }),
    there({ flags: ['ACK'], seq: 2001, ack: 5001, window: 1000 }),
    answer({ flags: ['ACK'], seq: 5001, ack: 2001, tcpOptionsHex: SACKED }),
    answer({ flags: ['ACK'], seq: 60_000, ack: 2001 }),
    there({ flags: ['ACK'], seq: 2001, ack: 5001 }),
  ],
}));

/** Every other packet that leaves shows what the host has replied. */
const COUNTED = table('mangle', ['OUTPUT -m statistic --mode nth --every 2 --packet 0 -j LOG']);
const counter: PacketJson = { ...OUT, proto: 'udp', sport: 1, dport: 2 };
const counter6: PacketJson = { dir: 'out', src: 'fd00:1::5', dst: 'fd00:1::9', proto: 'udp', sport: 1, dport: 2 };
const query = (icmpType: number, more: PacketJson = {}): PacketJson => ({
  ...IN,
  proto: 'icmp',
  icmpType,
  icmpCode: 0,
  ...more,
});
const query6 = (icmpType: number, more: PacketJson = {}): PacketJson => ({
  ...IN6,
  proto: 'icmpv6',
  icmpType,
  icmpCode: 0,
  ...more,
});
const BROADCAST = { dst: '10.244.1.255', dstMac: 'ff:ff:ff:ff:ff:ff' };
const queries: readonly Case[] = [
  ...(
    [
      [8, 28],
      [13, 28],
      [13, 31],
      [13, 32],
      [13, 36],
      [13, 40],
      [15, 28],
      [15, 40],
      [17, 28],
      [17, 40],
      [10, 28],
    ] as const
  ).map(([icmpType, length]) => ({
    name: `ICMP type ${icmpType} of ${length} bytes: is it answered?`,
    rules: STATES,
    packets: [0, 1, 2].map(() => query(icmpType, { length })),
  })),
  {
    name: 'a timestamp request with another code gets an answer that is none of its connection',
    rules: STATES + COUNTED,
    packets: [query(13, { length: 40, icmpCode: 1 }), query(13, { length: 40, icmpCode: 1 }), counter],
  },
  {
    name: 'an echo request with another code is answered all the same',
    rules: STATES,
    packets: [query(8, { icmpCode: 1 }), query(8, { icmpCode: 1 })],
  },
  ...[8, 13].map((icmpType) => ({
    name: `ICMP type ${icmpType} to a broadcast address, and in a broadcast frame`,
    rules: STATES + COUNTED,
    packets: [
      query(icmpType, { ...BROADCAST, length: 40 }),
      query(icmpType, { ...BROADCAST, length: 40 }),
      query(icmpType, { dstMac: BROADCAST.dstMac, length: 40 }),
      query(icmpType, { dstMac: BROADCAST.dstMac, length: 40 }),
      counter,
    ],
  })),
  ...[8, 13].map((icmpType) => ({
    name: `ICMP type ${icmpType} from this host to itself`,
    rules: STATES,
    packets: [0, 1].map(() => ({ ...OUT, dst: '10.244.1.5', proto: 'icmp', icmpType, length: 40 })),
  })),
  {
    name: 'the answer to a timestamp request is refused',
    rules: STATES + table('mangle', ['OUTPUT -p icmp -j DROP']),
    packets: [query(13, { length: 40 }), query(13, { length: 40 })],
  },
  ...[128, 139].map((icmpType) => ({
    name: `ICMPv6 type ${icmpType}`,
    rules6: STATES,
    packets: [0, 1].map(() => query6(icmpType)),
  })),
  {
    name: 'an echo request to the anycast address of a subnet',
    rules6: STATES + COUNTED,
    packets: [query6(128, { dst: 'fd00:1::' }), query6(128, { dst: 'fd00:1::' }), counter6],
  },
  {
    name: 'TCP to the anycast address of a subnet gets no reset',
    rules6: STATES + COUNTED,
    packets: [
      { ...IN6, dst: 'fd00:1::', proto: 'tcp', sport: 1, dport: 2 },
      { ...IN6, dst: 'fd00:1::', proto: 'tcp', sport: 1, dport: 2 },
      counter6,
    ],
  },
  ...['fd00:1::5', 'fd00:2::1'].flatMap((src) =>
    ['ff01::1', 'ff02::1'].map((dst) => ({
      name: `an echo request of this host to ${dst} from ${src}`,
      rules6: STATES + COUNTED,
      packets: [{ dir: 'out', src, dst, proto: 'icmpv6' }, counter6, counter6],
    })),
  ),
  ...['ah', 'esp', 'gre'].map((proto) => ({
    name: `nobody takes ${proto} in IPv6, which is told to the sender`,
    rules6: STATES + COUNTED,
    packets: [{ ...IN6, proto }, counter6, counter6],
  })),
  {
    name: 'a multicast that nobody has joined is dropped in silence',
    rules: COUNTED,
    packets: [{ ...IN, dst: '239.1.2.3', proto: 'udp' }, counter, counter],
  },
  {
    name: 'a reset from ::1 or to it over lo',
    rules6: STATES,
    packets: [
      ['::1', 'fd00:2::1'],
      ['fd00:2::1', '::1'],
      ['fd00:1::5', 'fd00:2::1'],
      ['fd00:2::1', 'fd00:1::5'],
    ].map(([src, dst], i) => ({ dir: 'out', src, dst, proto: 'tcp', sport: i % 2 ? 2 : 1, dport: i % 2 ? 1 : 2 })),
  },
];

const SYN = { proto: 'tcp', sport: 40000, dport: 80, flags: ['SYN'] } as const;
const limits = (
  sysctls: Readonly<Record<string, number>>,
  name: string,
  packets: readonly PacketJson[],
  more: Partial<KernelCase> = {},
): Case => ({ name, rules: STATES, ...more, topology: settings(sysctls), packets });
const tcpSettings: readonly Case[] = [0, 1].flatMap((loose) =>
  [0, 1].flatMap((liberal) => {
    const sysctls = {
      'net.netfilter.nf_conntrack_tcp_loose': loose,
      'net.netfilter.nf_conntrack_tcp_be_liberal': liberal,
    };
    const far = { ...FORWARD, ...SYN };
    const answer = { ...FORWARD_BACK, ...SYN, sport: 80, dport: 40000 };
    return [
      limits(
        sysctls,
        `nf_conntrack_tcp_loose=${loose}, be_liberal=${liberal}: in the middle of a connection`,
        [['ACK'], ['PSH', 'ACK'], ['SYN'], ['FIN', 'ACK']].map((flags, i) => ({ ...far, sport: 40000 + i, flags })),
      ),
      limits(sysctls, `nf_conntrack_tcp_loose=${loose}, be_liberal=${liberal}: out of window`, [
        far,
        { ...answer, flags: ['SYN', 'ACK'], seq: 5000, ack: 1001 },
        { ...far, flags: ['ACK'], seq: 1001, ack: 5001 },
        { ...far, flags: ['ACK'], seq: 2_000_000, ack: 5001 },
        { ...answer, flags: ['RST'], seq: 4000 },
        { ...far, flags: ['ACK'], seq: 1001, ack: 5001 },
      ]),
      limits(sysctls, `nf_conntrack_tcp_loose=${loose}, be_liberal=${liberal}: a reset that does not fit`, [
        far,
        { ...answer, flags: ['RST', 'ACK'], ack: 4_294_898_297 },
        far,
        far,
      ]),
      limits(sysctls, `nf_conntrack_tcp_loose=${loose}, be_liberal=${liberal}: the reset of this host has no window`, [
        { ...OUT, ...SYN },
        { ...IN, ...SYN, sport: 80, dport: 40000, seq: 4_294_898_297 },
        { ...IN, ...SYN, sport: 80, dport: 40000, flags: ['ACK'] },
      ]),
    ];
  }),
);
const otherSettings: readonly Case[] = [
  ...[0, 1].map((value) =>
    limits(
      { 'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst': value, 'net.netfilter.nf_conntrack_tcp_be_liberal': 0 },
      `nf_conntrack_tcp_ignore_invalid_rst=${value}`,
      [
        { ...FORWARD, ...SYN },
        { ...FORWARD_BACK, ...SYN, sport: 80, dport: 40000, flags: ['SYN', 'ACK'], seq: 5000, ack: 1001 },
        { ...FORWARD, ...SYN, flags: ['ACK'], seq: 1001, ack: 5001 },
        { ...FORWARD_BACK, ...SYN, sport: 80, dport: 40000, flags: ['RST'], seq: 4000 },
        { ...FORWARD, ...SYN, flags: ['ACK'], seq: 1001, ack: 5001 },
      ],
    ),
  ),
  ...[0, 1].map((value) =>
    limits({ 'net.netfilter.nf_conntrack_checksum': value }, `nf_conntrack_checksum=${value}`, [
      { ...IN, proto: 'udplite', sport: 1, dport: 2 },
      { ...IN, proto: 'udplite', sport: 1, dport: 2 },
    ]),
  ),
  limits({ 'net.ipv4.icmp_echo_ignore_all': 1 }, 'icmp_echo_ignore_all', [
    query(8),
    query(8),
    query(13, { length: 40 }),
    query(13, { length: 40 }),
  ]),
  ...[8, 13].map((icmpType) =>
    limits(
      { 'net.ipv4.icmp_echo_ignore_broadcasts': 0 },
      `icmp_echo_ignore_broadcasts=0, type ${icmpType}`,
      [query(icmpType, { ...BROADCAST, length: 40 }), counter, counter],
      { rules: STATES + COUNTED },
    ),
  ),
  limits({ 'net.ipv6.icmp.echo_ignore_all': 1 }, 'net.ipv6.icmp.echo_ignore_all', [query6(128), query6(128)], {
    rules6: STATES,
    rules: '',
  }),
  limits(
    { 'net.ipv6.icmp.echo_ignore_multicast': 1 },
    'net.ipv6.icmp.echo_ignore_multicast',
    [query6(128, { dst: 'ff02::1' }), counter6, counter6],
    { rules6: COUNTED, rules: '' },
  ),
  limits(
    { 'net.ipv6.icmp.echo_ignore_anycast': 1 },
    'net.ipv6.icmp.echo_ignore_anycast',
    [query6(128, { dst: 'fd00:1::' }), counter6, counter6],
    { rules6: COUNTED, rules: '' },
  ),
  limits(
    { 'net.ipv6.anycast_src_echo_reply': 1 },
    'net.ipv6.anycast_src_echo_reply',
    [query6(128, { dst: 'fd00:1::' }), query6(128, { dst: 'fd00:1::' })],
    { rules6: STATES, rules: '' },
  ),
  ...[64, 65, 128].map((ttl) =>
    limits(
      { 'net.ipv4.ip_default_ttl': ttl },
      `ip_default_ttl=${ttl}`,
      [query(8), query(8), { ...IN, ...SYN }, { ...IN, ...SYN }],
      { rules: STATES + table('mangle', ['OUTPUT -m ttl --ttl-gt 64 -j DROP']) },
    ),
  ),
  ...[64, 70].map((hops) =>
    limits({ 'net.ipv6.conf.all.hop_limit': hops }, `net.ipv6.conf.all.hop_limit=${hops}`, [query6(128), query6(128)], {
      rules: '',
      rules6: STATES + table('mangle', ['OUTPUT -m hl --hl-gt 64 -j DROP']),
    }),
  ),
  ...[0, 1].flatMap((value) => [
    limits(
      { 'net.ipv4.fwmark_reflect': value },
      `net.ipv4.fwmark_reflect=${value}`,
      [query(8), query(8), { ...IN, ...SYN }, { ...IN, ...SYN }],
      { rules: STATES + table('mangle', ['PREROUTING -j MARK --set-mark 7', 'OUTPUT -m mark --mark 7 -j DROP']) },
    ),
    limits(
      { 'net.ipv6.fwmark_reflect': value },
      `net.ipv6.fwmark_reflect=${value}`,
      [query6(128), query6(128), { ...IN6, ...SYN }, { ...IN6, ...SYN }],
      {
        rules: '',
        rules6: STATES + table('mangle', ['PREROUTING -j MARK --set-mark 7', 'OUTPUT -m mark --mark 7 -j DROP']),
      },
    ),
    limits(
      { 'net.ipv4.icmp_errors_use_inbound_ifaddr': value },
      `icmp_errors_use_inbound_ifaddr=${value}`,
      [{ ...IN, src: '172.20.1.2', iface: 'eth1', dst: '192.168.50.9', proto: 'udp', ttl: 1 }, counter, counter],
      {
        rules: table('mangle', [
          'OUTPUT -s 192.168.50.1 -m statistic --mode nth --every 1 --packet 0',
          'OUTPUT -s 10.244.1.5 -m statistic --mode nth --every 2 --packet 0 -j LOG',
        ]),
      },
    ),
  ]),
];

const refusals: readonly Case[] = [
  {
    name: 'the reset of INPUT is refused in OUTPUT',
    rules: table('filter', [
      ...asked('INPUT'),
      'INPUT -p tcp -j REJECT --reject-with tcp-reset',
      'OUTPUT -p tcp -j REJECT',
    ]),
    packets: [
      { ...IN, ...SYN },
      { ...IN, ...SYN, flags: ['RST'], seq: 1001 },
      { ...IN, ...SYN },
    ],
  },
  {
    name: 'the reset of FORWARD is refused in OUTPUT',
    rules: table('filter', [
      ...asked('FORWARD'),
      'FORWARD -p tcp -j REJECT --reject-with tcp-reset',
      'OUTPUT -p tcp -j REJECT',
    ]),
    packets: [
      { ...FORWARD, ...SYN },
      { ...FORWARD, ...SYN, flags: ['RST'], seq: 1001 },
      { ...FORWARD, ...SYN },
    ],
  },
  {
    name: 'an echo reply is refused in OUTPUT',
    rules: STATES + table('mangle', []) + table('nat', []),
    packets: [query(8), query(8)],
  },
  {
    name: 'an echo reply is refused with an error',
    rules: table('filter', [...asked('INPUT'), 'OUTPUT -p icmp -m icmp --icmp-type 0 -j REJECT']),
    packets: [query(8), query(8)],
  },
  {
    name: 'the reset about an IPv6 packet is refused in OUTPUT',
    rules6: table('filter', [
      ...asked('INPUT'),
      'INPUT -p tcp -j REJECT --reject-with tcp-reset',
      'OUTPUT -p tcp -j REJECT',
    ]),
    packets: [
      { ...IN6, ...SYN },
      { ...IN6, ...SYN, flags: ['RST'], seq: 1001 },
      { ...IN6, ...SYN },
    ],
  },
  {
    name: 'a reset that has no way leaves the connection as it was',
    rules:
      table('nat', [
        'OUTPUT -p tcp -j REDIRECT --to-ports 3000',
        'POSTROUTING -p tcp -j SNAT --to-source 10.244.1.200',
      ]) + table('filter', [...asked('INPUT'), 'INPUT -p tcp -j REJECT --reject-with tcp-reset', ...asked('OUTPUT')]),
    packets: [
      { ...OUT, ...SYN, dst: '10.244.1.77' },
      ...[['FIN', 'ACK'], ['ACK'], ['RST']].map((flags) => ({
        ...OUT,
        ...SYN,
        dst: '10.244.1.77',
        flags,
        seq: 1001,
        ack: 1,
      })),
    ],
  },
  ...['icmp-port-unreachable', 'tcp-reset'].map((answer) => ({
    name: `what came to many is refused in silence, ${answer}`,
    rules: COUNTED + table('filter', [`INPUT -p tcp -j REJECT --reject-with ${answer}`]),
    packets: [{ ...IN, ...SYN, ...BROADCAST }, counter, counter, { ...IN, ...SYN, dstMac: BROADCAST.dstMac }, counter],
  })),
  ...['10.244.1.77', '10.244.1.5'].map((src) => ({
    name: `a source of ${src} and a group, when OUTPUT has changed the packet`,
    rules: table('mangle', ['OUTPUT -j DSCP --set-dscp 0x2e']),
    packets: ['224.0.0.5', '255.255.255.255', '10.244.1.9'].map((dst) => ({ ...OUT, src, dst, proto: 'udp' })),
  })),
  {
    name: 'cluster says no to what a CT rule has made',
    rules: table('raw', [
      'OUTPUT -j CT',
      ...['0x1', '0x2', '0x4', '0x7']
        .flatMap((mask) => [mask, `! ${mask}`])
        .map(
          (mask) =>
            `OUTPUT -m cluster --cluster-total-nodes 3 ${mask.startsWith('!') ? '! ' : ''}--cluster-local-nodemask ${mask.replace('! ', '')} --cluster-hash-seed 0xdeadbeef`,
        ),
    ]),
    packets: [counter],
  },
  {
    name: 'connlabel --set finds no room in what a CT rule has made',
    rules:
      table('raw', [
        'OUTPUT -j CT',
        'OUTPUT -m connlabel --label 5 --set',
        'OUTPUT -m connlabel ! --label 5 --set',
        'OUTPUT -m connlabel --label 5',
      ]) + table('mangle', ['OUTPUT -m connlabel --label 5 --set']),
    packets: [counter, counter],
  },
];

/** A CT rule keeps what CONNMARK has written between it and connection tracking. */
const MARKS = [
  'PREROUTING -m connmark --mark 0x1',
  'PREROUTING -j CONNMARK --set-mark 1',
  'PREROUTING -m connmark --mark 0x1',
];
const templates: readonly Case[] = [
  ['PREROUTING -j CT --zone 1', ...MARKS],
  ['PREROUTING -j CT', ...MARKS],
  [
    'PREROUTING -p tcp -j CT --zone 1',
    'PREROUTING -p udp -j CT --zone 1',
    MARKS[0] as string,
    'PREROUTING -p tcp -j CONNMARK --set-mark 1',
  ],
  [
    'PREROUTING -j CT',
    'PREROUTING -j CONNMARK --restore-mark',
    'PREROUTING -m mark --mark 1',
    'PREROUTING -j CONNMARK --set-mark 1',
  ],
].map((rules) => ({
  name: `a mark in raw: ${rules.join(', ')}`,
  rules: table('raw', rules) + table('mangle', ['PREROUTING -m connmark --mark 0x1']),
  packets: [
    { ...IN, ...SYN },
    { ...IN, ...SYN, sport: 2 },
    { ...IN, proto: 'udp', sport: 3, dport: 4 },
    { ...IN, ...SYN },
  ],
}));

/** Whether this host replies to what DNPT and SNPT have made wrong, and what tracking remembers of it. */
const BROKEN = { ...IN6, dst: 'fd00:1::fff7:0:0:5' };
const prefixes = (...more: readonly string[]): string =>
  table('mangle', [
    'PREROUTING -s fd00:1::9 -j DNPT --src-pfx fd00:9::/64 --dst-pfx fd00:1::/64',
    'OUTPUT -m statistic --mode nth --every 2 --packet 0 -j LOG',
  ]) + table('filter', [...asked('INPUT'), ...more]);
const echo: PacketJson = { proto: 'icmpv6', icmpType: 128 };
const wrongChecksums: readonly Case[] = [
  ...[0, 1].flatMap((looks) =>
    [[], ['INPUT -j REJECT'], ['INPUT -p tcp -j REJECT --reject-with tcp-reset']].flatMap((rejects) =>
      ([SYN, { proto: 'udp', sport: 1, dport: 2 }, echo] as const).map((packet) => ({
        name: `a wrong checksum of ${packet.proto as string}, nf_conntrack_checksum=${looks}, ${rejects[0] ?? 'accepted'}`,
        topology: settings({ 'net.netfilter.nf_conntrack_checksum': looks }),
        rules6: prefixes(...rejects),
        packets: [{ ...BROKEN, ...packet }, counter6, { ...BROKEN, ...packet }, counter6, counter6],
      })),
    ),
  ),
  ...([SYN, { proto: 'udp', sport: 1, dport: 2 }, echo] as const).map((packet) => ({
    name: `a changed TTL behind a look at the checksum, ${packet.proto as string}`,
    rules6: table('mangle', [
      'PREROUTING -s fd00:1::9 -j DNPT --src-pfx fd00:9::/64 --dst-pfx fd00:1::/64',
      'PREROUTING -s fd00:1::9 -j HL --hl-set 9',
      'OUTPUT -m statistic --mode nth --every 2 --packet 0 -j LOG',
    ]),
    packets: [{ ...BROKEN, ...packet }, counter6, { ...BROKEN, ...packet }, counter6, counter6],
  })),
  {
    name: 'over lo, DNPT makes wrong what this host sent to itself',
    rules6:
      table('mangle', ['PREROUTING -j DNPT --src-pfx fd00:1::/64 --dst-pfx fd00:1::/48']) +
      table('nat', ['OUTPUT -p tcp -j DNAT --to-destination [fd00:2::1]:30080']),
    packets: [
      { dir: 'out', src: 'fd00:1::5', dst: '2001:4860::88', proto: 'tcp', sport: 50123 },
      {
        dir: 'out',
        src: 'fd00:2::1',
        dst: 'fd00:1::5',
        proto: 'icmpv6',
        icmpType: 2,
        inner: { src: 'fd00:1::5', dst: 'fd00:2::1', sport: 50123, dport: 30080, proto: 'tcp' },
      },
    ],
  },
  ...[
    ['fd00:9::/64', 'fd00:9::/64'],
    ['fd00:2::/64', 'fd00:2::/64'],
  ].map(([from, to]) => ({
    name: `an error that NAT has changed is looked at as it was, DNPT from ${from as string} to ${to as string}`,
    rules6:
      table('mangle', [`PREROUTING -j DNPT --src-pfx ${from as string} --dst-pfx ${to as string}`]) +
      table('nat', ['OUTPUT -j DNAT --to-destination fd00:2::1']),
    packets: [
      { dir: 'out', src: 'fd00:2::1', dst: 'fd00:1::9', proto: 'udp', sport: 1025, dport: 443 },
      {
        dir: 'out',
        src: '2001:4860::88',
        dst: 'fd00:2::1',
        proto: 'icmpv6',
        icmpType: 1,
        inner: { src: 'fd00:2::1', dst: 'fd00:2::1', sport: 1025, dport: 443, proto: 'udp' },
      },
    ],
  })),
];

/** REJECT closes only a connection that is known to all. */
const closing: readonly Case[] = (
  [
    [IN, 'INPUT'],
    [FORWARD, 'FORWARD'],
  ] as const
).flatMap(([way, hook]) =>
  (['there', 'back'] as const).flatMap((from) =>
    [['SYN'], ['SYN', 'ACK'], ['FIN', 'ACK'], ['ACK'], ['RST']].flatMap((flags) =>
      [false, true].map((refused) => {
        const first = { ...way, ...SYN };
        const replied =
          hook === 'INPUT'
            ? { ...OUT, ...SYN, sport: 80, dport: 40000 }
            : { ...FORWARD_BACK, ...SYN, sport: 80, dport: 40000 };
        const second = { ...(from === 'there' ? first : replied), flags, seq: 1001, ack: 1 };
        return {
          name: `the reset of ${hook}, ${refused ? 'refused in OUTPUT' : 'sent'}, then ${flags.join('+')} from ${from}`,
          rules:
            table('mangle', [...asked('PREROUTING'), ...asked('OUTPUT')]) +
            table('filter', [
              `${hook} -s 10.244.1.9 -p tcp -j REJECT --reject-with tcp-reset`,
              ...(refused ? ['OUTPUT -p tcp -j REJECT'] : []),
            ]),
          packets: [first, second, first, replied],
        };
      }),
    ),
  ),
);

const OPTIONS = [
  '01010101',
  '00000000',
  '00010203',
  '0700',
  '070304',
  '07030500',
  '07070400000000',
  '0707080a000009',
  '07070500000000',
  '070b040000000000000000',
  '07050400000000',
  '83030400',
  '830704c0a83209',
  '8307080a000009',
  '8907040a000009',
  '8307040a000009890704c0a83209',
  '44040500',
  '440c0500000000000000000000',
  '440c0501000000000000000000',
  '440c050300000000' + '00000000',
  '440c0503c0a8320900000000',
  '44040510',
  '440405f0',
  '440c0502000000000000000000',
  '4403050000',
  '94040000',
  '94040001',
  '940300',
  '8603000000',
  '82030000',
  '88040001',
  '9a040000',
  '860a00000001010406ff'.slice(0, 20),
  '860a00000000010406ff',
  '8608000000010200',
  '0102',
  '05',
  '0101019404',
  '0707040000000007070400000000',
  '4408050000000000440805000000000000',
];
const optionAsked = (chain: string): readonly string[] =>
  ['0>>22&0x3C@0>>16=0x0', '20&0xFFFFFFFF=0x7070800', '20>>8&0xFFFF=0x708', '22>>24=0xA'].map(
    (test) => `${chain} -m u32 --u32 "${test}"`,
  );
const options: readonly Case[] = [
  ...[IN, FORWARD, { ...OUT, dst: '10.244.1.5' }, OUT].map((way, i) => ({
    name: `IP options ${['to this host', 'that are forwarded', 'over lo', 'that are sent'][i] as string}`,
    independent: true,
    rules: table('mangle', [...optionAsked('INPUT'), ...optionAsked('FORWARD'), ...optionAsked('POSTROUTING')]),
    packets: OPTIONS.map((ipOptionsHex) => ({ ...way, proto: 'udp', sport: 1, dport: 2, ipOptionsHex })),
  })),
  ...[
    [IN, 0],
    [FORWARD, 1],
  ]
    .map(([way]) => way as PacketJson)
    .map((way, i) => ({
      name: `source routes where they are accepted, ${i === 0 ? 'to this host' : 'forwarded'}`,
      independent: true,
      topology: settings({
        'net.ipv4.conf.all.accept_source_route': 1,
        'net.ipv4.conf.default.accept_source_route': 1,
        'net.ipv4.conf.eth0.accept_source_route': 1,
      }),
      rules: table('mangle', ['FORWARD', 'INPUT', 'POSTROUTING -d 192.168.50.9']),
      packets: [
        '830704c0a83209',
        '8907040a0000098',
        '8307080a000009',
        '830b040af40105c0a83209',
        '890704c0a83209',
        '830704e0000001',
        '8306040a0000',
        '830b080af40105c0a83209',
      ].map((ipOptionsHex) => ({
        ...way,
        proto: 'udp',
        sport: 1,
        dport: 2,
        ipOptionsHex: ipOptionsHex.length % 2 ? `${ipOptionsHex}0` : ipOptionsHex,
      })),
    })),
  {
    name: 'accept_source_route has to be on for all and for the interface',
    independent: true,
    topology: settings({ 'net.ipv4.conf.all.accept_source_route': 1, 'net.ipv4.conf.eth0.accept_source_route': 0 }),
    rules: table('mangle', []),
    packets: [{ ...IN, proto: 'udp', ipOptionsHex: '8307080a000009' }],
  },
  {
    // An address that no interface has is not stamped, and the pointer stays, whether or not there is a way to it.
    name: 'time stamps asked of given addresses',
    independent: true,
    topology: { ...HOST, routes: [...(HOST.routes ?? []), 'blackhole 198.51.100.0/24'] },
    rules: table('mangle', ['INPUT -m u32 --u32 "20=0x440c0503&&28=0xffffffff"', 'INPUT -m u32 --u32 "20=0x440c0d03"']),
    packets: [
      '0af40105',
      'c0a83201',
      '0af40107',
      'c0000207',
      'c6336407',
      'e0000001',
      'ffffffff',
      '0af401ff',
      '7f000001',
    ]
      .map((address) => `440c0503${address}ffffffff`)
      .map((ipOptionsHex) => ({ ...IN, proto: 'udp', sport: 1, dport: 2, ipOptionsHex })),
  },
  {
    // The address in it is that of the way out only for what follows a source route.
    name: 'a time stamp with addresses, forwarded without and with a source route',
    independent: true,
    topology: settings({ 'net.ipv4.conf.all.accept_source_route': 1, 'net.ipv4.conf.eth0.accept_source_route': 1 }),
    rules: table(
      'mangle',
      ['FORWARD', 'POSTROUTING'].flatMap((chain) =>
        ['0x0af40105', '0xc0a83201'].map((address) => `${chain} -m u32 --u32 "24=${address}"`),
      ),
    ),
    packets: [
      { ...FORWARD, ipOptionsHex: '440c0501ffffffffffffffff' },
      { ...IN, ipOptionsHex: '440c0501ffffffffffffffff830704c0a8320900' },
    ].map((packet) => ({ ...packet, proto: 'udp', sport: 1, dport: 2 })),
  },
  {
    name: 'malformed options are told to the sender',
    rules: COUNTED + STATES,
    packets: [{ ...IN, proto: 'udp', sport: 1, dport: 2, ipOptionsHex: '07030300' }, counter, counter],
  },
  {
    name: 'a source route is refused in silence',
    rules: COUNTED + STATES,
    packets: [{ ...IN, proto: 'udp', sport: 1, dport: 2, ipOptionsHex: '830704c0a83209' }, counter, counter],
  },
  {
    name: 'an echo reply is without the options of the request',
    rules: STATES + table('mangle', ['OUTPUT -m length ! --length 28 -j DROP']),
    packets: [query(8, { ipOptionsHex: '01010101' }), query(8, { ipOptionsHex: '01010101' })],
  },
];

const hashlimit = (options: string): string => `-m hashlimit --hashlimit-name s ${options}`;
const limited = (...rules: readonly string[]): string =>
  table('filter', [...rules.map((rule) => `INPUT ${rule} -j ACCEPT`), 'INPUT -j DROP']);
const MAKER = '-p udp';
const tcp = (sport: number, more: PacketJson = {}): PacketJson => ({ ...IN, ...SYN, sport, ...more });
const SHARED: Readonly<Record<string, readonly [string, string]>> = {
  burst: [
    '--hashlimit-upto 1/hour --hashlimit-burst 3 --hashlimit-mode srcip',
    '--hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode srcip',
  ],
  mode: [
    '--hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode srcip',
    '--hashlimit-upto 1/hour --hashlimit-burst 2 --hashlimit-mode dstip',
  ],
  rate: [
    '--hashlimit-upto 3/hour --hashlimit-burst 2 --hashlimit-mode srcip',
    '--hashlimit-upto 100/sec --hashlimit-burst 2 --hashlimit-mode srcip',
  ],
  mask: [
    '--hashlimit-upto 1/hour --hashlimit-burst 2 --hashlimit-mode srcip --hashlimit-srcmask 24',
    '--hashlimit-upto 1/hour --hashlimit-burst 2 --hashlimit-mode srcip',
  ],
  'above and upto': [
    '--hashlimit-upto 1/hour --hashlimit-burst 2 --hashlimit-mode srcip',
    '--hashlimit-above 1/hour --hashlimit-burst 1 --hashlimit-mode srcip',
  ],
  'bytes after packets': [
    '--hashlimit-upto 1/hour --hashlimit-burst 2 --hashlimit-mode srcip',
    '--hashlimit-upto 100b/s --hashlimit-mode srcip',
  ],
  'packets after bytes': [
    '--hashlimit-upto 100b/s --hashlimit-burst 200b --hashlimit-mode srcip',
    '--hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode srcip',
  ],
  'a rate match of bytes after one of packets': [
    '--hashlimit-upto 2/sec --hashlimit-burst 1 --hashlimit-mode srcip --hashlimit-rate-match',
    '--hashlimit-upto 100b/s --hashlimit-burst 100b --hashlimit-mode srcip --hashlimit-rate-match',
  ],
  'size and most entries': [
    '--hashlimit-upto 1/hour --hashlimit-mode srcport --hashlimit-htable-size 2 --hashlimit-htable-max 2',
    '--hashlimit-upto 1/hour --hashlimit-mode srcport',
  ],
};
const shared: readonly Case[] = [
  ...Object.entries(SHARED).map(([what, [first, second]]) => ({
    name: `hashlimit rules that share a table: ${what}`,
    rules: limited(`${MAKER} ${hashlimit(first)}`, hashlimit(second)),
    packets: [tcp(1), tcp(2), tcp(3, { src: '10.244.1.10' }), tcp(4), tcp(5), tcp(6), tcp(7, { src: '10.244.1.10' })],
  })),
  {
    name: 'hashlimit: the table is made by the chain that comes first, and chains of users by name',
    rules: `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:Z - [0:0]\n:A - [0:0]\n-A INPUT -j Z\n-A INPUT -j A\n-A INPUT -j DROP\n-A Z -p tcp ${hashlimit(SHARED.burst?.[1] as string)} -j ACCEPT\n-A A -p udp ${hashlimit(SHARED.burst?.[0] as string)} -j ACCEPT\nCOMMIT\n`,
    packets: [1, 2, 3, 4].map((sport) => tcp(sport)),
  },
  {
    name: 'hashlimit: tables of the file are loaded in its order',
    rules: `${table('mangle', [`INPUT -p udp ${hashlimit(SHARED.burst?.[0] as string)}`])}${limited(hashlimit(SHARED.burst?.[1] as string))}`,
    packets: [1, 2, 3, 4].map((sport) => tcp(sport)),
  },
  {
    name: 'hashlimit: the tables of IPv4 and IPv6 are apart',
    rules: limited(hashlimit(SHARED.burst?.[0] as string)),
    rules6: limited(hashlimit(SHARED.burst?.[1] as string)),
    packets: [tcp(1), { ...IN6, ...SYN }, { ...IN6, ...SYN, sport: 2 }, tcp(2), tcp(3), tcp(4)],
  },
  ...[
    ['255.255.255.0', '255.255.255.255'],
    ['255.255.255.255', '255.255.255.0'],
  ].map(([first, second]) => ({
    name: `recent rules that share a list, masks ${first as string} and ${second as string}`,
    rules: table('filter', [
      `INPUT -p tcp -m recent --set --name l --mask ${first as string} --rsource`,
      `INPUT -p udp -m recent --rcheck --name l --mask ${second as string} --rsource -j DROP`,
    ]),
    packets: [
      tcp(1),
      { ...IN, proto: 'udp' },
      { ...IN, proto: 'udp', src: '10.244.1.10' },
      { ...IN, proto: 'udp', src: '10.244.2.9' },
    ],
  })),
];

/**
 * A zone that is the mark is that of the packet when connection tracking looks for it, whatever a rule after CT has
 * made of it.
 */
const zonesOfMark: readonly Case[] = ['--zone mark', '--zone-orig mark', '--zone-reply mark'].flatMap((zone) =>
  [
    ['MARK --set-mark 0x10007', `CT ${zone}`],
    [`CT ${zone}`, 'MARK --set-mark 7'],
    ['MARK --set-mark 7', `CT ${zone}`, 'MARK --and-mark 0xfffffff0'],
  ].map((rules): Case => ({
    name: `connections in a zone: ${rules.join(', ')}`,
    rules:
      table(
        'raw',
        rules.map((rule) => `PREROUTING -i eth0 -j ${rule}`),
      ) + STATES,
    packets: [FORWARD, FORWARD_BACK, FORWARD, FORWARD_BACK].map((packet) => ({
      ...packet,
      proto: 'udp',
      ...(packet === FORWARD ? { sport: 5, dport: 6 } : { sport: 6, dport: 5 }),
    })),
  })),
);

const CASES: readonly Case[] = [
  ...assured,
  ...collisions,
  ...heartbeats,
  ...windows,
  ...resets,
  ...synAgain,
  ...queries,
  ...tcpSettings,
  ...otherSettings,
  ...refusals,
  ...templates,
  ...wrongChecksums,
  ...closing,
  ...options,
  ...shared,
  ...zonesOfMark,
];
