import { packetsOfLine, type PacketOfLine } from '../packetLine/packetsOfLine';
import type { ConntrackState } from '../conntrack';
import { readTraceLine, type KernelStep, type TraceLine, type TraceWriter } from './traceLine';

/** A packet that the kernel traced, with what it said of it, in order. */
export interface KernelPacket {
  readonly writer: TraceWriter;
  /** As it was where the trace begins. */
  readonly packet: PacketOfLine;
  /** The text of the line that shows it so. */
  readonly text: string;
  /** 0-based, of that line. */
  readonly line: number;
  /** The packet as the last line of its trace shows it. */
  readonly last: PacketOfLine;
  readonly steps: readonly SteppedLine[];
  /** What connection tracking said, where the trace has it. */
  readonly state: ConntrackState | undefined;
}

export interface SteppedLine extends KernelStep {
  /** 0-based. */
  readonly line: number;
  /** The line that shows the packet as it is at this step: this one, or of `nft monitor` the one before it. */
  readonly shown: NumberedText | undefined;
}

export interface KernelTrace {
  readonly packets: readonly KernelPacket[];
  /** How many packets have steps in the trace, but no line that shows them. */
  readonly withoutPacket: number;
}

/** A line of text with its number, 0-based. */
export interface NumberedText {
  readonly text: string;
  readonly index: number;
}

/**
 * The packets of a kernel's trace, in the order in which they were seen. Lines of several packets may alternate, as
 * those of several processors do, and other lines may be between them. Never throws.
 */
export function readKernelTrace(lines: Iterable<NumberedText>): KernelTrace {
  const all: Gathering[] = [];
  const open = new Map<string, Gathering>();
  for (const { text, index } of lines) {
    const line = readTraceLine(text);
    if (!line) continue;
    const key = `${line.writer} ${line.id}`;
    let packet = open.get(key);
    if (!packet || packet.isDone(line)) {
      packet = new Gathering(line.writer);
      open.set(key, packet);
      all.push(packet);
    }
    packet.take(line, text, index);
  }
  const packets = all.flatMap((each) => each.packet() ?? []);
  return { packets, withoutPacket: all.length - packets.length };
}

const BUILT_IN: ReadonlySet<string> = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']);

/** The lines of one packet. */
class Gathering {
  private readonly steps: SteppedLine[] = [];
  private first: { readonly text: string; readonly line: number } | undefined;
  private last: string | undefined;
  /** Of the step that comes next. */
  private shown: NumberedText | undefined;
  private state: ConntrackState | undefined;
  /** The chains that the kernel called, with their tables. */
  private readonly entered = new Set<string>();
  private current: string | undefined;
  /** The number in the last line about the chain that the kernel called. */
  private number = 0;

  constructor(private readonly writer: TraceWriter) {}

  /** Whether a line is about a later packet with the same id: a packet comes to a chain of a hook once. */
  isDone(line: TraceLine): boolean {
    const place = `${line.table} ${line.chain}`;
    if (this.writer === 'nft monitor trace') return line.showsPacket && this.entered.has(place);
    if (!BUILT_IN.has(line.chain) || (this.writer === 'xtables-monitor' && !line.step)) return false;
    return place === this.current ? (line.step?.number ?? Infinity) <= this.number : this.entered.has(place);
  }

  take(line: TraceLine, text: string, index: number): void {
    if (line.showsPacket) {
      this.first ??= { text, line: index };
      this.last = text;
      this.shown = { text, index };
    }
    this.state = line.state ?? this.state;
    if (line.step) {
      this.steps.push({ ...line.step, line: index, shown: this.shown });
      this.shown = undefined;
    }
    const enters = this.writer === 'nft monitor trace' ? line.showsPacket : BUILT_IN.has(line.chain);
    if (!enters) return;
    this.current = `${line.table} ${line.chain}`;
    this.entered.add(this.current);
    this.number = line.step?.number ?? 0;
  }

  packet(): KernelPacket | undefined {
    const { first, last = '', steps, writer, state } = this;
    if (!first) return undefined;
    const [packet] = packetsOfLine(first.text);
    if (!packet) return undefined;
    return {
      writer,
      packet,
      text: first.text.trim(),
      line: first.line,
      last: (last === first.text ? undefined : packetsOfLine(last)[0]) ?? packet,
      steps,
      state,
    };
  }
}
