import type { KernelPacket } from '../../core/net/kernelTrace/kernelPackets';
import type { Walked } from '../../core/netfilter/events';
import type { RuleSet } from '../../core/ruleset/ruleSet';
import { stepTogether } from './compareSteps';
import { chainOf, differenceOf, kernelWords, type Difference } from './difference';
import type { OurStep } from './ourSteps';

/** A kernel's trace laid over a path. Lines count from 1. */
export interface KernelComparison {
  readonly steps: readonly {
    /** Of the kernel's trace. */
    readonly line: number;
    /** `filter INPUT rule 2 matched`. */
    readonly kernel: string;
    /** The event of the path that says the same; undefined: from the first disagreement on. */
    readonly event: number | undefined;
  }[];
  /** How many of the kernel's steps, from the first on, are those of the path. */
  readonly agreed: number;
  readonly difference: Difference | undefined;
  /** Remarks on the comparison, a sentence each. */
  readonly remarks: readonly string[];
}

/** Lays the trace of a kernel over one path. */
export function compareWithKernel(
  kernel: KernelPacket,
  walked: Walked,
  ruleSet: RuleSet | undefined,
  family: 4 | 6,
): KernelComparison {
  const { pairs, difference, next, byVerdict, incomplete } = stepTogether(kernel, walked, family);
  const events = new Map(pairs.map(({ kernel: step, here }) => [step, here.event]));
  const last = pairs[pairs.length - 1]?.here.event ?? -1;
  return {
    steps: kernel.steps.map((step) => ({
      line: step.line + 1,
      kernel: kernelWords(step, chainOf(step, ruleSet, family)),
      event: events.get(step),
    })),
    agreed: pairs.length,
    difference: difference && differenceOf({ ...difference, agreed: last }, walked, ruleSet, family),
    remarks: [
      ...(kernel.steps.length === 0 ? ['The trace shows the packet and no step of it.'] : []),
      ...(next && kernel.steps.length > 0 ? [endsEarly(next)] : []),
      ...(byVerdict
        ? [
            'The rules of the file have neither the texts nor the handles of the trace: some are compared by ' +
              'chain and verdict alone.',
          ]
        : []),
      ...(incomplete ? ['The path has steps that are not listed, so that the rest is not compared.'] : []),
    ],
  };
}

function endsEarly({ chain, rule }: OurStep): string {
  const place = `${chain.table} ${chain.name}${rule ? ` rule ${rule.number}` : ''}`;
  return `The kernel’s trace ends before ${place}: it is cut, or the kernel itself dropped the packet there.`;
}
