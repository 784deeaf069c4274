import { expect, test } from 'vitest';
import { settingOf, tracedInFile } from '../../../src/features/fileTrace';
import { ruleSetOf, type Dump } from '../../../src/features/fileModel';
import { rulesOfLine } from '../../../src/features/rulesOfLine';
import { findPacket, type Found } from '../../../src/features/findPacket/findPacket';
import { findWords } from '../../../src/features/findPacket/findWords';
import { allTables, type Rule } from '../../../src/core/ruleset/ruleSet';
import { evaluate } from '../../../src/features/traceSession/evaluate';
import { NOTHING_SAID } from '../../../src/core/net/fields/packetSet';
import { conditionsOfRule } from '../../../src/core/netfilter/evidence';
import { boundsOf } from '../../../src/core/xtables/fieldCondition';
import { modelOfText, sampleText } from '../sample';

const HOST = `
# ip addr
2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
    inet6 2001:db8:1::10/64 scope global
3: eth1: <UP> mtu 1500
    inet 10.8.0.1/24 scope global eth1
# ip route
default via 192.0.2.1 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10
10.8.0.0/24 dev eth1 proto kernel scope link src 10.8.0.1
# sysctl -a
net.ipv4.ip_forward = 1
`;

/** A packet for the last rule of the text. */
function found(text: string): { readonly found: Found; readonly rule: Rule } {
  const model = modelOfText(text);
  const dump = model.defaultDump as Dump;
  const ruleSet = ruleSetOf(dump.section);
  const ofTables = allTables(ruleSet).flatMap(({ chains }) => [...chains.values()].flatMap(({ rules }) => rules));
  const rule = (model.file.lines.flatMap((line) => rulesOfLine(ruleSet, line)).at(-1) ?? ofTables.at(-1)) as Rule;
  const { setting, addressesKnown } = settingOf(model, dump);
  return {
    rule,
    found: findPacket(setting.host, ruleSet, rule, {
      addressesKnown,
      onEveryHost: (request) => tracedInFile(model, dump, request),
    }),
  };
}

const filter = (...rules: readonly string[]): string =>
  `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:A - [0:0]\n${rules.map((rule) => `-A ${rule}\n`).join('')}COMMIT\n`;

/** Named sets of nft, of which rules add to one. */
const nft = (rule: string): string =>
  `table inet f {
  set hosts {
    type ipv4_addr
    elements = { 203.0.113.77, 203.0.113.78 }
  }
  set ports {
    type inet_service
    flags interval
    elements = { 9000-9010 }
  }
  set seen {
    type ipv4_addr
    elements = { 203.0.113.79 }
  }
  set passing {
    type ipv4_addr
    flags timeout
    elements = { 203.0.113.80 timeout 1h }
  }
  chain learn {
    type filter hook prerouting priority 0;
    udp dport 7 add @seen { ip saddr }
  }
  chain input {
    type filter hook input priority 0; policy accept;
    ${rule} drop
  }
}
`;

