/** The bracket that closes the `$(` whose inside begins at `from`; -1 where none does. */
export function closingParenthesis(text: string, from: number, end: number): number {
  return closing(text, from, end, 41);
}

/** The brace that closes the `${` whose inside begins at `from`; -1 where none does. */
export function closingBrace(text: string, from: number, end: number): number {
  return closing(text, from, end, 125);
}

/** One pass with a stack of what is open: a bracket, a brace, or double quotes. */
function closing(text: string, from: number, end: number, wanted: number): number {
  const open: number[] = [wanted];
  for (let i = from; i < end; i++) {
    const code = text.charCodeAt(i);
    const top = open[open.length - 1];
    if (code === 92) {
      i++;
      continue;
    }
    if (code === top) {
      open.pop();
      if (open.length === 0) return i;
      continue;
    }
    if (code === 36 && (text.charCodeAt(i + 1) === 40 || text.charCodeAt(i + 1) === 123)) {
      open.push(text.charCodeAt(i + 1) === 40 ? 41 : 125);
      i++;
    } else if (top !== 34 && code === 34) open.push(34);
    else if (top !== 34 && code === 39) {
      const close = text.indexOf("'", i + 1);
      if (close < 0 || close >= end) return -1;
      i = close;
    } else if (code === 40 && top === 41) open.push(41);
    if (open.length > MOST_OPEN) return -1;
  }
  return -1;
}

const MOST_OPEN = 40;
