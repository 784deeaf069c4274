import type { SourceFile } from '../../core/syntax/sourceFile';
import type { Line } from '../../core/syntax/tree';

/**
 * One change to what the file says, for as long as it is tried. Plain data: the page and a reload of the window hand it
 * back.
 */
export type WhatIf =
  /**
   * The rules of a line, counted from 0, are not there. `text`: that of the line in which they are read, where a line
   * of the file holds several.
   */
  | { readonly kind: 'off'; readonly line: number; readonly text: string }
  /** A command of the user, or several that belong together. */
  | { readonly kind: 'typed'; readonly text: string };

/** `line 12 off`; a command as it was typed. */
export function wordsOf(each: WhatIf): string {
  return each.kind === 'off' ? `line ${each.line + 1} off` : each.text;
}

export function isSameWhatIf(a: WhatIf, b: WhatIf): boolean {
  return a.text === b.text && lineOff(a) === lineOff(b);
}

function lineOff(each: WhatIf): number | undefined {
  return each.kind === 'off' ? each.line : undefined;
}

/** A command as a change. */
export function typed(text: string): WhatIf {
  return { kind: 'typed', text };
}

/** The change that takes the rule on a line out. */
export function offLine({ index, text }: Line): WhatIf {
  return { kind: 'off', line: index, text };
}

/**
 * The changes for the file after an edit: a line that is off moves along. One whose line was itself edited or is gone
 * is not among them.
 */
export function followed(whatIf: readonly WhatIf[], before: SourceFile, after: SourceFile): readonly WhatIf[] {
  if (before === after || !whatIf.some(({ kind }) => kind === 'off')) return whatIf;
  let moved = false;
  const now = whatIf.flatMap((each): readonly WhatIf[] => {
    if (each.kind !== 'off') return [each];
    const line = placeAfter(before, each.line, after);
    if (line === each.line) return [each];
    moved = true;
    return line === undefined ? [] : [{ ...each, line }];
  });
  return moved ? now : whatIf;
}

function placeAfter(before: SourceFile, index: number, { lines }: SourceFile): number | undefined {
  const line = before.lines[index];
  if (!line) return undefined;
  if (lines[line.index] === line) return line.index;
  const kept = [before.lines[0], before.lines[index - 1], before.lines[index + 1], before.lines.at(-1)];
  // Lines that an edit leaves alone are the same objects: this one was edited. Else the whole file was read anew.
  if (kept.some((each) => each && lines[each.index] === each)) return undefined;
  if (lines[index]?.text === line.text) return index;
  const found = lines.filter(({ text }) => text === line.text);
  return found.length === 1 ? found[0]?.index : undefined;
}
