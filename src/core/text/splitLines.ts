/**
 * Splits a text at `\n` and `\r\n`, as iptables-restore, grep and all that count lines in files do: a lone `\r` is a
 * character of its line. (No editor passes on such a `\r`: VS Code turns all line endings into line feeds when it opens
 * a file.) There is always at least one line, and the last one has no ending, so joining `text + eol` of all lines
 * gives the text back. Calls `emit` for each line instead of collecting them, so that a text of 100,000 lines needs no
 * second list.
 */
export function splitLines(text: string, emit: (text: string, eol: string) => void): void {
  let start = 0;
  for (;;) {
    const end = text.indexOf('\n', start);
    if (end < 0) break;
    if (end > start && text.charCodeAt(end - 1) === 13) emit(text.slice(start, end - 1), '\r\n');
    else emit(text.slice(start, end), '\n');
    start = end + 1;
  }
  emit(text.slice(start), '');
}
