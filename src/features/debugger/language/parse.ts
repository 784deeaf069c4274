import {
  compareAddresses,
  inBlock,
  parseAddress,
  parseBlock,
  sameAddress,
  type Address,
} from '../../../core/net/address';
import { TCP_FLAGS } from '../../../core/net/packet';
import { protocolNumber } from '../../../core/net/protocols';
import { editDistance } from '../../../core/text/editDistance';
import { own } from '../../../core/text/own';
import type { Moment } from '../moment';
import type { Field } from './field';
import { fieldNamed, fieldNames } from './fields';
import { tokensOf, type Token } from './lexer';
import { holds, isNumeric, type Value, type ValueKind } from './values';

/** An expression ready to be evaluated; it never throws. */
export interface Expression {
  readonly kind: ValueKind;
  readonly value: (moment: Moment) => Value;
  /** Where it is a field and nothing else. */
  readonly field?: Field;
}

/** What is wrong with an expression, with the word that is. */
export interface ExpressionError {
  readonly message: string;
}

export function isError(read: Expression | ExpressionError): read is ExpressionError {
  return 'message' in read;
}

/**
 * Reads an expression over the packet, its connection and the rule: fields (`packet.dport`, `mark`), numbers,
 * addresses, text in quotes, `==`, `!=`, `<`, `<=`, `>`, `>=`, `in` a block, a range or a list in parentheses, `&` and
 * `|` of numbers (which bind tighter than comparisons), `!`, `&&`, `||` and parentheses. On the right of a comparison
 * names of protocols, TCP flags, states and chains need no quotes. Comparisons with what the packet lacks do not hold.
 */
export function parseExpression(text: string): Expression | ExpressionError {
  try {
    return new Reader(tokensOf(text)).whole();
  } catch (error) {
    if (error instanceof Wrong) return { message: error.message };
    throw error;
  }
}

class Wrong extends Error {}

/** What parentheses may nest. */
const DEEPEST = 50;

type Test = (value: NonNullable<Value>) => boolean;

class Reader {
  private at = 0;
  private depth = 0;
  /** Whose names are known within parentheses. */
  private within: ValueKind | undefined;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Expression {
    if (this.peek().kind === 'end') throw new Wrong('the expression is empty; an example is packet.dport == 15006');
    const read = this.either();
    const rest = this.peek();
    if (rest.kind !== 'end') throw new Wrong(`${quoted(rest)} is not expected here`);
    return read;
  }

  private either(): Expression {
    if (++this.depth > DEEPEST) throw new Wrong(`parentheses nest more than ${DEEPEST} deep`);
    let left = this.both();
    while (this.takes('||', 'or')) {
      const [one, other] = [left, this.both()];
      left = { kind: 'boolean', value: (moment) => holds(one.value(moment)) || holds(other.value(moment)) };
    }
    this.depth--;
    return left;
  }

  private both(): Expression {
    let left = this.negation();
    while (this.takes('&&', 'and')) {
      const [one, other] = [left, this.negation()];
      left = { kind: 'boolean', value: (moment) => holds(one.value(moment)) && holds(other.value(moment)) };
    }
    return left;
  }

  private negation(): Expression {
    let odd = false;
    let any = false;
    while (this.takes('!', 'not')) [odd, any] = [!odd, true];
    const read = this.comparison();
    return any ? { kind: 'boolean', value: (moment) => holds(read.value(moment)) !== odd } : read;
  }

  private comparison(): Expression {
    const left = this.bits('|', undefined);
    const operator = this.peek();
    if (operator.kind === 'sign' && /^(?:[=!]=|[<>]=?)$/.test(operator.text)) {
      this.at++;
      const right = this.bits('|', left.kind);
      return { kind: 'boolean', value: compared(left, operator, right) };
    }
    if (this.takes('in')) {
      const test = this.set(left);
      return {
        kind: 'boolean',
        value(moment) {
          const value = left.value(moment);
          return value !== undefined && test(value);
        },
      };
    }
    return left;
  }

