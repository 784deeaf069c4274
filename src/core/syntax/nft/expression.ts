import type { Columns } from '../../text/columns';
import { HeaderFieldReader } from './fields';
import type { NftToken } from './tokens';

/** An expression of nft as it is written. The meaning of its words depends on what they are compared with. */
export type NftExpression =
  /**
   * Something of the packet, of its connection, of the host or of chance: `ip daddr`, `meta mark`, `ct state`, `fib
   * daddr . iif type`, `numgen random mod 3`.
   */
  | (Columns & { readonly kind: 'field'; readonly name: string; readonly words: readonly string[] })
  | (Columns & { readonly kind: 'value'; readonly text: string; readonly quoted: boolean })
  | (Columns & { readonly kind: 'range'; readonly from: NftExpression; readonly to: NftExpression })
  | (Columns & {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: NftExpression;
      readonly right: NftExpression;
    })
  | (Columns & { readonly kind: 'concat'; readonly parts: readonly NftExpression[] })
  /** `established,related`: bits that are or-ed. */
  | (Columns & { readonly kind: 'list'; readonly items: readonly NftExpression[] })
  | (Columns & { readonly kind: 'set'; readonly elements: readonly NftElement[] })
  /** `@name`. */
  | (Columns & { readonly kind: 'reference'; readonly name: string })
  /** `KEY map { … }`, `KEY map @name`. */
  | (Columns & { readonly kind: 'map'; readonly key: NftExpression; readonly map: NftExpression });

type BinaryOperator = '&' | '|' | '^' | '<<' | '>>';

/** One element of a set or map. */
export interface NftElement extends Columns {
  readonly kind: 'element';
  readonly key: NftExpression;
  /** What a map gives for it. */
  readonly data: NftExpression | NftVerdict | undefined;
}

export interface NftVerdict extends Columns {
  readonly kind: 'verdict';
  readonly verdict: 'accept' | 'drop' | 'continue' | 'return' | 'jump' | 'goto';
  /** Of `jump` and `goto`. */
  readonly chain: string | undefined;
}

const OPERATORS: Readonly<Record<string, BinaryOperator>> = {
  '&': '&',
  and: '&',
  '|': '|',
  or: '|',
  '^': '^',
  xor: '^',
  '<<': '<<',
  lshift: '<<',
  '>>': '>>',
  rshift: '>>',
};
/** The first binds least. Source: nftables src/parser_bison.y, inclusive_or_expr and those below it. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [['|'], ['^'], ['&'], ['<<', '>>']];
const VERDICTS: ReadonlySet<string> = new Set(['accept', 'drop', 'continue', 'return', 'jump', 'goto']);
const ELEMENT_NOTES: ReadonlySet<string> = new Set([
  'timeout',
  'expires',
  'counter',
  'packets',
  'bytes',
  'comment',
  'limit',
  'quota',
  'last',
  'used',
]);
/** Sets within sets and parentheses within each other are followed so deep. */
const DEEPEST = 20;

/** What cannot be read as nft. */
export class NftSyntaxError extends Error {}

/** Reads expressions from the words of a rule. */
export class ExpressionReader {
  protected at = 0;
  private depth = 0;

  constructor(protected readonly tokens: readonly NftToken[]) {}

  protected get next(): NftToken | undefined {
    return this.tokens[this.at];
  }

  protected isWord(text: string, ahead = 0): boolean {
    const token = this.tokens[this.at + ahead];
    return token?.kind === 'word' && token.text === text;
  }

  protected isMark(text: string): boolean {
    const token = this.next;
    return token?.kind === 'mark' && token.text === text;
  }

  protected take(): NftToken {
    const token = this.next;
    if (!token) throw new NftSyntaxError('the rule ends here');
    this.at++;
    return token;
  }

  protected expectMark(text: string): NftToken {
    if (!this.isMark(text)) throw new NftSyntaxError(`"${text}" is missing`);
    return this.take();
  }

  /** `a . b`, with what a map makes of it. `lists`: commas make a list of bits. */
  expression(lists: boolean): NftExpression {
    let found = this.concat();
    if (lists && this.isMark(',')) {
      const items = [found];
      while (this.isMark(',')) {
        this.take();
        items.push(this.binary(0));
      }
      found = { kind: 'list', items, start: found.start, end: items.at(-1)?.end ?? found.end };
    }
    while (
      this.isWord('map') &&
      (this.tokens[this.at + 1]?.text === '{' || this.tokens[this.at + 1]?.text.startsWith('@'))
    ) {
      this.take();
      const map = this.primary();
      found = { kind: 'map', key: found, map, start: found.start, end: map.end };
    }
    return found;
  }

