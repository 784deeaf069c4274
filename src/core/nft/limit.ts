import type { NftRuleStatement } from '../syntax/nft/ruleStatement';
import { unknown } from '../xtables/answer';
import type { Condition } from '../xtables/extension';
import { packetsLeft } from '../xtables/values/packetsLeft';

const DEFAULT_BURST = 5;

/**
 * `limit rate 10/second burst 5 packets`: as just loaded, with all its credit; no time passes between the packets of a
 * trace. Source: net/netfilter/nft_limit.c.
 */
export function limitCondition(
  { over, bytes, burst = DEFAULT_BURST }: NftRuleStatement & { readonly kind: 'limit' },
  text: string,
): Condition {
  if (bytes) {
    const answer = unknown('how much was sent before is not in the file');
    return { text, test: () => answer, actual: () => 'unknown' };
  }
  const self = {};
  const left = (stored: unknown): number => (typeof stored === 'number' ? stored : burst === 0 ? DEFAULT_BURST : burst);
  return {
    text,
    stateful: true,
    test({ memory }) {
      const credit = left(memory.get(self));
      memory.set(self, Math.max(0, credit - 1));
      return credit >= 1 !== over;
    },
    actual: ({ memory }) => packetsLeft(left(memory.get(self))),
  };
}
