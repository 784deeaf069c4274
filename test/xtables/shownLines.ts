import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { parsePacketExpression } from '../../src/core/net/packetExpression';
import { isProblem, readPacketRequest, type PacketRequest } from '../../src/core/net/packetRequest';
import { askAgain } from '../../src/core/netfilter/asking';
import { allConditions, conditionsOfRule, evidenceOf } from '../../src/core/netfilter/evidence';
import type { Walked } from '../../src/core/netfilter/events';
import { tracePackets, type TraceSetting } from '../../src/core/netfilter/trace';
import { World } from '../../src/core/netfilter/world';
import type { Rule } from '../../src/core/ruleset/ruleSet';
import type { Answer } from '../../src/core/xtables/answer';
import type { Effect } from '../../src/core/xtables/extension';
import { checkRules } from '../../src/features/diagnostics';
import { boundRules, rulesFile } from '../../src/features/rulesOfText';
import { whyRule, whyRuleNot } from '../../src/features/traceReport/ruleWhy';

const SETS =
  'create s hash:ip\nadd s 10.0.0.7\ncreate n hash:net,port\nadd n 10.0.0.0/24,tcp:80\n' +
  'create c hash:ip counters\nadd c 10.0.0.7 packets 3 bytes 180\n';
const TOPOLOGY = {
  ifaces: [
    { name: 'eth0', mac: '02:00:00:00:00:01', addrs: ['10.0.0.1/24', 'fd00::1/64'], mtu: 1500 },
    { name: 'eth1', mac: '02:00:00:00:00:02', addrs: ['10.1.0.1/24', 'fd01::1/64'], mtu: 1300 },
  ],
  conntrack: 'auto',
  routes: ['default via 10.1.0.254 dev eth1', '-6 default via fd01::fe dev eth1'],
  sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' },
};

/** Where the rules below a heading are: `# mangle FORWARD IPv6`. */
export interface Place {
  readonly table: string;
  readonly chain: string;
  readonly family: 4 | 6;
}

/** `rules` are one, or several with ` && ` between them. */
function rulesAt({ table, chain }: Place, rules: string): string {
  const lines = rules.split(' && ').map((rule) => `-A ${chain} ${rule}\n`);
  return `*${table}\n:${chain} ACCEPT [0:0]\n${lines.join('')}COMMIT\n`;
}

/** What is wrong with a rule: the words that are marked, and what is said of them. */
export function problems(place: Place, rule: string): readonly string[] {
  const text = rulesAt(place, rule);
  const lines = text.split('\n');
  const found = checkRules(text, place.family);
  return found.map(({ severity, line, column, endColumn, message }) => {
    const marked = lines[line - 1]?.slice(column - 1, endColumn - 1) ?? '';
    return `    ${severity} [${marked}] ${message}`;
  });
}

/**
 * What a rule asks of a packet, what the packet has, and what comes of it; on each path. Behind `?` is how a person
 * would ask what is open. Of several rules, or packets
 * that come one after the other (` ; ` is between them), the last.
 */
export function shown(place: Place, rule: string, packets: string): readonly string[] {
  const host = hostFromTopology(TOPOLOGY, { listeners: [], sets: SETS });
  if (isProblem(host)) throw new Error(host.message);
  const rules = boundRules(rulesFile(rulesAt(place, rule)), place.family);
  const own = rules.tables
    .get(place.table as never)
    ?.chains.get(place.chain)
    ?.rules.at(-1);
  if (!own) return ['    refused'];
  const setting: TraceSetting = {
    host: { ...host, users: new Map([['web', 33]]) },
    world: new World(),
    ruleSets: place.family === 4 ? { v4: rules, v6: undefined } : { v4: undefined, v6: rules },
    answers: new Map(),
    rawSockets: true,
  };
  const requests = packets.split(' ; ').map(requestOf);
  return tracePackets(requests, setting, ({ outcomes }) => outcomes.flatMap((walked) => shownOf(own, walked))).at(-1)!;
}

function shownOf(own: Rule, walked: Walked): readonly string[] {
  const index = walked.events.findIndex(
    (event) =>
      (event.kind === 'rule' && event.rule === own) ||
      (event.kind === 'skipped' && event.chain.rules.slice(event.from - 1, event.to).includes(own)),
  );
  const event = walked.events[index];
  if (event?.kind !== 'rule' && event?.kind !== 'skipped') return ['    not met'];
  const evidence = event.kind === 'rule' ? evidenceOf(event) : askAgain(own, event.view);
  const why = event.kind === 'rule' ? whyRule(walked, index, event).why : whyRuleNot(own, event.view);
  const { target } = own;
  return [
    ...allConditions(own, event.view, evidence).map(
      ({ text, actual, answer }) => `    ${text} | ${actual} | ${answered(answer)}`,
    ),
    ...conditionsOfRule(own).flatMap(({ openWords }) =>
      openWords ? [`    ? ${openWords.question} | ${openWords.yes} | ${openWords.no}`] : [],
    ),
    ...(target.kind === 'extension'
      ? [`    -j ${target.extension.name} ${target.extension.describe(target.data)}`]
      : []),
    ...(event.kind === 'rule' && event.effect ? effectLines(event.effect) : []),
    `    → ${why}`,
  ];
}

/** What the target said of what it did. */
function effectLines(effect: Effect): readonly string[] {
  const note = 'note' in effect && effect.note !== undefined ? [`    note: ${effect.note}`] : [];
  const warning = 'warning' in effect && effect.warning !== undefined ? [`    warning: ${effect.warning}`] : [];
  return [...note, ...warning];
}

function answered(answer: Answer | undefined): string {
  if (answer === undefined) return 'not asked';
  return typeof answer === 'boolean' ? (answer ? 'yes' : 'no') : `unknown: ${answer.reason}`;
}

/** An expression of the packet language, or the JSON of `batch`. */
function requestOf(packet: string): PacketRequest {
  if (packet.startsWith('{')) {
    const request = readPacketRequest(JSON.parse(packet), 'packet');
    if (isProblem(request)) throw new Error(request.message);
    return request;
  }
  const parsed = parsePacketExpression(packet);
  if (parsed.problems) throw new Error(`${packet}: ${parsed.problems.map(({ message }) => message).join('; ')}`);
  return parsed.request;
}
