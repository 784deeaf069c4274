import type { RulesSection, SourceFile } from './tree';

/** All sections of a file that hold rules, in the order of the file. */
export function rulesSections(file: SourceFile): readonly RulesSection[] {
  return file.sections.filter((section) => section.kind === 'rules');
}
