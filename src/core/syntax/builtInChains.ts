/** The built-in chains of each table in the order of iptables-save. Source: net/ipv4/netfilter/iptable_*.c. */
export const BUILTIN_CHAINS = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
} as const;

/** Those of all tables, in the order in which a packet comes to them. */
const ALL: readonly string[] = BUILTIN_CHAINS.mangle;

/** Its place among the built-in chains of all tables; -1 for a chain that somebody made. */
export function placeOfBuiltIn(chain: string): number {
  return ALL.indexOf(chain);
}

/** Whether a table may have these chains; what is not a table of iptables may have any. */
export function mayHave(table: string, chains: Iterable<string>): boolean {
  const builtIn = new Map<string, readonly string[]>(Object.entries(BUILTIN_CHAINS)).get(table.toLowerCase());
  return builtIn === undefined || [...chains].every((chain) => builtIn.includes(chain) || placeOfBuiltIn(chain) < 0);
}
