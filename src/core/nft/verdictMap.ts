import type { NftElement, NftVerdict } from '../syntax/nft/expression';
import { unknown } from '../xtables/answer';
import type { Effect } from '../xtables/extension';
import { knownType, numberOf } from './dataTypes';
import type { Condition } from '../xtables/extension';
import type { NftAction } from './extensions';
import { isVerdict, type MapIndex } from './operands';
import { rangeOf } from './ranges';

/**
 * A verdict map: a condition that holds where the map has something for the packet, and the verdict that it gives. A
 * key drawn at random has no condition. `words` say what the packet has for the key, and why the map has nothing for
 * it.
 */
export function verdictMap(
  index: MapIndex,
  text: string,
  words: Pick<Condition, 'actual' | 'denial'>,
): { readonly condition: Condition | undefined; readonly action: NftAction } {
  const { key } = index;
  const describes = 'applies the verdict that the map has for the packet';
  if (key.chance) {
    const { reason, count, even } = key.chance;
    const { choices, covered } = chanceChoices(index);
    const answer = covered === 0 ? false : unknown(reason, even ? covered / count : undefined);
    // Where the map has nothing for the number, the rule does not match.
    const condition: Condition | undefined =
      covered === count
        ? undefined
        : { text: `${text}: it has something for the number`, test: () => answer, actual: () => reason };
    return { condition, action: { text, describes, apply: () => ({ kind: 'choice', reason, choices }) } };
  }
  return {
    condition: {
      text,
      ...words,
      test(view) {
        const found = index.find(view);
        return found === false ? false : found.kind === 'unknown' ? found : true;
      },
    },
    action: {
      text,
      describes,
      apply(view) {
        const found = index.find(view);
        return found !== false && found.kind === 'element' && isVerdict(found.data)
          ? verdictEffect(found.data)
          : { kind: 'continue' };
      },
    },
  };
}

function verdictEffect({ verdict, chain }: NftVerdict): Effect {
  switch (verdict) {
    case 'accept':
      return { kind: 'verdict', verdict: 'ACCEPT' };
    case 'drop':
      return { kind: 'verdict', verdict: 'DROP' };
    case 'return':
      return { kind: 'verdict', verdict: 'RETURN' };
    case 'continue':
      return { kind: 'continue' };
    case 'jump':
    case 'goto':
      return { kind: 'jump', chain: chain ?? '', goto: verdict === 'goto' };
  }
}

interface VerdictChoice {
  readonly text: string;
  readonly probability?: number;
  readonly effect: Effect;
}

function chanceChoices({ set, key: { chance } }: MapIndex): {
  readonly choices: readonly VerdictChoice[];
  readonly covered: number;
} {
  if (!chance) return { choices: [], covered: 0 };
  const found: { readonly text: string; readonly count: number; readonly effect: Effect }[] = [];
  for (const element of set.elements) {
    const range = rangeOf(element.key, knownType('mark'));
    if (!range || !isVerdict(element.data)) continue;
    const count = Math.max(
      0,
      Math.min(numberOf(range[1]), chance.first + chance.count - 1) - Math.max(numberOf(range[0]), chance.first) + 1,
    );
    if (count > 0) found.push({ text: wordsOf(element, element.data), count, effect: verdictEffect(element.data) });
  }
  const covered = found.reduce((sum, { count }) => sum + count, 0);
  return {
    covered,
    choices: found.map(({ text, count, effect }) => ({
      text,
      ...(chance.even && { probability: count / covered }),
      effect,
    })),
  };
}

function wordsOf({ key }: NftElement, { verdict, chain }: NftVerdict): string {
  const number = key.kind === 'value' ? `${key.text}: ` : '';
  return `${number}${verdict}${chain === undefined ? '' : ` ${chain}`}`;
}
