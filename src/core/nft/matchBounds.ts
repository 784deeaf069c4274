import type { Address } from '../net/address';
import type { FieldName } from '../net/fields/fields';
import { masked, oneValue, type FieldTest, type Values } from '../net/fields/fieldTest';
import { exactly, NO_PACKET, type Box, type PacketBounds } from '../net/fields/packetSet';
import { PROTOCOL } from '../net/packet';
import type { NftExpression } from '../syntax/nft/expression';
import type { NftRuleStatement } from '../syntax/nft/ruleStatement';
import { STATE_BITS } from '../xtables/values/conntrackState';
import { numberOf, type DataType } from './dataTypes';
import { FIELDS } from './fieldReaders';
import type { NftScope } from './operands';
import { rangeOf, type ValueRange } from './ranges';
import type { NftSetIndex } from './setIndex';

/** A field of nft in the words of the vocabulary. */
interface FieldMeaning {
  readonly field: FieldName;
  /** What nft tests first by itself. */
  readonly first?: FieldTest;
  /** The family that has it. */
  readonly family?: 4 | 6;
  /** Of the value that the vocabulary has, the bits that nft asks for, and where they begin. */
  readonly mask?: number;
  readonly shift?: number;
  /** Only the packets that are whole are read so; of the others nothing is said. */
  readonly whole?: true;
}

function ofProtocol(protocol: number): FieldTest {
  return { field: 'protocol', values: oneValue(protocol), negated: false };
}

function port(field: FieldName, protocol: number): FieldMeaning {
  return { field, first: ofProtocol(protocol) };
}

const WHOLE: FieldTest = { field: 'fragmentOffset', values: oneValue(0), negated: false };
const DSCP = { field: 'tos', mask: 0xfc, shift: 2 } as const;

/** Those that read just what a field of the vocabulary has. */
const MEANINGS: Readonly<Record<string, FieldMeaning>> = {
  'ip saddr': { field: 'source', family: 4 },
  'ip6 saddr': { field: 'source', family: 6 },
  'ip daddr': { field: 'destination', family: 4 },
  'ip6 daddr': { field: 'destination', family: 6 },
  'ip protocol': { field: 'protocol', family: 4 },
  'meta l4proto': { field: 'protocol' },
  'ip ttl': { field: 'hops', family: 4 },
  'ip6 hoplimit': { field: 'hops', family: 6 },
  'ip dscp': { ...DSCP, family: 4 },
  'ip6 dscp': { ...DSCP, family: 6 },
  'ip length': { field: 'length', family: 4 },
  'meta length': { field: 'length' },
  'th sport': { field: 'sourcePortRead' },
  'th dport': { field: 'destinationPortRead' },
  'tcp sport': port('sourcePortRead', PROTOCOL.TCP),
  'tcp dport': port('destinationPortRead', PROTOCOL.TCP),
  'udp sport': port('sourcePortRead', PROTOCOL.UDP),
  'udp dport': port('destinationPortRead', PROTOCOL.UDP),
  'udplite sport': port('sourcePortRead', PROTOCOL.UDPLITE),
  'udplite dport': port('destinationPortRead', PROTOCOL.UDPLITE),
  'sctp sport': port('sourcePortRead', PROTOCOL.SCTP),
  'sctp dport': port('destinationPortRead', PROTOCOL.SCTP),
  'dccp sport': port('sourcePortRead', PROTOCOL.DCCP),
  'dccp dport': port('destinationPortRead', PROTOCOL.DCCP),
  'icmp type': { field: 'icmp', family: 4, first: ofProtocol(PROTOCOL.ICMP), mask: 0xff00, shift: 8, whole: true },
  'icmpv6 type': { field: 'icmp', family: 6, first: ofProtocol(PROTOCOL.ICMPV6), mask: 0xff00, shift: 8, whole: true },
  'meta iifname': { field: 'inInterface' },
  'meta oifname': { field: 'outInterface' },
  'meta iif': { field: 'inInterface' },
  'meta oif': { field: 'outInterface' },
  'meta mark': { field: 'mark' },
  'meta pkttype': { field: 'packetType' },
  'meta skuid': { field: 'uid' },
  'meta skgid': { field: 'gid' },
  'ether saddr': { field: 'sourceMac' },
  'ct mark': { field: 'conntrackMark' },
  'ct direction': { field: 'conntrackDirection' },
  'ct state': { field: 'conntrackState' },
};

