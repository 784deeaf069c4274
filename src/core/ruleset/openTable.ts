import type { Line } from '../syntax/tree';
import type { Hook, TableName } from '../xtables/view';
import type { LineRule } from './lineRule';
import { printRuleBody } from './printRule';
import { forgetRead } from './readLines';
import { RulePatterns } from './rulePatterns';
import { BUILTIN_CHAINS, HOOKS, type Chain, type Table } from './ruleSet';

/** While binding, chains and rules grow; the rest of the program sees them as read-only. */
export interface OpenTable {
  readonly name: TableName;
  readonly chains: Map<string, OpenChain>;
  /**
   * How rules of this table are written; those of chains that bear the name of a hook have patterns of their own,
   * because not all of them accept `-i` and `-o`.
   */
  readonly patterns: RulePatterns<OpenChain>;
  /** The chain that the last rule went to. */
  latest: OpenChain | undefined;
  newest: OpenChain | undefined;
  /** The text shows all of it: a chain that is not in it is not on the host either. */
  whole?: boolean;
}

export interface OpenChain extends Chain<TableName> {
  name: string;
  reach: number;
  policy: 'ACCEPT' | 'DROP' | undefined;
  rules: LineRule[];
  line: Line | undefined;
  /** The rules by their text, each list in the order of the chain, once a command has asked for one by its text. */
  byText: Map<string, LineRule[]> | undefined;
  /** undefined for a name that needs quotes. */
  patterns: RulePatterns<OpenChain> | undefined;
  /** The chain declared after it: in a dump its rules come next. */
  following: OpenChain | undefined;
}

/** The table as the kernel makes it: its built-in chains, empty, with the policy ACCEPT. */
export function newTable(name: TableName): OpenTable {
  const table: OpenTable = {
    name,
    chains: new Map(),
    patterns: new RulePatterns(),
    latest: undefined,
    newest: undefined,
  };
  for (const hook of BUILTIN_CHAINS[name]) addChain(table, hook, hook, 'ACCEPT', undefined);
  return table;
}

/** Whether a table is as the binder has made it, and may be copied. */
export function isOpenTable(table: Table<TableName>): table is OpenTable {
  return 'patterns' in table && 'newest' in table;
}

/**
 * A copy that can be changed, without the rules of these lines. Its jumps still refer to the chains of the original.
 * `names`: the chains that are copied; the others are in both. undefined: all are.
 */
export function copiedTable(table: OpenTable, without: ReadonlySet<Line>, names?: ReadonlySet<string>): OpenTable {
  const copy: OpenTable = {
    name: table.name,
    chains: new Map(names && table.chains),
    patterns: new RulePatterns(),
    latest: undefined,
    newest: undefined,
    whole: table.whole === true,
  };
  for (const name of names ?? table.chains.keys()) {
    const chain = table.chains.get(name);
    if (!chain) continue;
    const made: OpenChain = {
      ...chain,
      rules: [],
      patterns: patternsOf(copy, chain.name),
      following: undefined,
      byText: undefined,
    };
    const kept = without.size === 0 ? chain.rules : chain.rules.filter(({ line }) => !without.has(line));
    made.rules = kept.map((rule) => rule.copied(made));
    copy.chains.set(chain.name, made);
  }
  return copy;
}

/** What iptables-restore does to a table that it begins: rules and chains are deleted, policies stay. */
export function clearTable(table: OpenTable): void {
  for (const chain of table.chains.values()) {
    if (chain.hook === undefined) deleteChain(table, chain);
    else flushRules(chain);
  }
}

export function addChain(
  table: OpenTable,
  name: string,
  hook: Hook | undefined,
  policy: 'ACCEPT' | undefined,
  line: Line | undefined,
): OpenChain {
  const chain: OpenChain = {
    table: table.name,
    name,
    hook,
    policy,
    rules: [],
    line,
    reach: 0,
    patterns: patternsOf(table, name),
    following: undefined,
    byText: undefined,
  };
  table.chains.set(name, chain);
  if (table.newest) table.newest.following = chain;
  table.newest = chain;
  return chain;
}

