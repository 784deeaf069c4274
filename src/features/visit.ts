import type { TraceEvent } from '../core/netfilter/events';
import { BUILTIN_CHAINS, isTableName, type Chain } from '../core/ruleset/ruleSet';

/** The chains that a packet has visited, and how far. */
export class Visit {
  private readonly hooks = new Set<string>();
  private readonly chains = new Set<string>();
  private readonly tables = new Set<string>();
  private readonly policies = new Set<string>();
  /** Chains of which the packet has come to the end. */
  private readonly ended = new Set<string>();
  /** Tables of which it has come to the end of a chain without rules. */
  private readonly empty = new Set<string>();
  /** The line of the last rule that matched, by the chain. */
  private readonly matched = new Map<string, number>();

  constructor(events: readonly TraceEvent[]) {
    for (const event of events) {
      if (event.kind === 'rule') {
        const key = this.enter(event.rule.chain);
        if (event.matched) this.matched.set(key, Math.max(this.matched.get(key) ?? 0, event.rule.line.index));
      } else if (event.kind === 'hook-enter') {
        this.hooks.add(event.hook);
      } else if ('chain' in event) {
        const key = this.enter(event.chain);
        if (event.kind === 'policy') this.policies.add(key);
        if (event.kind === 'policy' || (event.kind === 'return' && !event.explicit)) {
          this.ended.add(key);
          if (event.chain.rules.length === 0) this.empty.add(event.chain.table);
        }
      }
    }
  }

  private enter(chain: Chain): string {
    const key = `${chain.table} ${chain.name}`;
    this.chains.add(key);
    this.tables.add(chain.table);
    return key;
  }

  /** A rule at the end of what the chain has up to a line. */
  meetsAppended(table: string, chain: string, line: number): boolean {
    const key = `${table} ${chain}`;
    return this.ended.has(key) || (this.matched.get(key) ?? -1) > line;
  }

  /** The last rule of a chain, without one that decided. */
  meetsEnd(table: string, chain: string): boolean {
    return this.ended.has(`${table} ${chain}`);
  }

  /**
   * A built-in chain of a table of which the rules have nothing: the packet would visit it, once a command makes it.
   * Without a name, any of its chains.
   */
  meetsMade(table: string, chain?: string): boolean {
    if (this.tables.has(table) || !isTableName(table)) return false;
    return BUILTIN_CHAINS[table].some((hook) => this.hooks.has(hook) && (chain === undefined || chain === hook));
  }

  meetsChain(table: string, chain: string | undefined): boolean {
    return chain === undefined ? this.tables.has(table) : this.chains.has(`${table} ${chain}`);
  }

  /** A chain that has no rules, of one table or of any. */
  meetsEmpty(table: string | undefined): boolean {
    return table === undefined ? this.empty.size > 0 : this.empty.has(table);
  }

  /** The tables of the chains that it has visited, in their order. */
  get visitedTables(): readonly string[] {
    return [...this.tables];
  }

  meetsPolicy(table: string, chain: string): boolean {
    return this.policies.has(`${table} ${chain}`);
  }

  get meetsAny(): boolean {
    return this.tables.size > 0;
  }
}
