import { expect, test } from 'vitest';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import type { Host } from '../../src/core/net/host';
import { isProblem, readPacketRequest, type PacketRequest } from '../../src/core/net/packetRequest';
import { inverseBounds, isIn, type PacketBounds, type PacketSet } from '../../src/core/net/fields/packetSet';
import { conditionsOfRule } from '../../src/core/netfilter/evidence';
import { addConnections } from '../../src/core/netfilter/connections';
import { tracePacket } from '../../src/core/netfilter/trace';
import { World } from '../../src/core/netfilter/world';
import type { Rule } from '../../src/core/ruleset/ruleSet';
import { ask } from '../../src/core/xtables/draft';
import type { Condition } from '../../src/core/xtables/extension';
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

const SETS = [
  ['ip hash:ip', '10.0.0.7', '10.0.0.9'],
  ['range bitmap:ip range 10.0.0.0/24', '10.0.0.4-10.0.0.7'],
  ['net hash:net', '10.0.0.0/28', '192.0.2.0/24'],
  ['port bitmap:port range 0-1000', '80'],
  ['pair hash:ip,port', '10.0.0.7,tcp:80', '10.0.0.9,udp:53', '10.0.0.8,icmp:echo-request', '192.0.2.7,sctp:80-90'],
  ['both hash:net,port,net', '10.0.0.0/24,tcp:80,192.0.2.0/24'],
  ['mac hash:mac', '02:00:00:00:00:09'],
  ['sender bitmap:ip,mac range 10.0.0.0/24', '10.0.0.7,02:00:00:00:00:09', '10.0.0.9'],
  ['mark hash:ip,mark', '10.0.0.7,0x0', '10.0.0.7,0x5'],
  ['by hash:net,iface', '10.0.0.0/24,eth0'],
  ['but hash:net', '10.0.0.0/24', '10.0.0.7/32 nomatch'],
  ['masked hash:ip netmask 24', '10.0.0.0'],
  ['many hash:ip', ...Array.from({ length: 70 }, (_, i) => `10.0.0.${i}`)],
  ['none hash:ip'],
  ['list list:set', 'ip'],
];
/**
 * Matches, and what fields say of the packets that they match: `all`, `part` (some that they certainly match), `rest`
 * (some that they certainly do not match), or nothing.
 */
const MATCHES: readonly (readonly [match: string, said: 'all' | 'part' | 'rest' | 'nothing'])[] = [
  ['set --match-set ip src', 'all'],
  ['set --match-set ip dst', 'all'],
  ['set --match-set range src', 'all'],
  ['set --match-set net src', 'all'],
  ['set --match-set net dst', 'all'],
  ['set --match-set both src,dst,dst', 'all'],
  ['set --match-set both dst,src,src', 'all'],
  ['set --match-set mac src', 'all'],
  ['set --match-set mark src,src', 'all'],
  ['set --match-set mark dst,dst', 'all'],
  ['set --match-set none src', 'all'],
  // A set of two dimensions finds nothing by one.
  ['set --match-set pair src', 'all'],
  ['set --match-set pair src,dst', 'part'],
  ['set --match-set pair dst,src', 'part'],
  ['set --match-set many src', 'part'],
  ['set --match-set sender src,src', 'part'],
  ['set --match-set port dst', 'nothing'],
  ['set --match-set mac dst', 'nothing'],
  ['set --match-set sender dst,dst', 'nothing'],
  ['set --match-set by src,src', 'nothing'],
  ['set --match-set but src', 'nothing'],
  ['set --match-set masked src', 'nothing'],
  ['set --match-set list src', 'nothing'],
  ['set ! --match-set net src', 'all'],
  ['set ! --match-set pair dst,src', 'rest'],
  ['set --match-set ip src --packets-gt 0', 'rest'],
  ['set --match-set net src --return-nomatch', 'nothing'],
  ['addrtype --dst-type MULTICAST', 'part'],
  ['addrtype --dst-type BROADCAST', 'part'],
  ['addrtype --dst-type LOCAL', 'part'],
  ['addrtype --src-type UNICAST,LOCAL', 'part'],
  ['addrtype ! --src-type LOCAL', 'rest'],
  ['addrtype ! --dst-type BROADCAST,MULTICAST', 'rest'],
  ['addrtype --dst-type LOCAL --limit-iface-in', 'nothing'],
  ['addrtype --dst-type UNICAST', 'nothing'],
  ['ecn --ecn-tcp-cwr', 'rest'],
  ['ecn ! --ecn-tcp-ece', 'rest'],
  ['multiport --ports 80,9', 'all'],
  ['multiport ! --sports 80:90', 'all'],
  ['tcp ! --tcp-flags SYN,ACK SYN', 'all'],
];

