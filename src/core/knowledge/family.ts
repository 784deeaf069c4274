import { text, type ChangedBy, type ChainKnowledge, type Paragraph } from './facts';
import { chainIn, type RuleSetView } from './view';

/** A chain or a pattern of chains of one program, as data. */
interface ChainEntry {
  /** The exact name, or a test for names with a hash, a jail, a zone in them. */
  readonly name: string | RegExp;
  /** How to show a pattern, `SERVICE-…`; the name itself where there is none. */
  readonly shown?: string;
  /** Where the meaning holds; absent where it is the same in every table. */
  readonly table?: string;
  /** Of a pattern, what the very name means. */
  readonly title: string | ((name: string) => string);
  readonly details?: readonly string[];
  readonly versions?: string;
  readonly changedBy?: readonly ChangedBy[];
  readonly kernelNote?: string;
}

export interface ChainFamily {
  readonly family: string;
  readonly sources: readonly string[];
  readonly verified: boolean;
  /** Said of every chain of the family: marks, sets, comments to know it by. */
  readonly common?: readonly string[];
  readonly chains: readonly ChainEntry[];
  /** Tables of nftables that hold them, for names that mean this only there; absent: as the entries say. */
  readonly tables?: readonly string[];
  /** Chains of which one must be in the rule set, for families whose names anyone might choose. */
  readonly signature?: readonly string[];
}

/** The entry for a chain of this family; undefined for any other name. */
export function chainOfFamily(
  family: ChainFamily,
  ruleSet: RuleSetView | undefined,
  table: string | undefined,
  name: string,
): ChainKnowledge | undefined {
  const entry = entryOf(family, ruleSet, table, name);
  if (entry === undefined) return undefined;
  const details: Paragraph[] = [...(entry.details ?? []), ...(family.common ?? [])].map(text);
  if (!family.verified)
    details.push(text('Known from public dumps and documents only; the program’s source was not read.'));
  return {
    name,
    family: family.family,
    title: typeof entry.title === 'string' ? entry.title : entry.title(name),
    details,
    changedBy: entry.changedBy ?? [],
    sources: family.sources,
    verified: family.verified,
    ...(entry.versions === undefined ? {} : { versions: entry.versions }),
    ...(entry.kernelNote === undefined ? {} : { kernelNote: entry.kernelNote }),
  };
}

/** Whether the name is one of the family's, without its description: large nodes ask this of 20,000 chains. */
export function isOfFamily(
  family: ChainFamily,
  ruleSet: RuleSetView | undefined,
  table: string | undefined,
  name: string,
): boolean {
  return entryOf(family, ruleSet, table, name) !== undefined;
}

/** The first entry for the name that holds in this table; without a table any, those that hold everywhere first. */
function entryOf(
  { chains, signature, tables }: ChainFamily,
  ruleSet: RuleSetView | undefined,
  table: string | undefined,
  name: string,
): ChainEntry | undefined {
  let found: ChainEntry | undefined;
  if (tables !== undefined && (table === undefined || !tables.includes(table))) return undefined;
  for (const entry of chains) {
    if (typeof entry.name === 'string' ? entry.name !== name : !entry.name.test(name) && entry.shown !== name) continue;
    if (entry.table === undefined || entry.table === table) {
      found = entry;
      break;
    }
    if (table === undefined) found ??= entry;
  }
  if (
    found !== undefined &&
    signature !== undefined &&
    ruleSet !== undefined &&
    !signature.some((chain) => chainIn(ruleSet, table ?? 'filter', chain) !== undefined)
  )
    return undefined;
  return found;
}
