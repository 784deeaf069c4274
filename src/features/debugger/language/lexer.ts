import { parseAddress } from '../../../core/net/address';

/** A word of an expression with its columns, 0-based, the end excluded. */
export interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'address' | 'range' | 'sign' | 'wrong' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** In characters. */
const LONGEST = 2_000;

const SIGNS = /&&|\|\||==|!=|<=|>=|[&|!<>(){},]/y;
const QUOTED = /"([^"]*)"|'([^']*)'/y;
/** Addresses, blocks, numbers and ranges of both: what begins with a digit, or holds a colon as IPv6 does. */
const VALUE = /(?:[0-9][0-9A-Za-z.:/]*|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?:\/\d+)?)(?:-[0-9A-Fa-f:][0-9A-Za-z.:]*)?/y;
const WORD = /[A-Za-z_][A-Za-z0-9_.+@-]*/y;

/** The words of an expression. Never throws: what is not a word is `wrong`. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const length = Math.min(text.length, LONGEST);
  for (let at = 0; at < length;) {
    if (/\s/.test(text.charAt(at))) {
      at++;
      continue;
    }
    const token = tokenAt(text, at);
    tokens.push(token);
    at = token.end;
  }
  if (text.length > LONGEST) tokens.push({ kind: 'wrong', text: '…', start: LONGEST, end: text.length });
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length });
  return tokens;
}

function tokenAt(text: string, start: number): Token {
  const read = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = start;
    return pattern.exec(text);
  };
  const token = (kind: Token['kind'], word: string, length = word.length): Token => ({
    kind,
    text: word,
    start,
    end: start + length,
  });
  const quoted = read(QUOTED);
  if (quoted) return token('text', quoted[1] ?? quoted[2] ?? '', quoted[0].length);
  const value = read(VALUE)?.[0];
  if (value !== undefined) return token(kindOfValue(value), value);
  const sign = read(SIGNS)?.[0];
  if (sign !== undefined) return token('sign', sign);
  const word = read(WORD)?.[0];
  return word === undefined ? token('wrong', text.charAt(start)) : token('word', word);
}

function kindOfValue(text: string): Token['kind'] {
  if (/^(?:0[xX][0-9a-fA-F]+|\d+)$/.test(text)) return 'number';
  if (/^\d+[:-]\d+$/.test(text)) return 'range';
  const slash = text.lastIndexOf('/');
  if (parseAddress(slash < 0 ? text : text.slice(0, slash))) return 'address';
  const ends = text.split('-');
  return ends.length === 2 && ends.every(parseAddress) ? 'range' : 'wrong';
}
