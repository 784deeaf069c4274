import type { NftElement, NftExpression, NftVerdict } from '../syntax/nft/expression';
import { unknown, type Unknown } from '../xtables/answer';
import type { PacketView } from '../xtables/view';
import { hex, integerType, numberOf, type DataType } from './dataTypes';
import { fibField } from './fib';
import { FIELDS, rawField, tupleField, unstatedField, type Read } from './fieldReaders';
import { isVariable } from './ranges';
import { setIndex, type NftSetIndex } from './setIndex';

/** What the rules of a table may refer to. */
export interface NftScope {
  /** Of the packets that the rules are bound for. */
  readonly family: 4 | 6;
  /** A named set or map of the table; undefined where there is none. */
  readonly set: (name: string) => NftSetIndex | undefined;
}

/** A number that chance draws anew for each packet: `numgen random mod 3`, `meta random & 0x7fffffff`. */
export interface Chance {
  readonly count: number;
  readonly first: number;
  /** Whether every number is as likely as any other. */
  readonly even: boolean;
  readonly reason: string;
}

/** What is compared: of one type, or several in a concatenation, whose values come after each other. */
export interface Operand {
  readonly types: readonly DataType[];
  read(view: PacketView): Read;
  readonly chance?: Chance | undefined;
}

/** The left side of a comparison, a key, or a value that is computed. undefined where it is not known what it is. */
export function operandOf(
  expression: NftExpression,
  scope: NftScope,
  wanted?: readonly DataType[],
): Operand | undefined {
  switch (expression.kind) {
    case 'field':
      return fieldOperand(expression, scope);
    case 'value': {
      const type = wanted?.[0];
      const value = isVariable(expression.text) ? undefined : type?.parse(expression.text);
      return type && value !== undefined ? { types: [type], read: () => value } : undefined;
    }
    case 'list': {
      const items = expression.items.map((item) => operandOf(item, scope, wanted));
      return items.every((item) => item !== undefined) ? items.reduce((a, b) => computed('|', a, b)) : undefined;
    }
    case 'binary':
      return binaryOperand(expression, scope, wanted);
    case 'concat': {
      const parts = expression.parts.map((part, i) => operandOf(part, scope, wanted?.[i] && [wanted[i]]));
      return parts.every((part) => part !== undefined)
        ? { types: parts.flatMap(({ types }) => types), read: (view) => readAll(parts, view) }
        : undefined;
    }
    case 'map':
      return mapOperand(expression, scope, wanted);
    default:
      return undefined;
  }
}

function fieldOperand({ name, words }: NftExpression & { kind: 'field' }, scope: NftScope): Operand {
  const chance = chanceOf(name, words);
  const [type, read] =
    name === 'fib'
      ? fibField(words)
      : name === 'raw'
        ? rawField(words)
        : (FIELDS[name] ?? tupleField(name, scope.family) ?? unstatedField(name));
  if (chance) return { types: [integerType(4)], read: () => unknown(chance.reason), chance };
  return { types: [type], read: (view) => read(view, words) };
}

/** Source: net/netfilter/nft_numgen.c, nft_hash.c, nft_meta.c. */
function chanceOf(name: string, words: readonly string[]): Chance | undefined {
  const after = (word: string): number => Number(words[words.lastIndexOf(word) + 1]);
  const first = words.includes('offset') ? after('offset') : 0;
  switch (name) {
    case 'numgen':
      return {
        count: after('mod'),
        first,
        even: words[1] === 'random',
        reason:
          words[1] === 'random'
            ? 'the number is drawn at random'
            : 'the numbers are given in turn, and how many packets came before is not in the file',
      };
    case 'jhash':
    case 'symhash':
      return {
        count: after('mod'),
        first,
        even: false,
        reason: 'the number is a hash with a seed that is not in the file',
      };
    case 'meta random':
      return { count: 2 ** 32, first: 0, even: true, reason: 'the number is drawn at random' };
    default:
      return undefined;
  }
}

