import { isByte } from './utf8';

/**
 * A text with everything in sight that acts on what shows it, or that nobody sees: control characters (also line feed and tab), the marks that turn
 * the direction of writing, characters without width, and bytes that are no text. `\x1b`, `\xe9` for a byte, `\u202e`.
 */
export function visible(text: string): string {
  return HIDDEN.test(text) ? text.replace(EACH, written) : text;
}

/** The same for a text of several lines: their ends and tabs stay. */
export function visibleLines(text: string): string {
  return HIDDEN.test(text) ? text.replace(EACH, (found) => (found === '\n' || found === '\t' ? found : written(found))) : text;
}

/** JSON in which nothing acts on a terminal: what JSON lets stand as it is becomes an escape of JSON, so that its meaning is the same. */
export function visibleJson(json: string): string {
  return HIDDEN.test(json) ? json.replace(EACH, (found) => (found === '\n' || found === '\t' ? found : [...Array(found.length).keys()].map((i) => `\\u${hex(found.charCodeAt(i), 4)}`).join(''))) : json;
}

/** Controls (C0, DEL, C1), marks of direction, characters without width or ink, separators of lines, tags, halves of surrogate pairs. */
const CLASS = [
  '\\0-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb',
  '\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}\\ud800-\\udfff',
].join('');
const HIDDEN = new RegExp(`[${CLASS}]`, 'u');
const EACH = new RegExp(`[${CLASS}]`, 'gu');

function written(character: string): string {
  const code = character.codePointAt(0) as number;
  if (isByte(code)) return `\\x${hex(code & 0xff, 2)}`;
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 4)}}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