function patternsOf(table: OpenTable, name: string): RulePatterns<OpenChain> | undefined {
  if (!PLAIN_NAME.test(name)) return undefined;
  return (HOOKS as readonly string[]).includes(name) ? new RulePatterns() : table.patterns;
}

const PLAIN_NAME = /^\w[\w.:+*@/-]*$/;

export function deleteChain(table: OpenTable, chain: OpenChain): void {
  table.chains.delete(chain.name);
  // Whoever still has it can tell that it is gone.
  chain.patterns = undefined;
}

/** Most chains of a large dump have one rule or two, for which an array that grows would keep room for seventeen. */
export function addRule(chain: OpenChain, rule: LineRule): void {
  if (chain.rules.length < 4) chain.rules = [...chain.rules, rule];
  else chain.rules.push(rule);
  if (chain.byText) note(chain.byText, rule);
}

/** Puts rules before the one at `index` (from 0 on), in place of so many. */
export function changeRules(chain: OpenChain, index: number, replaced: number, rules: readonly LineRule[]): void {
  const { byText } = chain;
  for (const rule of byText ? chain.rules.slice(index, index + replaced) : []) {
    const alike = byText?.get(printRuleBody(rule, rule.family)) ?? [];
    alike.splice(alike.indexOf(rule), 1);
  }
  if (rules.length < 2) chain.rules.splice(index, replaced, ...rules);
  else chain.rules = [...chain.rules.slice(0, index), ...rules, ...chain.rules.slice(index + replaced)];
  // The lists are in the order of the chain: where a twin may come after, they are made anew.
  if (byText && rules.some((rule) => (byText.get(printRuleBody(rule, rule.family))?.length ?? 0) > 0))
    chain.byText = undefined;
  else if (byText) for (const rule of rules) note(byText, rule);
}

/** Removes the rules of these lines. */
export function dropLines(chain: OpenChain, lines: ReadonlySet<Line>): void {
  chain.rules = chain.rules.filter(({ line }) => !lines.has(line));
  chain.byText = undefined;
}

export function flushRules(chain: OpenChain): void {
  chain.rules = [];
  chain.byText = undefined;
}

/** The first rule, counted from 0, that iptables-save would print like this one; -1 where there is none. */
export function placeOfRule(chain: OpenChain, rule: LineRule): number {
  if (!chain.byText) {
    chain.byText = new Map();
    for (const each of chain.rules) note(chain.byText, each);
  }
  const first = chain.byText.get(printRuleBody(rule, rule.family))?.[0];
  return first ? chain.rules.indexOf(first) : -1;
}

function note(byText: Map<string, LineRule[]>, rule: LineRule): void {
  const text = printRuleBody(rule, rule.family);
  const alike = byText.get(text);
  if (alike) alike.push(rule);
  else byText.set(text, [rule]);
}

/** Whether a rule jumps to a chain of this name. */
export function isReferenced(table: OpenTable, name: string): boolean {
  for (const chain of table.chains.values()) if (chain.rules.some(({ jump }) => jump?.chain === name)) return true;
  return false;
}

/** Rules that jump to the chain go on doing so under the new name. */
export function renameChain(table: OpenTable, chain: OpenChain, name: string): void {
  for (const each of table.chains.values()) each.byText = undefined;
  table.chains.delete(chain.name);
  for (const rule of chain.rules) forget(rule);
  // Its own rules may jump to it as well.
  for (const other of [chain, ...table.chains.values()]) {
    for (const rule of other.rules) {
      if (rule.jump?.chain !== chain.name) continue;
      forget(rule);
      rule.jump.chain = name;
    }
  }
  chain.name = name;
  chain.patterns = patternsOf(table, name);
  table.chains.set(name, chain);
}

/** A rule that a rename changes is no longer what its line says: it keeps what was read, and is read anew next time. */
function forget(rule: LineRule): void {
  rule.keep();
  forgetRead(rule.line);
}