function binaryOperand(
  { operator, left, right }: NftExpression & { kind: 'binary' },
  scope: NftScope,
  wanted: readonly DataType[] | undefined,
): Operand | undefined {
  const a = operandOf(left, scope, wanted);
  const b = operandOf(right, scope, operator === '<<' || operator === '>>' ? [integerType(4)] : (a?.types ?? wanted));
  if (!a || !b) return undefined;
  const { chance } = a;
  const mask = chance && operator === '&' ? b.read(undefined as unknown as PacketView) : undefined;
  // Of a number of 32 bits the last ones are as random as all of them.
  if (chance && typeof mask === 'string' && chance.count === 2 ** 32 && Math.log2(numberOf(mask) + 1) % 1 === 0)
    return { ...a, chance: { ...chance, count: numberOf(mask) + 1 } };
  return computed(operator, a, b);
}

/** Two operands as one number of the size of the first. */
export function computed(operator: '&' | '|' | '^' | '<<' | '>>', a: Operand, b: Operand): Operand {
  const bytes = a.types.reduce((sum, type) => sum + type.bytes, 0);
  const limit = (1n << BigInt(bytes * 8)) - 1n;
  return {
    types: a.types,
    read(view) {
      const [one, two] = [a.read(view), b.read(view)];
      if (typeof one !== 'string') return one;
      if (typeof two !== 'string') return two;
      const [x, y] = [BigInt(`0x${one}`), BigInt(`0x${two}`)];
      const value =
        operator === '&'
          ? x & y
          : operator === '|'
            ? x | y
            : operator === '^'
              ? x ^ y
              : operator === '<<'
                ? (x << y) & limit
                : x >> y;
      return hex(value, bytes);
    },
  };
}

function readAll(parts: readonly Operand[], view: PacketView): Read {
  let text = '';
  let open: Unknown | undefined;
  for (const part of parts) {
    const read = part.read(view);
    if (read === undefined) return undefined;
    if (typeof read === 'string') text += read;
    else open ??= read;
  }
  return open ?? text;
}

/** `ip daddr map { … }` within a value: what the map gives for the key. */
function mapOperand(
  { key, map }: NftExpression & { kind: 'map' },
  scope: NftScope,
  wanted: readonly DataType[] | undefined,
): Operand | undefined {
  const index = mapIndex(key, map, scope);
  const types = index?.set.dataTypes ?? wanted;
  if (!index || !types) return undefined;
  return {
    types,
    read(view) {
      const found = index.find(view);
      if (typeof found !== 'object' || found.kind === 'unknown')
        return found === false ? undefined : unknown('what the map gives for it is not in the file');
      if (!found.data || found.data.kind === 'verdict') return undefined;
      return operandOf(found.data, scope, types)?.read(view) ?? unknown('what the map gives for it could not be read');
    },
  };
}

/** A map with the key that is looked up in it. */
export interface MapIndex {
  readonly set: NftSetIndex;
  readonly key: Operand;
  /** The element; false where there is none. */
  find(view: PacketView): NftElement | Unknown | false;
}

export function mapIndex(key: NftExpression, map: NftExpression, scope: NftScope): MapIndex | undefined {
  const set = map.kind === 'reference' ? scope.set(map.name) : undefined;
  const operand = operandOf(key, scope, set?.types);
  if (!operand) return undefined;
  const index =
    set ??
    (map.kind === 'set'
      ? setIndex(operand.types, undefined, () => ({ elements: map.elements, unread: false }))
      : undefined);
  if (!index) return undefined;
  return {
    set: index,
    key: operand,
    find(view) {
      const read = operand.read(view);
      if (read === undefined) return false;
      return typeof read === 'string' ? index.find(read, view) : read;
    },
  };
}

export function isVerdict(data: NftElement['data']): data is NftVerdict {
  return data?.kind === 'verdict';
}