test.each<[string, string, string]>([
  [
    'members of named sets of nft',
    nft('ip saddr @hosts tcp dport @ports'),
    'in eth0 tcp 203.0.113.78:41522 > 192.0.2.10:9000 syn',
  ],
  [
    'no member of a named set of nft',
    nft('ip saddr 203.0.113.77-203.0.113.79 ip saddr != @hosts tcp dport 80'),
    'in eth0 tcp 203.0.113.79:41522 > 192.0.2.10:80 syn',
  ],
  [
    'a mark that another rule sets on the way',
    `*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 8443 -j MARK --set-xmark 0x4000/0x4000\nCOMMIT\n${filter('INPUT -m mark --mark 0x4000/0x4000 -j DROP')}`,
    'in eth0 tcp 203.0.113.10:41522 > 192.0.2.10:8443 syn',
  ],
  [
    'a port',
    filter('INPUT -p tcp -m tcp --dport 8443 --syn -j DROP'),
    'in eth0 tcp 203.0.113.10:41522 > 192.0.2.10:8443 syn',
  ],
  ['a source port', filter('INPUT -p udp -m udp --sport 53:60 -j DROP'), 'in eth0 udp 203.0.113.10:53 > 192.0.2.10:53'],
  [
    'a list of ports',
    filter('INPUT -p tcp -m multiport --dports 21,90:99 -j DROP'),
    'in eth0 tcp 203.0.113.10:41522 > 192.0.2.10:21 syn',
  ],
  [
    'not in a list of ports',
    filter('INPUT -p tcp -m multiport ! --dports 80,443 -j DROP'),
    'in eth0 tcp 203.0.113.10:41522 > 192.0.2.10:8080 syn',
  ],
  [
    'type and code',
    filter('INPUT -p icmp -m icmp --icmp-type 3/4 -j DROP'),
    'in eth0 icmp fragmentation-needed 203.0.113.10 > 192.0.2.10',
  ],
  [
    'some bits of a mark',
    filter('INPUT -m mark --mark 0x10/0xf0 -j DROP'),
    'in eth0 tcp 203.0.113.10:41522 > 192.0.2.10:80 syn mark 0x10',
  ],
  [
    'not this mark',
    filter('INPUT -m mark ! --mark 0x0 -j DROP'),
    'in eth0 tcp 203.0.113.10:41522 > 192.0.2.10:80 syn mark 0x1',
  ],
  [
    'a TTL below',
    filter('INPUT -m ttl --ttl-lt 5 -j DROP'),
    'in eth0 tcp 203.0.113.10:41522 > 192.0.2.10:80 syn ttl 1',
  ],
  [
    'a length',
    filter('INPUT -m length --length 100:200 -j DROP'),
    'in eth0 tcp 203.0.113.10:41522 > 192.0.2.10:80 syn length 100',
  ],
  [
    'a code point',
    filter('INPUT -m dscp --dscp 46 -j DROP'),
    'in eth0 tcp 203.0.113.10:41522 > 192.0.2.10:80 syn tos 0xb8',
  ],
  [
    'a sender on the link',
    filter('INPUT -m mac --mac-source 02:00:00:00:00:09 -j DROP'),
    'in eth0 tcp 203.0.113.10:41522 > 192.0.2.10:80 syn mac 02:00:00:00:00:09',
  ],
  [
    'a range of addresses',
    filter('INPUT -m iprange --src-range 198.51.100.40-198.51.100.49 -j DROP'),
    'in eth0 tcp 198.51.100.49:41522 > 192.0.2.10:80 syn',
  ],
  [
    'not this network',
    filter('INPUT ! -s 203.0.113.0/24 -j DROP'),
    'in eth0 tcp 198.51.100.20:41522 > 192.0.2.10:80 syn',
  ],
  [
    'a state',
    filter('INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j DROP'),
    'in eth0 tcp 203.0.113.10:41522 > 192.0.2.10:80 ack established',
  ],
  [
    'the owner of the sender',
    filter('OUTPUT -m owner --uid-owner 1337 -j DROP'),
    'out tcp 192.0.2.10:41522 > 203.0.113.10:443 syn uid 1337',
  ],
  [
    'not this owner',
    filter('OUTPUT -m owner ! --uid-owner 1000 -j DROP'),
    'out tcp 192.0.2.10:41522 > 203.0.113.10:443 syn uid 0',
  ],
  [
    'a packet that comes in by lo was sent by this host',
    filter('INPUT -i lo -j DROP'),
    'out tcp 192.0.2.10:41522 > 192.0.2.10:443 syn uid 0',
  ],
  [
    'what is forwarded to another interface',
    filter('FORWARD -o eth1 -j DROP'),
    'forward eth0 eth1 tcp 203.0.113.10:41522 > 10.8.0.2:80 syn',
  ],
  [
    'what is forwarded from there',
    filter('FORWARD -i eth1 -j DROP'),
    'in eth1 tcp 203.0.113.10:41522 > 192.0.2.11:80 syn',
  ],
  [
    'a rule above is passed by',
    filter('INPUT -p tcp -m tcp --dport 80 -j ACCEPT', 'INPUT -p tcp -j DROP'),
    'in eth0 tcp 203.0.113.10:41522 > 192.0.2.10:443 syn',
  ],
  [
    'two rules above are passed by',
    filter('INPUT -s 203.0.113.10 -j ACCEPT', 'INPUT -m ttl --ttl-eq 64 -j ACCEPT', 'INPUT -j DROP'),
    'in eth0 tcp 198.51.100.20:41522 > 192.0.2.10:80 syn ttl 63',
  ],
  [
    'through a chain',
    filter('INPUT -p tcp -m tcp --dport 22 -j A', 'A -s 198.51.100.0/24 -j DROP'),
    'in eth0 tcp 198.51.100.20:41522 > 192.0.2.10:22 syn',
  ],
  [
    'many rules above are passed by, one after the other',
    filter(
      ...['9.0.0.0/8', '8.0.0.0/8', '203.0.113.0/24', '198.51.100.0/24', '192.0.2.0/24', '0.0.0.0/6'].map(
        (block) => `INPUT -s ${block} -j DROP`,
      ),
      'INPUT -p tcp -m tcp --dport 22 -j ACCEPT',
    ),
    'in eth1 tcp 10.8.0.2:41522 > 10.8.0.1:22 syn',
  ],
  [
    'a chain that takes all that comes in by one interface',
    filter('INPUT -i eth0 -j A', 'A -j DROP', 'INPUT -p tcp -m tcp --dport 22 -j ACCEPT'),
    'in eth1 tcp 203.0.113.10:41522 > 10.8.0.1:22 syn',
  ],
  [
    'a chain that gives back what has a certain source',
    `*raw\n:PREROUTING ACCEPT [0:0]\n:SPOOF - [0:0]\n-A PREROUTING -i eth1 -j SPOOF\n-A SPOOF -s 10.8.0.0/24 -j RETURN\n-A SPOOF -j DROP\nCOMMIT\n${filter('INPUT -i eth1 -p tcp -m tcp --dport 22 -j ACCEPT')}`,
    'in eth1 tcp 10.8.0.2:41522 > 10.8.0.1:22 syn',
  ],
  [
    'an earlier table that lets only one port pass',
    `*mangle\n:PREROUTING DROP [0:0]\n-A PREROUTING -p udp -m udp --dport 5000 -j ACCEPT\nCOMMIT\n${filter('INPUT -s 198.51.100.0/24 -j DROP')}`,
    'in eth0 udp 198.51.100.20:41522 > 192.0.2.10:5000',
  ],
  [
    'what is translated to the destination on the way',
    `*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 10.8.0.7/32 ! -i eth1 -j DROP\nCOMMIT\n*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 192.0.2.10/32 -p tcp -m tcp --dport 8443 -j DNAT --to-destination 10.8.0.7:443\nCOMMIT\n${filter('FORWARD -d 10.8.0.7/32 ! -i eth1 -o eth1 -p tcp -m tcp --dport 443 -j ACCEPT')}`,
    'in eth0 tcp 203.0.113.10:41522 > 192.0.2.10:8443 syn',
  ],
  [
    'a broadcast',
    filter('INPUT -m addrtype --dst-type BROADCAST -j DROP'),
    'in eth0 tcp 203.0.113.10:41522 > 255.255.255.255:80 syn',
  ],
  [
    'an address of this host',
    filter('INPUT -m addrtype --dst-type LOCAL -j DROP'),
    'in eth0 tcp 203.0.113.10:41522 > 192.0.2.10:80 syn',
  ],
  [
    'a member of a set',
    `${filter('INPUT -m set --match-set blocked src -j DROP')}create blocked hash:net family inet hashsize 1024 maxelem 65536\nadd blocked 198.51.100.64/28\n`,
    'in eth0 tcp 198.51.100.73:41522 > 192.0.2.10:80 syn',
  ],
])('%s', (_, text, expression) => {
  expect(found(text + HOST).found).toEqual({ kind: 'found', expression });
});