  private concat(): NftExpression {
    const first = this.binary(0);
    if (!this.isWord('.')) return first;
    const parts = [first];
    while (this.isWord('.')) {
      this.take();
      parts.push(this.binary(0));
    }
    return { kind: 'concat', parts, start: first.start, end: parts.at(-1)?.end ?? first.end };
  }

  private binary(level: number): NftExpression {
    const operators = LEVELS[level];
    if (!operators) return this.primary();
    let left = this.binary(level + 1);
    for (;;) {
      const token = this.next;
      const operator = token && token.kind !== 'string' ? OPERATORS[token.text] : undefined;
      if (!operator || !operators.includes(operator)) return left;
      this.take();
      const right = this.binary(level + 1);
      left = { kind: 'binary', operator, left, right, start: left.start, end: right.end };
    }
  }

  protected primary(): NftExpression {
    if (++this.depth > DEEPEST) throw new NftSyntaxError('it is nested too deeply');
    try {
      return this.one();
    } finally {
      this.depth--;
    }
  }

  private one(): NftExpression {
    const token = this.next;
    if (!token) throw new NftSyntaxError('a value is missing');
    if (token.kind === 'mark') {
      if (token.text === '{') return this.set();
      if (token.text !== '(') throw new NftSyntaxError(`"${token.text}" is where a value is expected`);
      this.take();
      const inner = this.expression(true);
      const { end } = this.expectMark(')');
      return { ...inner, start: token.start, end };
    }
    if (token.kind === 'word') {
      if (/^@[A-Za-z_"]/.test(token.text) && !token.text.includes(',')) {
        this.take();
        return { kind: 'reference', name: token.text.slice(1), start: token.start, end: token.end };
      }
      const field = new HeaderFieldReader(this.tokens, this.at).read();
      if (field) {
        this.at = field.to;
        const last = this.tokens[field.to - 1] ?? token;
        return { kind: 'field', name: field.name, words: field.words, start: token.start, end: last.end };
      }
    }
    this.take();
    const value: NftExpression = {
      kind: 'value',
      text: token.text,
      quoted: token.kind === 'string',
      start: token.start,
      end: token.end,
    };
    if (!this.isWord('-')) return value;
    this.take();
    const to = this.take();
    return {
      kind: 'range',
      from: value,
      to: { kind: 'value', text: to.text, quoted: to.kind === 'string', start: to.start, end: to.end },
      start: value.start,
      end: to.end,
    };
  }

  private set(): NftExpression {
    const open = this.expectMark('{');
    const elements = this.elements();
    const close = this.expectMark('}');
    return { kind: 'set', elements, start: open.start, end: close.end };
  }

  /** Elements up to the brace that closes, or to the end of the words. */
  elements(): readonly NftElement[] {
    const elements: NftElement[] = [];
    while (this.next && !this.isMark('}')) {
      if (this.isMark(',')) {
        this.take();
        continue;
      }
      const element = this.element();
      // A set within a set, as variables make them, is a part of it.
      if (element.key.kind === 'set' && !element.data) for (const each of element.key.elements) elements.push(each);
      else elements.push(element);
    }
    return elements;
  }

  private element(): NftElement {
    const key = this.expression(false);
    while (this.next?.kind === 'word' && ELEMENT_NOTES.has(this.next.text)) {
      this.take();
      while (
        this.next &&
        !this.isMark(',') &&
        !this.isMark('}') &&
        !this.isWord(':') &&
        !ELEMENT_NOTES.has(this.next.text)
      )
        this.take();
    }
    if (!this.isWord(':')) return { kind: 'element', key, data: undefined, start: key.start, end: key.end };
    this.take();
    const data = this.verdict() ?? this.expression(false);
    return { kind: 'element', key, data, start: key.start, end: data.end };
  }

  /** `accept`, `jump CHAIN`. undefined where something else comes. */
  protected verdict(): NftVerdict | undefined {
    const token = this.next;
    if (token?.kind !== 'word' || !VERDICTS.has(token.text)) return undefined;
    this.take();
    const verdict = token.text as NftVerdict['verdict'];
    if (verdict !== 'jump' && verdict !== 'goto')
      return { kind: 'verdict', verdict, chain: undefined, start: token.start, end: token.end };
    const chain = this.take();
    return { kind: 'verdict', verdict, chain: chain.text, start: token.start, end: chain.end };
  }
}
