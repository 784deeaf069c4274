import { Rewriting, type Rewritten } from '../../text/rewriting';

/**
 * Whether a terminal, a web page or a word processor may have changed a text: colours, no-break spaces, HTML entities
 * and tags, typographic dashes and quotes. True also for characters that are meant. Quick enough for a dump of ten
 * megabytes as a whole.
 */
export function mayBeDamaged(text: string): boolean {
  for (const mark of MARKS) if (text.includes(mark)) return true;
  return (
    (text.includes('&') && ENTITY_ANYWHERE.test(text)) ||
    (text.includes('<') && (TAG_ANYWHERE.test(text) || PLACEHOLDER_ANYWHERE.test(text))) ||
    WIDE.test(text)
  );
}

const MARKS = ['\u001b', '\u009b', '\u00a0', '^[[', '[0m', '[00m', '[m'];
const ENTITY_ANYWHERE = /&(?:quot|amp|lt|gt|nbsp|apos|ndash|mdash|#x?[\da-f]{1,6});/i;
const TAG_ANYWHERE = /<\/?(?:pre|code|br|p|div|span|tt|li|td|b|i|em|strong|font)\b/i;
const PLACEHOLDER_ANYWHERE = /[ \t]<[A-Za-z][\w-]{0,40} /;
/** No text that JavaScript keeps with one byte a character has any of them, which costs nothing to know. */
const WIDE = /[\u2002-\u200d\u2010-\u2015\u2018-\u201f\u202f\u205f\u2060\u2212\u3000\ufeff]/;

/**
 * The line as it was before, undefined where nothing in it is damaged. Within straight quotes characters are taken as
 * meant, but for the escape sequences of a terminal: a comment may hold any of them. A line break of HTML becomes one.
 */
export function repaired(text: string): Rewritten | undefined {
  const out = new Rewriting();
  let changed = false;
  // What opened the quote that the scan is in: within straight ones entities are meant as they stand.
  let quote: 'straight' | 'entity' | 'typographic' | undefined;
  let lost: boolean | undefined;
  let from = 0;
  let i = 0;
  const replace = (width: number, by: string): void => {
    out.keep(text.slice(from, i), from);
    out.put(by, i, width);
    i += width;
    from = i;
    changed = true;
  };
  while (i < text.length) {
    const code = text.charCodeAt(i);
    // Nearly all characters are letters, digits and signs that are never damage.
    if (code > 95 && code < 127) {
      i++;
      continue;
    }
    if (code === 34) {
      quote = quote === undefined ? 'straight' : undefined;
      i++;
      continue;
    }
    const escape =
      code === 27 || code === 0x9b || code === 94 || code === 91
        ? escapeLength(text, i, () => (lost ??= LOST_ESCAPE_END.test(text)))
        : 0;
    if (escape > 0) {
      replace(escape, '');
      continue;
    }
    const entity = code === 38 && quote !== 'straight' ? entityAt(text, i) : undefined;
    if (entity) {
      if (entity.value === '"') quote = quote === undefined ? 'entity' : undefined;
      replace(entity.width, entity.value);
      continue;
    }
    const tag = code === 60 && quote === undefined ? tagAt(text, i) : undefined;
    if (tag) {
      replace(tag.width, tag.value);
      continue;
    }
    const placeholder = code === 60 && quote === undefined ? placeholderLength(text, i) : 0;
    if (placeholder > 0) {
      replace(placeholder, `"${text.slice(i, i + placeholder)}"`);
      continue;
    }
    const plain = code > 127 ? plainCharacter(text, i) : undefined;
    if (plain && (quote === undefined || (quote === 'typographic' && plain.value === '"'))) {
      if (plain.value === '"') quote = quote === undefined ? 'typographic' : undefined;
      replace(plain.width, plain.value);
    } else i++;
  }
  if (!changed) return undefined;
  out.keep(text.slice(from), from);
  return out.done();
}

/** Control sequences of ECMA-48, also where the escape character itself was lost on the way or is written `^[`. */
function escapeLength(text: string, at: number, isLost: () => boolean): number {
  ESCAPE.lastIndex = at;
  const found = ESCAPE.exec(text);
  if (found) return found[0].length;
  const code = text.charCodeAt(at);
  if (code === 27 || code === 0x9b) return 1;
  if (code !== 91 || !isLost()) return 0;
  LOST_ESCAPE.lastIndex = at;
  return LOST_ESCAPE.exec(text)?.[0].length ?? 0;
}

const ESCAPE =
  /(?:(?:\u001b|\^\[)\[|\u009b)[0-?]{0,32}[ -/]{0,8}[@-~]|(?:\u001b|\^\[)\][^\u0007\u001b]{0,200}(?:\u0007|\u001b\\)|\u001b[()][A-Z0-9]|\u001b[=>78cDEHMNOZ]/y;
/** Not `options [mss 1460]` of tcpdump. */
const LOST_ESCAPE = /\[(?:\d{1,3}(?:;\d{1,3}){0,4}[mK]|[mK](?![a-z]))/y;
/** No rule contains this; it ends a colour. */
const LOST_ESCAPE_END = /\[(?:0{1,2}m|m(?![a-z]))/;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['quot', '"'],
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['nbsp', ' '],
  ['apos', "'"],
  ['ndash', '-'],
  ['mdash', '--'],
]);

function entityAt(text: string, at: number): { readonly width: number; readonly value: string } | undefined {
  ENTITY.lastIndex = at;
  const found = ENTITY.exec(text);
  const name = found?.[1]?.toLowerCase();
  if (!found || name === undefined) return undefined;
  const value = name.startsWith('#')
    ? character(name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)))
    : ENTITIES.get(name);
  return value === undefined ? undefined : { width: found[0].length, value };
}

const ENTITY = /&([a-z]{2,5}|#\d{1,6}|#x[\da-f]{1,5});/iy;

function character(code: number): string | undefined {
  if (code === 160) return ' ';
  return (code >= 32 && code < 0xd800) || code === 9 ? String.fromCharCode(code) : undefined;
}

function tagAt(text: string, at: number): { readonly width: number; readonly value: string } | undefined {
  TAG.lastIndex = at;
  const found = TAG.exec(text);
  return found ? { width: found[0].length, value: /^br$/i.test(found[1] ?? '') ? '\n' : '' } : undefined;
}

const TAG = /<\/?(pre|code|br|p|div|span|tt|li|td|b|i|em|strong|font)(?:[ \t][^<>]{0,300})?\/?>/iy;

/** `<office subnet>`, a word of its own in the place of a value: with its blanks it would be two. */
function placeholderLength(text: string, at: number): number {
  PLACEHOLDER.lastIndex = at;
  const found = at > 0 && /[ \t]/.test(text.charAt(at - 1)) ? PLACEHOLDER.exec(text) : null;
  return found ? found[0].length : 0;
}

const PLACEHOLDER = /<[A-Za-z][\w-]{0,40}(?: [\w-]{1,40}){1,5}>(?:[/:]\S{1,40})?(?=$|[ \t])/y;

/** What a typographic character stands for: where it is one of those that are in the place of another. */
function plainCharacter(text: string, at: number): { readonly width: number; readonly value: string } | undefined {
  const code = text.charCodeAt(at);
  if (code === 0xfeff || (code >= 0x200b && code <= 0x200d) || code === 0x2060) return { width: 1, value: '' };
  if (code === 0xa0 || (code >= 0x2002 && code <= 0x200a) || code === 0x202f || code === 0x205f || code === 0x3000)
    return { width: 1, value: ' ' };
  if (code === 0x201c || code === 0x201d || code === 0x201e || code === 0x201f) return { width: 1, value: '"' };
  if (code === 0x2018 || code === 0x2019 || code === 0x201a || code === 0x201b) return { width: 1, value: "'" };
  if (!isDash(code)) return undefined;
  let width = 1;
  while (width < 3 && isDash(text.charCodeAt(at + width))) width++;
  const before = at === 0 ? ' ' : text.charAt(at - 1);
  const next = text.charAt(at + width);
  // Within a word it stands for itself or for a minus, as in a range of addresses.
  if (!/[\s'"([,]/.test(before) && !isSpace(before))
    return /\d/.test(before) && /\d/.test(next) ? { width: 1, value: '-' } : undefined;
  if (!/[A-Za-z]/.test(next)) return undefined;
  // One dash before a long name is what a word processor makes of two.
  const long = /[A-Za-z]/.test(text.charAt(at + width + 1)) && /[a-z]/.test(next);
  return { width, value: width > 1 || long || code === 0x2014 || code === 0x2015 ? '--' : '-' };
}

function isSpace(character: string): boolean {
  return /[\u00a0\u2002-\u200a\u202f\u3000]/.test(character);
}

function isDash(code: number): boolean {
  return (code >= 0x2010 && code <= 0x2015) || code === 0x2212;
}
