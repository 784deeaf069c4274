import { isByte } from './utf8';

/**
 * A text in which everything is visible that would act on the program that shows it, or that nobody would see: control
 * characters (also line feed and tab), the marks that turn the direction of writing, characters without width, and
 * bytes that are not text. `\x1b`, `\xe9` for a byte, `\u202e`.
 */
export function visible(text: string): string {
  return HIDDEN.test(text) ? text.replace(EACH, written) : text;
}

/** The same for a text of several lines: their ends and tabs stay. */
export function visibleLines(text: string): string {
  return HIDDEN.test(text)
    ? text.replace(EACH, (found) => (found === '\n' || found === '\t' ? found : written(found)))
    : text;
}

/**
 * JSON in which nothing acts on a terminal: what JSON lets stand as it is becomes an escape of JSON, so that its
 * meaning is the same.
 */
export function visibleJson(json: string): string {
  return HIDDEN.test(json)
    ? json.replace(EACH, (found) =>
        found === '\n' || found === '\t'
          ? found
          : [...Array(found.length).keys()].map((i) => `\\u${hex(found.charCodeAt(i), 4)}`).join(''),
      )
    : json;
}

/**
 * Controls (C0, DEL, C1), marks of direction, characters without width or ink, separators of lines, tags, halves of
 * surrogate pairs: from, to.
 */
const RANGES: readonly (readonly [number, number])[] = [
  [0, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];
const ONE = `[${RANGES.map(([from, to]) => `\\u{${from.toString(16)}}-\\u{${to.toString(16)}}`).join('')}]`;
const HIDDEN = new RegExp(ONE, 'u');
const EACH = new RegExp(ONE, 'gu');

function written(character: string): string {
  const code = character.codePointAt(0) as number;
  if (isByte(code)) return `\\x${hex(code & 0xff, 2)}`;
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 4)}}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
