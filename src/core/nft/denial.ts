import type { NftExpression } from '../syntax/nft/expression';
import type { NftRuleStatement } from '../syntax/nft/ruleStatement';
import { missing, type Shown } from '../xtables/shown';
import type { PacketView } from '../xtables/view';
import type { NftComparison } from './comparison';
import { lacksOperand, operandWords } from './formatValue';
import type { Operand } from './operands';

type Match = NftRuleStatement & { readonly kind: 'match' };
type VerdictMap = NftRuleStatement & { readonly kind: 'vmap' };

/** More than this of a set is not repeated, in characters. */
const LONGEST_SET = 48;

/** What the packet has for a key or the left side of a comparison, or that it has no such thing: `no udp dport`. */
export function shownFor(written: NftExpression, operand: Operand, text: string, view: PacketView): Shown {
  return lacksOperand(operand, view)
    ? missing(`no ${text.slice(written.start, written.end)}`)
    : operandWords(operand, view);
}

/** Why a verdict map has nothing for a packet that has its key: `tcp dport 81 is not in the map`. */
export function mapDenial({ key, map }: VerdictMap, operand: Operand, text: string, view: PacketView): string {
  const where = map.kind === 'reference' ? `@${map.name}` : 'the map';
  return `${text.slice(key.start, key.end)} ${operandWords(operand, view)} is not in ${where}`;
}

/**
 * Why a comparison does not hold for a packet that has what is compared: `tcp dport 3000 ≠ 22`, `ct state new, not
 * established or related`. undefined where the text of the rule says it as well as any words.
 */
export function comparisonDenial(
  match: Match,
  { left }: NftComparison,
  text: string,
  view: PacketView,
): string | undefined {
  const { operator, right, mask } = match;
  if (mask || left.chance || operator === '!') return undefined;
  const name = text.slice(match.left.start, match.left.end);
  const actual = operandWords(left, view);
  const wanted = text.slice(right.start, right.end).replace(/^"(.*)"$/, '$1');
  const negated = operator === '!=';
  if (!negated && operator !== '' && operator !== '==') return `${name} ${actual} is not ${operator} ${wanted}`;
  if (left.types.length === 1 && left.types[0]?.bits)
    return negated ? `${name} is ${actual}` : `${name} ${actual}, not ${wanted.split(/\s*,\s*/).join(' or ')}`;
  if (right.kind === 'value' && (wanted === 'exists' || wanted === 'missing')) return undefined;
  if (!negated && match.left.kind === 'binary') return `${name} is ${actual}, not ${wanted}`;
  if (isOne(right, wanted)) return negated ? `${name} is ${actual}` : `${name} ${actual} ≠ ${wanted}`;
  return `${name} ${actual} is ${negated ? '' : 'not '}in ${setWords(right, wanted)}`;
}

/** Not a range, a prefix or a pattern, which many values fit. */
function isOne({ kind }: NftExpression, wanted: string): boolean {
  return kind === 'value' ? !/[/*]|^[\da-f.:]+-[\da-f.:]+$/i.test(wanted) : kind === 'concat' && !/[/*-]/.test(wanted);
}

function setWords(right: NftExpression, wanted: string): string {
  return right.kind === 'set' && wanted.length > LONGEST_SET ? `the set of ${right.elements.length}` : wanted;
}
