/** Blanks are spaces and tabs, as iptables-restore sees them. Columns are UTF-16, `end` is exclusive. */
export function skipBlanks(text: string, from: number, end: number): number {
  let i = from;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code !== 32 && code !== 9) break;
    i++;
  }
  return i;
}

/** The column of the first blank at or after `from`, or `end`. */
export function findBlank(text: string, from: number, end: number): number {
  let i = from;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code === 32 || code === 9) break;
    i++;
  }
  return i;
}

/** The column after the last character that is not a blank. */
export function trimmedEnd(text: string): number {
  let end = text.length;
  while (end > 0) {
    const code = text.charCodeAt(end - 1);
    if (code !== 32 && code !== 9) break;
    end--;
  }
  return end;
}
