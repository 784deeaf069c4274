import type { KernelPacket, SteppedLine } from '../../core/net/kernelTrace/kernelPackets';
import type { Walked } from '../../core/netfilter/events';
import { fullName, ourSteps, tableOf, type OurStep } from './ourSteps';
import { packetDifference, type PacketDifference } from './packetDifference';
import { rulesNamed, verdictOf } from './ruleNamed';

/** How far a path goes along with the trace of a kernel. */
export interface SteppedTogether {
  /** For each step of the kernel up to the first disagreement, the one of the path. */
  readonly pairs: readonly SteppedPair[];
  /**
   * The first step of the kernel with which the path does not agree, and where the path is then; undefined: it ended.
   */
  readonly difference:
    | {
        readonly kernel: SteppedLine;
        readonly here: OurStep | undefined;
        /** Both are at the same step, and the packet is another. */
        readonly packets?: PacketDifference;
      }
    | undefined;
  /** The step of the path after the last one of the kernel: its trace is cut, or begins anew elsewhere. */
  readonly next: OurStep | undefined;
  /** Rules were compared by their verdicts alone, because the file has neither their handles nor their texts. */
  readonly byVerdict: boolean;
  /** The path has steps that are not listed, so that nothing is said of the rest. */
  readonly incomplete: boolean;
}

interface SteppedPair {
  readonly kernel: SteppedLine;
  readonly here: OurStep;
}

/**
 * Lays the steps of a kernel over a path. A trace that begins late is not a disagreement: it is set by a rule. Nor is
 * one that is cut. nftables writes no ends of chains that were jumped to; where it does, they are compared.
 */
export function stepTogether(kernel: KernelPacket, walked: Walked, family: 4 | 6): SteppedTogether {
  const { steps, complete } = ourSteps(walked, kernel.writer === 'TRACE' ? 'legacy' : 'nft');
  const pairs: SteppedPair[] = [];
  let byVerdict = false;
  let at = beginning(kernel.steps[0], steps, walked, family);
  for (const step of kernel.steps) {
    let here = steps[at];
    let same = here && sameStep(step, here, walked, family);
    while (here && !same && isUnwritten(here, kernel)) {
      here = steps[++at];
      same = here && sameStep(step, here, walked, family);
    }
    if (!here || !same) {
      if (kernel.writer !== 'TRACE' && isReturn(step) && here?.chain.name !== step.chain) continue;
      return {
        pairs,
        difference: complete ? { kernel: step, here } : undefined,
        next: undefined,
        byVerdict,
        incomplete: !complete,
      };
    }
    const packets = packetDifference(step, kernel.writer, walked.events[here.event]);
    if (packets)
      return { pairs, difference: { kernel: step, here, packets }, next: undefined, byVerdict, incomplete: false };
    byVerdict ||= same === 'by verdict';
    pairs.push({ kernel: step, here });
    at++;
  }
  while (steps[at] && isUnwritten(steps[at] as OurStep, kernel)) at++;
  return { pairs, difference: undefined, next: steps[at], byVerdict, incomplete: !complete };
}

/** The end of a chain that was jumped to: the log of iptables has it, the monitors of most kernels do not. */
function isUnwritten({ chain, rule }: OurStep, { writer }: KernelPacket): boolean {
  return writer !== 'TRACE' && rule === undefined && chain.hook === undefined;
}

/** The end of a chain that was jumped to, in a monitor: that of a base chain has the verdict of its policy. */
function isReturn({ kind, verdict }: SteppedLine): boolean {
  return kind === 'end' && verdict !== 'ACCEPT' && verdict !== 'DROP';
}

/** Where in the path the trace begins: at the same step, else in the same table. */
function beginning(step: SteppedLine | undefined, steps: readonly OurStep[], walked: Walked, family: 4 | 6): number {
  if (!step) return 0;
  const same = steps.findIndex((each) => sameStep(step, each, walked, family));
  if (same >= 0) return same;
  const table = fullName(step.table, family);
  const inChain = steps.findIndex(({ chain }) => chain.name === step.chain && tableOf(chain, family) === table);
  return inChain >= 0
    ? inChain
    : Math.max(
        0,
        steps.findIndex(({ chain }) => tableOf(chain, family) === table),
      );
}

/** Whether both are about the same: the same rule, or the end of the same chain with the same verdict. */
function sameStep(step: SteppedLine, here: OurStep, { events }: Walked, family: 4 | 6): boolean | 'by verdict' {
  const { chain, rule } = here;
  if (chain.name !== step.chain || tableOf(chain, family) !== fullName(step.table, family)) return false;
  if (isEnd(step, chain.rules.length))
    return (
      rule === undefined && (chain.policy === undefined || step.verdict === undefined || step.verdict === chain.policy)
    );
  if (!rule) return false;
  const named = rulesNamed(step, chain);
  if (named) return named.includes(rule);
  const event = events[here.event];
  const verdict = event?.kind === 'rule' ? verdictOf(event) : undefined;
  const same =
    verdict === undefined ||
    step.verdict === undefined ||
    (verdict.verdict === step.verdict && (verdict.to === undefined || verdict.to === step.to));
  return same && 'by verdict';
}

/** A verdict without conditions is logged as the end of its chain, with the number of its rule. */
export function isEnd({ kind, number }: SteppedLine, rules: number): boolean {
  return kind === 'end' && (number === undefined || number > rules);
}
