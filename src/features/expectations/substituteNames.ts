import type { ColumnOf } from './expectation';
import type { Settings } from './settings';

/**
 * A packet with its names replaced by their addresses: `tcp web:80` becomes `tcp 10.0.0.7:80`. `columnOf` leads from a
 * column of the new text to that of the old one; within an address it is the name's first, or its end.
 */
export function substituteNames(
  text: string,
  names: Settings['names'],
): { readonly text: string; readonly columnOf: ColumnOf } {
  if (names.size === 0) return { text, columnOf: (column) => column };
  /** What was replaced: from `start` on in the new text, `was` characters became `is`. */
  const moves: { readonly start: number; readonly was: number; readonly is: number; readonly old: number }[] = [];
  let made = '';
  let at = 0;
  for (const match of text.matchAll(/(?<![^\s>→])([A-Za-z_][\w.-]*)(?=(:[\w-]+)?(?:[\s>→]|$))/g)) {
    const [name, , port] = match;
    const address = names.get(name);
    if (address === undefined) continue;
    made += text.slice(at, match.index);
    const written = port !== undefined && address.includes(':') ? `[${address}]` : address;
    moves.push({ start: made.length, was: name.length, is: written.length, old: match.index });
    made += written;
    at = match.index + name.length;
  }
  return {
    text: made + text.slice(at),
    columnOf: (column) => {
      const move = moves.findLast(({ start }) => start <= column);
      if (!move) return column;
      const { start, was, is, old } = move;
      if (column >= start + is) return old + was + (column - start - is);
      return column === start ? old : old + was;
    },
  };
}
