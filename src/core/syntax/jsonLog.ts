import { splitLines } from '../text/splitLines';
import type { EmbeddedLine, Line } from './tree';

/**
 * The lines within the message of a JSON log entry (`{"level":"info",…,"msg":"…\n* nat\n…"}`, in the Stackdriver form
 * `"message"`), or undefined where the text from `start` is no such entry. An entry that is cut off in the middle
 * still gives what is there.
 */
export function embeddedLines(
  text: string,
  start: number,
  end: number,
  index: number,
  parseLine: (text: string, eol: string, index: number) => Line,
): readonly EmbeddedLine[] | undefined {
  const value = messageStart(text, start, end);
  if (value < 0) return undefined;
  const decoded = decode(text, value, end);
  const lines: EmbeddedLine[] = [];
  let offset = 0;
  splitLines(decoded.text, (lineText, eol) => {
    const first = offset;
    offset += lineText.length + eol.length;
    const line = parseLine(lineText, eol, index);
    const toOuter = (column: number): number => decoded.column(first + Math.min(Math.max(column, 0), lineText.length));
    // Entries do not nest: a JSON text within a message stays text.
    lines.push({
      index: line.index,
      text: lineText,
      eol,
      contentStart: line.contentStart,
      node: line.node,
      shape: line.shape,
      problems: line.problems,
      toOuter,
    });
  });
  return lines;
}

/** The column behind the opening quote of the message's value, or -1. Walks the strings of the object, so a `"msg"` within a value is not taken for the key. */
function messageStart(text: string, start: number, end: number): number {
  let i = start + 1;
  let depth = 1;
  while (i < end && depth > 0) {
    const code = text.charCodeAt(i);
    if (code === 123 || code === 91) depth++;
    else if (code === 125 || code === 93) depth--;
    else if (code === 34) {
      const close = stringEnd(text, i + 1, end);
      if (depth === 1) {
        const key = text.slice(i + 1, close);
        let next = close + 1;
        while (next < end && isJsonBlank(text.charCodeAt(next))) next++;
        if (text.charCodeAt(next) === 58 && (key === 'msg' || key === 'message')) {
          next++;
          while (next < end && isJsonBlank(text.charCodeAt(next))) next++;
          if (text.charCodeAt(next) === 34) return next + 1;
        }
      }
      i = close;
    }
    i++;
  }
  return -1;
}

function stringEnd(text: string, from: number, end: number): number {
  let i = from;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code === 92) i++;
    else if (code === 34) return i;
    i++;
  }
  return end;
}

function isJsonBlank(code: number): boolean {
  return code === 32 || code === 9;
}

interface Decoded {
  readonly text: string;
  /** The column in the outer line of a character of the decoded text. */
  readonly column: (index: number) => number;
}

/** Undoes the escapes of a JSON string from `from` to its closing quote. Escapes that JSON does not know stay as they are. */
function decode(text: string, from: number, end: number): Decoded {
  const close = stringEnd(text, from, end);
  let decoded = '';
  // Runs of ordinary characters: the decoded index where each begins, and its column.
  const indexes: number[] = [];
  const columns: number[] = [];
  let i = from;
  while (i < close) {
    const escape = text.indexOf('\\', i);
    const runEnd = escape < 0 || escape >= close ? close : escape;
    if (runEnd > i) {
      indexes.push(decoded.length);
      columns.push(i);
      decoded += text.slice(i, runEnd);
      i = runEnd;
      continue;
    }
    const { value, length } = unescape(text, i, close);
    indexes.push(decoded.length);
    columns.push(i);
    decoded += value;
    i += length;
  }
  const total = decoded.length;
  return {
    text: decoded,
    column: (index) => {
      if (index >= total) return close;
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

function unescape(text: string, at: number, end: number): { value: string; length: number } {
  const letter = text.charAt(at + 1);
  const simple = SIMPLE.get(letter);
  if (at + 1 < end && simple !== undefined) return { value: simple, length: 2 };
  if (letter === 'u' && at + 6 <= end) {
    const code = Number.parseInt(text.slice(at + 2, at + 6), 16);
    if (/^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) return { value: String.fromCharCode(code), length: 6 };
  }
  return { value: text.slice(at, Math.min(at + 2, end)), length: Math.min(2, end - at) };
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
