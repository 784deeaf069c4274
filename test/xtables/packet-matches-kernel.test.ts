import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packetBytes } from '../../src/core/net/bytes';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import type { Host } from '../../src/core/net/host';
import { headerMatches } from '../../src/core/ruleset/header';
import { parseRule } from '../../src/core/ruleset/parseRule';
import type { ParsedRule } from '../../src/core/ruleset/parsedRule';
import { conditionsOf } from '../../src/core/ruleset/ruleSet';
import { splitWords } from '../../src/core/syntax/words';
import type { RememberingView } from '../../src/core/xtables/view';
import { decodePacket } from './decodePacket';

/**
 * What Linux 6.18 answered: frames were written to a TAP device, and the counters of the rules (all in raw PREROUTING,
 * without a target) told which of them matched. `dropped`: the packet did not reach the end of the chain, a match
 * dropped it.
 */
interface Recorded {
  readonly family: 4 | 6;
  readonly rules: readonly string[];
  readonly packets: readonly {
    readonly bytes: string;
    readonly from: string;
    readonly to: string;
    readonly matched: readonly number[];
    readonly dropped?: true;
  }[];
}

const recorded = readFileSync(new URL('./fixtures/packet-matches-kernel.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Recorded);

const host = hostFromTopology({
  ifaces: [{ name: 'eth0', mac: '02:00:00:00:00:01', addrs: ['10.0.0.1/24', 'fd00::1/64'] }],
  routes: [
    'default via 10.0.0.254 dev eth0',
    'blackhole 192.0.2.0/24',
    'local 10.9.0.0/16 dev lo',
    '-6 default via fd00::fe dev eth0',
  ],
}) as Host;

function parse(rule: string, family: 4 | 6): ParsedRule {
  return parseRule(splitWords(rule, 0, rule.length), {
    family,
    backend: 'legacy',
    table: 'raw',
    chain: 'PREROUTING',
    chains: new Map<string, { name: string }>(),
  });
}

/** The numbers of the rules that match, and whether a match drops the packet. */
function run(rules: readonly ParsedRule[], view: RememberingView): { matched: number[]; dropped: boolean } {
  const matched: number[] = [];
  for (const [number, rule] of rules.entries()) {
    const header = rule.headers[0];
    if (header === undefined || !headerMatches(header, view)) continue;
    let holds = true;
    let dropped = false;
    for (const match of rule.matches) {
      const drop = match.extension.drops?.(match.data, view, match);
      dropped = drop !== undefined;
      holds =
        drop?.matches ?? conditionsOf(match, view.packet.family).every((condition) => condition.test(view) === true);
      if (!holds || dropped) break;
    }
    if (holds) matched.push(number);
    if (dropped) return { matched, dropped };
  }
  return { matched, dropped: false };
}

describe('matches answer as the kernel does', () => {
  it('has answers of every match that reads the packet, yes and no', () => {
    const yes = new Set<string>();
    const no = new Set<string>();
    for (const { rules, packets } of recorded) {
      for (const { matched } of packets) {
        for (const [number, rule] of rules.entries())
          for (const [, name] of rule.matchAll(/-m (\S+)/g)) (matched.includes(number) ? yes : no).add(name as string);
      }
    }
    const all = [
      'addrtype',
      'ah',
      'bpf',
      'dccp',
      'devgroup',
      'dscp',
      'dst',
      'ecn',
      'esp',
      'eui64',
      'frag',
      'hbh',
      'hl',
      'icmp',
      'icmp6',
      'ipcomp',
      'iprange',
      'ipv6header',
      'length',
      'mac',
      'mark',
      'mh',
      'multiport',
      'physdev',
      'pkttype',
      'rpfilter',
      'rt',
      'sctp',
      'srh',
      'string',
      'tcp',
      'tcpmss',
      'tos',
      'ttl',
      'u32',
      'udp',
    ];
    expect(all.filter((name) => !yes.has(name) || !no.has(name))).toEqual([]);
  });

  it.each(recorded.map((each, i) => [`recording ${i}, IPv${each.family}`, each] as const))(
    '%s',
    (_, { family, rules, packets }) => {
      const parsed = rules.map((rule) => parse(rule, family));
      for (const { bytes, from, to, matched, dropped = false } of packets) {
        const packet = decodePacket(bytes, from);
        expect(Buffer.from(packetBytes(packet)).toString('hex')).toBe(bytes);
        const view: RememberingView = {
          packet,
          hook: 'PREROUTING',
          table: 'raw',
          inInterface: 'eth0',
          outInterface: '',
          conntrack: undefined,
          socket: undefined,
          host,
          memory: new Map<object | string, unknown>(),
          packetType: to === 'ff:ff:ff:ff:ff:ff' ? 'broadcast' : parseInt(to, 16) & 1 ? 'multicast' : 'unicast',
          backend: 'legacy',
          assignedSocket: undefined,
        };
        expect({ bytes, ...run(parsed, view) }).toEqual({ bytes, matched, dropped });
      }
    },
  );
});
