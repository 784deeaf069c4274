import { rulesSections } from '../../syntax/rulesSections';
import type { RulesSection, SourceFile } from '../../syntax/tree';
import { backendsOf, hostsOf } from './hosts';
import { mergedRules } from './mergedRules';
import type { TablesOfChain } from './tableEvidence';

/** The rules of one family of one host: what a packet of that family meets there. */
export interface HostRuleSet {
  readonly section: RulesSection;
  /** The rules of the other back end, which filters every packet as well; undefined where the file shows none. */
  readonly beside: RulesSection | undefined;
  /** Those with the same number are of one host in one state. */
  readonly host: number;
}

/** The rule sets of a file in the order of the file. */
export function ruleSetsOfFile(file: SourceFile, known: TablesOfChain): readonly HostRuleSet[] {
  const found = hostsOf(rulesSections(file), known).flatMap(({ parts }, host) =>
    ([4, 6] as const).flatMap((family): readonly HostRuleSet[] => {
      const own = parts.filter((part) => (part.family ?? 4) === family);
      if (own.length === 0) return [];
      const backends = backendsOf(own);
      const of = (backend: 'legacy' | 'nft' | undefined): RulesSection | undefined => {
        const sections = backends.get(backend);
        return sections && withBackend(mergedRules(sections), backend);
      };
      const sections = [of('legacy'), of('nft'), of(undefined)].filter((section) => section !== undefined);
      const [section, beside] = sections;
      return section ? [{ section, beside, host }] : [];
    }),
  );
  const first = ({ section }: HostRuleSet): number => section.lines[0]?.index ?? 0;
  return found.sort((a, b) => first(a) - first(b));
}

/** Rules of the plain program, of which the others tell the back end. */
function withBackend(section: RulesSection, backend: 'legacy' | 'nft' | undefined): RulesSection {
  if (section.backend === backend) return section;
  const known = told.get(section);
  if (known && known.backend === backend) return known;
  const made = { ...section, backend };
  told.set(section, made);
  return made;
}

const told = new WeakMap<RulesSection, RulesSection>();

/** The one to show first: the last saved state that is whole, else the last one, else the last input; IPv4 before IPv6 of the same kind. */
export function defaultRuleSet(ruleSets: readonly HostRuleSet[]): HostRuleSet | undefined {
  const v4 = lastOf(ruleSets.filter(({ section }) => section.family !== 6));
  const v6 = lastOf(ruleSets.filter(({ section }) => section.family === 6));
  if (v4 && v6 && v4.section.role !== v6.section.role) return v4.section.role === 'saved-state' ? v4 : v6;
  return v4 ?? v6;
}

function lastOf(ruleSets: readonly HostRuleSet[]): HostRuleSet | undefined {
  const saved = ruleSets.filter(({ section }) => section.role === 'saved-state');
  return saved.findLast(({ section }) => !section.fragment) ?? saved.at(-1) ?? ruleSets.at(-1);
}
