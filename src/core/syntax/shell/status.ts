import type { RunCondition } from '../tree';

/**
 * Whether a command succeeds: known, dependent on the rules, or not stated in the file; then `unknown` says what is not
 * known.
 */
export type Status = boolean | { readonly asked: RunCondition } | { readonly unknown: string; readonly listing?: true };

export function negated(status: Status): Status {
  if (typeof status === 'boolean') return !status;
  return 'asked' in status ? { asked: { kind: 'not', of: status.asked } } : status;
}

/** `left && right`, or `left || right`, where the right one may have been skipped. */
export function joined(kind: 'and' | 'or', left: Status, right: Status): Status {
  const ends = kind === 'or';
  if (left === ends || right === ends) return ends;
  if (typeof left === 'boolean') return right;
  if (typeof right === 'boolean') return left;
  if ('unknown' in left) return left;
  if ('unknown' in right) return right;
  return { asked: { kind: ends ? 'any' : 'all', of: [left.asked, right.asked] } };
}

export function both(a: RunCondition | undefined, b: RunCondition): RunCondition {
  return a ? { kind: 'all', of: [a, b] } : b;
}
