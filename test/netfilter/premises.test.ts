import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import type { Host } from '../../src/core/net/host';
import { lacksData } from '../../src/core/net/bytes';
import { makePacket, socketOwner } from '../../src/core/net/makePacket';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { PROTOCOL } from '../../src/core/net/packet';
import { bindRules } from '../../src/core/ruleset/bind';
import { conditionsOf, type Rule } from '../../src/core/ruleset/ruleSet';
import type { PremiseId } from '../../src/core/xtables/premise';
import { allExtensions } from '../../src/core/xtables/registry';
import type { RememberingView, TableName } from '../../src/core/xtables/view';
import { rulesOfText } from '../../src/features/rulesOfText';
import { readAnswers } from '../kernel/check/answersFile';

/**
 * The register of what is assumed: every match is asked with packets that tell as little as a person does, and what it
 * reads then has to be known, or to be a premise that it states.
 */

/** Which premise covers what a match reads; `undefined`: it belongs to the question itself. */
const COVERED_BY: Readonly<Record<string, PremiseId>> = {
  'packet.sourceMac': 'neighbour',
  'packet.destinationMac': 'frame',
  packetType: 'frame',
  'packet.ttl': 'hops',
  'packet.length': 'size',
  'packet.tos': 'service',
  'packet.spi': 'index',
  'socket.gid': 'group',
  'socket.groups': 'groups',
};
/** Matches that read a packet byte by byte read each field; what they state is that its data are not given. */
const BYTE_READERS: ReadonlySet<string> = new Set(['string', 'u32', 'bpf', 'mh', 'ipcomp']);
/** Of these, those that may read headers alone, which every packet has. */
const READS_SOME: ReadonlySet<string> = new Set(['u32', 'mh', 'ipcomp']);
/** Lengths in headers that say where the next one begins say nothing about the packet's length. */
const LENGTH_OF_HEADERS: ReadonlySet<string> = new Set([
  'tcp',
  'udp',
  'sctp',
  'dccp',
  'tcpmss',
  'ecn',
  'icmp',
  'icmp6',
  'icmpv6',
  'ah',
  'esp',
  'ipcomp',
  'frag',
  'rt',
  'hbh',
  'dst',
  'ipv6header',
  'srh',
  'mh',
  'multiport',
  'osf',
  'connbytes',
  'quota',
  'rateest',
  'hashlimit',
  'set',
  'udplite',
]);
/** `--probability 0` and 1 hold for no packet and for every one. */
const ALWAYS: ReadonlySet<string> = new Set(['statistic']);
/** The list keeps the TTL of each packet, for the rules that compare it with that of a later one. */
const KEEPS_HOPS: ReadonlySet<string> = new Set(['recent']);
/** The TOS of a packet chooses its route, and the realm is that of the route. */
const ROUTED: ReadonlySet<string> = new Set(['realm', 'rpfilter']);

const HOST = hostFromTopology(
  { ifaces: [{ name: 'eth0', addrs: ['10.244.1.5/24', 'fd00:1::5/64'] }], routes: ['default via 10.244.1.1 dev eth0'] },
  {},
) as Host;

const REQUESTS: readonly PacketRequest[] = [
  { dir: 'in', iface: 'eth0', src: '10.0.0.9', dst: '10.244.1.5', proto: PROTOCOL.TCP, sport: 1, dport: 80 },
  { dir: 'in', iface: 'eth0', src: '10.0.0.9', dst: '10.244.1.5', proto: PROTOCOL.UDP, sport: 1, dport: 53 },
  { dir: 'out', uid: 1000, src: '10.244.1.5', dst: '10.0.0.9', proto: PROTOCOL.TCP, sport: 1, dport: 80 },
  { dir: 'in', iface: 'eth0', src: 'fd00:1::9', dst: 'fd00:1::5', proto: PROTOCOL.UDP, sport: 1, dport: 53 },
  { dir: 'out', uid: 1000, src: 'fd00:1::5', dst: 'fd00:1::9', proto: PROTOCOL.ICMPV6, icmpType: 128 },
];