test.each<[string, string, string]>([
  [
    'a rule above takes everything',
    filter('INPUT -j DROP', 'INPUT -p tcp -j ACCEPT'),
    'No packet is matched by INPUT rule 2: line 6 matches each that it would match. One of them is traced.',
  ],
  [
    'a wider rule above',
    filter('INPUT -s 198.51.100.0/24 -j DROP', 'INPUT -s 198.51.100.64/28 -p tcp -m tcp --dport 22 -j ACCEPT'),
    'No packet is matched by INPUT rule 2: line 6 matches each that it would match. One of them is traced.',
  ],
  [
    'a wider rule above the jump',
    filter('INPUT -p tcp -j ACCEPT', 'INPUT -j A', 'A -p tcp -m tcp --dport 22 -j DROP'),
    'No packet is matched by A rule 1: line 6 matches each that it would match. One of them is traced.',
  ],
  [
    'a wider range of ports above',
    filter('INPUT -p tcp -m tcp --dport 1:1024 -j ACCEPT', 'INPUT -p tcp -m tcp --dport 22 -j DROP'),
    'No packet is matched by INPUT rule 2: line 6 matches each that it would match. One of them is traced.',
  ],
  [
    'a jump and the rule contradict each other',
    filter('INPUT -p tcp -j A', 'A -p udp -j DROP'),
    'No packet was found for A rule 1: its conditions and those of the rules that jump to it contradict each other.',
  ],
  [
    'nothing leads there',
    filter('A -p udp -j DROP'),
    'No packet reaches A rule 1: no built-in chain of table filter jumps to A, directly or through other chains.',
  ],
])('said: %s', (_, text, words) => {
  const { found: result, rule } = found(text + HOST);
  expect(findWords(result, rule)).toBe(words);
});

