import { skipBlanks } from '../../text/blanks';

/** A string that is a value in a JSON text: its columns within the quotes, and what it is the value of. */
export interface JsonString {
  readonly start: number;
  /** The column of the closing quote, or the end of a text that is cut off. */
  readonly end: number;
  /** As written, escapes and all; that of the list around it for a member of a list; undefined where there is none. */
  readonly key: string | undefined;
  /** How many objects and lists it is in. */
  readonly depth: number;
}

/**
 * All strings that are values in the JSON objects or lists from `start` on, at any depth, in the order of the text;
 * undefined where the text does not begin as JSON. Other errors of the JSON are ignored: log lines are cut off in the
 * middle.
 */
export function jsonStrings(text: string, start: number, end: number): readonly JsonString[] | undefined {
  if (!beginsJson(text, start, end)) return undefined;
  const found: JsonString[] = [];
  /** The key of each object and list that is open. */
  const keys: (string | undefined)[] = [];
  let key: string | undefined;
  let i = start;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code === BRACE || code === BRACKET) {
      keys.push(key);
    } else if (code === BRACE + 2 || code === BRACKET + 2) {
      key = keys.pop();
      if (keys.length === 0) break;
    } else if (code === COMMA) {
      // In an object the next key follows and says its own name.
      key = keys[keys.length - 1];
    } else if (code === QUOTE) {
      const close = stringEnd(text, i + 1, end);
      const next = skipBlanks(text, close + 1, end);
      if (next < end && text.charCodeAt(next) === COLON) {
        key = text.slice(i + 1, close);
        i = next;
      } else {
        found.push({ start: i + 1, end: close, key, depth: keys.length });
        i = close;
      }
    }
    i++;
  }
  return found;
}

const BRACE = 123;
const BRACKET = 91;
const QUOTE = 34;
const COLON = 58;
const COMMA = 44;

/** `{"`, `[{`, `[[`, `["`: prose and Go structures begin otherwise. */
function beginsJson(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start);
  const second = text.charCodeAt(skipBlanks(text, start + 1, end));
  return first === BRACE
    ? second === QUOTE
    : first === BRACKET && (second === BRACE || second === BRACKET || second === QUOTE);
}

function stringEnd(text: string, from: number, end: number): number {
  let i = from;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code === 92) i++;
    else if (code === QUOTE) return i;
    i++;
  }
  return end;
}
