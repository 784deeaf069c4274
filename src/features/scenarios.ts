import { endpoint } from '../core/net/endpoint';
import {
  packs,
  podPlace,
  scenario,
  type Scenario,
  type ScenarioEntry,
  type ScenarioPlace,
} from '../core/knowledge/knowledge';
import { formatAddress, prefixBlock, inBlock, addToAddress, type Address } from '../core/net/address';
import type { Host } from '../core/net/host';
import type { RuleSet } from '../core/ruleset/ruleSet';
import { isTableName } from '../core/ruleset/ruleSet';
import { settingOf } from './fileTrace';
import { ruleSetOf, type Dump, type FileModel } from './fileModel';
import { ruleSetView } from './ruleSetView';
import { findPacket } from './findPacket/findPacket';

export type { Scenario } from '../core/knowledge/knowledge';

/**
 * Packets that make sense for a rule set, the most asked-for first: those of the program whose host it is, of the
 * programs that take packets in on it, of any host.
 */
export function scenariosFor(model: FileModel, dump: Dump): readonly Scenario[] {
  const ruleSet = ruleSetOf(dump.section);
  const { setting, addressesKnown } = settingOf(model, dump);
  const view = ruleSetView(ruleSet);
  const place = placeOf(setting.host, ruleSet.family, addressesKnown);
  const own = packs.map((pack) => pack.scenarios?.(view, place) ?? []).find((list) => list.length > 0);
  return (
    own ?? [
      ...packs.flatMap(({ entries = [] }) => entries).flatMap((entry) => throughEntry(entry, ruleSet, place)),
      ...generic(ruleSet, place),
    ]
  );
}

function placeOf(host: Host, family: 4 | 6, addressesKnown: boolean): ScenarioPlace {
  const { address: own, prefixLength, iface, appPort } = podPlace(host, family);
  return {
    host,
    addressesKnown,
    iface: iface ?? 'eth0',
    own: own ? formatAddress(own) : family === 4 ? '10.0.0.1' : '2001:db8::1',
    to: own && addressesKnown ? formatAddress(own) : '',
    loopback: family === 4 ? '127.0.0.1' : '::1',
    peer: own ? formatAddress(neighbour(own, prefixLength, host)) : family === 4 ? '10.0.0.77' : '2001:db8::77',
    outside: family === 4 ? '203.0.113.10' : '2001:db8:ffff::10',
    resolver: family === 4 ? '10.96.0.10' : 'fd00:10:96::a',
    service: family === 4 ? '10.96.0.80' : 'fd00:10:96::50',
    appPort: appPort ?? 8080,
  };
}

/** How far off a client next door is, the likeliest first. */
const STEPS = [
  ...Array.from({ length: 55 }, (_, i) => i + 5),
  1,
  2,
  3,
  4,
  ...Array.from({ length: 60 }, (_, i) => -1 - i),
];

/** Another address of the same network, for a client next door; of a prefix that holds one address, of what is usual. */
function neighbour(own: Address, prefixLength: number, host: Host): Address {
  const [whole, usual] = own.family === 4 ? [32, 24] : [128, 64];
  const length = prefixLength < whole ? prefixLength : usual;
  const network = prefixBlock(own, length);
  for (const step of STEPS) {
    const candidate = addToAddress(own, step);
    // The first address names the network, and the last one of IPv4 is for all hosts in it (RFC 3021: not in a /31).
    const special =
      length < whole - 1 &&
      (!inBlock(addToAddress(candidate, -1), network) ||
        (own.family === 4 && !inBlock(addToAddress(candidate, 1), network)));
    if (
      inBlock(candidate, network) &&
      !special &&
      !host.interfaces.some(({ addresses }) =>
        addresses.some(({ address }) => formatAddress(address) === formatAddress(candidate)),
      )
    )
      return candidate;
  }
  return addToAddress(own, 1);
}

/** The packet that reaches the first rule of an entry; none where there is no such rule. */
function throughEntry(entry: ScenarioEntry, ruleSet: RuleSet, place: ScenarioPlace): readonly Scenario[] {
  const { id, label, detail, table, chain } = entry;
  const rule = (isTableName(table) ? ruleSet.tables.get(table)?.chains.get(chain)?.rules : undefined)?.find(
    ({ target }) =>
      target.kind === 'jump'
        ? entry.leadsTo(target.chain)
        : target.kind === 'extension' && entry.leadsTo(target.extension.name),
  );
  if (rule === undefined) return [];
  const found = findPacket(place.host, ruleSet, rule, {
    wish: entry.wish?.(ruleSetView(ruleSet), place) ?? {},
    addressesKnown: place.addressesKnown,
  });
  const expression = found.kind === 'found' ? found.expression : found.kind === 'unreachable' ? undefined : found.nearest;
  return expression === undefined ? [] : [scenario(id, label, detail, expression)];
}

function generic(ruleSet: RuleSet, place: ScenarioPlace): readonly Scenario[] {
  const { iface, own, to, peer, outside, loopback } = place;
  const other = place.host.interfaces.find(({ name }) => name !== 'lo' && name !== iface);
  const otherAddress = other?.addresses.find(({ address }) => address.family === ruleSet.family);
  const forwarded =
    other && otherAddress
      ? [
          scenario(
            'forward',
            `${iface} → ${other.name} (forwarded)`,
            'through this host',
            `forward ${iface} ${other.name} tcp ${endpoint(outside, 41600)} > ${endpoint(formatAddress(neighbour(otherAddress.address, otherAddress.prefixLength, place.host)), 80)} syn new`,
          ),
        ]
      : [];
  return [
    scenario(
      'ssh',
      'Client → SSH',
      'into this host',
      `in ${iface} tcp ${endpoint(peer, 41522)} > ${endpoint(to, 22)} syn new`,
    ),
    scenario(
      'http',
      'Client → HTTP',
      'into this host',
      `in ${iface} tcp ${endpoint(peer, 41523)} > ${endpoint(to, 80)} syn new`,
    ),
    scenario(
      'out',
      'This host → outside',
      'what the host sends',
      `out uid 0 tcp ${endpoint(own, 42000)} > ${endpoint(outside, 443)} syn new`,
    ),
    ...forwarded,
    scenario(
      'ping',
      'Ping',
      'into this host',
      `in ${iface} ${own.includes(':') ? 'icmpv6' : 'icmp'} echo-request ${peer} > ${to} new`.replace('  ', ' '),
    ),
    scenario(
      'answer',
      'Answer to a connection of this host',
      'ESTABLISHED',
      `in ${iface} tcp ${endpoint(outside, 443)} > ${endpoint(to, 42000)} ack established`,
    ),
    scenario(
      'local',
      'This host → itself',
      'over lo',
      `out uid 0 tcp ${endpoint(loopback, 42010)} > ${endpoint(loopback, 80)} syn new`,
    ),
  ];
}
