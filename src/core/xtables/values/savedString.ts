import { invalid, type InvalidValue, type Remark, type ValueType } from '../option';

/** Text as iptables-save writes it, with its blank in front: bare where it has letters, digits, `_` and `-` only, else quoted (xtables_save_string). */
export function savedString(text: string): string {
  return /^[A-Za-z0-9_-]+$/.test(text) ? ` ${text}` : ` "${text.replace(/["\\']/g, '\\$&')}"`;
}

/**
 * Text of which the kernel keeps `bytes` bytes of UTF-8; what is longer is cut, as iptables does without a word. Of a character that the
 * cut goes through nothing is left here: its first bytes, which iptables-save prints, are no text and cannot stand in a string.
 */
export function keptBytes(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += bytesIn(character);
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}

/** How many bytes of UTF-8. */
function bytesIn(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Any text, cut to what the kernel has room for. */
export function text(metavariable: string, bytes: number): ValueType<string> {
  return { metavariable, parse: (given) => keptBytes(given, bytes) };
}

/** The prefix of a log line: not empty, without a line feed, cut to `bytes`. */
export function logPrefix(bytes: number): ValueType<string> {
  return {
    metavariable: 'prefix',
    parse(given): string | InvalidValue {
      if (given === '') return invalid('the prefix must have at least one character');
      return given.includes('\n') ? invalid('a line feed cannot stand in a log prefix') : keptBytes(given, bytes);
    },
    remark(kept, given): Remark | undefined {
      if (kept === given) return undefined;
      const within = bytesIn(kept) < bytes ? ', which cut a character in two; iptables-save prints the first of its bytes, print none' : '';
      return { severity: 'warning', code: 'cut-short', message: `the kernel keeps ${bytes} of these ${bytesIn(given)} bytes${within}` };
    },
  };
}