/** What is not proved of all ways, or of what another rule may change, is not said. */
test.each<[string, string]>([
  [
    'a way that is not tried',
    filter(
      'INPUT -p tcp -j DROP',
      ...Array.from({ length: 8 }, (_, i) => `INPUT -p tcp -m tcp --dport ${i + 1} -j A`),
      'INPUT -p udp -j A',
      'A -j DROP',
    ),
  ],
  [
    'a rule between that switches connection tracking off',
    '*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m conntrack --ctstate UNTRACKED -j DROP\n-A PREROUTING -p udp -j CT --notrack\n-A PREROUTING -m conntrack --ctstate UNTRACKED -j ACCEPT\nCOMMIT\n',
  ],
])('not said to be taken by a rule: %s', (_, text) => {
  expect(found(text + HOST).found.kind).not.toBe('shadowed');
});

/** A mark may be set between two rules, so that the first takes nothing from the second. */
test('a rule above that asks for the same mark takes nothing that is marked after it', () => {
  const rules = [
    'INPUT -m mark --mark 0x1 -j DROP',
    'INPUT -p tcp -j MARK --set-xmark 0x1/0xffffffff',
    'INPUT -m mark --mark 0x1 -j ACCEPT',
  ];
  expect(found(filter(...rules).replace('*filter', '*mangle') + HOST).found.kind).toBe('found');
});

/**
 * Too many questions are open for all paths to be followed: the answers with which it reaches the rule come with the
 * packet.
 */
test('a rule after many sets that the file does not list', () => {
  const marking = Array.from({ length: 20 }, (_, i) => {
    const bit = `0x${(1 << i).toString(16)}`;
    return `INPUT -m set ! --match-set s${i} src -j MARK --set-xmark ${bit}/${bit}`;
  });
  const text =
    filter(...marking, 'INPUT -m set --match-set last src -m mark --mark 0x0/0xfffff -j DROP').replace(
      '*filter',
      '*mangle',
    ) + HOST;
  const { found: result } = found(text);
  if (result.kind !== 'found') throw new Error(result.kind);
  const { answers = {}, expression } = result;
  expect(Object.values(answers)).toEqual(Array<boolean>(20).fill(false));
  const model = modelOfText(text);
  const { input } = evaluate(model, model.defaultDump as Dump, {
    expression,
    answers,
    outcome: 0,
    overrides: undefined,
  });
  const deciding = input?.traced.outcomes.map(({ end }) => end.dropBy?.kind === 'rule' && end.dropBy.rule.number);
  expect(deciding).toContain(21);
});

/** No address is known, and no interface but one: what comes from outside does not come by lo. */
test('a packet comes by another interface than lo where the file knows none', () => {
  const { found: result } = found(filter('FORWARD ! -i br0 -o br0 -j DROP'));
  expect(result.kind === 'found' && result.expression).toMatch(/^forward eth0 br0 tcp /);
});

/**
 * Every rule that can be matched. Rcheck needs an earlier packet; whatever the owner, one of the rules above Istio's for a
 * group takes what leaves by lo, and nothing leaves for 127.0.0.1 by another interface.
 */
test.each<[string, readonly string[]]>([
  ['kube-node.iptables-save', ['line 103']],
  ['docker-host.iptables-save', []],
  ['istio-sidecar.md', ['line 81', 'line 82', 'line 84', 'line 118', 'line 119', 'line 121']],
])('packets for the rules of %s', (name, never) => {
  const model = modelOfText(sampleText(name));
  const missed: string[] = [];
  for (const dump of model.dumps) {
    const ruleSet = ruleSetOf(dump.section);
    const { setting, addressesKnown } = settingOf(model, dump);
    for (const rule of allTables(ruleSet).flatMap(({ chains }) => [...chains.values()].flatMap(({ rules }) => rules))) {
      const result = findPacket(setting.host, ruleSet, rule, {
        addressesKnown,
        hostFor: (packet) => settingOf(model, dump, { packet }).setting.host,
        onEveryHost: (packet) => tracedInFile(model, dump, packet),
      });
      if (result.kind === 'not-found') missed.push(`line ${rule.line.index + 1}`);
    }
  }
  expect(missed).toEqual(never);
});

test.each<[set: string, said: boolean]>([
  ['hosts', true],
  // Rules add to it, its members time out, or it is not there: what is in the file proves nothing.
  ['seen', false],
  ['passing', false],
  ['gone', false],
])('what a set of nft takes is said only where it stays as it is: %s', (set, said) => {
  const { rule } = found(nft(`ip saddr @${set}`));
  const { host } = settingOf(modelOfText(HOST + filter()), modelOfText(HOST + filter()).defaultDump as Dump).setting;
  const [condition] = conditionsOfRule(rule);
  expect(condition && boundsOf(condition, host) !== NOTHING_SAID).toBe(said);
});
