import type { TableName } from '../xtables/view';
import { BUILTIN_CHAINS, type Chain, type Rule, type RuleSet } from './ruleSet';

/**
 * The data of all matches of one name that could be read, in the order in which the kernel loads the rules: the first
 * of several rules that share something makes it. iptables-legacy loads a table as a whole, its built-in chains first
 * and the others by name; iptables-nft rule by rule. Source: iptables 1.8.9, libiptc/libiptc.c iptc_insert_chain,
 * iptables/nft.c.
 */
export function matchesInLoadOrder(ruleSet: RuleSet, name: string): readonly unknown[] {
  let known = KNOWN.get(ruleSet);
  if (!known) KNOWN.set(ruleSet, (known = new Map<string, readonly unknown[]>()));
  let list = known.get(name);
  if (!list)
    known.set(
      name,
      (list = rulesInLoadOrder(ruleSet, name).flatMap(({ matches }) =>
        matches.filter(({ extension, data }) => extension.name === name && data !== undefined).map(({ data }) => data),
      )),
    );
  return list;
}

const KNOWN = new WeakMap<RuleSet, Map<string, readonly unknown[]>>();

/** Rules that name it, of which only those are read in full. */
function rulesInLoadOrder({ tables, backend }: RuleSet, name: string): readonly Rule[] {
  const ordered = [...tables.values()].flatMap((table) =>
    backend === 'nft' ? [...table.chains.values()] : chainsOfTable(table.name, table.chains),
  );
  const rules = ordered.flatMap((chain) => chain.rules.filter(({ line }) => line.text.includes(name)));
  return backend === 'nft' ? rules.sort((a, b) => a.line.index - b.line.index) : rules;
}

function chainsOfTable(table: TableName, chains: ReadonlyMap<string, Chain>): readonly Chain[] {
  const builtin = BUILTIN_CHAINS[table] as readonly string[];
  const own = [...chains.values()].filter(({ name }) => !builtin.includes(name));
  return [...builtin.flatMap((name) => chains.get(name) ?? []), ...own.sort((a, b) => (a.name < b.name ? -1 : 1))];
}
