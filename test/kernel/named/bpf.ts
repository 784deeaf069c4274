import type { KernelCase, PacketJson } from '../case';
import { HOST, table } from './words';

/** Programs of classic BPF, each made to need one instruction: what it computes, compares or reads decides. */
export function bpfCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return [
    ...Object.entries(PROGRAMS).map(([name, programs]) => asks(name, ['PREROUTING'], programs, [PACKET])),
    asks('link layer headers that packets have', ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], LINK_LAYER, [
      { ...PACKET, dst: '192.168.50.9' },
      OUT,
      { ...OUT, dst: '10.244.1.5' },
      { ...OUT, dst: '224.0.0.1' },
    ]),
  ];
}

function asks(
  name: string,
  chains: readonly string[],
  programs: readonly (readonly Instruction[])[],
  packets: readonly PacketJson[],
): { readonly name: string; readonly question: KernelCase } {
  const rules = chains.flatMap((chain) =>
    programs.map((program) => `${chain} -m bpf --bytecode "${bytecode(program)}"`),
  );
  return {
    name,
    question: {
      rules: table('mangle', ['PREROUTING -j MARK --set-xmark 0x80000005/0xffffffff', ...rules]),
      topology: HOST,
      packets,
      independent: true,
    },
  };
}

/** Its bytes 12 to 15 are the source, 0xc0a80207; the header ends after 24 with options, the packet after 56. */
const PACKET: PacketJson = {
  dir: 'in',
  iface: 'eth0',
  src: '192.168.2.7',
  dst: '10.244.1.5',
  proto: 'udp',
  sport: 0x8001,
  dport: 53,
  ttl: 0xf0,
  id: 0x0102,
  ipOptionsHex: '01010100',
  payloadHex: 'f1f2f3f4f5f6f7f8f9fafbfcfdfeff0001020304a1a2a3a4',
};
const OUT: PacketJson = { dir: 'out', src: '10.244.1.5', dst: '8.8.8.8', proto: 'udp', sport: 40000, dport: 53 };

/** code, jt, jf, k */
type Instruction = readonly [number, number, number, number];

function bytecode(program: readonly Instruction[]): string {
  return [program.length, ...program.map((numbers) => numbers.join(' '))].join(',');
}

const MATCHES: Instruction = [0x06, 0, 0, 1];
const FAILS: Instruction = [0x06, 0, 0, 0];
const a = (k: number): Instruction => [0x00, 0, 0, k];
const x = (k: number): Instruction => [0x01, 0, 0, k];
const load = (code: number, k: number): Instruction => [code, 0, 0, k >>> 0];
/** Whether A is this number after these instructions. */
const gives = (value: number, ...program: readonly Instruction[]): readonly Instruction[] => [
  ...program,
  [0x15, 0, 1, value >>> 0],
  MATCHES,
  FAILS,
];
/** `A operation k`, and `A operation X`. */
const both = (operation: number, left: number, right: number, value: number): readonly (readonly Instruction[])[] => [
  gives(value, a(left), [operation, 0, 0, right]),
  gives(value, a(left), x(right), [operation | 8, 0, 0, 0]),
];
/** Whether a comparison holds, by the way that is gone then: each way has a distance of its own. */
const compares = (operation: number, left: number, right: number): readonly (readonly Instruction[])[] => [
  [a(left), [operation, 2, 1, right], FAILS, FAILS, MATCHES],
  [a(left), [operation, 1, 2, right], FAILS, FAILS, MATCHES],
  [a(left), x(right), [operation | 8, 2, 1, 0], FAILS, FAILS, MATCHES],
  [a(left), x(right), [operation | 8, 1, 2, 0], FAILS, FAILS, MATCHES],
];

const NETWORK = -0x100000;
const LINK = -0x200000;
const ANCILLARY = -0x1000;

const LINK_LAYER: readonly (readonly Instruction[])[] = [
  [load(0x30, LINK), MATCHES],
  [load(0x30, LINK + 13), MATCHES],
  [load(0x30, LINK + 14), MATCHES],
  gives(0, load(0x20, LINK)),
  gives(0, load(0x20, LINK + 8)),
  gives(0x02000000, load(0x20, LINK)),
  gives(0x0800, load(0x28, LINK + 12)),
  gives(0x45, load(0x30, LINK)),
  gives(0x45, load(0x30, LINK + 14)),
  gives(0x46, load(0x30, LINK + 14)),
];

