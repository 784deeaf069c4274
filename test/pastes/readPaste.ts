import { printRule } from '../../src/core/ruleset/printRule';
import { parseSourceFile } from '../../src/core/syntax/parse';
import type { SourceFile } from '../../src/core/syntax/sourceFile';
import { modelOf, ruleSetOf } from '../../src/features/fileModel';
import { rulesShown } from '../../src/features/rulesOfLine';

/**
 * Every rule that a text shows, as `LINE TABLE RULE` with the line that it is shown on, counted from 1, in the
 * order of the tables.
 */
export function rulesOf(text: string): string[] {
  return rulesOfFile(parseSourceFile(text, { fileName: 'paste.txt' }));
}

export function rulesOfFile(file: SourceFile): string[] {
  const rules = modelOf(file).dumps.flatMap(({ section }) =>
    [...ruleSetOf(section).tables.values()].flatMap((table) => [...table.chains.values()].flatMap(rulesShown)),
  );
  return rules.map((rule) => `${rule.line.index + 1} ${rule.chain.table} ${printRule(rule.passing())}`);
}

/** The errors of a paste, as `LINE:COLUMN code`. */
export function errorsOf(text: string): string[] {
  const { dumps } = modelOf(parseSourceFile(text, { fileName: 'paste.txt' }));
  return dumps.flatMap(({ section }) =>
    ruleSetOf(section)
      .problems.filter(({ severity }) => severity === 'error')
      .map(({ line, start, code }) => `${line.index + 1}:${start + 1} ${code}`),
  );
}
