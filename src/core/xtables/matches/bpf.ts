import { packetBytes } from '../../net/bytes';
import type { Packet } from '../../net/packet';
import { unknown, type Unknown } from '../answer';
import { defineMatch } from '../extension';
import { option, problem, type BuildProblem } from '../option';
import { openFor } from '../premise';
import { bytecode, checkBpf, printBpf, runBpf, type BpfInstruction } from '../values/bpfProgram';
import { text } from '../values/savedString';
import type { PacketView } from '../view';

type BpfData =
  | { readonly kind: 'program'; readonly program: readonly BpfInstruction[] }
  | { readonly kind: 'pinned'; readonly path: string };

const bytecodeOption = option(
  '--bytecode',
  bytecode,
  'A classic BPF program in numbers, as `nfbpf_compile` and `tcpdump -ddd` print it.',
  { excludes: ['--object-pinned'] },
);
const pinned = option('--object-pinned', text('path', 511), 'The path of a program pinned in a BPF file system.', {
  excludes: ['--bytecode'],
});

/** `-m bpf`: a Berkeley Packet Filter. Source: iptables-extensions(8) "bpf", net/netfilter/xt_bpf.c. */
export const bpf = defineMatch<BpfData>({
  kind: 'match',
  name: 'bpf',
  families: [4, 6],
  options: [bytecodeOption, pinned],
  documentation: {
    summary: 'Runs a BPF program on the packet and matches if the program does not return 0.',
    details:
      'Offsets count from the start of the IP header. A load beyond the end of the packet ends the program with 0, ' +
      'and so does one from the link-layer header where there is none: in OUTPUT, and in POSTROUTING for what this ' +
      'host sends.',
    source: 'iptables-extensions(8), bpf; net/netfilter/xt_bpf.c, net/core/filter.c',
  },
  build(options): BpfData | BuildProblem {
    const given = options.get(bytecodeOption);
    const path = options.get(pinned);
    if (given === undefined)
      return path === undefined
        ? problem('bpf needs --bytecode or --object-pinned')
        : { kind: 'pinned', path: path.value };
    return { kind: 'program', program: given.value };
  },
  checkentry(data, options) {
    const wrong = data.kind === 'program' ? checkBpf(data.program) : undefined;
    return wrong === undefined
      ? undefined
      : problem(`the kernel refuses the program: ${wrong}`, options.get(bytecodeOption));
  },
  print: (data) => ` ${optionText(data)}`,
  conditions: (data) => [
    {
      text: optionText(data),
      test(view) {
        if (data.kind === 'pinned') return unknown(`the program ${data.path} is not in this file`);
        const result = run(data.program, view);
        return typeof result === 'number' ? result !== 0 : result;
      },
      actual(view) {
        if (data.kind === 'pinned') return 'a program that is not in this file';
        const result = run(data.program, view);
        return typeof result === 'number' ? `the program returns ${result}` : result.reason;
      },
      premises: (view) =>
        data.kind === 'program' && readsFrame(data.program, view)
          ? openFor(view, 'data', 'vlan', 'neighbour', 'frame')
          : openFor(view, 'data', 'vlan'),
    },
  ],
});

function optionText(data: BpfData): string {
  return data.kind === 'program' ? `--bytecode "${printBpf(data.program)}"` : `--object-pinned ${data.path}`;
}

const PACKET_TYPES = { unicast: 0, broadcast: 1, multicast: 2 } as const;
const PACKET_LOOPBACK = 5;
/**
 * Places of what is not in the packet (SKF_AD_* of linux/filter.h) and cannot be known: NLATTR, QUEUE, HATYPE, RXHASH,
 * CPU, RANDOM …
 */
const MARK = 20;

function run(
  program: readonly BpfInstruction[],
  view: PacketView,
  frame = (): ReturnType<typeof frameOf> => frameOf(view),
): number | Unknown {
  return runBpf(program, { bytes: packetBytes(view.packet), ancillary: (place) => ancillary(place, view), frame });
}

function ancillary(place: number, view: PacketView): number | undefined {
  switch (place) {
    case 0:
      return etherType(view.packet);
    case 4:
      return view.ownCopy ? PACKET_LOOPBACK : PACKET_TYPES[view.packetType];
    case 8:
      return view.host.interfaces.find(({ name }) => name === (view.inInterface || view.outInterface))?.index;
    case MARK:
      return view.packet.mark;
    // VLAN tag, its presence and its protocol: packets are taken to have none.
    case 44:
    case 48:
    case 60:
      return 0;
    default:
      return undefined;
  }
}

function etherType({ family }: Packet): number {
  return family === 4 ? 0x0800 : 0x86dd;
}

/**
 * The packet from its link-layer header on. A forwarded one keeps that header, one that this host sends has none yet,
 * its own copy of one has an empty one, and on lo the addresses are zero.
 */
function frameOf(view: PacketView): Uint8Array | Unknown | undefined {
  const { packet, hook, inInterface, ownCopy } = view;
  const bytes = packetBytes(packet);
  const { sourceMac, destinationMac } = packet;
  if (ownCopy) return bytes;
  if (sourceMac === undefined || destinationMac === undefined) {
    if (hook === 'OUTPUT' || hook === 'POSTROUTING') return undefined;
    if (inInterface !== 'lo') return unknown('the program reads the link-layer header, which is not known');
  }
  const type = etherType(packet);
  return Uint8Array.from([...macBytes(destinationMac), ...macBytes(sourceMac), type >> 8, type & 255, ...bytes]);
}

function macBytes(mac = '0:0:0:0:0:0'): readonly number[] {
  return mac.split(':').map((byte) => parseInt(byte, 16));
}

/** Whether a program reads the link-layer header of a packet. */
function readsFrame(program: readonly BpfInstruction[], view: PacketView): boolean {
  let reads = false;
  run(program, view, () => {
    reads = true;
    return frameOf(view);
  });
  return reads;
}
