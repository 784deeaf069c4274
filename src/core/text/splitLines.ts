/** One line of a text: `text` without its line ending, `eol` the ending (`\n`, `\r\n`, `\r`, or empty for the last line). */
export interface RawLine {
  readonly text: string;
  readonly eol: string;
}

/**
 * Splits a text at `\n`, `\r\n` and a lone `\r`, as editors do. There is always at least one line, and the last
 * one has no ending, so joining `text + eol` of all lines gives the text back, and line numbers are the editor's.
 * Calls `emit` for each line instead of collecting them, so that a text of 100,000 lines needs no second list.
 */
export function splitLines(text: string, emit: (text: string, eol: string) => void): void {
  const length = text.length;
  const hasReturns = text.includes('\r');
  let start = 0;
  if (!hasReturns) {
    for (;;) {
      const end = text.indexOf('\n', start);
      if (end < 0) break;
      emit(text.slice(start, end), '\n');
      start = end + 1;
    }
    emit(text.slice(start), '');
    return;
  }
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10) {
      emit(text.slice(start, i), '\n');
      start = i + 1;
    } else if (code === 13) {
      const pair = text.charCodeAt(i + 1) === 10;
      emit(text.slice(start, i), pair ? '\r\n' : '\r');
      if (pair) i++;
      start = i + 1;
    }
  }
  emit(text.slice(start), '');
}
