import { expect, test } from 'vitest';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { mayBecome } from '../../src/core/net/fields/fieldChange';
import type { FieldName } from '../../src/core/net/fields/fields';
import type { Packet } from '../../src/core/net/packet';
import { isProblem, readPacketRequest, type PacketRequest } from '../../src/core/net/packetRequest';
import { addConnections } from '../../src/core/netfilter/connections';
import type { TraceEvent } from '../../src/core/netfilter/events';
import { tracePacket } from '../../src/core/netfilter/trace';
import { World } from '../../src/core/netfilter/world';
import { formatField, readField } from '../../src/core/xtables/fields';
import { rulesWithNft } from '../../src/features/rulesOfText';
import type { KernelCase } from '../kernel/case';
import { generate } from '../kernel/generate/generate';
import { runs } from '../runs';

/**
 * The law of targets: of the fields that matches test, a target changes those that it states, and to what it states.
 * Checked with every rule that random packets match.
 */

/** What a packet has by itself; the others are of its connection, its sender and its way. */
const FIELDS: readonly FieldName[] = [
  'source',
  'destination',
  'protocol',
  'sourcePort',
  'destinationPort',
  'tcpFlags',
  'maximumSegment',
  'icmp',
  'fragmentOffset',
  'length',
  'hops',
  'tos',
  'mark',
  'spi',
];

type RuleEvent = TraceEvent & { readonly kind: 'rule' };

const NAT: ReadonlySet<string | undefined> = new Set(['nat', 'redirect', 'masquerade']);
const CASES = runs(250);

test('a target changes the fields that it states, and no other', () => {
  const wrong: string[] = [];
  const changed = new Set<string>();
  for (let index = 0; index < CASES; index++) follow(generate(91, index, 5).question, wrong, changed);
  expect(wrong.slice(0, 10)).toEqual([]);
  expect([...changed].sort()).toEqual(
    expect.arrayContaining(['DNAT', 'DSCP', 'MARK', 'MASQUERADE', 'REDIRECT', 'SNAT', 'TOS', 'TTL']),
  );
});

function follow(question: KernelCase, wrong: string[], changed: Set<string>): void {
  const { rules, rules6, nft, topology, listeners, sets, conntrack, packets } = question;
  const host = hostFromTopology(topology, { listeners: listeners ?? [], sets });
  if (isProblem(host)) throw new Error(host.message);
  const world = new World();
  addConnections(conntrack, world);
  const ruleSets = { v4: rulesWithNft(rules, nft, 4), v6: rulesWithNft(rules6, nft, 6) };
  for (const packet of packets) {
    const request = readPacketRequest(packet, 'packet') as PacketRequest;
    for (const { events } of tracePacket(request, { host, world, ruleSets, rawSockets: true }).outcomes)
      for (const [i, event] of events.entries()) {
        if (event.kind !== 'rule' || !event.matched) continue;
        // What NAT did is in an event of its own.
        const translated = NAT.has(event.effect?.kind)
          ? events.slice(i + 1, i + 5).find((each) => each.kind === 'translate' && !each.established)
          : undefined;
        check(event, translated?.kind === 'translate' ? translated.after : event.after, wrong, changed);
      }
  }
}

function check({ rule, view }: RuleEvent, after: Packet, wrong: string[], changed: Set<string>): void {
  if (rule.target.kind !== 'extension') return;
  const { extension, data } = rule.target;
  const changes = extension.changes?.(data) ?? [];
  for (const field of FIELDS) {
    const [was, is] = [readField(field, view), readField(field, { ...view, packet: after })];
    const [before, behind] = [was, is].map((value) => (value === undefined ? 'none' : formatField(field, value)));
    if (before === behind) continue;
    changed.add(extension.name);
    if (!changes.some((change) => change.field === field && mayBecome(change, was, is)))
      wrong.push(`${extension.name} ${extension.print(data, { family: rule.family })}: ${field} ${before} → ${behind}`);
  }
}
