import type { FieldName } from '../../core/net/fields/fields';
import { inverseTest, type FieldTest } from '../../core/net/fields/fieldTest';
import { intersection, type Box, type PacketSet } from '../../core/net/fields/packetSet';
import { pickValue } from '../../core/net/fields/pick';
import type { Host } from '../../core/net/host';
import { conditionsOfRule } from '../../core/netfilter/evidence';
import type { Rule } from '../../core/ruleset/ruleSet';
import { boundsOf } from '../../core/xtables/fieldCondition';
import type { WayToRule } from './waysTo';

/** What no rule of a table changes while the packet is in it. Marks, TOS and hop limits may be set between two rules. */
const STAYS: ReadonlySet<FieldName> = new Set([
  'source',
  'destination',
  'protocol',
  'sourcePort',
  'destinationPort',
  'sourcePortRead',
  'destinationPortRead',
  'tcpFlags',
  'tcpFlagsRead',
  'icmp',
  'inInterface',
  'outInterface',
  'conntrackState',
  'uid',
  'gid',
]);

/** So many rules before the wanted one are looked at on each way. */
const MOST_EARLIER = 4_000;

/**
 * The rule that takes every packet which another one would match, for each of the ways that lead to it; undefined where
 * that cannot be proved for one of them. `family`: of the packets.
 */
export function shadowedBy(ways: readonly WayToRule[], rule: Rule, host: Host): Rule | undefined {
  let first: Rule | undefined;
  for (const { jumps } of ways) {
    const taker = takerOn([...jumps, rule], host);
    if (!taker) return undefined;
    first ??= taker;
  }
  return first;
}

function takerOn(way: readonly Rule[], host: Host): Rule | undefined {
  const wanted = intersection(way.map((rule) => overOf(rule, host)));
  if (!wanted) return undefined;
  let looked = 0;
  for (const step of way) {
    for (const earlier of step.chain.rules) {
      if (earlier === step || ++looked > MOST_EARLIER) break;
      if (ends(earlier) && covers(earlier, wanted, host)) return earlier;
    }
  }
  return undefined;
}

/** No packet that a rule matches goes on to the next one. */
function ends({ target }: Rule): boolean {
  return target.kind === 'extension' && target.extension.terminates === 'always';
}

function overOf(rule: Rule, host: Host): PacketSet {
  return (intersection(conditionsOfRule(rule).map((condition) => boundsOf(condition, host).over)) ?? [[]]).map((box) =>
    box.filter(({ field }) => STAYS.has(field)),
  );
}

/** A rule is sure to match each packet of these boxes: one of its own boxes has all of them. */
function covers(rule: Rule, wanted: PacketSet, host: Host): boolean {
  const under = intersection(conditionsOfRule(rule).map((condition) => boundsOf(condition, host).under));
  return (
    under !== undefined && wanted.every((box) => under.some((own) => own.every((test) => holdsIn(box, test, rule))))
  );
}

function holdsIn(box: Box, test: FieldTest, { family }: Rule): boolean {
  if (!STAYS.has(test.field)) return false;
  const others = [...box.filter(({ field }) => field === test.field), inverseTest(test)];
  return pickValue(others, family).kind === 'none';
}
