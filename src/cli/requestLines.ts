import { textOfBytes } from './terminal';

/** One line of input, or why it is none that can be read. */
export type RequestLine =
  { readonly kind: 'line'; readonly text: string } | { readonly kind: 'unreadable'; readonly reason: string };

/** In bytes. A longer line is dropped as it comes, so that it takes no memory. */
const LONGEST_LINE = 256 * 1024 * 1024;

/**
 * Cuts a stream of bytes into lines at LF, with a CR before it. Unlike a terminal's lines, those of JSON Lines may
 * hold U+2028 and a CR. Each line comes as soon as it is whole, the last one also without LF.
 */
export async function* requestLines(
  chunks: AsyncIterable<Uint8Array>,
  longest = LONGEST_LINE,
): AsyncGenerator<RequestLine> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const add = (part: Uint8Array): void => {
    length += part.length;
    if (length > longest) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  const take = (): RequestLine => {
    const line: RequestLine =
      length > longest
        ? { kind: 'unreadable', reason: `is longer than ${longest} bytes: split the request` }
        : decode(joined(parts, length));
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  if (length > 0) yield take();
}

const LF = 0x0a;

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [first = new Uint8Array(0)] = parts;
  if (parts.length <= 1) return first;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * JSON is UTF-8; a byte that is none is carried as it is in the string that holds it, and comes back as an escape of
 * JSON.
 */
function decode(bytes: Uint8Array): RequestLine {
  return { kind: 'line', text: textOfBytes(bytes).replace(/^\ufeff|\r$/g, '') };
}