const PROGRAMS: Readonly<Record<string, readonly (readonly Instruction[])[]>> = {
  arithmetic: [
    ...both(0x04, 0xfffffff0, 0x20, 0x10),
    ...both(0x14, 0x10, 0x20, 0xfffffff0),
    ...both(0x24, 0x10001, 0x10003, 0x40003),
    ...both(0x34, 0xfffffffe, 4, 0x3fffffff),
    ...both(0x94, 0xfffffffe, 7, 2),
    ...both(0x44, 0x80000001, 0x10, 0x80000011),
    ...both(0x54, 0xf000000f, 0x80000005, 0x80000005),
    ...both(0xa4, 0xf000000f, 0x80000005, 0x7000000a),
    ...both(0x64, 0xf000000f, 4, 0xf0),
    ...both(0x74, 0xf000000f, 4, 0x0f000000),
    gives(0x80000000, a(0x80000000), [0x84, 0, 0, 0]),
    gives(0xfffffffb, a(5), [0x84, 0, 0, 0]),
    gives(6, x(0xfffffff0), a(0xfffffff6), load(0x20, ANCILLARY + 40)),
  ],
  'a division by 0 ends the program': [
    [a(7), x(0), [0x3c, 0, 0, 0], MATCHES],
    [a(7), x(0), [0x9c, 0, 0, 0], MATCHES],
    [a(7), x(1), [0x3c, 0, 0, 0], MATCHES],
    [a(7), x(0), [0x1c, 0, 0, 0], MATCHES],
    [a(0), x(0), [0x6c, 0, 0, 0], MATCHES],
    [a(0), x(0), [0x7c, 0, 0, 0], MATCHES],
  ],
  comparisons: [0x15, 0x25, 0x35, 0x45].flatMap((operation) => [
    ...compares(operation, 5, 5),
    ...compares(operation, 5, 2),
    ...compares(operation, 2, 5),
    ...compares(operation, 0x80000001, 0x80000000),
    ...compares(operation, 0x7fffffff, 0x80000000),
  ]),
  'a jump goes over as many as it says': [
    [[0x05, 0, 0, 0], MATCHES],
    [[0x05, 0, 0, 1], FAILS, MATCHES],
    [[0x05, 0, 0, 1], MATCHES, FAILS],
    [[0x05, 0, 0, 2], FAILS, MATCHES, FAILS],
  ],
  'words, halves and bytes of the packet': [
    gives(0xc0a80207, load(0x20, 12)),
    gives(0xc0a8, load(0x28, 12)),
    gives(0xc0, load(0x30, 12)),
    ...[0x40, 0x48, 0x50].flatMap((code, i) => [
      gives([0xa80207f1, 0xa802, 0xa8][i] ?? 0, x(3), load(code, 10)),
      gives([0xa8020a0a, 0xa802, 0xa8][i] ?? 0, x(3), load(code, 10)),
      gives([0xa802070a, 0xa802, 0xa8][i] ?? 0, x(3), load(code, 10)),
      // What is added to X wraps around.
      gives([0xc0a80207, 0xc0a8, 0xc0][i] ?? 0, x(0xfffffffd), load(code, 15)),
    ]),
    // The length of the IPv4 header, and of anything else that is taken for one.
    ...[0, 9, 12].map((at, i) => gives([24, 4, 0][i] ?? 0, load(0xb1, at), [0x87, 0, 0, 0])),
    gives(56, load(0x80, 0)),
    gives(56, load(0x81, 0), [0x87, 0, 0, 0]),
  ],
  'a load beyond the end ends the program': [
    ...[52, 53].map((at) => [load(0x20, at), MATCHES]),
    ...[54, 55].map((at) => [load(0x28, at), MATCHES]),
    ...[55, 56].map((at) => [load(0x30, at), MATCHES]),
    ...[55, 56].map((at) => [load(0xb1, at), MATCHES]),
    ...[0x40, 0x48, 0x50].flatMap((code) => [51, 52, 53, 54].map((at) => [x(at), load(code, 1), MATCHES])),
    gives(0xa1a2a3a4, load(0x20, 52)),
  ],
  'offsets from the network header': [
    gives(0xc0a80207, load(0x20, NETWORK + 12)),
    gives(0x11, load(0x30, NETWORK + 9)),
    gives(0x46, load(0x30, NETWORK)),
    gives(0xa4, load(0x30, NETWORK + 55)),
    [load(0x30, NETWORK + 56), MATCHES],
    [load(0x20, NETWORK + 53), MATCHES],
    [load(0x30, NETWORK - 1), MATCHES],
  ],
  'offsets from the link layer header': [
    gives(0x02, load(0x30, LINK)),
    gives(0x0105, load(0x28, LINK + 4)),
    gives(0x0800, load(0x28, LINK + 12)),
    gives(0x46, load(0x30, LINK + 14)),
    [load(0x30, LINK), MATCHES],
    [load(0x30, LINK - 1), MATCHES],
  ],
  'what is not in the packet': [
    gives(0x0800, load(0x28, ANCILLARY)),
    gives(0, load(0x30, ANCILLARY + 4)),
    gives(0x80000005, load(0x20, ANCILLARY + 20)),
    gives(0, load(0x20, ANCILLARY + 44)),
    gives(0, load(0x20, ANCILLARY + 48)),
    gives(0, load(0x20, ANCILLARY + 60)),
  ],
  'memory, A and X': [
    gives(7, a(7), [0x02, 0, 0, 15], a(9), load(0x60, 15)),
    gives(7, x(7), [0x03, 0, 0, 0], x(9), load(0x60, 0)),
    gives(7, a(7), [0x02, 0, 0, 3], a(9), load(0x61, 3), [0x87, 0, 0, 0]),
    gives(14, a(7), [0x07, 0, 0, 0], [0x0c, 0, 0, 0]),
    gives(0),
    gives(0, [0x87, 0, 0, 0]),
    [a(3), [0x16, 0, 0, 0]],
    [a(0), [0x16, 0, 0, 1]],
    [a(0), [0x06, 0, 0, 1]],
    // Each way to what reads a word must have written it.
    [a(1), [0x15, 0, 1, 1], [0x02, 0, 0, 1], [0x02, 0, 0, 2], load(0x60, 2), [0x16, 0, 0, 0]],
    [a(1), [0x02, 0, 0, 2], [0x15, 1, 0, 1], [0x02, 0, 0, 1], load(0x60, 2), [0x16, 0, 0, 0]],
  ],
};
