import { DerivedLine } from '../derived';
import { Shape } from '../shape';
import type { EmbeddedLine, Line } from '../tree';
import type { Block, BlockReader } from './block';

/**
 * A hunk of a unified diff, `@@ -1,6 +1,7 @@`: the lines that it keeps or adds are read, without the marks before them;
 * those that it deletes are not. Source: POSIX diff(1), "Diff -u Output Format".
 */
export const diff: BlockReader = { begins: [Shape.Text], read: readHunk };

function readHunk(lines: readonly Line[], _shapes: Uint8Array, from: number): Block | undefined {
  const head = lines[from] as Line;
  if (!head.text.startsWith('@@', head.contentStart)) return undefined;
  const counts = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(head.text.slice(head.contentStart));
  if (!counts) return undefined;
  const indent = head.contentStart;
  let before = Number(counts[1] ?? 1);
  let after = Number(counts[2] ?? 1);
  const read: EmbeddedLine[] = [];
  let to = from + 1;
  for (; to < lines.length && (before > 0 || after > 0); to++) {
    const line = lines[to] as Line;
    const mark = line.text.charAt(indent);
    if (mark === '\\') continue;
    // An empty line of the file, whose blank an editor removed.
    if (mark !== '' && !' +-'.includes(mark)) break;
    if (mark !== '+') before--;
    if (mark !== '-') {
      after--;
      read.push(...new DerivedLine().keep(line, Math.min(indent + 1, line.text.length)).read());
    }
  }
  return to > from + 1 ? { to, lines: read } : undefined;
}
