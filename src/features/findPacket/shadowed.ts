import type { FieldName } from '../../core/net/fields/fields';
import { inverseTest, type FieldTest } from '../../core/net/fields/fieldTest';
import { intersection, type Box, type PacketSet } from '../../core/net/fields/packetSet';
import { pickValue } from '../../core/net/fields/pick';
import type { Host } from '../../core/net/host';
import { conditionsOfRule } from '../../core/netfilter/evidence';
import { isTableName, type Rule, type RuleSet, type Table } from '../../core/ruleset/ruleSet';
import { boundsOf } from '../../core/xtables/fieldCondition';
import { allWaysTo } from './waysTo';

/** What hardly any rule changes; marks, TOS and hop limits are there to be set between two rules. */
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

/** At most this many rules before the wanted one are considered on each way. */
const MOST_EARLIER = 4_000;
/** At most this many rules of the table are read. */
const MOST_READ = 20_000;

/**
 * The rule that matches every packet that another one would match, for each way to it; undefined where that cannot be
 * proved. Nothing is proved of nftables, where a condition may change what it reads.
 */
export function shadowedBy(ruleSet: RuleSet, rule: Rule, host: Host): Rule | undefined {
  const table = isTableName(rule.chain.table) ? ruleSet.tables.get(rule.chain.table) : undefined;
  const changed = table && changedIn(table);
  const ways = allWaysTo(ruleSet, rule);
  if (!changed || !ways) return undefined;
  const stays = (field: FieldName): boolean => STAYS.has(field) && !changed.has(field);
  let first: Rule | undefined;
  for (const { jumps } of ways) {
    const taker = takerOn([...jumps, rule], host, stays);
    if (!taker) return undefined;
    first ??= taker;
  }
  return first;
}

/** What the rules of a table change before they go on to the next one; undefined where they are too many to be read. */
function changedIn({ chains }: Table): ReadonlySet<FieldName> | undefined {
  const changed = new Set<FieldName>();
  let looked = 0;
  for (const { rules } of chains.values()) {
    looked += rules.length;
    if (looked > MOST_READ) return undefined;
    for (const { target } of rules)
      if (target.kind === 'extension' && target.extension.terminates !== 'always')
        for (const { field } of target.extension.changes?.(target.data) ?? []) changed.add(field);
  }
  return changed;
}

type Stays = (field: FieldName) => boolean;

function takerOn(way: readonly Rule[], host: Host, stays: Stays): Rule | undefined {
  const wanted = intersection(way.map((rule) => overOf(rule, host, stays)));
  if (!wanted) return undefined;
  let looked = 0;
  for (const step of way) {
    for (const earlier of step.chain.rules) {
      if (earlier === step || ++looked > MOST_EARLIER) break;
      if (ends(earlier) && covers(earlier, wanted, host, stays)) return earlier;
    }
  }
  return undefined;
}

/** No packet that a rule matches goes on to the next one. */
function ends({ target }: Rule): boolean {
  return target.kind === 'extension' && target.extension.terminates === 'always';
}

function overOf(rule: Rule, host: Host, stays: Stays): PacketSet {
  return (intersection(conditionsOfRule(rule).map((condition) => boundsOf(condition, host).over)) ?? [[]]).map((box) =>
    box.filter(({ field }) => stays(field)),
  );
}

/** A rule is sure to match each packet of these boxes: one of its own boxes has all of them. */
function covers(rule: Rule, wanted: PacketSet, host: Host, stays: Stays): boolean {
  const under = intersection(conditionsOfRule(rule).map((condition) => boundsOf(condition, host).under));
  return (
    under !== undefined &&
    wanted.every((box) => under.some((own) => own.every((test) => stays(test.field) && holdsIn(box, test, rule))))
  );
}

function holdsIn(box: Box, test: FieldTest, { family }: Rule): boolean {
  const others = [...box.filter(({ field }) => field === test.field), inverseTest(test)];
  return pickValue(others, family).kind === 'none';
}
