import { ChainDeclaration } from '../../syntax/chainDeclaration';
import { Command } from '../../syntax/command';
import type { Line } from '../../syntax/tree';
import { matchNamed, targetNamed } from '../../xtables/registry';
import type { TableName } from '../../xtables/view';
import { BUILTIN_CHAINS, HOOKS, isTableName } from '../ruleSet';

/** The tables in which programs make a chain of this name; undefined where nothing is known of it. */
export type TablesOfChain = (name: string) => readonly string[] | undefined;

/** What one line shows of the table that it is in. */
export interface Evidence {
  readonly line: Line;
  /** The chain that the line is about. */
  readonly chain: string;
  readonly builtin: boolean;
  /** The user-defined chain that it jumps to. */
  readonly jump: string | undefined;
  /** The tables that would accept it, in the order of `ALL_TABLES`. */
  readonly tables: readonly TableName[];
  /** What leaves only those: `MASQUERADE`, `the chain FORWARD`. */
  readonly why: string | undefined;
  /** A word that is usually in this table, but need not be (`MARK`). */
  readonly likely: TableName | undefined;
  /** `-P CHAIN` or `:CHAIN POLICY`. */
  readonly policy: boolean;
}

/** The likelier first, where nothing else decides. */
export const ALL_TABLES: readonly TableName[] = ['filter', 'nat', 'mangle', 'raw', 'security'];

/** undefined where the line says nothing of a chain. */
export function evidenceOf(line: Line, family: 4 | 6, known: TablesOfChain): Evidence | undefined {
  const { node } = line;
  if (node.kind === 'chain') {
    const userDefined = node instanceof ChainDeclaration ? node.isUserDefined : node.policy?.text === '-';
    return ofChain(line, node.name.text, !userDefined, known);
  }
  if (node.kind !== 'command') return undefined;
  const { chain, operation, words } = node instanceof Command ? node.readOnce() : node;
  if (!chain) return undefined;
  const base = ofChain(line, chain.text, operation === 'P', known);
  let { tables, why } = base;
  let jump: string | undefined;
  let likely: TableName | undefined;
  const narrow = (to: readonly string[] | undefined, because: string): void => {
    const left = to && tables.filter((table) => to.includes(table));
    if (!left || left.length === 0 || left.length === tables.length) return;
    tables = left;
    why = because;
  };
  for (let i = 0; i + 1 < words.length; i++) {
    const option = words[i]?.text ?? '';
    const value = words[i + 1]?.text ?? '';
    if (option === '-j' || option === '--jump' || option === '-g' || option === '--goto') {
      const target = targetNamed(value, family);
      if (target) {
        narrow(target.tables, value);
        likely ??= MOSTLY.get(value);
      } else {
        jump = value;
        narrow(known(value), `the chain ${value}`);
      }
    } else if (option === '-m' || option === '--match') narrow(matchNamed(value, family)?.tables, `-m ${value}`);
  }
  return { ...base, tables, why, jump, likely };
}

/** Targets that the kernel accepts in any table, and that are rarely elsewhere. */
const MOSTLY: ReadonlyMap<string, TableName> = new Map([
  ['MARK', 'mangle'],
  ['CONNMARK', 'mangle'],
  ['CLASSIFY', 'mangle'],
  ['TCPMSS', 'mangle'],
  ['TEE', 'mangle'],
]);

function ofChain(line: Line, name: string, policy: boolean, known: TablesOfChain): Evidence {
  const builtin = (HOOKS as readonly string[]).includes(name);
  const none = { line, chain: name, builtin, jump: undefined, likely: undefined, policy: policy && builtin };
  if (!builtin) {
    const found = known(name)?.filter(isTableName);
    return found
      ? { ...none, tables: ALL_TABLES.filter((table) => found.includes(table)), why: `the chain ${name}` }
      : { ...none, tables: ALL_TABLES, why: undefined };
  }
  return {
    ...none,
    tables: ALL_TABLES.filter((table) => (BUILTIN_CHAINS[table] as readonly string[]).includes(name)),
    why: `the chain ${name}`,
  };
}
