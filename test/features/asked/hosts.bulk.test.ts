import path from 'node:path';
import { formatAddress, formatBlock, parseAddress, parseBlock } from '../../../src/core/net/address';
import { formatPacketExpression } from '../../../src/core/net/packetExpression';
import { settingProvisos } from '../../../src/features/possibleHosts/usedAssumptions';
import { badgeOf } from '../../../src/features/traceReport/verdict';
import { evaluate } from '../../../src/features/traceSession/evaluate';
import { ruleSetsFor, type FileModel } from '../../../src/features/fileModel';
import { rulesUseOf } from '../../../src/features/rulesUse';
import { answersOf } from '../../answers';
import { modelOfText } from '../sample';

/** What a file may state of its host, by name; what is not among them is taken as it stands. */
const FACTS: Readonly<Record<string, string>> = {
  addresses:
    '$ ip addr\n1: lo: <UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n    inet6 ::1/128 scope host\n2: eth0: <UP> mtu 1500\n' +
    '    inet 192.0.2.10/24 scope global eth0\n    inet6 2001:db8:1::10/64 scope global\n3: eth1: <UP> mtu 1500\n' +
    '    inet 10.9.0.1/24 scope global eth1\n    inet6 2001:db8:9::1/64 scope global',
  routes:
    '$ ip route\ndefault via 192.0.2.1 dev eth0\n192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10\n' +
    '10.9.0.0/24 dev eth1 proto kernel scope link src 10.9.0.1',
  policy: '$ ip rule\n0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default',
  sockets:
    '$ ss -ltn\nState  Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN 0      128    0.0.0.0:22         0.0.0.0:*',
  'two hops':
    '$ ip route\ndefault\n\tnexthop via 192.0.2.1 dev eth0 weight 1\n\tnexthop via 10.9.0.254 dev eth1 weight 1\n' +
    '192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10\n10.9.0.0/24 dev eth1 proto kernel scope link src 10.9.0.1',
  'two hops of one interface':
    '$ ip route\ndefault\n\tnexthop via 192.0.2.1 dev eth0 weight 1\n\tnexthop via 192.0.2.2 dev eth0 weight 1\n' +
    '192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10\n10.9.0.0/24 dev eth1 proto kernel scope link src 10.9.0.1',
  'two hops to a network':
    '$ ip route\ndefault via 192.0.2.1 dev eth0\n198.51.100.0/24\n\tnexthop via 192.0.2.7 dev eth0 weight 1\n' +
    '\tnexthop via 192.0.2.8 dev eth0 weight 1\n\tnexthop dev eth1 weight 1\n' +
    '192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10\n10.9.0.0/24 dev eth1 proto kernel scope link src 10.9.0.1',
};

const CHAINS = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'FORWARD'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

function table(name: keyof typeof CHAINS, rules: readonly string[]): string {
  return `*${name}\n${CHAINS[name].map((chain) => `:${chain} ACCEPT [0:0]\n`).join('')}${rules.join('\n')}\nCOMMIT\n`;
}

function rulesOf(filter: readonly string[], nat: readonly string[] = []): string {
  return (nat.length > 0 ? table('nat', nat) : '') + table('filter', filter);
}

