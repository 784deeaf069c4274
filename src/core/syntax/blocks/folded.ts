import { DerivedLine } from '../derived';
import { Shape } from '../shape';
import type { EmbeddedLine, Line } from '../tree';
import type { Block, BlockReader } from './block';

/**
 * A folded scalar of YAML, `- >-`: what is in it is one line up to the next empty one. Source: YAML 1.2.2, 8.1.3 and
 * 6.5.
 */
export const folded: BlockReader = { begins: [Shape.Text], read: readFolded };

function readFolded(lines: readonly Line[], _shapes: Uint8Array, from: number): Block | undefined {
  const head = lines[from] as Line;
  if (!HEAD.test(head.text.slice(-80))) return undefined;
  const indent = indentOf(head.text);
  const read: EmbeddedLine[] = [];
  let joined = new DerivedLine();
  let commands = false;
  let to = from + 1;
  const end = (): void => {
    read.push(...joined.read());
    joined = new DerivedLine();
  };
  for (; to < lines.length; to++) {
    const line = lines[to] as Line;
    const start = indentOf(line.text);
    if (start >= line.text.length) {
      end();
      continue;
    }
    if (start <= indent) break;
    if (line.text.includes('tables')) commands = true;
    if (joined.size > 0) joined.put(' ', line, start, start);
    joined.keep(line, start);
  }
  end();
  return commands ? { to, lines: [head, ...read] } : undefined;
}

const HEAD = /(?:^|[:\s-])[ \t]*>[-+]?\d?[-+]?[ \t]*$/;

function indentOf(text: string): number {
  let i = 0;
  while (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9) i++;
  return i;
}
