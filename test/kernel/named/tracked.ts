import type { ConntrackView } from '../../../src/core/net/conntrack';
import type { KernelCase, PacketJson } from '../case';
import { Random } from '../random';
import { HOST, table } from './words';

/** What a rule asks of connection tracking, and the same of a view. All of them show what the kernel made of a packet. */
export const TRACKED_QUESTIONS: readonly (readonly [question: string, holds: (view: ConntrackView) => boolean])[] = [
  ['-m conntrack --ctstate NEW', ({ state }) => state === 'NEW'],
  ['-m conntrack --ctstate ESTABLISHED', ({ state }) => state === 'ESTABLISHED'],
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

/**
 * Sequences of TCP and SCTP packets between two other hosts, in which much is as it should be and something is not.
 */
export function trackedCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  const rules = table(
    'mangle',
    TRACKED_QUESTIONS.map(([question]) => `FORWARD ${question} -j LOG`),
  );
  const cases = (kind: string, count: number, packets: (random: Random) => readonly PacketJson[]) =>
    Array.from({ length: count }, (_, i) => {
      const random = new Random(i + 1);
      return {
        name: `${kind} ${i + 1}`,
        question: {
          rules,
          independent: false,
          topology: { ...HOST, sysctls: random.pick(kind === 'SCTP' ? [{}] : SETTINGS) },
          packets: packets(random),
        },
      };
    });
  return [...cases('TCP', 150, tcpPackets), ...cases('SCTP', 60, sctpPackets)];
}

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

function tcpPackets(random: Random): readonly PacketJson[] {
  const start = random.of(1000, 1000, 1000, 2 ** 32 - 100);
  const sides = [
    { next: start, first: start },
    { next: 5000, first: 5000 },
  ];
  const usual = random.of(0, 1, 2, 3, 3, 3);
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

function sctpPackets(random: Random): readonly PacketJson[] {
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
  return Array.from({ length: LENGTH }, (_, i) => {
    const there = i < usual ? i % 2 === 0 : random.chance(0.5);
    const payloadHex = i < usual ? setUp[i] : chunk() + (random.chance(0.2) ? chunk() : '');
    return {
      ...(there ? { ...THERE, sport: 1025, dport: 22 } : { ...BACK, sport: 22, dport: 1025 }),
      proto: 'sctp',
      payloadHex,
    };
  });
}
