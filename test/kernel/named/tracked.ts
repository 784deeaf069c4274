import type { ConntrackView } from '../../../src/core/net/conntrack';
import type { KernelCase, PacketJson } from '../case';
import { Random } from '../random';
import { HOST, table } from './words';

/** What a rule asks of connection tracking, and the same of a view. All of them show what the kernel made of a packet. */
export const TRACKED_QUESTIONS: readonly (readonly [question: string, holds: (view: ConntrackView) => boolean])[] = [
  ['-m conntrack --ctstate NEW', ({ state }) => state === 'NEW'],
  ['-m conntrack --ctstate ESTABLISHED', ({ state }) => state === 'ESTABLISHED'],
  ['-m conntrack --ctstate RELATED', ({ state }) => state === 'RELATED'],
  ['-m conntrack --ctstate INVALID', ({ state }) => state === 'INVALID'],
  ['-m conntrack --ctstatus SEEN_REPLY', ({ entry }) => entry?.seenReply ?? false],
  ['-m conntrack --ctstatus ASSURED', ({ entry }) => entry?.assured ?? false],
  ['-m conntrack --ctdir REPLY', ({ entry, direction }) => entry !== undefined && direction === 'REPLY'],
  ...(['original', 'reply'] as const).flatMap((side) =>
    [1, 2, 3, 4, 5, 6, 7, 8].map(
      (count) =>
        [
          `-m connbytes --connbytes ${count} --connbytes-mode packets --connbytes-dir ${side}`,
          ({ entry }: ConntrackView) => entry !== undefined && entry.counts[side].packets >= count,
        ] as const,
    ),
  ),
];

const KINDS = { TCP: tcpSequence, stated: statedSequence, SCTP: sctpSequence, others: otherSequence };
type TrackedKind = keyof typeof KINDS;

/**
 * Sequences of packets between two other hosts, in which much is as it should be and something is not. Of many
 * thousands, those by which most of the changes are noticed that `npm run mutate` makes to connection tracking.
 */
const SEEDS: Readonly<Record<TrackedKind, readonly number[]>> = {
  TCP: [
    2, 30, 39, 42, 45, 55, 57, 62, 88, 96, 109, 114, 121, 127, 132, 133, 141, 158, 161, 200, 289, 294, 364, 392, 427,
    466, 477, 539, 623, 687, 785, 856, 986, 1037, 1053, 1107, 1132, 1310, 1589, 1702, 2098, 2431, 2455, 2474, 2618,
    2670, 2853, 2896, 2983,
  ],
  stated: [
    2, 15, 17, 22, 23, 55, 63, 78, 81, 83, 100, 117, 176, 178, 322, 362, 387, 471, 683, 712, 814, 852, 860, 968, 983,
    1041, 1204, 1216, 1238, 1383, 1388, 1410, 1436,
  ],
  SCTP: [11, 17, 21, 29, 45, 46, 75, 92, 133, 173, 174, 318, 709, 786, 799, 969, 993],
  others: [15, 19, 34, 123, 384, 697, 1344],
};

export function trackedCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return (Object.keys(SEEDS) as TrackedKind[]).flatMap((kind) =>
    SEEDS[kind].map((seed) => ({ name: `${kind} ${seed}`, question: trackedCase(kind, seed) })),
  );
}

function trackedCase(kind: TrackedKind, seed: number): KernelCase {
  const random = new Random(seed);
  const sysctls = random.pick(SETTINGS);
  return { rules: RULES, independent: false, topology: { ...HOST, sysctls }, ...KINDS[kind](random) };
}

const RULES = table(
  'mangle',
  TRACKED_QUESTIONS.map(([question]) => `FORWARD ${question} -j LOG`),
);

type Sequence = Pick<KernelCase, 'packets' | 'conntrack'>;

