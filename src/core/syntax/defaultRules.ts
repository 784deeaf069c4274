import type { RulesSection, SourceFile } from './tree';

/** The rules that a file is about, one set for each family. */
export interface RulesPair {
  readonly v4?: RulesSection;
  readonly v6?: RulesSection;
}

/** All rule sets of a file in the order of the file; the list that a person chooses from. */
export function rulesSections(file: SourceFile): readonly RulesSection[] {
  return file.sections.filter((section) => section.kind === 'rules');
}

/**
 * For each family the last saved state, else the last input. Rules whose family nothing tells count as IPv4.
 */
export function defaultRules(file: SourceFile): RulesPair {
  const all = rulesSections(file);
  const v4 = lastOf(all.filter((section) => section.family !== 6));
  const v6 = lastOf(all.filter((section) => section.family === 6));
  return { ...(v4 ? { v4 } : {}), ...(v6 ? { v6 } : {}) };
}

/**
 * The one to show first: the last saved state, else the last input. Where an IPv6 dump follows the IPv4 dump of the
 * same host, the IPv4 one.
 */
export function defaultRulesSection(file: SourceFile): RulesSection | undefined {
  const { v4, v6 } = defaultRules(file);
  if (v4 && v6 && v4.role !== v6.role) return v4.role === 'saved-state' ? v4 : v6;
  return v4 ?? v6;
}

function lastOf(sections: readonly RulesSection[]): RulesSection | undefined {
  return sections.findLast((section) => section.role === 'saved-state') ?? sections.at(-1);
}
