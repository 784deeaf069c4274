import { addressBytes, parseAddress, prefixMask } from '../net/address';
import type { NftExpression } from '../syntax/nft/expression';
import { hex, hexBytes, hexName, IFNAMSIZ, type DataType } from './dataTypes';

/** All values from one to another, both included. */
export type ValueRange = readonly [first: string, last: string];

/**
 * The values that a word or a range stands for: one as a rule; a prefix, `a-b` and `"eth*"` several. undefined where
 * the type has no such value.
 */
export function rangeOf(expression: NftExpression, type: DataType): ValueRange | undefined {
  switch (expression.kind) {
    case 'value':
      return valueRange(expression.text, expression.quoted, type);
    case 'range': {
      const [from, to] = [rangeOf(expression.from, type), rangeOf(expression.to, type)];
      return from && to && [from[0], to[1]];
    }
    case 'binary': {
      // No set has an element such as `0x10 & 0x30`; `0x10 | 0x20` is possible.
      const [left, right] = [rangeOf(expression.left, type), rangeOf(expression.right, type)];
      if (expression.operator !== '|' || !left || !right || left[0] !== left[1] || right[0] !== right[1])
        return undefined;
      const value = hex(BigInt(`0x${left[0]}`) | BigInt(`0x${right[0]}`), type.bytes);
      return [value, value];
    }
    case 'field':
      // A name such as "mark" that is a value here.
      return expression.words.length === 1 ? valueRange(expression.words[0] as string, false, type) : undefined;
    default:
      return undefined;
  }
}

function valueRange(text: string, quoted: boolean, type: DataType): ValueRange | undefined {
  const { bytes } = type;
  // A variable of nft, or of a shell.
  if (isVariable(text)) return undefined;
  if (text === '*' && !quoted) return ['0'.repeat(bytes * 2), 'f'.repeat(bytes * 2)];
  if (type.name === 'ifname' && text.endsWith('*') && !text.endsWith('\\*')) {
    const name = text.slice(0, -1);
    const digits = hexName(name).slice(0, Math.min(name.length, IFNAMSIZ) * 2);
    return [digits.padEnd(IFNAMSIZ * 2, '0'), digits.padEnd(IFNAMSIZ * 2, 'f')];
  }
  const whole = type.parse(text);
  if (whole !== undefined) return [whole, whole];
  const slash = text.indexOf('/');
  if (slash > 0) return prefixRange(text.slice(0, slash), Number(text.slice(slash + 1)), type);
  for (let dash = text.indexOf('-', 1); dash > 0; dash = text.indexOf('-', dash + 1)) {
    const [from, to] = [type.parse(text.slice(0, dash)), type.parse(text.slice(dash + 1))];
    if (from !== undefined && to !== undefined) return [from, to];
  }
  return undefined;
}

/** `$WAN`: the value is not in the rule. */
export function isVariable(text: string): boolean {
  return text.startsWith('$');
}

function prefixRange(text: string, length: number, type: DataType): ValueRange | undefined {
  const value = type.parse(text);
  const bits = type.bytes * 8;
  if (value === undefined || !Number.isInteger(length) || length < 0 || length > bits) return undefined;
  const address = parseAddress(text);
  const mask = BigInt(
    `0x${address ? hexBytes(addressBytes(prefixMask(address.family, length))) : hex(((1n << BigInt(length)) - 1n) << BigInt(bits - length), type.bytes)}`,
  );
  const first = BigInt(`0x${value}`) & mask;
  return [hex(first, type.bytes), hex(first | (~mask & ((1n << BigInt(bits)) - 1n)), type.bytes)];
}