const NAME = 'net.netfilter.nf_conntrack_tcp_';
const STRICT = { [`${NAME}be_liberal`]: 0 };
const SETTINGS: readonly Readonly<Record<string, number>>[] = [
  STRICT,
  STRICT,
  STRICT,
  { ...STRICT, [`${NAME}loose`]: 0 },
  { ...STRICT, [`${NAME}ignore_invalid_rst`]: 1 },
  { [`${NAME}be_liberal`]: 1 },
];

const LENGTH = 8;
const THERE = { dir: 'in', iface: 'eth0', src: '10.244.1.9', dst: '192.168.50.9' } as const;
const BACK = { dir: 'in', iface: 'eth1', src: '192.168.50.9', dst: '10.244.1.9' } as const;

/** One with all the flags that belong to the same step of a connection. */
type Flags = readonly string[];
const ANY_FLAGS: readonly Flags[] = [
  ['SYN'],
  ['SYN'],
  ['SYN', 'ACK'],
  ['SYN', 'ACK'],
  ['ACK'],
  ['ACK'],
  ['ACK'],
  ['PSH', 'ACK'],
  ['FIN', 'ACK'],
  ['FIN', 'ACK'],
  ['RST'],
  ['RST', 'ACK'],
  ['SYN', 'FIN'],
  [],
];
const SYN_OPTIONS = ['', '', '03030701', '04020101', '0303070104020101', '03030f01', '03020000', '0104020303070101'];
const HANDSHAKE: readonly (readonly [there: boolean, flags: Flags])[] = [
  [true, ['SYN']],
  [false, ['SYN', 'ACK']],
  [true, ['ACK']],
];

function tcpSequence(random: Random): Sequence {
  return { packets: tcpPackets(random, random.of(0, 1, 2, 3, 3, 3)) };
}

/** In a connection of which only the state is known. */
function statedSequence(random: Random): Sequence {
  const tcpState = random.of(
    ...(['SYN_SENT', 'SYN_RECV', 'ESTABLISHED', 'FIN_WAIT', 'CLOSE_WAIT'] as const),
    ...(['LAST_ACK', 'TIME_WAIT', 'CLOSE', 'SYN_SENT2'] as const),
  );
  const { src, dst } = THERE;
  const status = random.of(['SEEN_REPLY', 'ASSURED'], ['SEEN_REPLY', 'ASSURED'], ['SEEN_REPLY'], []);
  return {
    conntrack: [{ orig: { src, dst, proto: 'tcp', sport: 1025, dport: 22 }, tcpState, status }],
    packets: tcpPackets(random, 0),
  };
}

/** `usual`: so many begin a connection as it should be. */
function tcpPackets(random: Random, usual: number): readonly PacketJson[] {
  const start = random.of(1000, 1000, 1000, 2 ** 32 - 100);
  const sides = [
    { next: start, first: start },
    { next: 5000, first: 5000 },
  ];
  return Array.from({ length: LENGTH }, (_, i) => {
    const [there, flags] =
      i < usual ? (HANDSHAKE[i] as (typeof HANDSHAKE)[number]) : [random.chance(0.5), random.pick(ANY_FLAGS)];
    const [own, other] = (there ? sides : sides.toReversed()) as [(typeof sides)[0], (typeof sides)[0]];
    const sure = i < usual || random.chance(0.6);
    const near = (value: number): number => value + random.of(-1, 1, -60, 60, 1000, -1000, 70_000, -70_000);
    const seq = sure ? own.next : random.of(near(own.next), own.first, 0);
    const ack = !flags.includes('ACK') ? 0 : sure || random.chance(0.5) ? other.next : random.of(near(other.next), 0);
    const data = flags.includes('PSH') ? random.of(1, 60, 500) : random.chance(0.1) ? 60 : 0;
    const options = flags.includes('SYN')
      ? random.pick(SYN_OPTIONS)
      : random.chance(0.2)
        ? `0101050a${word(near(other.next))}${word(near(other.next))}`
        : '';
    if (sure) own.next += data + (flags.includes('SYN') || flags.includes('FIN') ? 1 : 0);
    return {
      ...(there ? { ...THERE, sport: 1025, dport: 22 } : { ...BACK, sport: 22, dport: 1025 }),
      proto: 'tcp',
      flags,
      seq: seq >>> 0,
      ack: ack >>> 0,
      window: random.of(65535, 65535, 1000, 100, 10, 1, 0),
      length: 40 + options.length / 2 + data,
      ...(options && { tcpOptionsHex: options }),
    };
  });
}

