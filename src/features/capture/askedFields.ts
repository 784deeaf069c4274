import type { FieldName } from '../../core/net/fields/fields';
import type { Host } from '../../core/net/host';
import { headerConditions } from '../../core/ruleset/header';
import { allTables, conditionsOf, type RuleSet } from '../../core/ruleset/ruleSet';

/** In which packets of one kind differ. */
export type OwnField = 'sourcePort' | 'length' | 'hops' | 'tos' | 'tcpFlags' | 'sourceMac' | 'everything';

/** What rules ask. */
export interface AskedOfPackets {
  readonly fields: ReadonlySet<OwnField>;
  /** Rules that remember earlier packets answer differently for each. */
  readonly remembers: boolean;
}

const OF_FIELD: Readonly<Partial<Record<FieldName, OwnField>>> = {
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

/** All packets of one kind have the same in these. */
const IN_COMMON: ReadonlySet<FieldName> = new Set<FieldName>([
  'source',
  'destination',
  'protocol',
  'inInterface',
  'outInterface',
  'fragmentOffset',
  'destinationPort',
  'destinationPortRead',
  'icmp',
  'spi',
  'mark',
  'uid',
  'gid',
  'hasSocket',
  'realm',
  'inGroup',
  'outGroup',
  'conntrackState',
  'conntrackStatus',
  'conntrackDirection',
  'conntrackMark',
  'conntrackProtocol',
  'originalSource',
  'originalDestination',
  'originalDestinationPort',
  'replySource',
  'replyDestination',
  'replySourcePort',
]);

/** Matches whose conditions are more than one field, and in which packets of one kind do not differ. */
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
  const fields = new Set<OwnField>();
  let remembers = false;
  const take = (field: FieldName): void => {
    if (!IN_COMMON.has(field)) fields.add(OF_FIELD[field] ?? 'everything');
  };
  for (const set of [ruleSet, ruleSet.beside])
    for (const table of set ? allTables(set) : [])
      for (const chain of table.chains.values())
        for (const each of chain.rules) {
          const { header, matches, target } = each.passing();
          for (const condition of headerConditions(header)) if (condition.asks) take(condition.asks.field);
          for (const match of matches)
            for (const condition of conditionsOf(match, set?.family ?? 4)) {
              if (condition.stateful) remembers = true;
              if (condition.asks) take(condition.asks.field);
              else if (!ELSEWHERE.has(match.extension.name)) fields.add('everything');
            }
          // What a TTL becomes depends on what it was.
          if (target.kind === 'extension')
            for (const { field, kind } of target.extension.changes?.(target.data) ?? [])
              if (kind === 'moved') take(field);
        }
  const found = { fields, remembers };
  KNOWN.set(ruleSet, found);
  return found;
}

/** What the routing of a host asks: by the policy rules of both families, and by routes for one type of service. */
export function askedByRouting({ policyRules, routes }: Host): ReadonlySet<OwnField> {
  return new Set<OwnField>([
    ...(routes.some(({ tos }) => tos !== 0) || policyRules.some(({ tos }) => tos !== undefined)
      ? ['tos' as const]
      : []),
    ...(policyRules.some(({ sourcePorts }) => sourcePorts !== undefined) ? ['sourcePort' as const] : []),
  ]);
}
