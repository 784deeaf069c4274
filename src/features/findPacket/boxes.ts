import type { FieldName } from '../../core/net/fields/fields';
import type { FieldTest } from '../../core/net/fields/fieldTest';
import { intersection, type Box, type PacketSet } from '../../core/net/fields/packetSet';
import { pickValue } from '../../core/net/fields/pick';
import type { Host } from '../../core/net/host';
import { conditionsOfRule } from '../../core/netfilter/evidence';
import type { Rule } from '../../core/ruleset/ruleSet';
import { boundsOf } from '../../core/xtables/fieldCondition';

/** At most this many of the possible boxes are tried. */
export const MOST_BOXES = 16;

/** Whether the tests of a box contradict each other: no packet passes them. */
export function isEmpty(box: Box, family: 4 | 6): boolean {
  const byField = new Map<FieldName, FieldTest[]>();
  for (const test of box) byField.set(test.field, [...(byField.get(test.field) ?? []), test]);
  return [...byField.values()].some((tests) => pickValue(tests, family).kind === 'none');
}

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