/** What is known of the packets that `tcp dport { 22, 80 }` takes; undefined: nothing. */
export function matchBounds(
  { left, operator, right: written, mask }: NftRuleStatement & { readonly kind: 'match' },
  { family, set }: NftScope,
): PacketBounds | undefined {
  if (left.kind !== 'field' || left.words.length > 2) return undefined;
  const meaning = MEANINGS[left.name];
  const type = FIELDS[left.name]?.[0];
  const right = written.kind === 'reference' ? fixedElements(set(written.name), written) : written;
  if (!meaning || !type || !right || !['', '==', '!='].includes(operator)) return undefined;
  if (meaning.family !== undefined && meaning.family !== family) return exactly(NO_PACKET);
  const values = valuesOf(meaning, type, operator, right, mask, family);
  if (!values) return undefined;
  const negated = operator === '!=';
  const tests = values.map((each): FieldTest => ({ field: meaning.field, values: each, negated }));
  const first = meaning.first ? [meaning.first] : [];
  const boxes: readonly Box[] = negated ? [[...first, ...tests]] : tests.map((test) => [...first, test]);
  if (!meaning.whole) return exactly(boxes);
  return { over: [...boxes.map((box) => [WHOLE, ...box]), [...first, { ...WHOLE, negated: true }]], under: NO_PACKET };
}

/** A named set as it would be written in the rule; undefined where its elements may be others by then. */
function fixedElements(index: NftSetIndex | undefined, { start, end }: NftExpression): NftExpression | undefined {
  return index?.isFixed && index.types.length === 1 && index.elements.length > 0
    ? { kind: 'set', elements: index.elements, start, end }
    : undefined;
}

function valuesOf(
  meaning: FieldMeaning,
  type: DataType,
  operator: string,
  right: NftExpression,
  mask: NftExpression | undefined,
  family: 4 | 6,
): readonly Values[] | undefined {
  if (meaning.field === 'conntrackState') return mask ? undefined : stateValues(operator, right, type);
  if (type.bits) return undefined;
  if (mask) return maskedValues(mask, right, type);
  const items = right.kind === 'set' ? right.elements.map(({ key }) => key) : [right];
  const ranges = items.map((item) => rangeOf(item, type));
  if (!ranges.every((range) => range !== undefined)) return undefined;
  return valuesOfRanges(meaning, ranges, family);
}

function maskedValues(mask: NftExpression, right: NftExpression, type: DataType): readonly Values[] | undefined {
  const [bits, value] = [rangeOf(mask, type), rangeOf(right, type)];
  if (!bits || !value || value[0] !== value[1] || type.bytes > 4 || type.name === 'ipv4_addr') return undefined;
  return [masked(numberOf(bits[0]), numberOf(value[0]))];
}

function valuesOfRanges(
  { field, mask, shift = 0 }: FieldMeaning,
  ranges: readonly ValueRange[],
  family: 4 | 6,
): readonly Values[] | undefined {
  if (field === 'source' || field === 'destination')
    return [
      { kind: 'addresses', spans: ranges.map(([first, last]) => [addressOf(first, family), addressOf(last, family)]) },
    ];
  if (field === 'inInterface' || field === 'outInterface') {
    const patterns = ranges.map(patternOf);
    return patterns.every((pattern) => pattern !== undefined)
      ? patterns.map((pattern) => ({ kind: 'name', pattern }))
      : undefined;
  }
  const spans = ranges.map(([first, last]) => [numberOf(first), numberOf(last)] as const);
  if (mask === undefined) return [{ kind: 'spans', spans }];
  const low = (1 << shift) - 1;
  // The bits below are not asked for, and there are none above.
  return [{ kind: 'spans', spans: spans.map(([first, last]) => [first << shift, (last << shift) | low]) }];
}

function addressOf(digits: string, family: 4 | 6): Address {
  const words = digits.match(/.{8}/g) ?? [];
  return { family, words: words.map((word) => parseInt(word, 16)) };
}

/** `eth0` or `eth+`; undefined where iptables' way of writing would mean another. */
function patternOf([first, last]: ValueRange): string | undefined {
  const digits = first.replace(/(?:00)+$/, '');
  const name = (digits.match(/../g) ?? []).map((byte) => String.fromCharCode(parseInt(byte, 16))).join('');
  if (name.endsWith('+') || !/^[\x20-\x7e]*$/.test(name)) return undefined;
  if (first === last) return name;
  return last === digits.padEnd(first.length, 'f') && first === digits.padEnd(first.length, '0')
    ? `${name}+`
    : undefined;
}

const STATES: Readonly<Record<string, number>> = {
  invalid: STATE_BITS.INVALID,
  new: STATE_BITS.NEW,
  related: STATE_BITS.RELATED,
  established: STATE_BITS.ESTABLISHED,
  untracked: STATE_BITS.UNTRACKED,
};

/**
 * A packet has one of the states, so that one bit in common (without an operator) and being one of them (in a set) come
 * to the same; not so what is compared with several bits at once.
 */
function stateValues(operator: string, right: NftExpression, type: DataType): readonly Values[] | undefined {
  const items =
    right.kind === 'set'
      ? right.elements.map(({ key }) => key)
      : right.kind === 'list' && operator === ''
        ? right.items
        : [right];
  let bits = 0;
  for (const item of items) {
    const range = rangeOf(item, type);
    const name = range && Object.keys(STATES).find((each) => type.parse(each) === range[0]);
    if (!range || range[0] !== range[1] || name === undefined) return undefined;
    bits |= STATES[name] as number;
  }
  return [{ kind: 'bits', bits }];
}
