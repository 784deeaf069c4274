import { reachingHooks } from '../../core/ruleset/checkPlaces';
import { allTables, type Chain, type Rule, type RuleSet, type Table } from '../../core/ruleset/ruleSet';
import type { Hook } from '../../core/xtables/view';

/** One way to a rule: the hook at which the packet meets the table, and the jumps from its built-in chain on. */
export interface WayToRule {
  readonly hook: Hook;
  readonly jumps: readonly Rule[];
}

/** At most this many ways for each hook, the shortest first. */
const MOST_WAYS = 4;
/** At most this often a chain is entered during the search, and the one of the rule. */
const MOST_VISITS = 4;
const MOST_ARRIVALS = 64;

/** A packet may take these jumps and be matched by the rule after them, as far as conditions show it. */
type IsPossible = (jumps: readonly Rule[]) => boolean;

/** The ways to a rule; none where its chain is not reached from any built-in chain. */
export function waysTo(ruleSet: RuleSet, rule: Rule): readonly WayToRule[] {
  return possibleWays(ruleSet, rule, () => true).ways;
}

/** Whether jumps lead from a built-in chain to that of a rule, also where no packet comes to them. */
export function isJumpedTo(ruleSet: RuleSet, { chain }: Rule): boolean {
  const table = allTables(ruleSet).find(({ name }) => name === chain.table);
  return table !== undefined && [...callersOf(table, chain.name)].some((name) => table.chains.get(name)?.hook);
}

/** The possible ways to a rule. `complete`: there are no more than these. */
export function possibleWays(
  ruleSet: RuleSet,
  rule: Rule,
  isPossible: IsPossible,
): { readonly ways: readonly WayToRule[]; readonly complete: boolean } {
  const table = allTables(ruleSet).find(({ name }) => name === rule.chain.table);
  if (!table) return { ways: [], complete: true };
  const callers = callersOf(table, rule.chain.name);
  const searches = reachingHooks(rule.chain).flatMap((hook) =>
    startsOf(table, hook).map((start) => ({ hook, ...jumpsFrom(start, rule, callers, isPossible) })),
  );
  return {
    ways: searches.flatMap(({ hook, found }) => found.map((jumps) => ({ hook, jumps }))),
    complete: searches.every(({ complete }) => complete),
  };
}

/** Of nftables, chains of any name may be registered at a hook. */
function startsOf(table: Table, hook: Hook): readonly Chain[] {
  return [...table.chains.values()].filter((chain) => chain.hook === hook);
}

function jumpsFrom(
  start: Chain,
  rule: Rule,
  callers: ReadonlySet<string>,
  isPossible: IsPossible,
): { readonly found: readonly (readonly Rule[])[]; readonly complete: boolean } {
  let complete = true;
  const found: (readonly Rule[])[] = [];
  const queue: Reached[] = [{ chain: start, by: undefined, from: undefined }];
  const visits = new Map<string, number>();
  for (const reached of queue) {
    if (found.length >= MOST_WAYS) return { found, complete: false };
    const { chain } = reached;
    if (chain.name === rule.chain.name) {
      const jumps = jumpsTo(reached);
      if (isPossible(jumps)) found.push(jumps);
      continue;
    }
    for (const each of chain.rules) {
      const { jump } = each;
      if (!jump?.to || jump.refused || !callers.has(jump.chain)) continue;
      const seen = visits.get(jump.chain) ?? 0;
      if (seen >= (jump.chain === rule.chain.name ? MOST_ARRIVALS : MOST_VISITS)) {
        complete = false;
        continue;
      }
      visits.set(jump.chain, seen + 1);
      queue.push({ chain: jump.to, by: each, from: reached });
    }
  }
  return { found, complete };
}

/** A chain on a way to the wanted rule, the jump that led to it, and where that stands. */
interface Reached {
  readonly chain: Chain;
  readonly by: Rule | undefined;
  readonly from: Reached | undefined;
}

function jumpsTo(last: Reached): readonly Rule[] {
  const jumps: Rule[] = [];
  for (let at: Reached | undefined = last; at?.by; at = at.from) jumps.push(at.by);
  return jumps.reverse();
}

/** The chains from which the wanted one can be reached, itself included. */
function callersOf(table: Table, wanted: string): ReadonlySet<string> {
  const jumps = new Map<string, Set<string>>();
  for (const chain of table.chains.values()) {
    for (const { jump } of chain.rules) {
      if (!jump) continue;
      const set = jumps.get(jump.chain) ?? new Set<string>();
      jumps.set(jump.chain, set.add(chain.name));
    }
  }
  const reached = new Set([wanted]);
  for (const name of reached) for (const caller of jumps.get(name) ?? []) reached.add(caller);
  return reached;
}