/** Rules that make a difference between the possible hosts, by section. */
const RULES: Readonly<Record<string, string>> = {
  'two interfaces': rulesOf([
    '-A INPUT -i eth0 -p tcp -m tcp --dport 22 -j ACCEPT',
    '-A INPUT -j DROP',
    '-A FORWARD -i eth1 -o eth0 -j ACCEPT',
    '-A FORWARD -j REJECT',
    '-A OUTPUT -o eth1 -p udp -j DROP',
  ]),
  'many interfaces': rulesOf([
    ...['eth0', 'eth1', 'eth2', 'eth3', 'eth4', 'eth5', 'eth6'].map(
      (name, i) => `-A OUTPUT -o ${name} -p tcp -m tcp --dport ${80 + i} -j REJECT`,
    ),
    '-A OUTPUT -o eth6 -p icmp -j DROP',
  ]),
  'very many interfaces': rulesOf([
    '-A FORWARD -i eth0 -j DROP',
    ...Array.from({ length: 20 }, (_, i) => `-A FORWARD -o eth${i} -j ACCEPT`),
  ]),
  'no interfaces': rulesOf(['-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT', '-A INPUT -p tcp -j DROP']),
  groups:
    table('raw', ['-A PREROUTING -p udp -m udp --dport 9 -j DROP']) +
    rulesOf(['-A INPUT -p udp -m udp --dport 5353 -j ACCEPT', '-A INPUT -p udp -j DROP']),
  nat: rulesOf(
    ['-A FORWARD -d 10.9.0.7/32 -j ACCEPT', '-A FORWARD -j DROP', '-A INPUT -p tcp -m tcp --dport 8081 -j ACCEPT'],
    [
      '-A PREROUTING -d 192.0.2.80/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.9.0.7:8080',
      '-A PREROUTING -p tcp -m tcp --dport 81 -j REDIRECT --to-ports 8081',
      '-A PREROUTING -p tcp -m tcp --dport 82 -j DNAT --to-destination 127.0.0.1:8082',
      '-A POSTROUTING -p tcp -m tcp --dport 8080 -j MASQUERADE',
      '-A POSTROUTING -o eth0 -p udp -j MASQUERADE',
    ],
  ),
  'forwards by mangle': table('mangle', ['-A FORWARD -j MARK --set-mark 1']),
  'forwards by PREROUTING': table('nat', ['-A PREROUTING -p tcp -m tcp --dport 1 -j ACCEPT']),
  'forwards by POSTROUTING': table('nat', ['-A POSTROUTING -p tcp -m tcp --dport 1 -j ACCEPT']),
  'does not forward': table('nat', ['-A OUTPUT -p tcp -m tcp --dport 1 -j ACCEPT']),
  'forwards by the other back end':
    `# Generated by iptables-save v1.8.9 (nf_tables)\n${rulesOf(['-A INPUT -j ACCEPT'])}` +
    `# Generated by iptables-save v1.8.9\n${rulesOf(['-A FORWARD -j ACCEPT'])}`,
  'a transparent proxy': table('mangle', [
    '-A PREROUTING -p tcp -m tcp --dport 80 -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1',
  ]),
  sockets: rulesOf(['-A INPUT -p tcp -m socket --transparent -j ACCEPT', '-A INPUT -p tcp -j DROP']),
  doubts: rulesOf([
    '-A INPUT -p tcp -m tcp --dport 1 -m recent --rcheck --name seen --rsource -j DROP',
    '-A INPUT -p tcp -m tcp --dport 2 -m policy --dir in --pol ipsec -j DROP',
    '-A INPUT -p tcp -m tcp --dport 3 -m limit --limit 1/sec -j ACCEPT',
    '-A INPUT -p tcp -m tcp --dport 3 -j DROP',
    '-A INPUT -p tcp -m tcp --dport 4 -m recent --rcheck --name a --rsource -j MARK --set-mark 1',
    '-A INPUT -p tcp -m tcp --dport 5 -m recent --rcheck --name a --rsource -m recent --rcheck --name b --rsource -j DROP',
    '-A INPUT -p tcp -m tcp --dport 6 -m recent --rcheck --name a --rsource -j ACCEPT',
    '-A INPUT -p tcp -m tcp --dport 6 -m recent --rcheck --name b --rsource -j ACCEPT',
    '-A INPUT -p tcp -m tcp --dport 6 -m policy --dir in --pol ipsec -j LOG',
    '-A INPUT -p tcp -m tcp --dport 6 -j DROP',
    '-A INPUT -p tcp -m tcp --dport 7 -m ttl --ttl-lt 10 -j DROP',
    '-A INPUT -p tcp -m tcp --dport 8 -m length --length 1000:2000 -j DROP',
  ]),
};

const MODELS = new Map<string, FileModel>();

function modelWith(section: string, facts: string): FileModel {
  const text = [RULES[section], ...facts.split(', ').map((name) => FACTS[name] ?? name), ''].join('\n');
  const model = MODELS.get(text) ?? modelOfText(text, 'notes.md');
  MODELS.set(text, model);
  return model;
}

/**
 * A packet on each host that the rules of a section and the facts leave possible: `PACKET | FACTS, … | ANSWERS`, the last
 * as JSON. For each outcome the answers that make it, with how they are given; then what is assumed, and for the first
 * outcome of each host what has to be so of its settings.
 */
