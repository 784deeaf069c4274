import type { FieldName } from '../../core/net/fields/fields';
import { inverseTest, type FieldTest } from '../../core/net/fields/fieldTest';
import { intersection, type Box, type PacketSet } from '../../core/net/fields/packetSet';
import { pickValue } from '../../core/net/fields/pick';
import type { Host } from '../../core/net/host';
import { conditionsOfRule } from '../../core/netfilter/evidence';
import { isTableName, type Rule, type RuleSet, type Table } from '../../core/ruleset/ruleSet';
import { boundsOf } from '../../core/xtables/fieldCondition';
import { isEmpty } from './boxes';
import { possibleWays } from './waysTo';

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

type Stays = (field: FieldName) => boolean;

/** At most this many rules before the wanted one are considered on each way. */
const MOST_EARLIER = 4_000;
/** At most this many rules of the table are read. */
const MOST_READ = 20_000;

/**
 * The rule that matches every packet that another one would match, for each way to it that is possible; undefined where
 * that cannot be proved. Nothing is proved of nftables, where a condition may change what it reads.
 */
export function shadowedBy(ruleSet: RuleSet, rule: Rule, host: Host): Rule | undefined {
  const stays = whatStays(ruleSet, rule);
  if (!stays) return undefined;
  const { ways, complete } = possibleWays(ruleSet, rule, canPass(ruleSet, rule, host));
  if (!complete) return undefined;
  let first: Rule | undefined;
  for (const { jumps } of ways) {
    const wanted = wantedOn(jumps, rule, host, stays);
    const taker = wanted && takerOn([...jumps, rule], wanted, host, stays);
    if (!taker) return undefined;
    first ??= taker;
  }
  return first;
}

/** Tells of jumps whether a packet may take them all and be matched by the rule, as far as that can be disproved. */
export function canPass(ruleSet: RuleSet, rule: Rule, host: Host): (jumps: readonly Rule[]) => boolean {
  const stays = whatStays(ruleSet, rule);
  return (jumps) => !stays || wantedOn(jumps, rule, host, stays)?.length !== 0;
}

/** The fields of a packet that stay as they are in the table of a rule; undefined where that is not known. */
function whatStays(ruleSet: RuleSet, { chain }: Rule): Stays | undefined {
  const changed = changedInTable(ruleSet, chain.table);
  return changed && ((field) => STAYS.has(field) && !changed.has(field));
}

/** What rules of its table may change before a packet comes to a rule; empty where that is not known. */
export function changedOnTheWayTo(ruleSet: RuleSet, { chain }: Rule): ReadonlySet<FieldName> {
  return changedInTable(ruleSet, chain.table) ?? new Set();
}

function changedInTable(ruleSet: RuleSet, name: string): ReadonlySet<FieldName> | undefined {
  const table = isTableName(name) ? ruleSet.tables.get(name) : undefined;
  return table && changedIn(table);
}

/** What a packet is that takes these jumps and is matched by the rule; undefined where that takes too many boxes. */
function wantedOn(jumps: readonly Rule[], rule: Rule, host: Host, stays: Stays): PacketSet | undefined {
  const sets = intersection([...jumps, rule].map((each) => overOf(each, host, stays)));
  return sets?.filter((box) => !isEmpty(box, rule.family));
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

function takerOn(way: readonly Rule[], wanted: PacketSet, host: Host, stays: Stays): Rule | undefined {
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
