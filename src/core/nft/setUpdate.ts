import type { NftRuleStatement } from '../syntax/nft/ruleStatement';
import type { NftElement } from '../syntax/nft/expression';
import { unknown, type Answer } from '../xtables/answer';
import type { PacketView } from '../xtables/view';
import type { Condition } from '../xtables/extension';
import { operandWords } from './formatValue';
import { operandOf, type NftScope } from './operands';
import type { AddedElements } from './setIndex';

/**
 * `update @seen { ip saddr timeout 10m }`: later packets find what the packet added. Source:
 * net/netfilter/nft_dynset.c.
 */
export function updateCondition(
  statement: NftRuleStatement & { readonly kind: 'update' },
  text: string,
  scope: NftScope,
): Condition {
  const { operation, set: name, key, data, more, start, end } = statement;
  const set = scope.set(name);
  const operand = operandOf(key, scope, set?.types);
  if (!set?.memoryKey || !operand || more) {
    const answer = unknown(
      more ? 'what the set remembers of earlier packets is not in the file' : `what "${text}" does is not known here`,
    );
    return { text, test: () => answer, actual: () => 'unknown' };
  }
  const { memoryKey } = set;
  const element: NftElement = { kind: 'element', key, data, start, end };
  return {
    text,
    // Of a packet without the key the rule ends there.
    test(view): Answer {
      const read = operand.read(view);
      return typeof read === 'string' ? true : (read ?? false);
    },
    actual: (view) => operandWords(operand, view),
    changes(view: PacketView, holds) {
      const read = holds ? operand.read(view) : undefined;
      if (typeof read !== 'string') return undefined;
      const added = (view.memory.get(memoryKey) as AddedElements | undefined) ?? new Map<string, NftElement | false>();
      return {
        remembers: { key: memoryKey, value: new Map(added).set(read, operation === 'delete' ? false : element) },
      };
    },
  };
}