  private bits(sign: '|' | '&', expected: ValueKind | undefined): Expression {
    const operand = (): Expression => (sign === '|' ? this.bits('&', expected) : this.operand(expected));
    let left = operand();
    for (let token = this.peek(); this.takes(sign); token = this.peek()) {
      // The names of flags are known where flags are masked.
      if (left.kind === 'flags') expected = 'flags';
      const [one, other] = [left, operand()];
      for (const each of [one, other])
        if (!isNumeric(each.kind)) throw new Wrong(`"${token.text}" combines numbers, and ${this.kindOf(each)}`);
      const combine = (a: number, b: number): number => (sign === '|' ? a | b : a & b) >>> 0;
      left = {
        kind: one.kind === 'flags' ? 'flags' : 'number',
        value(moment) {
          const [a, b] = [one.value(moment), other.value(moment)];
          return typeof a === 'number' && typeof b === 'number' ? combine(a, b) : undefined;
        },
      };
    }
    return left;
  }

  private operand(expected: ValueKind | undefined): Expression {
    const token = this.next();
    switch (token.kind) {
      case 'number':
        return constant('number', Number(token.text));
      case 'text':
        return constant('text', token.text);
      case 'address': {
        const address = parseAddress(token.text);
        if (!address) throw new Wrong(`${quoted(token)} is a network: write "in ${token.text}"`);
        return constant('address', address);
      }
      case 'sign':
        if (token.text === '(') return this.inParentheses(expected);
        throw new Wrong(`${quoted(token)} is not expected here`);
      case 'word':
        return this.word(token, expected);
      case 'range':
        throw new Wrong(`${quoted(token)} is a range: write "in ${token.text}"`);
      case 'end':
        throw new Wrong('the expression ends where a value is expected');
      case 'wrong':
        throw new Wrong(`${quoted(token)} is not understood`);
    }
  }

  private inParentheses(expected: ValueKind | undefined): Expression {
    const before = this.within;
    this.within = expected;
    const inner = this.either();
    this.within = before;
    this.expect(')');
    return inner;
  }

  private word(token: Token, expected = this.within): Expression {
    const { text } = token;
    if (expected !== undefined) {
      const named = namedValue(text, expected);
      if (named !== undefined) return constant(expected, named);
    }
    if (/^(?:true|yes|false|no)$/i.test(text)) return constant('boolean', /^(?:true|yes)$/i.test(text));
    const field = fieldNamed(text);
    // `target == MARK`: what is compared with text is a name, but for full names of fields and fields that are text.
    if (field && (expected !== 'text' || field.kind === 'text' || text.includes('.')))
      return { kind: field.kind, value: field.read, field };
    if (expected === 'text') return constant('text', text);
    const near = nearest(text);
    throw new Wrong(`${quoted(token)} is not a field${near === undefined ? '' : `; did you mean ${near}?`}`);
  }

  /** What may come after `in`. */
  private set(left: Expression): Test {
    const closing = this.takes('(') ? ')' : this.takes('{') ? '}' : undefined;
    const tests: Test[] = [this.member(left)];
    while (closing !== undefined && this.takes(',')) tests.push(this.member(left));
    if (closing !== undefined) this.expect(closing);
    return (value) => tests.some((test) => test(value));
  }

  private member(left: Expression): Test {
    const token = this.next();
    const mismatch = (): Wrong =>
      new Wrong(
        `${quoted(token)} is not a value of ${left.field?.name ?? 'the left side'}, which is ${KIND_WORDS[left.kind]}`,
      );
    if (token.kind === 'range') return rangeTest(token.text, left) ?? fail(mismatch());
    if (token.kind === 'address') {
      const block = parseBlock(token.text, token.text.includes(':') ? 6 : 4);
      if (!block || left.kind !== 'address') throw mismatch();
      return (value) => typeof value === 'object' && inBlock(value, block);
    }
    if (token.kind === 'number' && isNumeric(left.kind)) return (value) => value === Number(token.text);
    if (token.kind === 'word' || token.kind === 'text') {
      const named = token.kind === 'text' ? token.text : (namedValue(token.text, left.kind) ?? token.text);
      if (typeof named === 'number' ? !isNumeric(left.kind) : left.kind !== 'text') throw mismatch();
      return (value) => sameText(value, named);
    }
    if (token.kind === 'end')
      throw new Wrong('the expression ends after "in": a network, a range or a list is missing');
    throw mismatch();
  }

  private kindOf({ field, kind }: Expression): string {
    return `${field?.name ?? 'this'} is ${KIND_WORDS[kind]}`;
  }

