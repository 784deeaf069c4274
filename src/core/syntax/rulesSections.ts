import type { RulesSection, SourceFile } from './sourceFile';

/** All sections of a file that hold rules, in the order of the file. */
export function rulesSections(file: SourceFile): readonly RulesSection[] {
  return file.sections.filter((section) => section.kind === 'rules');
}
