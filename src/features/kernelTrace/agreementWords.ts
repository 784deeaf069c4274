import type { KernelComparison } from './kernelComparison';

/** `agrees with the kernel’s trace: 7 of 7 steps`. */
export function agreementWords({ steps, agreed, difference }: KernelComparison): string {
  if (difference) return `differs from the kernel’s trace at step ${agreed + 1} of ${steps.length}`;
  return steps.length === 0
    ? 'the kernel’s trace has no steps'
    : `agrees with the kernel’s trace: ${agreed} of ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`;
}
