import { Command } from '../syntax/command';
import type { Counters, Line } from '../syntax/tree';
import type { Hook, TableName } from '../xtables/view';
import type { LineRule } from './lineRule';
import { BUILTIN_CHAINS, type Chain } from './ruleSet';

/** While binding, chains and rules grow; the rest of the program sees them as read-only. */
export interface OpenTable {
  readonly name: TableName;
  readonly chains: Map<string, OpenChain>;
}

export interface OpenChain extends Chain {
  name: string;
  reach: number;
  policy: 'ACCEPT' | 'DROP' | undefined;
  rules: LineRule[];
  line: Line | undefined;
  counters: Counters | undefined;
}

/** The table as the kernel makes it: its built-in chains, empty, with the policy ACCEPT. */
export function newTable(name: TableName): OpenTable {
  const table: OpenTable = { name, chains: new Map() };
  for (const hook of BUILTIN_CHAINS[name]) addChain(table, hook, hook, 'ACCEPT', undefined, undefined);
  return table;
}

/** What iptables-restore does to a table that it begins: rules and chains go, policies stay. */
export function clearTable(table: OpenTable): void {
  for (const [name, chain] of table.chains) {
    if (chain.hook === undefined) table.chains.delete(name);
    else chain.rules = [];
  }
}

export function addChain(table: OpenTable, name: string, hook: Hook | undefined, policy: 'ACCEPT' | undefined, line: Line | undefined, counters: Counters | undefined): OpenChain {
  const chain: OpenChain = { table: table.name, name, hook, policy, rules: [], line, counters, reach: 0 };
  table.chains.set(name, chain);
  return chain;
}

/** Whether a rule jumps to a chain of this name. */
export function isReferenced(table: OpenTable, name: string): boolean {
  for (const chain of table.chains.values()) if (chain.rules.some(({ jump }) => jump?.chain === name)) return true;
  return false;
}

/** Rules that jump to the chain go on doing so under the new name. */
export function renameChain(table: OpenTable, chain: OpenChain, name: string): void {
  table.chains.delete(chain.name);
  for (const rule of chain.rules) forget(rule);
  for (const other of table.chains.values()) {
    for (const rule of other.rules) {
      if (rule.jump?.chain !== chain.name) continue;
      forget(rule);
      rule.jump.chain = name;
    }
  }
  chain.name = name;
  table.chains.set(name, chain);
}

/** A rule that a rename changes is no longer what its line says: it keeps what was read, and is read anew next time. */
function forget(rule: LineRule): void {
  rule.keep();
  if (rule.line.node instanceof Command) rule.line.node.made = undefined;
}
