import type { NftExpression } from '../syntax/nft/expression';
import type { NftRuleStatement } from '../syntax/nft/ruleStatement';
import type { Columns } from '../text/columns';
import { negate, unknown, type Answer, type Unknown } from '../xtables/answer';
import type { NamedSetLookup } from '../xtables/extension';
import type { PacketView } from '../xtables/view';
import { numberOf, type DataType } from './dataTypes';
import { operandWords } from './formatValue';
import { computed, operandOf, type Chance, type NftScope, type Operand } from './operands';
import { rangeOf } from './ranges';
import { setIndex } from './setIndex';

type Match = NftRuleStatement & { readonly kind: 'match' };

/** A comparison that can be evaluated. */
export interface NftComparison {
  readonly left: Operand;
  test(view: PacketView): Answer;
}

/** The named set that `ip saddr @friends` looks in; undefined where it compares with something else. */
export function namedSetLookup({ right, mask }: Match, { left }: NftComparison): NamedSetLookup | undefined {
  return right.kind === 'reference' && !mask
    ? { set: right.name, element: (view) => elementOf(left, view) }
    : undefined;
}

/**
 * What `tcp dport 22` would have to be to match this packet as well: `{ 22, 80 }`, in the columns of what is compared
 * with. undefined where no list of values says it.
 */
export function widened(
  { operator, right, mask }: Match,
  { left }: NftComparison,
  text: string,
  view: PacketView,
): (Columns & { readonly text: string }) | undefined {
  if (mask || (operator !== '' && operator !== '==') || !isListed(left)) return undefined;
  const { start, end } = right;
  const written = text.slice(start, end);
  const element = elementOf(left, view);
  if (element === undefined || left.chance) return undefined;
  if (right.kind === 'set')
    return written.endsWith('}') ? { start, end, text: written.replace(/\s*}$/, `, ${element} }`) } : undefined;
  return right.kind === 'value' || right.kind === 'concat'
    ? { start, end, text: `{ ${written}, ${element} }` }
    : undefined;
}

/** One more interface, state or protocol would match packets that the rule is not about. */
function isListed({ types }: Operand): boolean {
  return types.every(({ name }) => LISTED.has(name)) && !(types.length === 1 && types[0]?.name === 'inet_proto');
}

const LISTED: ReadonlySet<string> = new Set([
  'ipv4_addr',
  'ipv6_addr',
  'inet_service',
  'inet_proto',
  'icmp_type',
  'icmpv6_type',
]);

function elementOf(left: Operand, view: PacketView): string | undefined {
  return typeof left.read(view) === 'string' ? operandWords(left, view) : undefined;
}

/**
 * The comparison `tcp dport { 22, 80 }`; undefined where it is not understood. Source: nftables src/evaluate.c,
 * src/netlink_linearize.c; net/netfilter/nft_cmp.c.
 */
export function comparisonOf(match: Match, scope: NftScope): NftComparison | undefined {
  const plain = operandOf(match.left, scope);
  const mask = match.mask && plain && operandOf(match.mask, scope, plain.types);
  const left = match.mask ? plain && mask && computed('&', plain, mask) : plain;
  if (!left) return undefined;
  const holds = asked(match, left, scope);
  if (!holds) return undefined;
  return { left, test: (view) => holds(view) };
}

function asked(
  { operator, right, mask }: Match,
  left: Operand,
  scope: NftScope,
): ((view: PacketView) => Answer) | undefined {
  const { types, chance } = left;
  const wanted = right.kind === 'value' && !right.quoted ? PRESENCE[right.text] : undefined;
  // `fib saddr . iif oif missing`: whether there is one.
  if (wanted !== undefined && types[0]?.name === 'ifname')
    return reading(left, (value) => (/[^0]/.test(value) === wanted) !== (operator === '!='));
  const negated = operator === '!=';
  if (right.kind === 'set' || right.kind === 'reference') {
    const set =
      right.kind === 'set'
        ? setIndex(types, undefined, () => ({ elements: right.elements, unread: false }))
        : scope.set(right.name);
    if (!set)
      return () =>
        unknown(right.kind === 'reference' ? `the set ${right.name} is not in the file` : 'the set could not be read');
    return reading(left, (value, view) => {
      const found = set.find(value, view);
      const there: Answer = found === false ? false : found.kind === 'unknown' ? found : true;
      return negated ? negate(there) : there;
    });
  }
  const [type] = types;
  if (types.length === 1 && type) {
    if (chance) return chanceAnswer(operator, right, type, chance);
    // One bit in common is enough, where nothing says otherwise.
    if ((type.bits && operator === '' && mask === undefined) || operator === '!') {
      const bits = operandOf(right, scope, types);
      if (!bits) return undefined;
      return both(left, bits, (a, b) => ((BigInt(`0x${a}`) & BigInt(`0x${b}`)) !== 0n) !== (operator === '!'));
    }
    const range = rangeOf(right, type);
    // Also of a prefix that is as long as the address.
    if (range && (operator === '' || operator === '==' || negated))
      return reading(left, (value) => (range[0] <= value && value <= range[1]) !== negated);
  }
  const other = operandOf(right, scope, types);
  return other && both(left, other, (a, b) => compare(a, b, operator));
}

const PRESENCE: Readonly<Record<string, boolean | undefined>> = { exists: true, missing: false };

function compare(a: string, b: string, operator: Match['operator']): boolean {
  switch (operator) {
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    default:
      return a === b;
  }
}

function reading(left: Operand, test: (value: string, view: PacketView) => Answer): (view: PacketView) => Answer {
  return (view) => {
    const value = left.read(view);
    return typeof value === 'string' ? test(value, view) : (value ?? false);
  };
}

function both(left: Operand, right: Operand, test: (a: string, b: string) => boolean): (view: PacketView) => Answer {
  return (view) => {
    const [a, b] = [left.read(view), right.read(view)];
    if (a === undefined || b === undefined) return false;
    return typeof a === 'string' ? (typeof b === 'string' ? test(a, b) : b) : a;
  };
}

/** How likely it is that a number drawn from `count` matches. */
function chanceAnswer(
  operator: Match['operator'],
  right: NftExpression,
  type: DataType,
  { count, first, even, reason }: Chance,
): ((view: PacketView) => Answer) | undefined {
  const range = rangeOf(right, type);
  if (!range) return undefined;
  const [low, high] = [Math.max(numberOf(range[0]), first), Math.min(numberOf(range[1]), first + count - 1)];
  const fitting = Math.max(0, high - low + 1);
  const value = numberOf(range[0]);
  const number =
    operator === '<'
      ? Math.min(count, Math.max(0, value - first))
      : operator === '<='
        ? Math.min(count, Math.max(0, value - first + 1))
        : operator === '>'
          ? Math.min(count, Math.max(0, first + count - 1 - value))
          : operator === '>='
            ? Math.min(count, Math.max(0, first + count - value))
            : operator === '!='
              ? count - fitting
              : fitting;
  if (number === 0) return () => false;
  if (number === count) return () => true;
  const answer: Unknown = even ? unknown(reason, number / count) : unknown(reason);
  return () => answer;
}