const PACKETS = [
  ['10.0.0.7', '192.0.2.7'],
  ['192.0.2.9', '10.0.0.7'],
  ['10.0.0.9', '10.0.0.69'],
  ['198.51.100.1', '10.0.0.8'],
  ['10.0.0.7', '224.0.0.1'],
  ['10.0.0.7', '255.255.255.255'],
  ['10.244.1.5', '10.244.1.5'],
].flatMap(([src, dst], i) =>
  [
    { proto: 'tcp', sport: 80, dport: 80 },
    { proto: 'tcp', sport: 9, dport: 8, flags: ['SYN', 'CWR'] },
    { proto: 'tcp', sport: 8, dport: 9, flags: ['ACK', 'ECE'] },
    { proto: 'udp', sport: 53, dport: 53 },
    { proto: 'sctp', sport: 85, dport: 91 },
    { proto: 'sctp', sport: 91, dport: 90 },
    { proto: 'icmp', icmpType: 8 },
  ]
    .slice(0, i < 3 ? 7 : 1)
    .map((packet) => ({ ...packet, iface: 'eth0', src, dst, srcMac: `02:00:00:00:00:0${i % 2 === 0 ? 9 : 7}` })),
);

test('what fields say of the packets that a match matches', () => {
  const wrong: string[] = [];
  const seen = new Map<Rule, { asked: number; in: number; under: number; over: number }>();
  const rules = MATCHES.map(([match]) => {
    const protocol = /^(?:ecn|multiport|tcp) /.test(match) ? '-p tcp ' : '';
    return `-A PREROUTING ${protocol}-m ${match}\n`;
  });
  const question: KernelCase = {
    rules: `*mangle\n${rules.join('')}COMMIT\n`,
    sets: SETS.map(([name = '', ...members]) =>
      [`create ${name}`, ...members.map((member) => `add ${name.split(' ')[0] ?? ''} ${member}`)].join('\n'),
    ).join('\n'),
    packets: PACKETS,
  };
  eachRule(question, (rule, view, host) => {
    const conditions = conditionsOfRule(rule);
    if (conditions.slice(0, -1).some((condition) => ask(condition, view) !== true)) return;
    const condition = conditions.at(-1) as Condition;
    const [answer, bounds] = [ask(condition, view), boundsOf(condition, host)];
    check(condition.text, bounds, answer, view, wrong);
    const counts = seen.get(rule) ?? { asked: 0, in: 0, under: 0, over: 0 };
    counts.asked++;
    if (answer === true) counts.in++;
    if (holds(bounds.under, view)) counts.under++;
    if (holds(bounds.over, view)) counts.over++;
    seen.set(rule, counts);
  });
  expect(wrong).toEqual([]);
  const said = [...seen.values()].map((counts) => {
    if (counts.over === counts.in && counts.under === counts.in) return 'all';
    if (counts.under > 0) return counts.over < counts.asked ? 'part and rest' : 'part';
    return counts.over < counts.asked ? 'rest' : 'nothing';
  });
  expect(said).toEqual(MATCHES.map(([, each]) => each));
});

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

function askCase(question: KernelCase, tally: Tally): void {
  eachRule(question, (rule, view, host) => askRule(rule, view, host, tally));
}

/** Every rule that the packets meet, as it sees them. */
function eachRule(
  { rules, rules6, nft, topology, listeners, sets, conntrack, packets }: KernelCase,
  visit: (rule: Rule, view: PacketView, host: Host) => void,
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
        if (event.kind === 'rule') visit(event.rule, event.view, host);
        if (event.kind === 'skipped')
          for (const rule of event.chain.rules.slice(event.from - 1, event.to)) visit(rule, event.view, host);
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
  if (answer === true && !holds(over, view)) wrong.push(`${text}: yes outside of over (${view.hook} ${view.table})`);
  if (answer !== true && holds(under, view))
    wrong.push(`${text}: ${String(answer)} within under (${view.hook} ${view.table})`);
}

function holds(packets: PacketSet, view: PacketView): boolean {
  return isIn(packets, (field) => readField(field, view));
}
