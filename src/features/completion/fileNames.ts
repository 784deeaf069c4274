import { findBlank } from '../../core/text/blanks';
import { Shape } from '../../core/syntax/shape';
import type { SourceFile } from '../../core/syntax/sourceFile';

/** Names beyond this number are no help in a list. */
const MOST_NAMES = 200;

/** The interfaces that a file lists or names in routes and rules, and lo. */
export function interfacesOf(file: SourceFile, exceptLine: number): readonly string[] {
  const listed = file.sections.flatMap((section) =>
    section.kind === 'interfaces'
      ? section.interfaces.map(({ name }) => name)
      : section.kind === 'routes'
        ? section.routes.flatMap(({ words }) => /\bdev (\S+)/.exec(words)?.[1] ?? [])
        : [],
  );
  return [
    ...new Set([
      ...listed,
      ...valuesInRules(file, ['-i', '-o', '--in-interface', '--out-interface'], exceptLine),
      'lo',
    ]),
  ];
}

/** The sets that a file lists (`ipset save`) or names in rules. */
export function setsOf(file: SourceFile, exceptLine: number): readonly string[] {
  const listed = file.sections.flatMap((section) =>
    section.kind === 'sets'
      ? [...section.text.matchAll(/^[ \t]*(?:create|-N)[ \t]+(\S+)/gm)].map(([, name = '']) => name)
      : [],
  );
  return [
    ...new Set([...listed, ...valuesInRules(file, ['--match-set', '--add-set', '--del-set', '--map-set'], exceptLine)]),
  ];
}

/** The words that come after an option anywhere in the rules of a file; searched in the text, without reading rules. */
export function valuesInRules(
  { lines, shapes }: SourceFile,
  options: readonly string[],
  exceptLine: number,
): readonly string[] {
  const wanted = options.map((option) => ` ${option} `);
  const found = new Set<string>();
  for (let i = 0; i < lines.length && found.size < MOST_NAMES; i++) {
    if ((shapes[i] !== Shape.Rule && shapes[i] !== Shape.ProgramCommand) || i === exceptLine) continue;
    const { text } = lines[i] as SourceFile['lines'][number];
    for (const option of wanted) {
      const at = text.indexOf(option);
      if (at < 0) continue;
      const value = text.slice(at + option.length, findBlank(text, at + option.length, text.length));
      if (/^[^"'!-][^"']*$/.test(value)) found.add(value);
    }
  }
  return [...found];
}