  private expect(sign: string): void {
    const token = this.next();
    if (token.kind !== 'sign' || token.text !== sign)
      throw new Wrong(`"${sign}" is missing${token.kind === 'end' ? ' at the end' : ` before ${quoted(token)}`}`);
  }

  private takes(...words: readonly string[]): boolean {
    const { kind, text } = this.peek();
    if ((kind !== 'sign' && kind !== 'word') || !words.includes(text)) return false;
    this.at++;
    return true;
  }

  private peek(): Token {
    return this.tokens[this.at] as Token;
  }

  private next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.at++;
    return token;
  }
}

const KIND_WORDS: Readonly<Record<ValueKind, string>> = {
  number: 'a number',
  protocol: 'a protocol',
  flags: 'TCP flags',
  text: 'text',
  address: 'an address',
  boolean: 'true or false',
};

function fail(error: Wrong): never {
  throw error;
}

function quoted({ text, kind }: Token): string {
  return kind === 'end' ? 'the end' : `"${text}"`;
}

function constant(kind: ValueKind, value: Value): Expression {
  return { kind, value: () => value };
}

/** `tcp` for a protocol, `SYN` or `NONE` for flags. */
function namedValue(text: string, kind: ValueKind): number | undefined {
  if (kind === 'protocol') return protocolNumber(text);
  return kind === 'flags' ? own({ ...TCP_FLAGS, NONE: 0 }, text.toUpperCase()) : undefined;
}

function nearest(text: string): string | undefined {
  const close = fieldNames()
    .map((name) => ({ name, distance: editDistance(text.toLowerCase(), name, 2) }))
    .filter(({ distance }) => distance <= 2)
    .sort((a, b) => a.distance - b.distance)[0];
  return close && (fieldNamed(close.name)?.name ?? close.name);
}

function sameText(value: Value, other: string | number): boolean {
  return typeof value === 'string' && typeof other === 'string'
    ? value.toLowerCase() === other.toLowerCase()
    : value === other;
}

function compared(left: Expression, { text: sign }: Token, right: Expression): (moment: Moment) => boolean {
  const name = left.field?.name ?? 'the left side';
  const same =
    left.kind === right.kind ||
    (isNumeric(left.kind) && isNumeric(right.kind)) ||
    fail(new Wrong(`${name} is ${KIND_WORDS[left.kind]}, and what it is compared with is ${KIND_WORDS[right.kind]}`));
  const ordered = sign !== '==' && sign !== '!=';
  if (same && ordered && !isNumeric(left.kind) && left.kind !== 'address')
    throw new Wrong(`${name} is ${KIND_WORDS[left.kind]}, which has no order: "${sign}" does not compare it`);
  return (moment) => {
    const [a, b] = [left.value(moment), right.value(moment)];
    if (a === undefined || b === undefined) return false;
    if (!ordered) return equal(a, b) === (sign === '==');
    const difference = order(a, b);
    if (difference === undefined) return false;
    switch (sign) {
      case '<':
        return difference < 0;
      case '<=':
        return difference <= 0;
      case '>':
        return difference > 0;
      default:
        return difference >= 0;
    }
  };
}

function equal(a: NonNullable<Value>, b: NonNullable<Value>): boolean {
  if (typeof a === 'object' && typeof b === 'object') return sameAddress(a, b);
  return typeof a === 'string' && typeof b === 'string' ? sameText(a, b) : a === b;
}

/** undefined where the two have no order: addresses of both families. */
function order(a: NonNullable<Value>, b: NonNullable<Value>): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return typeof a === 'object' && typeof b === 'object' && a.family === b.family ? compareAddresses(a, b) : undefined;
}

/** `1024:65535` of numbers, `10.0.0.1-10.0.0.9` of addresses; undefined where the field has other values. */
function rangeTest(text: string, { kind }: Expression): Test | undefined {
  const numbers = /^(\d+)[:-](\d+)$/.exec(text);
  if (numbers) {
    const [, first, last] = numbers.map(Number) as [number, number, number];
    return isNumeric(kind) ? (value) => typeof value === 'number' && value >= first && value <= last : undefined;
  }
  const [first, last] = text.split('-').map(parseAddress) as [Address, Address];
  if (kind !== 'address' || first.family !== last.family) return undefined;
  return (value) =>
    typeof value === 'object' && compareAddresses(value, first) >= 0 && compareAddresses(value, last) <= 0;
}
