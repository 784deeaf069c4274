import { defaultRulesSection, rulesSections } from '../core/syntax/defaultRules';
import type { Line, RulesSection, Section, SourceFile } from '../core/syntax/tree';
import { bindRules } from '../core/ruleset/bind';
import type { Rule, RuleSet } from '../core/ruleset/ruleSet';

/** One rule set of a file, for the list that a person chooses from. */
export interface Dump {
  readonly id: string;
  /** `saved state, IPv4`. */
  readonly label: string;
  /** `lines 71–98`, 1-based. */
  readonly detail: string;
  readonly section: RulesSection;
}

/** What the features know of a file: its rule sets, bound when first asked for, and what stands where. */
export interface FileModel {
  readonly file: SourceFile;
  readonly dumps: readonly Dump[];
  readonly defaultDump: Dump | undefined;
}

const ruleSets = new WeakMap<RulesSection, RuleSet>();
const rulesOfLines = new WeakMap<RuleSet, ReadonlyMap<Line, readonly Rule[]>>();
const sectionsOfLines = new WeakMap<SourceFile, ReadonlyMap<Line, Section>>();

export function modelOf(file: SourceFile): FileModel {
  const dumps = rulesSections(file).map(asDump);
  const chosen = defaultRulesSection(file);
  return { file, dumps, defaultDump: dumps.find(({ section }) => section === chosen) };
}

/** The rule set of a section; bound once. */
export function ruleSetOf(section: RulesSection): RuleSet {
  let ruleSet = ruleSets.get(section);
  if (ruleSet === undefined) {
    ruleSet = bindRules(section);
    ruleSets.set(section, ruleSet);
  }
  return ruleSet;
}

/** The rule set of a section where it has been bound already, for whoever can do without. */
export function boundRuleSetOf(section: RulesSection): RuleSet | undefined {
  return ruleSets.get(section);
}

/** The section that a line of the file belongs to. */
export function sectionOf(file: SourceFile, line: Line): Section | undefined {
  let map = sectionsOfLines.get(file);
  if (map === undefined) {
    map = new Map(file.sections.flatMap((section) => section.lines.map((each) => [each, section] as const)));
    sectionsOfLines.set(file, map);
  }
  return map.get(line);
}

/** The rules that a line of the file made: several, where it lists several addresses. */
export function rulesOfLine(ruleSet: RuleSet, line: Line): readonly Rule[] {
  let map = rulesOfLines.get(ruleSet);
  if (map === undefined) {
    const made = new Map<Line, Rule[]>();
    for (const table of ruleSet.tables.values()) {
      for (const chain of table.chains.values()) {
        for (const rule of chain.rules) {
          const list = made.get(rule.line);
          if (list) list.push(rule);
          else made.set(rule.line, [rule]);
        }
      }
    }
    map = made;
    rulesOfLines.set(ruleSet, map);
  }
  return map.get(line) ?? [];
}

/** The rule sets to trace with: the chosen dump, and for the other family the one nearest to it of the same kind. */
export function ruleSetsFor(model: FileModel, dump: Dump): { readonly v4: RuleSet | undefined; readonly v6: RuleSet | undefined } {
  const family = dump.section.family ?? 4;
  const others = model.dumps.filter(({ section }) => (section.family ?? 4) !== family);
  const other = others.filter(({ section }) => section.role === dump.section.role).at(-1) ?? others.at(-1);
  const pair = { own: ruleSetOf(dump.section), other: other && ruleSetOf(other.section) };
  return family === 4 ? { v4: pair.own, v6: pair.other } : { v4: pair.other, v6: pair.own };
}

function asDump(section: RulesSection, index: number): Dump {
  const first = (section.lines[0]?.index ?? 0) + 1;
  const last = (section.lines.at(-1)?.index ?? 0) + 1;
  const what = section.title ?? (section.role === 'saved-state' ? 'saved state' : section.form === 'commands' ? 'commands' : 'input of iptables-restore');
  const family = section.family === undefined ? '' : `, IPv${section.family}`;
  return { id: String(index), label: `${what}${family}`, detail: first === last ? `line ${first}` : `lines ${first}–${last}`, section };
}
