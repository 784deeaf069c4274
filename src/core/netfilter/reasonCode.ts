import type { Walked } from './events';
import { hasNoListener } from './walkEnds';

/**
 * The kinds of verdict, one word each, for programs that read the answer. The list is closed, and a code keeps its
 * meaning (docs/contract.md).
 *
 * - `received`: a program of this host gets the packet, with the destination that it was sent to.
 * - `received-translated`: the same after REDIRECT or DNAT.
 * - `received-transparent`: the same by TPROXY.
 * - `no-listener`: it is for this host, and no program listens there.
 * - `sent`: it leaves this host, with addresses and ports as they were.
 * - `sent-to-translated`, `sent-from-translated`, `sent-translated`: it leaves with another destination, with another
 *   source, with both.
 * - `dropped-by-rule`, `dropped-by-policy`, `rejected-by-rule`: `dropBy` says by which.
 * - `dropped-by-kernel`: outside of any rule; `dropBy.reason` says why.
 * - `never-seen`: the kernel refuses it before the first hook; `neverSeen.reason` says why.
 */
export const REASON_CODES = [
  'received',
  'received-translated',
  'received-transparent',
  'no-listener',
  'sent',
  'sent-to-translated',
  'sent-from-translated',
  'sent-translated',
  'dropped-by-rule',
  'dropped-by-policy',
  'rejected-by-rule',
  'dropped-by-kernel',
  'never-seen',
] as const;

export type ReasonCode = (typeof REASON_CODES)[number];

export function reasonCode({ end, milestones }: Pick<Walked, 'end' | 'milestones'>): ReasonCode {
  const translated = (half: 'source' | 'destination'): boolean =>
    milestones.some((event) => event.kind === 'translate' && event.half === half);
  switch (end.outcome) {
    case 'NONE':
      return 'never-seen';
    case 'DROPPED':
      if (end.verdict === 'REJECT') return 'rejected-by-rule';
      return end.dropBy?.kind === 'rule'
        ? 'dropped-by-rule'
        : end.dropBy?.kind === 'policy'
          ? 'dropped-by-policy'
          : 'dropped-by-kernel';
    case 'SENT':
      if (translated('destination')) return translated('source') ? 'sent-translated' : 'sent-to-translated';
      return translated('source') ? 'sent-from-translated' : 'sent';
    case 'LOCAL':
      if (hasNoListener(end)) return 'no-listener';
      if (milestones.some((event) => event.kind === 'rule' && event.effect?.kind === 'tproxy'))
        return 'received-transparent';
      return translated('destination') ? 'received-translated' : 'received';
  }
}
