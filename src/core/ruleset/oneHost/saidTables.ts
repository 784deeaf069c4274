import type { UndecidedTable, RulesSection } from '../../syntax/sourceFile';
import { addedParts } from './addedTables';
import { tableGroups, type TableGroup } from './inferTables';
import type { TablesOfChain } from './tableEvidence';
import { placesIn, tableParts } from './tableParts';

/**
 * What the caller says of the tables of lines that do not name them: the table by `UndecidedTable.key`, by a chain
 * (`INPUT`: wherever its table is open), or by `*` (wherever it may be). A table that the lines rule out has no effect.
 */
export type SaidTables = Readonly<Record<string, string>>;

export const NO_TABLES_SAID: SaidTables = {};

/** Names the tables of the sections of one file. The sections are given in the order of the file. */
export class NamedTables {
  /** How many groups of lines there were for each chain. */
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly known: TablesOfChain,
    private readonly said: SaidTables,
  ) {}

  /**
   * A section with its tables named: itself, or one part for each table that its lines are read as rules of. The same
   * objects as long as the caller says the same.
   */
  partsOf(section: RulesSection): readonly RulesSection[] {
    if (section.form !== 'list' || section.defaultTable !== undefined) return addedParts(section);
    let found = inferred.get(section);
    if (!found) inferred.set(section, (found = readGroups(section, this.known)));
    const { groups, asked } = found;
    const open = groups.map((group, i) => this.openTable(group, asked[i]));
    const key = open.map((each) => (each ? `${each.key}=${each.said ? each.table : ''}` : '')).join();
    let parts = found.parts.get(key);
    if (!parts) found.parts.set(key, (parts = tableParts(section, groups, open)));
    return parts;
  }

  private openTable(
    { chains, candidates, table, why }: TableGroup,
    asked: LinesWithoutTable | undefined,
  ): UndecidedTable | undefined {
    let key: string | undefined;
    let saidAs: string | undefined;
    for (const chain of chains) {
      const count = (this.counts.get(chain) ?? 0) + 1;
      this.counts.set(chain, count);
      const own = `${chain} ${count}`;
      key ??= own;
      saidAs ??= [own, chain].find((each) => this.saidOf(each) !== undefined);
    }
    if (!asked || key === undefined) return undefined;
    const said = [saidAs, '*'].flatMap((each) => (each === undefined ? [] : (this.saidOf(each) ?? [])));
    const taken = said.find((each) => candidates.some((name) => name === each));
    // What was said by another chain of the group, before an edit, is removed there.
    return {
      ...asked,
      key: taken !== undefined && saidAs !== undefined ? saidAs : key,
      chain: chains[0] ?? '',
      table: taken ?? table,
      candidates,
      why,
      said: taken !== undefined,
    };
  }

  private saidOf(key: string): string | undefined {
    return Object.hasOwn(this.said, key) ? this.said[key] : undefined;
  }
}

type LinesWithoutTable = Pick<UndecidedTable, 'lines' | 'place'>;

/** What is known of a section whatever is said; its parts by what was said. */
interface Inferred {
  readonly groups: readonly TableGroup[];
  /** For each group; undefined where its table is certain. */
  readonly asked: readonly (LinesWithoutTable | undefined)[];
  readonly parts: Map<string, readonly RulesSection[]>;
}

const inferred = new WeakMap<RulesSection, Inferred>();

function readGroups(section: RulesSection, known: TablesOfChain): Inferred {
  const groups = tableGroups(section, known);
  const places = groups.some(({ certain }) => !certain) ? placesIn(groups) : undefined;
  const asked = groups.map(({ certain, evidence }) => {
    if (certain || !places) return undefined;
    const lines = evidence.map(({ line }) => line);
    return { lines, place: places(lines) };
  });
  return { groups, asked, parts: new Map() };
}
