import { expect, test } from 'vitest';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import type { Host } from '../../src/core/net/host';
import { isProblem, readPacketRequest, type PacketRequest } from '../../src/core/net/packetRequest';
import { inverseBounds, isIn, type PacketBounds } from '../../src/core/net/fields/packetSet';
import { conditionsOfRule } from '../../src/core/netfilter/evidence';
import { addConnections } from '../../src/core/netfilter/connections';
import { tracePacket } from '../../src/core/netfilter/trace';
import { World } from '../../src/core/netfilter/world';
import type { Rule } from '../../src/core/ruleset/ruleSet';
import { ask } from '../../src/core/xtables/draft';
import { boundsOf } from '../../src/core/xtables/fieldCondition';
import { readField } from '../../src/core/xtables/fields';
import type { PacketView } from '../../src/core/xtables/view';
import { rulesWithNft } from '../../src/features/rulesOfText';
import type { KernelCase } from '../kernel/case';
import { generate } from '../kernel/generate/generate';
import { generateNative } from '../kernel/generate/native';
import { runs } from '../runs';

/**
 * The law of packet sets: a condition matches no packet outside of `over`, and to every packet in `under`. Asked of
 * every rule that random packets meet, as the rules see them, on both back ends and for nftables.
 */

const CASES = runs(150);

interface Tally {
  asked: number;
  /** Questions whose bounds say something. */
  said: number;
  readonly wrong: string[];
}

test.each<[string, (index: number) => KernelCase]>([
  ['iptables', (index) => generate(77, index, 6).question],
  ['nftables', (index) => generateNative(78, index, 6).question],
])('%s', (_, questionOf) => {
  const tally: Tally = { asked: 0, said: 0, wrong: [] };
  for (let index = 0; index < CASES; index++) askCase(questionOf(index), tally);
  expect(tally.wrong.slice(0, 10)).toEqual([]);
  expect(tally.asked).toBeGreaterThan(1000);
  expect(tally.said).toBeGreaterThan(tally.asked / 3);
});

function askCase(
  { rules, rules6, nft, topology, listeners, sets, conntrack, packets }: KernelCase,
  tally: Tally,
): void {
  const host = hostFromTopology(topology, { listeners: listeners ?? [], sets });
  if (isProblem(host)) throw new Error(host.message);
  const world = new World();
  addConnections(conntrack, world);
  const ruleSets = { v4: rulesWithNft(rules, nft, 4), v6: rulesWithNft(rules6, nft, 6) };
  for (const packet of packets) {
    const request = readPacketRequest(packet, 'packet') as PacketRequest;
    for (const { events } of tracePacket(request, { host, world, ruleSets, answers: new Map(), rawSockets: true })
      .outcomes) {
      for (const event of events) {
        if (event.kind === 'rule') askRule(event.rule, event.view, host, tally);
        if (event.kind === 'skipped')
          for (const rule of event.chain.rules.slice(event.from - 1, event.to)) askRule(rule, event.view, host, tally);
      }
    }
  }
}

function askRule(rule: Rule, view: PacketView, host: Host, tally: Tally): void {
  // A later match is evaluated only where those before it match, and may rely on that.
  for (const match of rule.matches) if (match.extension.drops?.(match.data, view, match)) return;
  // Packets have changed a set by then.
  if (view.memory.get('ipsets') !== undefined) return;
  for (const condition of conditionsOfRule(rule)) {
    const answer = ask(condition, view);
    const bounds = boundsOf(condition, host);
    tally.asked++;
    if (bounds.over.every((box) => box.length > 0) || bounds.under.length > 0) tally.said++;
    check(condition.text, bounds, answer, view, tally.wrong);
    if (typeof answer === 'boolean') check(`not: ${condition.text}`, inverseBounds(bounds), !answer, view, tally.wrong);
    if (answer === false) break;
  }
}

function check(text: string, { over, under }: PacketBounds, answer: unknown, view: PacketView, wrong: string[]): void {
  const read = (field: Parameters<typeof readField>[0]): ReturnType<typeof readField> => readField(field, view);
  if (answer === true && !isIn(over, read)) wrong.push(`${text}: yes outside of over (${view.hook} ${view.table})`);
  if (answer !== true && isIn(under, read))
    wrong.push(`${text}: ${String(answer)} within under (${view.hook} ${view.table})`);
}
