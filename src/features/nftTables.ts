import { Shape } from '../core/syntax/shape';
import { readNftTables } from '../core/syntax/nft/readTables';
import type { NftTableText } from '../core/syntax/nft/tables';
import type { NftSection, SourceFile } from '../core/syntax/sourceFile';

/** A table of nft that holds rules or a policy that drops, and where they act. */
export interface UnfollowedTable {
  /** `inet mesh-nat`. */
  readonly name: string;
  /** `prerouting`, `output`, as nft writes them. */
  readonly hooks: readonly string[];
  readonly rules: number;
  /** 1-based. */
  readonly line: number;
}

const known = new WeakMap<SourceFile, readonly UnfollowedTable[]>();

/**
 * The tables of nft in a file whose rules no trace follows: those of other families than ip, ip6 and inet, chains
 * registered at a device (ingress, egress), and tables of which no chain is shown that is registered at a hook.
 */
export function unfollowedTables(file: SourceFile): readonly UnfollowedTable[] {
  let found = known.get(file);
  if (!found) {
    const sections = file.sections.filter((section): section is NftSection => section.kind === 'nft');
    known.set(file, (found = sections.length === 0 ? [] : [...readNftTables(sections).values()].flatMap(unfollowed)));
  }
  return found;
}

function unfollowed({ family, name, chains, line, dormant }: NftTableText): readonly UnfollowedTable[] {
  if (dormant) return [];
  const followed = family === 'ip' || family === 'ip6' || family === 'inet';
  const every = [...chains.values()];
  // Rules that were added to chains which the file does not show: in which hook they are asked nobody knows.
  const adrift = every.every(({ base }) => base === undefined);
  const all = every.filter(({ base }) => !followed || adrift || base?.hook === 'ingress' || base?.hook === 'egress');
  const rules = all.reduce((sum, chain) => sum + chain.rules.length, 0);
  if (rules === 0 && !all.some(({ policy }) => policy === 'drop')) return [];
  return [
    {
      name: `${family} ${name}`,
      hooks: [...new Set(all.flatMap(({ base }) => (base ? [base.hook] : [])))],
      rules,
      line: line.index + 1,
    },
  ];
}

/** `inet mesh-nat (prerouting, output), ip services (forward)`. */
function tablesWords(tables: readonly UnfollowedTable[]): string {
  const named = tables
    .slice(0, MOST_NAMED)
    .map(({ name, hooks }) => `${name}${hooks.length === 0 ? '' : ` (${hooks.join(', ')})`}`);
  return `${named.join(', ')}${tables.length > MOST_NAMED ? ` and ${tables.length - MOST_NAMED} more` : ''}`;
}

const MOST_NAMED = 6;

/** What the host filters with besides the rules that a trace follows. */
export interface NotFollowed {
  /** Completes "not followed: …". */
  readonly words: string;
  /** 0-based line that shows it. */
  readonly line: number;
}

const found = new WeakMap<SourceFile, { readonly notFollowed: NotFollowed | undefined }>();

/** The rules of nft that a trace does not follow; undefined where the file states of none. */
export function notFollowed(file: SourceFile): NotFollowed | undefined {
  const before = found.get(file) ?? { notFollowed: lookForNft(file) };
  found.set(file, before);
  return before.notFollowed;
}

function lookForNft(file: SourceFile): NotFollowed | undefined {
  const tables = unfollowedTables(file);
  const [first] = tables;
  if (first) return { words: tablesWords(tables), line: first.line - 1 };
  // What could be read of it is rules like others.
  const read = new Set(
    file.sections.flatMap(({ kind, lines }) => (kind === 'nft' ? lines.map(({ index }) => index) : [])),
  );
  const json = file.shapes.findIndex((shape, index) => shape === Shape.NftJson && !read.has(index));
  if (json >= 0) return { words: 'those in the JSON of nft', line: json };
  return undefined;
}
