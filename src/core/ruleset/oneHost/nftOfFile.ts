import type { NftNode } from '../../syntax/nft/node';
import { isNftFamily } from '../../syntax/nft/tables';
import type { NftSection, RulesSection, Section } from '../../syntax/sourceFile';
import { sameMachine } from '../../syntax/machine';
import { isTableName } from '../ruleSet';
import { tablesOf } from './hosts';

/** What a file shows of the nftables of one host in one state. */
export interface NftState {
  readonly sections: readonly NftSection[];
  /** 0-based. */
  readonly firstLine: number;
}

/**
 * Listings and commands of nft, one state after the other: a table that is listed again begins a new state, and
 * commands change the one above them.
 */
export function nftStates(sections: readonly Section[]): readonly NftState[] {
  const states: { sections: NftSection[]; firstLine: number; tables: Set<string> }[] = [];
  for (const section of sections) {
    if (section.kind !== 'nft') continue;
    const tables = section.form === 'listing' ? listedTables(section) : [];
    const last = states.at(-1);
    const first = last?.sections[0];
    if (
      last &&
      first &&
      sameMachine(section.machine, first.machine) &&
      !tables.some((table) => last.tables.has(table))
    ) {
      last.sections.push(section);
      for (const table of tables) last.tables.add(table);
    } else states.push({ sections: [section], firstLine: section.lines[0]?.index ?? 0, tables: new Set(tables) });
  }
  return states;
}

function listedTables({ lines }: NftSection): readonly string[] {
  return lines.flatMap(({ node, text }) => {
    const { part, start, end } = node as NftNode;
    return part === 'table' ? [text.slice(start, end).replace(/\s+/g, ' ')] : [];
  });
}

/** The families of packets that the tables of a state see. */
export function familiesOf({ sections }: NftState): readonly (4 | 6)[] {
  const found = new Set<4 | 6>();
  for (const { lines } of sections) {
    for (const { node, text } of lines) {
      const { part, start, end } = node as NftNode;
      if (part !== 'table' && part !== 'command') continue;
      const words = text.slice(start, end).trim().split(/\s+/, 3);
      const word = part === 'table' ? words[1] : words[2];
      const family = isNftFamily(word) ? word : 'ip';
      if (family === 'ip' || family === 'inet') found.add(4);
      if (family === 'ip6' || family === 'inet') found.add(6);
    }
  }
  return [...found].sort();
}

const made = new WeakMap<NftSection, Map<string, RulesSection>>();

/**
 * A state as rules of one family. `beside`: the rules of iptables of the same host. The same object for the same state.
 */
export function nftRules(
  { sections }: NftState,
  family: 4 | 6,
  beside: readonly RulesSection[],
): RulesSection | undefined {
  const [first] = sections;
  if (!first) return undefined;
  const shown = new Set(
    beside
      .filter((section) => section.backend !== 'legacy' && (section.family ?? 4) === family)
      .flatMap((section) => [...tablesOf(section)].filter(isTableName))
      .map((table) => `${family === 4 ? 'ip' : 'ip6'} ${table}`),
  );
  const key = `${family} ${sections.length} ${[...shown].join()}`;
  const known = made.get(first) ?? new Map<string, RulesSection>();
  made.set(first, known);
  const found = known.get(key);
  if (found) return found;
  const section: RulesSection = {
    kind: 'rules',
    form: 'nft',
    role: 'saved-state',
    family,
    backend: 'nft',
    version: undefined,
    title: first.title ?? (first.form === 'listing' ? 'nft ruleset' : 'commands of nft'),
    noflush: false,
    lines: sections.flatMap(({ lines }) => lines),
    nft: sections,
    ...(shown.size > 0 && { besideIptables: shown }),
    ...(first.machine && { machine: first.machine }),
  };
  known.set(key, section);
  return section;
}
