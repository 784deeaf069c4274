import { endpoint } from '../core/net/endpoint';
import {
  packs,
  podPlace,
  scenario,
  type Scenario,
  type ScenarioEntry,
  type ScenarioPlace,
  chainIn,
  type RuleSetView,
} from '../core/knowledge/knowledge';
import { formatAddress } from '../core/net/address';
import type { Host, Interface } from '../core/net/host';
import type { RuleSet } from '../core/ruleset/ruleSet';
import { settingOf } from './fileTrace';
import { ruleSetOf, type Dump, type FileModel } from './fileModel';
import { ruleSetView } from './ruleSetView';
import { insideOut } from './natScenarios';
import { neighbour } from './neighbour';
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
  const place = placeOf(setting.host, ruleSet.family, addressesKnown[ruleSet.family]);
  const own = packs.map((pack) => pack.scenarios?.(view, place) ?? []).find((list) => list.length > 0);
  if (own) return own;
  const through = [
    ...throughEntries(ruleSet, view, place),
    ...packs.flatMap((pack) => pack.besides?.(view, place) ?? []),
  ];
  return [...through, ...generic(ruleSet, place, through.length > 0)];
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

/** By which any host forwards, where no program that is known does so by other rules. */
const FORWARDED: readonly ScenarioEntry[] = [
  {
    id: 'dnat',
    label: 'Client → forwarded port',
    detail: 'translated by this host',
    way: 'Inbound',
    table: 'nat',
    chain: 'PREROUTING',
    leadsTo: (target) => target === 'DNAT',
  },
];

function throughEntries(ruleSet: RuleSet, view: RuleSetView, place: ScenarioPlace): readonly Scenario[] {
  const ofPrograms = packs
    .flatMap(({ entries = [] }) => entries)
    .flatMap((entry) => throughEntry(entry, ruleSet, view, place));
  return ofPrograms.length > 0
    ? ofPrograms
    : [
        ...FORWARDED.flatMap((entry) => throughEntry(entry, ruleSet, view, place)),
        ...insideOut(view, place.host, place.outside),
      ];
}

/** The packet that reaches the first rule of an entry; none where there is no such rule. */
function throughEntry(
  entry: ScenarioEntry,
  ruleSet: RuleSet,
  view: RuleSetView,
  place: ScenarioPlace,
): readonly Scenario[] {
  const { id, label, detail, table, chain, way } = entry;
  const rule = chainIn(view, table, chain)?.rules.find(({ target = '' }) => entry.leadsTo(target))?.bound;
  if (rule === undefined) return [];
  const { host, iface } = comesIn(entry, place);
  const found = findPacket(host, ruleSet, rule, {
    wish: { ...entry.wish?.(view, place), ...(iface !== undefined && { iface }) },
    addressesKnown: { 4: place.addressesKnown, 6: place.addressesKnown },
  });
  const expression =
    found.kind === 'found' ? found.expression : found.kind === 'unreachable' ? undefined : found.nearest;
  return expression === undefined ? [] : [scenario(id, label, detail, expression, way)];
}

/**
 * The host with the interface that the packet of an entry comes in by, and its name; undefined where routes that the
 * file states say which it is.
 */
function comesIn(
  { inner }: ScenarioEntry,
  { host, addressesKnown }: ScenarioPlace,
): { readonly host: Host; readonly iface: string | undefined } {
  if (inner === undefined || addressesKnown) return { host, iface: undefined };
  const { interfaces } = host;
  const stated = interfaces.find(({ name }) => inner.isLike(name));
  if (stated) return { host, iface: stated.name };
  const { name } = inner;
  const made: Interface = { name, index: interfaces.length + 1, mac: undefined, mtu: 1500, addresses: [] };
  return { host: { ...host, interfaces: [...interfaces, made] }, iface: name };
}

/** `forwards`: inbound and outbound are what passes this host. */
function generic(ruleSet: RuleSet, place: ScenarioPlace, forwards: boolean): readonly Scenario[] {
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
            `forward ${iface} ${other.name} tcp ${endpoint(outside, 41600)} > ` +
              `${endpoint(formatAddress(neighbour(otherAddress.address, otherAddress.prefixLength, place.host)), 80)} syn new`,
          ),
        ]
      : [];
  return [
    scenario(
      'ssh',
      'Client → SSH',
      'into this host',
      `in ${iface} tcp ${endpoint(peer, 41522)} > ${endpoint(to, 22)} syn new`,
      forwards ? 'Into this host' : 'Inbound',
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
      forwards ? 'From this host' : 'Outbound',
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
      'Reply to a connection of this host',
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
