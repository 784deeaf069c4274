import { defaultRuleSet, ruleSetsOfFile, type HostRuleSet } from '../../src/core/ruleset/oneHost/ruleSetsOfFile';
import type { RulesSection, SourceFile } from '../../src/core/syntax/sourceFile';

/** The rules that a file is about, one set for each family. */
export function defaultRules(file: SourceFile): { readonly v4?: RulesSection; readonly v6?: RulesSection } {
  const all = ruleSetsOfFile(file, () => undefined);
  const of = (six: boolean): RulesSection | undefined =>
    defaultRuleSet(all.filter(({ section }: HostRuleSet) => (section.family === 6) === six))?.section;
  const [v4, v6] = [of(false), of(true)];
  return { ...(v4 && { v4 }), ...(v6 && { v6 }) };
}

/** The one to show first. */
export function defaultRulesSection(file: SourceFile): RulesSection | undefined {
  return defaultRuleSet(ruleSetsOfFile(file, () => undefined))?.section;
}
