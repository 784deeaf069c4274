import { parseSets, type ParsedSets } from '../net/sets';
import { Shape } from '../syntax/shape';
import type { SourceFile } from '../syntax/sourceFile';
import type { Line } from '../syntax/tree';

/**
 * The sets that a file lists, and the lines of them that ipset would refuse, the first ones where there are very many.
 */
export interface FileSets {
  readonly sets: ParsedSets['sets'];
  readonly problems: readonly { readonly line: Line; readonly message: string }[];
}

/** Reads all `ipset save` and `ipset list` output of a file as one text; undefined where there is none. */
export function setsOfFile(file: SourceFile): FileSets | undefined {
  const sections = file.sections.filter((section) => section.kind === 'sets');
  if (sections.length === 0) return undefined;
  const lines = sections.flatMap(
    (section) => section.textLines ?? section.lines.filter(({ shape }) => shape === Shape.Set),
  );
  const { sets, problems } = parseSets(sections.map(({ text }) => text).join(''));
  return {
    sets,
    problems: problems.flatMap(({ line: number, message }) => {
      const line = lines[number - 1];
      return line ? [{ line, message }] : [];
    }),
  };
}
