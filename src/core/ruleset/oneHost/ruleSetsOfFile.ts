import { rulesSections } from '../../syntax/rulesSections';
import type { RulesSection, SourceFile } from '../../syntax/sourceFile';
import { sameMachine, type Machine } from '../../syntax/machine';
import { AssumedRules, type UsualRules } from './assumedRules';
import { backendsOf, hostsOf } from './hosts';
import { mergedRules } from './mergedRules';
import { familiesOf, nftRules, nftStates, type NftState } from './nftOfFile';
import { NamedTables, NO_TABLES_SAID, type SaidTables } from './saidTables';
import type { TablesOfChain } from './tableEvidence';

/** The rules of one family of one host: what a packet of that family meets there. */
export interface HostRuleSet {
  readonly section: RulesSection;
  /** The rules of the other back end, which filters every packet as well; undefined where the file shows none. */
  readonly beside: RulesSection | undefined;
  /** The rules of nftables of the same host, where there are rules of iptables as well. */
  readonly native: RulesSection | undefined;
  /** Those with the same number are of one host in one state. */
  readonly host: number;
  /** Where the programs ran that printed it; undefined where nothing states it. */
  readonly machine: Machine | undefined;
}

/**
 * The rule sets of a file in the order of the file. `said`: the tables of lines that do not state them. `usual`: the
 * rules that programs always write.
 */
export function ruleSetsOfFile(
  file: SourceFile,
  known: TablesOfChain,
  said: SaidTables = NO_TABLES_SAID,
  usual: UsualRules = () => [],
): readonly HostRuleSet[] {
  const shown = rulesSections(file);
  const hosts = hostsOf(shown, new NamedTables(known, said));
  const assumed = new AssumedRules(shown, usual);
  const states = statesByHost(nftStates(file.sections), hosts);
  const found = hosts.flatMap(({ parts, machine }, host) =>
    ([4, 6] as const).flatMap((family): readonly HostRuleSet[] => {
      const own = parts.filter((part) => (part.family ?? 4) === family);
      const native = nativeOf(states.byHost.get(host), family, parts);
      if (own.length === 0)
        return native ? [{ section: native, beside: undefined, native: undefined, host, machine }] : [];
      const backends = backendsOf(own);
      const of = (backend: 'legacy' | 'nft' | undefined): RulesSection | undefined => {
        const sections = backends.get(backend);
        return sections && withBackend(mergedRules(assumed.completed(sections)), backend);
      };
      const sections = [of('legacy'), of('nft'), of(undefined)].filter((section) => section !== undefined);
      const [section, beside] = sections;
      return section ? [{ section, beside, native, host, machine }] : [];
    }),
  );
  states.alone.forEach((state, i) => {
    for (const family of familiesOf(state)) {
      const section = nftRules(state, family, []);
      if (section)
        found.push({
          section,
          beside: undefined,
          native: undefined,
          host: hosts.length + i,
          machine: state.sections[0]?.machine,
        });
    }
  });
  const first = ({ section }: HostRuleSet): number => section.lines[0]?.index ?? 0;
  return found.sort((a, b) => first(a) - first(b));
}

/**
 * The host that each state of nftables belongs to: the one that is shown before it, else the first. Of several states
 * of one host the last counts, the others stand alone.
 */
function statesByHost(
  states: readonly NftState[],
  hosts: ReturnType<typeof hostsOf>,
): { readonly byHost: ReadonlyMap<number, NftState>; readonly alone: readonly NftState[] } {
  const byHost = new Map<number, NftState>();
  const alone: NftState[] = [];
  for (const state of states) {
    const may = hosts.flatMap(({ parts }, host) =>
      parts.some(({ machine }) => sameMachine(machine, state.sections[0]?.machine))
        ? [{ host, line: parts[0]?.lines[0]?.index ?? 0 }]
        : [],
    );
    const host = (may.findLast(({ line }) => line < state.firstLine) ?? may[0])?.host;
    if (host === undefined) {
      alone.push(state);
      continue;
    }
    const before = byHost.get(host);
    if (before) alone.push(before);
    byHost.set(host, state);
  }
  return { byHost, alone };
}

function nativeOf(
  state: NftState | undefined,
  family: 4 | 6,
  parts: readonly RulesSection[],
): RulesSection | undefined {
  return state && familiesOf(state).includes(family) ? nftRules(state, family, parts) : undefined;
}

/** Rules of the plain program, whose back end the others show. */
function withBackend(section: RulesSection, backend: 'legacy' | 'nft' | undefined): RulesSection {
  if (section.backend === backend) return section;
  const known = completed.get(section);
  if (known && known.backend === backend) return known;
  const made = { ...section, backend };
  completed.set(section, made);
  return made;
}

const completed = new WeakMap<RulesSection, RulesSection>();

/**
 * The one to show first: the last saved state that is whole, else the last one, else the last input; IPv4 before IPv6
 * of the same kind.
 */
export function defaultRuleSet(ruleSets: readonly HostRuleSet[]): HostRuleSet | undefined {
  const v4 = lastOf(ruleSets.filter(({ section }) => section.family !== 6));
  const v6 = lastOf(ruleSets.filter(({ section }) => section.family === 6));
  if (v4 && v6 && v4.section.role !== v6.section.role) return v4.section.role === 'saved-state' ? v4 : v6;
  return v4 ?? v6;
}

function lastOf(ruleSets: readonly HostRuleSet[]): HostRuleSet | undefined {
  return likeliestFirst(ruleSets)[0];
}

/**
 * Of several states that a file shows of one host, the one that is in force first: a saved state, one that is whole
 * before a part, then the last.
 */
export function likeliestFirst<T extends Pick<HostRuleSet, 'section'>>(ruleSets: readonly T[]): readonly T[] {
  const rank = ({ section }: T): number => (section.role !== 'saved-state' ? 2 : section.fragment ? 1 : 0);
  return [...ruleSets].reverse().sort((a, b) => rank(a) - rank(b));
}
