import type { KernelTrace } from '../../core/net/kernelTrace/kernelPackets';
import type { World } from '../../core/netfilter/world';

/** The packet of a kernel's trace that a trace view shows, with what its trace implies. */
export interface ChosenKernelPacket {
  readonly trace: KernelTrace;
  /** Of `trace.packets`. */
  readonly index: number;
  /** The trace is in no line of the file. */
  readonly pasted: boolean;
  /** The packet for which `world` and `implied` hold. */
  readonly expression: string;
  /** What the host remembers of the packets before it. */
  readonly world: World;
  readonly implied: readonly string[];
}
