import type { TraceEvent, Walked } from '../../core/netfilter/events';
import type { Chain, Rule } from '../../core/ruleset/ruleSet';
import type { PacketView } from '../../core/xtables/view';
import type { RuleEvent } from '../traceReport/traceInput';
import { nftLogs } from '../nftLog';

/** Where in a built-in chain the packet was when something was decided. */
export interface DecisionPlace {
  /** The built-in chain. */
  readonly chain: Chain;
  /** The packet as it came to the table. */
  readonly view: PacketView;
  /** The rule of the built-in chain that decided, or that led to what did; undefined: the chain came to its end. */
  readonly rule: RuleEvent | undefined;
  /** User-defined chains of this table that the packet came to before. */
  readonly visited: ReadonlySet<string>;
}

/** The place of an event within its table; undefined for what happens between the tables. */
export function placeOf({ events }: Walked, index: number): DecisionPlace | undefined {
  const visited = new Set<string>();
  let leading: RuleEvent | undefined;
  for (let i = index; i >= 0; i--) {
    const event = events[i] as TraceEvent;
    if (event.kind === 'table-enter')
      return {
        chain: event.chain,
        view: event.view,
        rule: events[index]?.kind === 'policy' ? undefined : leading,
        visited,
      };
    if (event.kind === 'table-leave' && i < index) return undefined;
    if (event.kind !== 'rule' || !event.matched) continue;
    if (event.depth === 0) leading ??= event;
    if (event.rule.target.kind === 'jump') visited.add(event.rule.target.chain);
  }
  return undefined;
}

/**
 * The number of the first of the rules at the end of a chain that only log: a rule that lets packets through belongs
 * before them. undefined: there are none.
 */
export function closingLogs({ rules }: Chain): number | undefined {
  let first: number | undefined;
  for (let i = rules.length - 1; i >= 0; i--) {
    const rule = rules[i];
    if (!rule || !onlyLogs(rule)) break;
    first = i + 1;
  }
  return first;
}

function onlyLogs(rule: Rule): boolean {
  const { target, written } = rule;
  if (written) return target.kind === 'none' && nftLogs(rule);
  return target.kind === 'extension' && LOGS.has(target.extension.name);
}

const LOGS: ReadonlySet<string> = new Set(['LOG', 'NFLOG', 'ULOG']);
