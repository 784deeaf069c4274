import { decodeUtf8, utf8Bytes, utf8Length } from '../../text/utf8';
import { invalid, type InvalidValue, type Remark, type ValueType } from '../option';

/**
 * Text as iptables-save writes it, with its blank in front: bare where it has letters, digits, `_` and `-` only, else
 * quoted (xtables_save_string).
 */
export function savedString(text: string): string {
  return /^[A-Za-z0-9_-]+$/.test(text) ? ` ${text}` : ` "${text.replace(/["\\']/g, '\\$&')}"`;
}

/**
 * Text of which the kernel keeps `bytes` bytes; what is longer is cut, as iptables does without a word, through a
 * character where it must be.
 */
export function keptBytes(text: string, bytes: number): string {
  if (text.length * 3 <= bytes || utf8Length(text) <= bytes) return text;
  return decodeUtf8(utf8Bytes(text).subarray(0, bytes));
}

/** Any text, cut to what the kernel has room for. */
export function text(metavariable: string, bytes: number, names?: ValueType<string>['names']): ValueType<string> {
  return { metavariable, ...(names && { names }), parse: (given) => keptBytes(given, bytes) };
}

/** The prefix of a log line: not empty, without a line feed, cut to `bytes`. */
export function logPrefix(bytes: number): ValueType<string> {
  return {
    metavariable: 'prefix',
    parse(given): string | InvalidValue {
      if (given === '') return invalid('the prefix must have at least one character');
      return given.includes('\n') ? invalid('a log prefix cannot contain a line feed') : keptBytes(given, bytes);
    },
    remark(kept, given): Remark | undefined {
      if (kept === given) return undefined;
      const within = given.startsWith(kept) ? '' : ', and splits a character';
      return {
        severity: 'warning',
        code: 'cut-short',
        message: `the kernel keeps ${bytes} of these ${utf8Length(given)} bytes${within}`,
      };
    },
  };
}
