import { isUtf8 } from 'node:buffer';
import { decodeUtf8, utf8Bytes } from '../core/text/utf8';
import { visible, visibleJson, visibleLines } from '../core/text/visible';

/**
 * Where a command writes and what it reads. Everything passes here: nothing of a file acts on the terminal that shows
 * it.
 */
export interface Terminal {
  /** Lines for a person: what controls a terminal, turns the writing or is not seen is written out. */
  readonly out: (text: string) => void;
  /** A file, byte for byte. */
  readonly raw: (text: string) => void;
  /** JSON, in which the same characters are escapes of JSON: it reads as the value did. */
  readonly json: (value: unknown) => void;
  /** One line of error. */
  readonly error: (text: string) => void;
  /** The text of a file, in the form of `decodeUtf8`; `-` is standard input. */
  readonly read: (file: string) => string;
  /** A file as it is. */
  readonly bytes: (file: string) => Uint8Array;
}

/** Where the bytes go in the end. Gives false where the reader is slow. */
export interface Sink {
  readonly out: (bytes: Uint8Array | string) => boolean;
  readonly error: (text: string) => void;
  readonly bytes: (file: string) => Uint8Array;
}

export function terminalOn({ out, error, bytes }: Sink): Terminal {
  return {
    out: (text) => void out(visibleLines(text)),
    raw: (text) => void out(SURROGATE.test(text) ? utf8Bytes(text) : text),
    json: (value) => void out(`${visibleJson(JSON.stringify(value, undefined, 1))}\n`),
    error: (text) => error(`iptables-lens: ${visible(text.replace(/[\r\n]+/g, ' '))}\n`),
    read: (file) => textOfBytes(bytes(file)),
    bytes,
  };
}

/** The text of bytes, at the speed of the machine where all of them are UTF-8. */
export function textOfBytes(bytes: Uint8Array): string {
  return isUtf8(bytes)
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    : decodeUtf8(bytes);
}

const SURROGATE = /[\ud800-\udfff]/;
