/**
 * How bytes are carried in a string: text in UTF-8 as usual, and each byte that is not part of a character (Latin-1, a
 * character cut in two) as the lone surrogate U+DC00 + byte, U+DC80 … U+DCFF. No text in UTF-8 holds such a thing, so
 * that encoding gives the same bytes back.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const parts: string[] = [];
  let units: number[] = [];
  for (let i = 0; i < bytes.length;) {
    const length = characterLength(bytes, i);
    const byte = bytes[i] as number;
    if (length < 2) units.push(length === 0 ? ESCAPE + byte : byte);
    else {
      let code = byte & (0x7f >> length);
      for (let k = 1; k < length; k++) code = (code << 6) | ((bytes[i + k] as number) & 0x3f);
      if (code < 0x10000) units.push(code);
      else units.push(0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
    }
    i += length || 1;
    if (units.length >= CHUNK) {
      parts.push(String.fromCharCode(...units));
      units = [];
    }
  }
  parts.push(String.fromCharCode(...units));
  return parts.join('');
}

/**
 * The bytes of a text: UTF-8, and the bytes that `decodeUtf8` carried as they were. Any other half of a surrogate pair
 * becomes U+FFFD, as on the web.
 */
export function utf8Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes[at++] = unit;
    else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = tail(unit);
    } else if (isPair(text, i)) {
      const code = text.codePointAt(i++) as number;
      bytes[at++] = 0xf0 | (code >> 18);
      bytes[at++] = tail(code >> 12);
      bytes[at++] = tail(code >> 6);
      bytes[at++] = tail(code);
    } else if (isByte(unit)) bytes[at++] = unit - ESCAPE;
    else {
      const code = (unit & 0xf800) === 0xd800 ? 0xfffd : unit;
      bytes[at++] = 0xe0 | (code >> 12);
      bytes[at++] = tail(code >> 6);
      bytes[at++] = tail(code);
    }
  }
  return bytes;
}

/** How many bytes `utf8Bytes` gives. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (isPair(text, i)) {
      bytes += 2;
      i++;
    } else if (!isByte(unit)) bytes += 2;
  }
  return bytes;
}

/** The order of strcmp(3). */
export function compareBytes(a: string, b: string): number {
  // Without surrogates the order of the code units is that of the bytes.
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [utf8Bytes(a), utf8Bytes(b)];
  const end = Math.min(x.length, y.length);
  for (let i = 0; i < end; i++) if (x[i] !== y[i]) return (x[i] as number) - (y[i] as number);
  return x.length - y.length;
}

/** Whether half a surrogate pair is a byte that is not part of a character. */
export function isByte(unit: number): boolean {
  return unit >= ESCAPE + 0x80 && unit <= ESCAPE + 0xff;
}

const ESCAPE = 0xdc00;
const SURROGATE = /[\ud800-\udfff]/;
/** As many arguments as a call takes in any engine. */
const CHUNK = 4096;

function isPair(text: string, i: number): boolean {
  return (text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
}

/** How many bytes the character at `i` has; 0 where the byte begins none. Source: RFC 3629, the table of section 4. */
function characterLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i] as number;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const second = bytes[i + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let k = 2; k < length; k++) if (((bytes[i + k] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

function tail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}
