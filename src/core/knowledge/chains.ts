import type { ChainKnowledge } from './facts';
import { chainOfFamily } from './family';
import type { ProgramPack } from './pack';
import { packs } from './packs';
import type { RuleSetView } from './view';

/**
 * What a chain is for: who made it, why, what changes it. Without a rule set or a table the commonest meaning of the
 * name is given. Undefined for built-in chains and for chains of the user.
 */
export function chainKnowledge(
  ruleSet: RuleSetView | undefined,
  table: string | undefined,
  chain: string,
): ChainKnowledge | undefined {
  for (const { chains, families } of packs) {
    const own = chains?.knowledge(ruleSet, table, chain);
    if (own !== undefined) return own;
    for (const family of families) {
      const known = chainOfFamily(family, ruleSet, table, chain);
      if (known !== undefined) return known;
    }
  }
  return undefined;
}

/** Each meaning of a name by table and mode, where a program gives it several, or one in a table of its own only. */
export function chainVariants(chain: string): readonly ChainKnowledge[] {
  return packs.flatMap(({ chains, families }) => [
    ...(chains?.variants?.(chain) ?? []),
    ...families.flatMap((family) => {
      const [table] = family.tables ?? [];
      return (table !== undefined && chainOfFamily(family, undefined, table, chain)) || [];
    }),
  ]);
}

/** Whose chain it is, by name alone; undefined for built-in chains and chains of the user. */
export function familyOfChain(chain: string): string | undefined {
  return chainKnowledge(undefined, undefined, chain)?.family;
}

/**
 * The chains with an exact name, for completion; not those of nftables, as what is completed are rules of iptables.
 * Patterns are given as people write them, `SERVICE-…`.
 */
export function knownChainNames(): readonly string[] {
  return [
    ...new Set(
      packs.flatMap(({ chains, families }) => [
        ...(chains?.names ?? []),
        ...families.flatMap(({ tables, chains: entries }) =>
          tables ? [] : entries.map((entry) => (typeof entry.name === 'string' ? entry.name : (entry.shown ?? ''))),
        ),
      ]),
    ),
  ].filter((name) => name !== '');
}

/** True of a name that identifies the program of a chain wherever it is, also in prose. */
export function isDistinctiveName(name: string): boolean {
  return packs.some(({ prefixes = [] }) => prefixes.some((prefix) => name.startsWith(prefix)));
}

/** The tables that a chain of this name is known in; undefined where nothing is known, or it may be in any. */
export function tablesOfChain(name: string): readonly string[] | undefined {
  for (const { chainTables = [] } of packs) {
    const found = chainTables.find(([pattern]) => pattern.test(name));
    if (found !== undefined) return found[1];
  }
  return undefined;
}

const byFamily = new Map<string, ProgramPack>(
  packs.flatMap((pack) =>
    [...pack.families.map(({ family }) => family), ...(pack.chains?.familyNames ?? [])].map(
      (family) => [family, pack] as const,
    ),
  ),
);

/** The program of a family of chains: one program may have several, by part or by mode. */
export function packOfFamily(family: string | undefined): ProgramPack | undefined {
  return family === undefined ? undefined : byFamily.get(family);
}