answersOf(path.join(import.meta.dirname, 'hosts.txt'), (question, section) => {
  const [expression = '', facts = '', answers = '{}'] = question.split(' | ');
  const model = modelWith(section, facts === 'nothing' ? '' : facts);
  if (!model.defaultDump) throw new Error('there are no rules');
  const { input, assumed, hostTraces, problems } = evaluate(model, model.defaultDump, {
    expression,
    outcome: 0,
    answers: JSON.parse(answers) as Readonly<Record<string, boolean>>,
    overrides: undefined,
  });
  if (!input) return problems.map(({ message }) => message);
  return [
    ...input.traced.outcomes.flatMap((walked) => [
      `${badgeOf(walked).text} ${walked.assumptions.map(({ key, value }) => `${value ? '' : 'not '}${key}`).join(', ')}`.trim(),
      ...(walked.on?.answers ?? []).map(
        ({ what, value, key, word, reason, choice, words, stem }) =>
          `  ${value ? 'if' : 'unless'} ${what} [${key}]${word === '' ? '' : ` "${word}"`}: ${reason}` +
          (words ? `; ${words.question} ${words.yes} or ${words.no}` : '') +
          (choice ? `; a choice after "${stem ?? ''}"` : ''),
      ),
    ]),
    ...(input.traced.truncated ? ['and more'] : []),
    ...assumed.map(
      ({ code, what, value, message, line, decides }) =>
        `${decides ? 'decides' : 'assumed'}, ${code}: ${what} = ${String(value)}${line === undefined ? '' : `, line ${line}`}: ${message}`,
    ),
    ...hostTraces.flatMap((hostTrace) => [
      `traced: ${formatPacketExpression(hostTrace.request)}`,
      ...hostTrace.traced.outcomes
        .slice(0, 1)
        .flatMap((walked) => settingProvisos(hostTrace, walked, input.ruleSet))
        .map(({ what, reason }) => `  only if ${what} (${reason})`),
    ]),
  ];
});

/** Whose rules are read: what is around the lines of a question. */
const AROUND: Readonly<Record<string, (lines: string) => string>> = {
  filter: (lines) => `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${lines}\nCOMMIT\n`,
  nat: (lines) => `*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n${lines}\nCOMMIT\n`,
  mangle: (lines) => `*mangle\n:PREROUTING ACCEPT [0:0]\n${lines}\nCOMMIT\n`,
  'of IPv6': (lines) => `# Generated by ip6tables-save v1.8.9\n${lines}\n`,
};

/**
 * What rules show of the host that they are of; after ` | ` the addresses of which it is asked whose they are, and the
 * networks of which it is asked whether the rules speak of them. `N times` repeats a line, `%` is numbered.
 */
answersOf(path.join(import.meta.dirname, 'evidence.txt'), (question, section) => {
  const [rules = '', asked = ''] = question.split(' | ');
  const lines = rules.split('\n').flatMap((line) => {
    const [, times = '1', text = ''] = /^(?:(\d+) times )?(.*)$/.exec(line) ?? [];
    return Array.from({ length: Number(times) }, (_, i) => text.replaceAll('%', String(i)));
  });
  const model = modelOfText(AROUND[section]?.(lines.join('\n')) ?? `${lines.join('\n')}\n`, 'notes.md');
  if (!model.defaultDump) throw new Error('there are no rules');
  const { v4, v6 } = ruleSetsFor(model, model.defaultDump);
  const { interfaces = [], tproxyMarks, tproxyPorts, forwarded = [], pod, speaksOf, placeOf } = rulesUseOf([v4, v6]);
  const few = (list: readonly string[]): readonly string[] =>
    list.length > 8 ? [`${list.length} from ${list[0]} to ${list.at(-1)}`] : list;
  return [
    ...interfaces.map(({ name, network, behind = [], translated, sources = [] }) =>
      [
        name,
        ...(network === undefined ? [] : [`is the bridge of ${network}`]),
        ...few(behind.map(formatBlock)).map((block) => `has ${block} behind it`),
        ...(translated ? ['translates'] : []),
        ...few(sources.map(({ address, line }) => `${formatAddress(address)} in line ${line + 1}`)).map(
          (source) => `to ${source}`,
        ),
      ].join(', '),
    ),
    ...few((tproxyMarks ?? []).map(({ mark, mask }) => `mark ${mark.toString(16)}/${mask.toString(16)}`)),
    ...few((tproxyPorts ?? []).map((port) => `port ${port}`)),
    ...few(forwarded.map(formatBlock)).map((block) => `forwards to ${block}`),
    ...(pod ? ['of a pod'] : []),
    ...asked.split(' ').flatMap((text) => {
      const [address, block] = [parseAddress(text), parseBlock(text, text.includes(':') ? 6 : 4)];
      if (!address) return block ? [`${text}: ${speaksOf?.(block) ? 'spoken of' : 'not spoken of'}`] : [];
      const place = placeOf?.(address);
      return [`${text}: ${place ? `${place.own ? 'own' : 'of others'}, line ${place.line + 1}` : 'not known'}`];
    }),
  ];
});
