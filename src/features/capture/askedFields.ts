import type { FieldName } from '../../core/net/fields/fields';
import { headerConditions } from '../../core/ruleset/header';
import { allTables, conditionsOf, type RuleSet } from '../../core/ruleset/ruleSet';

/** Which of the fields in which packets of one kind differ are asked by some rule. */
interface AskedFields {
  readonly sourcePort: boolean;
  readonly length: boolean;
  readonly hops: boolean;
  readonly tos: boolean;
  readonly tcpFlags: boolean;
  readonly sourceMac: boolean;
}

/** Rules that remember earlier packets answer differently for each. */
export interface AskedOfPackets extends AskedFields {
  readonly remembers: boolean;
}

type Name = keyof AskedFields;

const OF_FIELD: Readonly<Partial<Record<FieldName, Name>>> = {
  sourcePort: 'sourcePort',
  sourcePortRead: 'sourcePort',
  originalSourcePort: 'sourcePort',
  replyDestinationPort: 'sourcePort',
  length: 'length',
  hops: 'hops',
  tos: 'tos',
  tcpFlags: 'tcpFlags',
  tcpFlagsRead: 'tcpFlags',
  sourceMac: 'sourceMac',
};

/** Matches whose conditions are more than one field, and that read none of these. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'addrtype',
  'cgroup',
  'comment',
  'connbytes',
  'connlabel',
  'connmark',
  'conntrack',
  'cpu',
  'devgroup',
  'limit',
  'mark',
  'nfacct',
  'owner',
  'physdev',
  'policy',
  'quota',
  'realm',
  'recent',
  'rpfilter',
  'state',
  'statistic',
  'time',
]);

const KNOWN = new WeakMap<RuleSet, AskedOfPackets>();

/** What the rules of a rule set ask, those of the other back end and of nftables included. Each rule is read once. */
export function askedFields(ruleSet: RuleSet): AskedOfPackets {
  const known = KNOWN.get(ruleSet);
  if (known) return known;
  const asked = { sourcePort: false, length: false, hops: false, tos: false, tcpFlags: false, sourceMac: false };
  let remembers = false;
  const all = (): void => {
    for (const name of Object.keys(asked) as Name[]) asked[name] = true;
  };
  const take = (field: FieldName): void => {
    const name = OF_FIELD[field];
    if (name) asked[name] = true;
  };
  for (const set of [ruleSet, ruleSet.beside])
    for (const table of set ? allTables(set) : [])
      for (const chain of table.chains.values())
        for (const each of chain.rules) {
          const rule = each.passing();
          for (const condition of headerConditions(rule.header)) if (condition.asks) take(condition.asks.field);
          for (const match of rule.matches)
            for (const condition of conditionsOf(match, set?.family ?? 4)) {
              if (condition.stateful) remembers = true;
              if (condition.asks) take(condition.asks.field);
              else if (!ELSEWHERE.has(match.extension.name)) all();
            }
        }
  const found = { ...asked, remembers };
  KNOWN.set(ruleSet, found);
  return found;
}
