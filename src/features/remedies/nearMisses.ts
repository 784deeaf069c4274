import type { TraceEvent, Walked } from '../../core/netfilter/events';
import { headerConditions } from '../../core/ruleset/header';
import { conditionsOf, type BoundMatch, type Rule } from '../../core/ruleset/ruleSet';
import { ask } from '../../core/xtables/draft';
import type { Condition } from '../../core/xtables/extension';
import type { PacketView } from '../../core/xtables/view';
import { decisiveEvent } from '../traceReport/verdict';

/** A rule that accepts, and one thing that it asked and the packet did not have. */
export interface NearMiss {
  readonly rule: Rule;
  /** As the packet was when it came to the rule. */
  readonly view: PacketView;
  readonly missed: Condition;
  /** The match that asks it; undefined: the header does. */
  readonly match: BoundMatch | undefined;
}

/** At most this many rules are evaluated, those nearest to what decided. */
const MOST_RULES = 20_000;

/**
 * Rules before the one that dropped the packet, of the same table, that would have accepted it but for one condition:
 * the nearest to it first. What nobody knows of a packet does not count as missed, nor as had.
 */
export function nearMisses(walked: Walked): readonly NearMiss[] {
  const { dropBy } = walked.end;
  const index = decisiveEvent(walked);
  if ((dropBy?.kind !== 'rule' && dropBy?.kind !== 'policy') || index === undefined) return [];
  const found: NearMiss[] = [];
  let looked = 0;
  for (let i = index - 1; i >= 0 && looked < MOST_RULES; i--) {
    const event = walked.events[i] as TraceEvent;
    if (event.kind === 'table-enter' || event.kind === 'table-leave') break;
    const rules =
      event.kind === 'skipped'
        ? event.rules.slice(event.from - 1, event.to).reverse()
        : event.kind === 'rule' && !event.matched
          ? [event.rule]
          : [];
    if (event.kind !== 'skipped' && event.kind !== 'rule') continue;
    for (const rule of rules) {
      if (++looked > MOST_RULES) break;
      const miss = accepts(rule) ? onlyMiss(rule, event.view) : undefined;
      if (miss) found.push(miss);
    }
  }
  return found;
}

function accepts({ target, header }: Rule): boolean {
  return target.kind === 'extension' && target.extension.name === 'ACCEPT' && !header.names;
}

function onlyMiss(rule: Rule, view: PacketView): NearMiss | undefined {
  let miss: NearMiss | undefined;
  const every = [
    ...headerConditions(rule.header).map((condition) => ({ condition, match: undefined })),
    ...rule.matches.flatMap((match) => conditionsOf(match, rule.family).map((condition) => ({ condition, match }))),
  ];
  for (const { condition, match } of every) {
    const answer = ask(condition, view);
    if (answer === true) continue;
    if (answer !== false || miss) return undefined;
    miss = { rule, view, missed: condition, match };
  }
  return miss;
}
