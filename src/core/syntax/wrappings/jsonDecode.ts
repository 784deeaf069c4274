import { Rewriting, type Rewritten } from '../../text/rewriting';

/**
 * Undoes the escapes of a JSON string whose columns within the quotes are `from` to `to`. Escapes that JSON does not
 * know stay as they are.
 */
export function decodeJson(text: string, from: number, to: number): Rewritten {
  const out = new Rewriting(from);
  let escape = text.indexOf('\\', from);
  let i = from;
  while (i < to) {
    const runEnd = escape < 0 || escape >= to ? to : escape;
    const { value, next } = runEnd > i ? { value: text.slice(i, runEnd), next: runEnd } : unescape(text, i, to);
    out.put(value, i, next - i);
    i = next;
    if (escape >= 0 && escape < i) escape = text.indexOf('\\', i);
  }
  return out.done();
}

function unescape(text: string, at: number, end: number): { readonly value: string; readonly next: number } {
  const letter = text.charAt(at + 1);
  const simple = SIMPLE.get(letter);
  if (at + 1 < end && simple !== undefined) return { value: simple, next: at + 2 };
  if (letter === 'u' && at + 6 <= end) {
    const digits = text.slice(at + 2, at + 6);
    if (/^[0-9a-fA-F]{4}$/.test(digits))
      return { value: String.fromCharCode(Number.parseInt(digits, 16)), next: at + 6 };
  }
  const next = Math.min(at + 2, end);
  return { value: text.slice(at, next), next };
}

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
]);
