import { formatAddress, formatBlock } from '../net/address';
import { singleValue, testHolds, type FieldTest, type Values } from '../net/fields/fieldTest';
import { exactly, NOTHING_SAID, type PacketBounds } from '../net/fields/packetSet';
import type { Host } from '../net/host';
import type { Condition } from './extension';
import { formatField, labelOf, lackingWords, readerOf, readField } from './fields';
import { missing, type Shown } from './shown';
import type { PacketView } from './view';

/** What a condition of one field adds to what the field itself states. */
export interface FieldWords extends Pick<Condition, 'premises' | 'openWords' | 'denial'> {
  /** As iptables-save writes the option, without its value and without a `!`: `--dport`. */
  readonly option: string;
  /** The value as iptables-save writes it. Omitted: as the field does. */
  readonly wanted?: string;
  /** The whole, where a negated test is not what `!` says. */
  readonly text?: string;
  /** What the packet has, in words. Omitted: label and value of the field. */
  readonly shown?: (view: PacketView) => Shown;
}

/**
 * A condition that tests one field of the packet, and nothing else: how it is answered, worded, explained, inverted and
 * turned into a set of packets follows from `asks`.
 */
export function fieldCondition(asks: FieldTest, words: FieldWords): Condition {
  const { field, negated } = asks;
  const wanted = words.wanted ?? valuesText(asks);
  const read = readerOf(field);
  const shown = words.shown ?? ((view: PacketView): Shown => shownField(asks, view));
  return {
    text: words.text ?? `${negated ? '! ' : ''}${words.option}${wanted === '' ? '' : ` ${wanted}`}`,
    asks,
    test: (view) => testHolds(asks, read(view)),
    actual: shown,
    denial:
      words.denial ??
      ((view) => {
        const actual = shown(view);
        return typeof actual === 'string' ? denialOf(asks, actual, wanted) : undefined;
      }),
    ...(words.premises && { premises: words.premises }),
    ...(words.openWords && { openWords: words.openWords }),
  };
}

/** `dport 3000`, or that the packet has none. */
export function shownField({ field }: Pick<FieldTest, 'field'>, view: PacketView): Shown {
  const value = readField(field, view);
  return value === undefined ? missing(lackingWords(field, view)) : `${labelOf(field)} ${formatField(field, value)}`;
}

/** Why the answer is no for a packet that has the field; `actual` is what it has: `dport 3000 ≠ 15008`. */
export function denialOf(asks: FieldTest, actual: string, wanted: string): string {
  const { values, negated, field } = asks;
  const single = singleValue(asks);
  if (single !== undefined)
    return negated ? `${labelOf(field)} is ${formatField(field, single)}` : `${actual} ≠ ${formatField(field, single)}`;
  if (values.kind === 'masked' || values.kind === 'name')
    return `${actual} ${negated ? 'matches' : 'does not match'} ${wanted}`;
  return `${actual} is ${negated ? '' : 'not '}in ${wanted}`;
}

/** The values as one writes them: `80,443:445`, `0x1/0xff`, `10.0.0.0/8`, `eth+`. */
function valuesText({ field, values }: Pick<FieldTest, 'field' | 'values'>): string {
  const format = (value: number): string => formatField(field, value);
  switch (values.kind) {
    case 'spans':
      return values.spans
        .map(([first, last]) => (first === last ? format(first) : `${format(first)}:${format(last)}`))
        .join(',');
    case 'masked':
      return values.mask === 0xffffffff
        ? format(values.value)
        : `${format(values.value)}/0x${values.mask.toString(16)}`;
    case 'bits':
      return format(values.bits);
    case 'block':
      return formatBlock(values.block);
    case 'addresses':
      return values.spans.map(([first, last]) => `${formatAddress(first)}-${formatAddress(last)}`).join(',');
    case 'name':
      return (values satisfies Values).pattern;
  }
}

/** What is known of the packets that a condition matches. */
export function boundsOf(condition: Pick<Condition, 'asks' | 'bounds'>, host: Host): PacketBounds {
  if (condition.asks) return exactly([[condition.asks]]);
  return condition.bounds?.(host) ?? NOTHING_SAID;
}
