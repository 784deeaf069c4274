import type { Rewritten } from '../../text/rewriting';

/** Undoes the escapes of a JSON string whose columns within the quotes are `from` to `to`. Escapes that JSON does not know stay as they are. */
export function decodeJson(text: string, from: number, to: number): Rewritten {
  const pieces: string[] = [];
  let length = 0;
  // Runs of ordinary characters: the decoded index where each begins, and its column.
  const indexes: number[] = [];
  const columns: number[] = [];
  let escape = text.indexOf('\\', from);
  let i = from;
  while (i < to) {
    indexes.push(length);
    columns.push(i);
    const runEnd = escape < 0 || escape >= to ? to : escape;
    const { value, next } = runEnd > i ? { value: text.slice(i, runEnd), next: runEnd } : unescape(text, i, to);
    pieces.push(value);
    length += value.length;
    i = next;
    if (escape >= 0 && escape < i) escape = text.indexOf('\\', i);
  }
  return {
    text: pieces.join(''),
    place: (index) => {
      if (index >= length) return to;
      let low = 0;
      let high = indexes.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((indexes[middle] ?? 0) <= index) low = middle;
        else high = middle - 1;
      }
      return (columns[low] ?? from) + (index - (indexes[low] ?? 0));
    },
  };
}

function unescape(text: string, at: number, end: number): { readonly value: string; readonly next: number } {
  const letter = text.charAt(at + 1);
  const simple = SIMPLE.get(letter);
  if (at + 1 < end && simple !== undefined) return { value: simple, next: at + 2 };
  if (letter === 'u' && at + 6 <= end) {
    const digits = text.slice(at + 2, at + 6);
    if (/^[0-9a-fA-F]{4}$/.test(digits)) return { value: String.fromCharCode(Number.parseInt(digits, 16)), next: at + 6 };
  }
  const next = Math.min(at + 2, end);
  return { value: text.slice(at, next), next };
}

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['n', '\n'], ['r', '\r'], ['t', '\t'], ['b', '\b'], ['f', '\f'], ['"', '"'], ['\\', '\\'], ['/', '/'],
]);
