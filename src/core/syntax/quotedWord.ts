/**
 * A word as iptables-save writes it and iptables-restore reads it: quoted where blanks, quotes or backslashes are in
 * it, or nothing.
 */
export function quotedWord(text: string): string {
  return /^[^\s"'\\#!-][^\s"'\\#]*$|^(?:!|--?[\w-]+)$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