function word(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}

function sctpSequence(random: Random): Sequence {
  const tag = (): string => random.of('00000000', '00000000', '00001111', '00003333');
  const chunk = (): string =>
    random.of(
      `01000014${tag()}0000ffff0001000100002222`,
      `01000014${tag()}0000ffff0001000100002222`,
      `02000014${tag()}0000ffff0001000100002222`,
      '0a000008deadbeef',
      '0b000004',
      '0003001400000001000000000000000061626364',
      '030000100000000100000fff00000000',
      '0400000c00010008aaaabbbb',
      '0500000c00010008aaaabbbb',
      `060${random.of('0', '1')}0004`,
      '0700000800000001',
      '08000004',
      '09000004',
      `0e0${random.of('0', '1')}0004`,
      '0200000800001111',
    );
  const usual = random.of(0, 1, 2, 4, 4);
  const setUp = [
    '01000014000000000000ffff0001000100002222',
    '02000014000000000000ffff0001000100002222',
    '0a000008deadbeef',
    '0b000004',
  ];
  const packets = Array.from({ length: LENGTH }, (_, i) => {
    const there = i < usual ? i % 2 === 0 : random.chance(0.5);
    const payloadHex = i < usual ? setUp[i] : chunk() + (random.chance(0.2) ? chunk() : '');
    return {
      ...(there ? { ...THERE, sport: 1025, dport: 22 } : { ...BACK, sport: 22, dport: 1025 }),
      proto: 'sctp',
      payloadHex,
    };
  });
  return { packets };
}

const ICMP_QUERIES = [8, 0, 13, 14, 15, 16, 17, 18];

/** Few connections of other protocols, and ICMP errors about them. */
function otherSequence(random: Random): Sequence {
  const packets: PacketJson[] = [];
  for (let i = 0; i < LENGTH; i++) {
    const there = random.chance(0.6);
    const way = there ? THERE : BACK;
    const ports = there ? { sport: 5, dport: 6 } : { sport: 6, dport: 5 };
    const about = packets.length > 0 && random.chance(0.25) ? random.pick(packets) : undefined;
    if (about && about.proto !== 'icmp') {
      const { dir, iface, ...inner } = about;
      const back = iface === THERE.iface ? BACK : THERE;
      packets.push({
        ...(random.chance(0.8) ? back : way),
        proto: 'icmp',
        icmpType: random.of(3, 3, 11, 12, 4, 5),
        icmpCode: random.of(0, 1),
        inner: random.chance(0.8) ? inner : { ...inner, src: inner.dst, dst: inner.src },
        ...(dir === undefined ? {} : { dir }),
      });
    } else {
      packets.push({
        ...way,
        ...random.of<PacketJson>(
          { proto: 'udp', ...ports },
          { proto: 'udp', ...ports },
          { proto: 'udplite', ...ports },
          { proto: 'dccp', ...ports },
          { proto: 'gre' },
          { proto: 'esp' },
          { proto: 89 },
          { proto: 'icmp', icmpType: there ? 8 : 0, icmpId: 7 },
          { proto: 'icmp', icmpType: random.pick(ICMP_QUERIES), icmpId: random.of(7, 8), icmpCode: random.of(0, 0, 1) },
          { proto: 'icmp', icmpType: random.of(9, 10, 19, 30) },
          { proto: 'icmpv6', icmpType: random.of(128, 129, 135) },
          { proto: 'tcp', ...ports, flags: random.of(['SYN'], ['ACK'], ['RST']) },
        ),
      });
    }
  }
  return { packets };
}
