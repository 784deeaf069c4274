import { intersection, type PacketSet } from '../../core/net/fields/packetSet';
import type { Host } from '../../core/net/host';
import { conditionsOfRule } from '../../core/netfilter/evidence';
import type { Rule } from '../../core/ruleset/ruleSet';
import { boundsOf } from '../../core/xtables/fieldCondition';

/** At most this many of the possible boxes are tried. */
export const MOST_BOXES = 16;

/** What a packet must be to be matched by all these rules: each box is enough. */
export function boxesOf(rules: readonly Rule[], host: Host): PacketSet {
  const sets = rules.map((rule) => packetsOf(rule, host));
  return (intersection(sets) ?? [sets.map((set) => set[0] ?? []).flat()]).slice(0, MOST_BOXES);
}

/**
 * The packets that a rule may match; where fields say nothing of a condition, those that it certainly matches are
 * first.
 */
function packetsOf(rule: Rule, host: Host): PacketSet {
  const sets = conditionsOfRule(rule).map((condition) => {
    const { over, under } = boundsOf(condition, host);
    return over.some((box) => box.length === 0) ? [...under, ...over] : over;
  });
  return intersection(sets) ?? [sets.map((set) => set[0] ?? []).flat()];
}
