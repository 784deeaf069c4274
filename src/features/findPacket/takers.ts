import { inverse, type PacketSet } from '../../core/net/fields/packetSet';
import type { Host } from '../../core/net/host';
import { conditionsOfRule } from '../../core/netfilter/evidence';
import type { TraceEvent } from '../../core/netfilter/events';
import type { Traced } from '../../core/netfilter/trace';
import { reachingHooks } from '../../core/ruleset/checkPlaces';
import { allTables, type Chain, type Rule, type RuleSet } from '../../core/ruleset/ruleSet';
import { boundsOf } from '../../core/xtables/fieldCondition';
import type { Hook } from '../../core/xtables/view';
import { boxesOf } from './boxes';
import { waysTo } from './waysTo';

/** A rule that took the packet away before it came to the wanted one, and the jumps that led there. */
export interface Taker {
  readonly rule: Rule;
  readonly jumps: readonly Rule[];
}

const MOST_TAKERS = 6;
const MOST_PATHS = 4;

/**
 * The rules that took the packet away before it came to the wanted one, the last one first: they dropped it, or ended a
 * chain or a table, or translated it to somewhere else.
 */
export function takersOf({ outcomes }: Traced, hook: Hook, { chain }: Rule): readonly Taker[] {
  const takers = new Map<Rule, Taker>();
  for (const { events } of outcomes.slice(0, MOST_PATHS)) {
    const found: Taker[] = [];
    let jumps: readonly Rule[] = [];
    for (const event of events) {
      if (event.kind === 'table-leave' && event.hook === hook && event.table === chain.table) break;
      if (event.kind === 'table-enter') jumps = [];
      else if (event.kind === 'return') jumps = upTo(jumps, event.to);
      else if (event.kind === 'rule' && event.matched && event.rule.jump?.to) jumps = [...jumps, event.rule];
      else if (takes(event)) found.unshift({ rule: event.rule, jumps });
    }
    for (const taker of found) if (!takers.has(taker.rule)) takers.set(taker.rule, taker);
  }
  return [...takers.values()].slice(0, MOST_TAKERS);
}

/** The jumps to a chain to which the packet returns. */
function upTo(jumps: readonly Rule[], chain: Chain): readonly Rule[] {
  return jumps.slice(0, jumps.findLastIndex(({ jump }) => jump?.to === chain) + 1);
}

function takes(event: TraceEvent): event is TraceEvent & { readonly kind: 'rule' } {
  if (event.kind !== 'rule' || !event.matched) return false;
  return event.effect !== undefined && event.effect.kind !== 'continue' && event.effect.kind !== 'jump';
}

/** Packets that a taker is sure not to get: its rule does not match them, or a jump to it that is not `needed`. */
export function avoiding({ rule, jumps }: Taker, needed: ReadonlySet<Rule>, host: Host): PacketSet {
  return [rule, ...jumps.filter((jump) => !needed.has(jump)).reverse()].flatMap((each) => notMatching(each, host));
}

/**
 * Packets that leave the chain of a taker before they come to it, or one of the chains that led there, and go on after
 * the jump to that chain.
 */
export function returning({ rule, jumps }: Taker, host: Host): PacketSet {
  return [...jumps, rule]
    .slice(1)
    .reverse()
    .flatMap(({ chain, number }) => chain.rules.slice(0, Math.min(number - 1, MOST_EARLIER)))
    .filter((each) => hasVerdict(each, 'RETURN'))
    .slice(0, MOST_ACCEPTING)
    .flatMap((each) => boxesOf([each], host).slice(0, MOST_BOXES_EACH));
}

const MOST_EARLIER = 1_000;

/** Packets that a rule is sure not to match, by what one of its conditions asks. */
function notMatching(rule: Rule, host: Host): PacketSet {
  return conditionsOfRule(rule).flatMap((condition) =>
    (inverse(boundsOf(condition, host).over) ?? []).filter((box) => box.length > 0),
  );
}

/** At most this many rules that accept are tried, and this many ways to each. */
const MOST_ACCEPTING = 12;
const MOST_BOXES_EACH = 2;

/**
 * Packets that a table would let pass which dropped this one before it came to the wanted rule: those that its rules
 * accept. `wanted`: the table and hook of that rule.
 */
export function letThrough(
  { outcomes }: Traced,
  ruleSet: RuleSet,
  wanted: { readonly table: string; readonly hook: Hook },
  host: Host,
): PacketSet {
  const by = outcomes[0]?.end.dropBy;
  if (!by || by.kind === 'kernel') return [];
  const { hook } = by;
  const { table: name } = by.kind === 'policy' ? by.chain : by.rule.chain;
  if (name === wanted.table && hook === wanted.hook) return [];
  return allTables(ruleSet)
    .filter((table) => table.name === name)
    .flatMap(({ chains }) => [...chains.values()])
    .filter((chain) => reachingHooks(chain).includes(hook))
    .flatMap(({ rules }) => rules.filter((rule) => hasVerdict(rule, 'ACCEPT')))
    .slice(0, MOST_ACCEPTING)
    .flatMap((rule) =>
      waysTo(ruleSet, rule)
        .filter((way) => way.hook === hook)
        .flatMap(({ jumps }) => boxesOf([...jumps, rule], host).slice(0, MOST_BOXES_EACH)),
    );
}

function hasVerdict({ target }: Rule, verdict: string): boolean {
  return target.kind === 'extension' && target.extension.name === verdict;
}