/** This many texts of each extension are enough: they differ in values, seldom in what they read. */
const MOST_TEXTS = 60;

const byExtension = new Map<string, Rule[]>();
for (const { about, family, text, refused } of readAnswers(join(import.meta.dirname, '..', '..'))) {
  const list = byExtension.get(about) ?? [];
  byExtension.set(about, list);
  if (refused || list.length >= MOST_TEXTS) continue;
  const bound = bindRules(rulesOfText(text, family));
  for (const table of bound.tables.values())
    for (const chain of table.chains.values()) list.push(...chain.rules.slice(0, 1));
}

test.each(
  allExtensions()
    .filter(({ kind }) => kind === 'match')
    .map(({ name }) => name),
)('-m %s takes nothing for granted that it does not state', (name) => {
  const rules = byExtension.get(name) ?? [];
  expect(rules.length).toBeGreaterThan(0);
  const unstated = new Set<string>();
  for (const rule of rules)
    for (const match of rule.matches)
      for (const request of match.extension.name === name ? REQUESTS : [])
        for (const condition of conditionsOf(match, rule.family)) {
          const { view, looked } = lookingView(request, rule);
          const stated = new Set(condition.premises?.(view) ?? []);
          looked.clear();
          const answer = condition.test(view);
          if (typeof answer !== 'boolean') continue;
          if (looked.size === 0 && stated.size === 0 && !condition.stateful && !ALWAYS.has(name))
            unstated.add(`${condition.text}: the same for every packet`);
          if (BYTE_READERS.has(name)) {
            if (!READS_SOME.has(name) && lacksData(view.packet) && !stated.has('data'))
              unstated.add(`${condition.text}: data`);
            continue;
          }
          for (const field of looked) {
            const premise = COVERED_BY[field];
            if (
              premise === undefined ||
              stated.has(premise) ||
              (premise === 'size' && LENGTH_OF_HEADERS.has(name)) ||
              (premise === 'service' && ROUTED.has(name)) ||
              (premise === 'hops' && KEEPS_HOPS.has(name)) ||
              (premise === 'frame' && view.packet.destinationMac === undefined)
            )
              continue;
            unstated.add(`${condition.text}: ${field}`);
          }
        }
  expect([...unstated]).toEqual([]);
});

/** A view that notes which of its fields are read, and which of the packet's and the sender's. */
function lookingView(
  request: PacketRequest,
  rule: Rule,
): { readonly view: RememberingView; readonly looked: Set<string> } {
  const looked = new Set<string>();
  const noting = <Whole extends object>(whole: Whole, under: string): Whole =>
    new Proxy(whole, {
      get(target, key): unknown {
        const value: unknown = Reflect.get(target, key);
        if (typeof key === 'string') looked.add(value === undefined ? `no ${under}${key}` : under + key);
        return value;
      },
    });
  const memory = new Map<object | string, unknown>();
  const outbound = request.dir === 'out';
  return {
    looked,
    view: noting(
      {
        packet: noting(makePacket(request, HOST), 'packet.'),
        hook: rule.chain.hook ?? (outbound ? 'OUTPUT' : 'INPUT'),
        table: rule.chain.table as TableName,
        inInterface: outbound ? '' : 'eth0',
        outInterface: outbound ? 'eth0' : '',
        conntrack: undefined,
        socket: outbound ? noting(socketOwner(request), 'socket.') : undefined,
        host: HOST,
        memory: {
          get: (key: object | string) => memory.get(key),
          set: (key: object | string, value: unknown) => void memory.set(key, value),
        },
        packetType: 'unicast',
        backend: 'legacy',
        assignedSocket: undefined,
      } satisfies RememberingView,
      '',
    ),
  };
}
