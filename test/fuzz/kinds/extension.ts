import { hostFromTopology } from '../../../src/core/net/hostFromTopology';
import type { Host } from '../../../src/core/net/host';
import { familyOf, makePacket, packetProblem } from '../../../src/core/net/makePacket';
import { packetBytes } from '../../../src/core/net/bytes';
import { isProblem, readPacketRequest } from '../../../src/core/net/packetRequest';
import { parseRule } from '../../../src/core/ruleset/parseRule';
import { splitWords } from '../../../src/core/syntax/words';
import { shownText } from '../../../src/core/xtables/shown';
import type { Hook, RememberingView, TableName } from '../../../src/core/xtables/view';
import { anyRuleLine } from '../grammar';
import { must, numberOf, partOf, textOf, type FuzzKind } from '../kind';
import { anyPacket } from '../requests';

const host = hostFromTopology(undefined) as Host;
const TABLE_NAMES: readonly TableName[] = ['raw', 'mangle', 'nat', 'filter', 'security'];
const HOOKS: readonly Hook[] = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

/** Matches and targets by themselves, where a walk would not lead: any rule and any packet, in any hook. */
export const extensionKind: FuzzKind = {
  name: 'extension',
  summary: 'any match and target on any packet in any hook, also where none would come: each answers, and says why',
  generate: (random) => ({
    rule: anyRuleLine(random),
    packet: anyPacket(random),
    at: random.int(0, 24),
    nft: random.int(0, 1),
  }),
  check(input) {
    const request = readPacketRequest(partOf(input, 'packet'));
    if (isProblem(request) || packetProblem(request)) return;
    const family = familyOf(request);
    const [table, hook] = [
      TABLE_NAMES[numberOf(partOf(input, 'at')) % 5] ?? 'mangle',
      HOOKS[Math.floor(numberOf(partOf(input, 'at')) / 5) % 5] ?? 'INPUT',
    ];
    const backend = numberOf(partOf(input, 'nft')) === 1 ? 'nft' : 'legacy';
    const rule = textOf(partOf(input, 'rule')).replace(/^-\S+ \S+/, '');
    const { matches, target } = parseRule(splitWords(rule, 0, rule.length), {
      family,
      backend,
      table,
      chain: hook,
      chains: new Map<string, { name: string }>(),
    });
    const inbound = hook !== 'OUTPUT' && hook !== 'POSTROUTING';
    const packet = makePacket(request, host);
    must(
      packetBytes(packet).length === packet.length,
      () => `a packet of ${packet.length} has ${packetBytes(packet).length} bytes`,
    );
    const view: RememberingView = {
      packet,
      hook,
      table,
      backend,
      inInterface: inbound ? 'eth0' : '',
      outInterface: inbound && hook !== 'FORWARD' ? '' : 'eth1',
      conntrack: undefined,
      socket: inbound ? undefined : { kind: 'process', uid: 1000, gid: 1000, groups: [] },
      host,
      memory: new Map<object | string, unknown>(),
      packetType: 'unicast',
      assignedSocket: undefined,
    };
    for (const match of matches) {
      match.extension.drops?.(match.data, view, match);
      for (const condition of match.extension.conditions(match.data, match, { family })) {
        const answer = condition.test(view);
        must(typeof answer === 'boolean' || answer.kind === 'unknown', () => `${match.extension.name} gives no answer`);
        must(
          shownText(condition.actual(view)) !== '',
          () => `${match.extension.name} does not say what the packet has`,
        );
      }
    }
    if (target.kind === 'extension') {
      const effect = target.extension.apply(target.data, view, target);
      must(typeof effect.kind === 'string', () => `${target.extension.name} has no effect`);
      target.extension.describe(target.data);
    }
  },
};
