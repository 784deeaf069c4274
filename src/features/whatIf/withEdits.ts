import type { FileEdit } from './fileEdit';

/** A text with lines written into it and taken out; undefined where it is not the one that the edits are for. */
export function withEdits(text: string, edits: readonly FileEdit[]): string | undefined {
  const newline = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  const lines = text.split(/\r\n|\n|\r/);
  if (edits.some(({ beside }) => lines[beside.line] !== beside.text)) return undefined;
  // From the end on, so that the numbers of the others stay right.
  for (const { line, text: added } of [...edits].sort((a, b) => b.line - a.line)) {
    if (added === undefined) lines.splice(line, 1);
    else lines.splice(Math.min(line, lines.length), 0, added);
  }
  return lines.join(newline);
}

/** The smallest part of a text that makes another one of it when it is replaced. */
export function replacementFor(
  from: string,
  to: string,
): { readonly start: number; readonly end: number; readonly text: string } {
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start++;
  let end = from.length;
  let last = to.length;
  while (end > start && last > start && from[end - 1] === to[last - 1]) {
    end--;
    last--;
  }
  return { start, end, text: to.slice(start, last) };
}
