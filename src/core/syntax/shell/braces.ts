import type { WordPart, ShellWord } from './nodes';

/**
 * `a{1,2}b` and `{1..3}` as bash writes them out; the word itself where it holds none. The braces are within one
 * unquoted part.
 */
export function expandBraces(word: ShellWord): readonly ShellWord[] {
  const done: ShellWord[] = [];
  const waiting: ShellWord[] = [word];
  while (waiting.length > 0) {
    const next = waiting.pop() as ShellWord;
    const several = done.length + waiting.length < MOST ? once(next) : undefined;
    if (several) waiting.push(...several.toReversed());
    else done.push(next);
  }
  return done;
}

const MOST = 2000;

function once(word: ShellWord): readonly ShellWord[] | undefined {
  for (const [i, part] of word.parts.entries()) {
    if (part.kind !== 'text' || part.quoted || part.text.length > 4000) continue;
    const found = BRACES.exec(part.text);
    const items = found && (found[1] === undefined ? (found[3] ?? '').split(',') : range(found[1], found[2] ?? ''));
    if (!items || items.length > MOST) continue;
    const start = found.index;
    const end = start + found[0].length;
    return items.map((item) => {
      const parts: WordPart[] = [
        ...word.parts.slice(0, i),
        { ...part, text: part.text.slice(0, start) + item + part.text.slice(end) },
        ...word.parts.slice(i + 1),
      ];
      return { ...word, parts };
    });
  }
  return undefined;
}

/** The innermost pair comes first. */
const BRACES = /\{(?:(-?\d{1,9})\.\.(-?\d{1,9}(?:\.\.-?\d{1,9})?)|([^{},]{0,200}(?:,[^{},]{0,200}){1,2000}))\}/;

function range(first: string, rest: string): readonly string[] | undefined {
  const [last = '', step = ''] = rest.split('..');
  if (!/^-?\d+$/.test(first) || !/^-?\d+$/.test(last)) return undefined;
  return numbers(Number(first), Number(last), Math.abs(Number(step)) || 1);
}

/** The numbers from one to another as text; undefined where they are too many to be meant. */
export function numbers(from: number, to: number, step: number): readonly string[] | undefined {
  const count = Math.floor(Math.abs(to - from) / step) + 1;
  if (!Number.isSafeInteger(count) || count > MOST) return undefined;
  return Array.from({ length: count }, (_, i) => String(from + i * step * Math.sign(to - from)));
}
