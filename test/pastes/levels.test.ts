import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/core/netfilter/outcome';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { evaluate, type Evaluation } from '../../src/features/traceSession/evaluate';
import { questionsOf } from '../../src/features/traceReport/questions';

/**
 * What is known, what is said and what is guessed of a host: each input is a paste that leaves something of its host
 * open.
 */
interface Case {
  readonly name: string;
  readonly text: string;
  readonly packet: string;
  /** One line for each path: outcome, interface, destination in the end, what was answered. */
  readonly paths: readonly string[];
  /** Some of what is assumed, as `what = value`, with ` !` where it decides. */
  readonly assumed?: readonly string[];
  /** What must not be among it. */
  readonly notAssumed?: readonly string[];
}

function table(name: string, ...rules: readonly string[]): string {
  const chains =
    { filter: ['INPUT', 'FORWARD', 'OUTPUT'], nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'] }[name] ?? [];
  const policy = (chain: string): string => (rules.includes(`-P ${chain} DROP`) ? 'DROP' : 'ACCEPT');
  return [
    `*${name}`,
    ...chains.map((chain) => `:${chain} ${policy(chain)} [0:0]`),
    ...rules.filter((rule) => !rule.startsWith('-P ')),
    'COMMIT',
    '',
  ].join('\n');
}

const CLOSED = ['-P INPUT DROP', '-P FORWARD DROP'];
const WEB = table('filter', ...CLOSED, '-A INPUT -p tcp -m tcp --dport 8443 -j ACCEPT');
const ADDRESSES =
  '2: eth3: <BROADCAST,UP> mtu 1500\n    inet 10.61.2.3/24 brd 10.61.2.255 scope global eth3\n3: eth4: <BROADCAST,UP> mtu 1500\n    inet 10.62.2.3/24 brd 10.62.2.255 scope global eth4\n';
const GATEWAY =
  table('nat', '-A POSTROUTING -o ppp3 -j MASQUERADE', '-A POSTROUTING -o wg3 -j SNAT --to-source 10.63.0.2') +
  table('filter', ...CLOSED, '-A FORWARD -i lan3 -o wg3 -j ACCEPT');

const CASES: readonly Case[] = [
  // Whether the destination is this host.
  {
    name: 'the destination is likely this host, and may be another',
    text: WEB,
    packet: 'in eth3 tcp 198.51.100.7 > 10.61.2.3:8443',
    paths: [
      'LOCAL 10.61.2.3:8443 if 10.61.2.3 is an address of this host = true',
      'DROPPED if 10.61.2.3 is an address of this host = false',
    ],
    assumed: ['10.61.2.3 is an address of this host = true !'],
  },
  {
    name: 'it is said to be this host',
    text: WEB,
    packet: 'in eth3 tcp 198.51.100.7 > 10.61.2.3:8443 own',
    paths: ['LOCAL 10.61.2.3:8443'],
    notAssumed: ['10.61.2.3 is an address of this host = true !'],
  },
  {
    name: 'it is said to be forwarded',
    text: WEB,
    packet: 'forward eth3 tcp 198.51.100.7 > 10.61.2.3:8443',
    paths: ['DROPPED'],
  },
  {
    name: 'the file lists it',
    text: `${WEB}${ADDRESSES}`,
    packet: 'in eth3 tcp 198.51.100.7 > 10.61.2.3:8443',
    paths: ['LOCAL 10.61.2.3:8443'],
  },
  {
    name: 'the file lists others',
    text: `${WEB}${ADDRESSES}`,
    packet: 'in eth3 tcp 198.51.100.7 > 10.62.2.9:8443',
    paths: ['DROPPED'],
  },
  {
    name: 'a list of addresses goes before the word',
    text: `${WEB}${ADDRESSES}`,
    packet: 'in eth3 tcp 198.51.100.7 > 10.62.2.9:8443 own',
    paths: ['DROPPED'],
  },
  {
    name: 'a route leads on by a next hop',
    text: `${WEB}\n10.64.0.0/16 via 10.61.2.1 dev eth3\ndefault via 10.61.2.254 dev eth3\n10.61.2.0/24 dev eth3 proto kernel scope link src 10.61.2.3\n`,
    packet: 'in eth3 tcp 198.51.100.7 > 10.64.2.3:8443',
    paths: ['DROPPED'],
  },
  {
    name: 'a rule of INPUT tells the address',
    text: table('filter', ...CLOSED, '-A INPUT -d 10.61.2.3/32 -p tcp -j ACCEPT'),
    packet: 'in eth3 tcp 198.51.100.7 > 10.61.2.3:8443',
    paths: ['LOCAL 10.61.2.3:8443'],
  },
  {
    name: 'so does one of a chain that only INPUT leads to',
    text: `*filter\n:INPUT DROP [0:0]\n:OURS - [0:0]\n-A INPUT -j OURS\n-A OURS -d 10.61.2.3/32 -j ACCEPT\nCOMMIT\n`,
    packet: 'in eth3 tcp 198.51.100.7 > 10.61.2.3:8443',
    paths: ['LOCAL 10.61.2.3:8443'],
  },
  {
    name: 'a rule of FORWARD shows that it is on the far side',
    text: table('filter', ...CLOSED, '-A FORWARD -d 10.61.2.3/32 -p tcp -j ACCEPT'),
    packet: 'in eth3 tcp 198.51.100.7 > 10.61.2.3:8443',
    paths: ['SENT eth3 10.61.2.3:8443'],
  },
  {
    name: 'rules of both leave it open',
    text: table('filter', ...CLOSED, '-A INPUT -d 10.61.2.3/32 -j ACCEPT', '-A FORWARD -d 10.61.2.3/32 -j ACCEPT'),
    packet: 'in eth3 tcp 198.51.100.7 > 10.61.2.3:8443',
    paths: [
      'SENT eth3 10.61.2.3:8443 if 10.61.2.3 is an address of this host = false',
      'LOCAL 10.61.2.3:8443 if 10.61.2.3 is an address of this host = true',
    ],
  },
  {
    name: 'a network that FORWARD lets through is likely elsewhere',
    text: table('filter', ...CLOSED, '-A FORWARD -d 10.61.0.0/16 -j ACCEPT'),
    packet: 'in eth3 tcp 198.51.100.7 > 10.61.2.3:8443',
    paths: [
      'SENT eth3 10.61.2.3:8443 if 10.61.2.3 is an address of this host = false',
      'DROPPED if 10.61.2.3 is an address of this host = true',
    ],
  },
  {
    name: 'a translation goes on whoever has the address',
    text: table('nat', '-A PREROUTING -p tcp -m tcp --dport 8443 -j REDIRECT --to-ports 9443'),
    packet: 'in br3 tcp 10.65.0.9 > 198.51.100.7:8443',
    paths: ['LOCAL 10.244.1.5:9443'],
    assumed: ['198.51.100.7 is an address of this host = false'],
    notAssumed: ['198.51.100.7 is an address of this host = true !'],
  },
  {
    name: 'what a private address sends to a public one likely goes through',
    text: WEB,
    packet: 'in eth3 tcp 192.168.7.9 > 198.51.100.7:8443',
    paths: [
      'DROPPED if 198.51.100.7 is an address of this host = false',
      'LOCAL 198.51.100.7:8443 if 198.51.100.7 is an address of this host = true',
    ],
  },
  {
    name: 'the routing of TPROXY makes no address one of this host',
    text: `${WEB}ip rule add fwmark 1 lookup 100\nip route add local default dev lo table 100\n`,
    packet: 'in eth3 tcp 192.168.7.9 > 198.51.100.7:8443',
    paths: [
      'DROPPED if 198.51.100.7 is an address of this host = false',
      'LOCAL 198.51.100.7:8443 if 198.51.100.7 is an address of this host = true',
    ],
  },
  {
    name: 'nobody asks where the first rule decides',
    text: table('nat', '-A PREROUTING -j ACCEPT') + table('filter', '-A INPUT -j DROP', '-A FORWARD -j DROP'),
    packet: 'in eth3 tcp 198.51.100.7 > 10.61.2.3:8443',
    paths: [
      'DROPPED if 10.61.2.3 is an address of this host = true',
      'DROPPED if 10.61.2.3 is an address of this host = false',
    ],
  },
  {
    name: 'raw drops before anybody asks',
    text: '*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -s 198.51.100.0/24 -j DROP\nCOMMIT\n',
    packet: 'in eth3 tcp 198.51.100.7 > 10.61.2.3:8443',
    paths: ['DROPPED'],
    notAssumed: ['policy rules = only the standard ones'],
  },
  {
    name: 'the source of what is sent is an own address',
    text: table('nat', '-A OUTPUT -o lo -p tcp -j REDIRECT --to-ports 9443'),
    packet: 'out tcp 10.61.2.3 > 10.61.2.3:8443',
    paths: ['LOCAL 127.0.0.1:9443'],
  },
  {
    name: 'what SNAT writes is an own address',
    text: table('nat', '-A POSTROUTING -o eth3 -j SNAT --to-source 203.0.113.77') + WEB,
    packet: 'in eth3 tcp 198.51.100.7 > 203.0.113.77:8443',
    paths: ['LOCAL 203.0.113.77:8443'],
  },
  {
    name: 'a pod takes what comes for it',
    text: '*nat\n:PREROUTING ACCEPT [0:0]\n:ISTIO_INBOUND - [0:0]\n:ISTIO_IN_REDIRECT - [0:0]\n:ISTIO_REDIRECT - [0:0]\n:ISTIO_OUTPUT - [0:0]\n-A PREROUTING -p tcp -j ISTIO_INBOUND\n-A OUTPUT -j ISTIO_OUTPUT\n-A ISTIO_INBOUND -p tcp -m tcp --dport 22 -j RETURN\n-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT\n-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006\n-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001\n-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN\n-A ISTIO_OUTPUT -j ISTIO_REDIRECT\nCOMMIT\n',
    packet: 'in eth3 tcp 10.61.2.9 > 10.61.2.3:22',
    paths: ['LOCAL 10.61.2.3:22'],
  },
  // By which interface it leaves.
  {
    name: 'the way out is said',
    text: GATEWAY,
    packet: 'forward lan3 wg3 tcp 10.66.0.9 > 198.51.100.7:443',
    paths: ['SENT wg3 198.51.100.7:443'],
  },
  {
    name: 'the other way out is said',
    text: GATEWAY,
    packet: 'forward lan3 ppp3 tcp 10.66.0.9 > 198.51.100.7:443',
    paths: ['DROPPED'],
  },
  {
    name: 'what a gateway takes from its own network goes on, by one way or the other',
    text: GATEWAY,
    packet: 'in lan3 tcp 10.66.0.9 > 198.51.100.7:443',
    paths: [
      'DROPPED if 198.51.100.7 is an address of this host = false, 198.51.100.7 is reached by ppp3 = true',
      'SENT wg3 198.51.100.7:443 if 198.51.100.7 is an address of this host = false, 198.51.100.7 is reached by wg3 = true',
      'DROPPED if 198.51.100.7 is an address of this host = true',
    ],
    assumed: ['198.51.100.7 is reached by ppp3 = true !'],
    notAssumed: ['IPv4 default route = dev ppp3'],
  },
  {
    name: 'it makes no difference which way',
    text: table('filter', '-A FORWARD -i lan3 -j DROP', '-A INPUT -i eth3 -j ACCEPT', '-A INPUT -i eth4 -j ACCEPT'),
    packet: 'forward lan3 tcp 10.66.0.9 > 198.51.100.7:443',
    paths: ['DROPPED'],
  },
  {
    name: 'a network that rules tie to an interface lies there',
    text: table(
      'filter',
      ...CLOSED,
      '-A FORWARD -i dmz3 -s 10.67.0.0/16 -j ACCEPT',
      '-A FORWARD -i eth3 -o dmz3 -j ACCEPT',
      '-A FORWARD -i eth3 -o lan3 -j DROP',
    ),
    packet: 'forward eth3 tcp 198.51.100.7 > 10.67.1.1:80',
    paths: ['SENT dmz3 10.67.1.1:80'],
    assumed: ['route to 10.67.0.0/16 = dev dmz3'],
  },
  {
    name: 'a rule that drops a network ties it to nothing',
    text: table('filter', '-A FORWARD -i eth3 -s 10.67.0.0/16 -j DROP', '-A FORWARD -o eth3 -j ACCEPT'),
    packet: 'forward eth4 tcp 198.51.100.7 > 10.67.1.1:80',
    paths: ['SENT eth3 10.67.1.1:80'],
    notAssumed: ['route to 10.67.0.0/16 = dev eth3'],
  },
  {
    name: 'said interfaces hold after DNAT',
    text:
      table('nat', '-A PREROUTING -i eth3 -p tcp -j DNAT --to-destination 10.68.0.4:8080') +
      table('filter', ...CLOSED, '-A FORWARD -i eth3 -o vm3 -j ACCEPT'),
    packet: 'forward eth3 vm3 tcp 198.51.100.7 > 203.0.113.5:80',
    paths: ['SENT vm3 10.68.0.4:8080'],
  },
  {
    name: 'a packet of this host leaves by one way or the other',
    text: table('filter', '-P OUTPUT DROP', '-A OUTPUT -o tun3 -j ACCEPT', '-A OUTPUT -o eth3 -p udp -j ACCEPT'),
    packet: 'out tcp > 198.51.100.7:443',
    paths: [
      'DROPPED if 198.51.100.7 is reached by eth3 = true',
      'SENT tun3 198.51.100.7:443 if 198.51.100.7 is reached by tun3 = true',
    ],
  },
  {
    name: 'or by the one that is said',
    text: table('filter', '-P OUTPUT DROP', '-A OUTPUT -o tun3 -j ACCEPT', '-A OUTPUT -o eth3 -p udp -j ACCEPT'),
    packet: 'out tun3 tcp > 198.51.100.7:443',
    paths: ['SENT tun3 198.51.100.7:443'],
  },
  // Addresses that are made up.
  {
    name: 'an interface has some address',
    text: table('nat', '-A PREROUTING -i br3 -p tcp -j REDIRECT --to-ports 9443'),
    packet: 'in br3 tcp 10.65.0.9 > :80',
    paths: ['LOCAL 10.244.1.5:9443'],
    assumed: ['address of br3 = 10.244.1.5/24'],
  },
  {
    name: 'made-up addresses lie in no range of the rules',
    text: table('filter', '-A FORWARD -d 10.0.0.0/8 -j ACCEPT'),
    packet: 'in eth3 tcp 198.51.100.7 > :80',
    paths: ['LOCAL 192.168.250.5:80'],
    assumed: ['address of eth3 = 192.168.250.5/24'],
  },
  {
    name: 'nor in a range from one to another',
    text: table('filter', '-A INPUT -m iprange --src-range 10.244.0.9-10.244.3.9 -j DROP'),
    packet: 'in eth3 tcp 198.51.100.7 > :80',
    paths: ['LOCAL 192.168.250.5:80'],
  },
  {
    name: 'nor are they that of the packet',
    text: table('filter', '-A INPUT -p udp -j DROP'),
    packet: 'in eth3 tcp 10.244.1.5 > :80',
    paths: ['LOCAL 192.168.250.5:80'],
  },
  {
    name: 'MASQUERADE has an address to take',
    text: table('nat', '-A POSTROUTING -o wg3 -j MASQUERADE') + table('filter', '-A FORWARD -o eth3 -j DROP'),
    packet: 'forward eth3 wg3 udp 10.66.0.9 > 198.51.100.7:53',
    paths: ['SENT wg3 198.51.100.7:53'],
  },
  // What is used is listed, and nothing else.
  {
    name: 'what is forwarded relies on forwarding',
    text: table('filter'),
    packet: 'forward eth3 eth4 tcp 198.51.100.7 > 10.61.2.3:80',
    paths: ['SENT eth4 10.61.2.3:80'],
    assumed: ['net.ipv4.ip_forward = 1', 'policy rules = only the standard ones'],
    notAssumed: ['listening sockets = not known'],
  },
  {
    name: 'what is delivered relies on sockets',
    text: table('filter'),
    packet: 'in eth3 tcp 198.51.100.7 > :80',
    paths: ['LOCAL 10.244.1.5:80'],
    assumed: ['listening sockets = not known'],
    notAssumed: ['net.ipv4.ip_forward = 1', 'IPv4 default route = dev eth3'],
  },
  {
    name: 'a sysctl of the file is not assumed',
    text: `${table('filter')}net.ipv4.ip_forward = 1\n`,
    packet: 'forward eth3 eth4 tcp 198.51.100.7 > 10.61.2.3:80',
    paths: ['SENT eth4 10.61.2.3:80'],
    notAssumed: ['net.ipv4.ip_forward = 1'],
  },
  {
    name: 'an answer that leaves elsewhere relies on the filter',
    text: `${table('filter')}${ADDRESSES}10.61.2.0/24 dev eth3\n10.62.2.0/24 dev eth4\ndefault via 10.61.2.1 dev eth3\n`,
    packet: 'in eth4 tcp 198.51.100.7 > 10.62.2.3:80',
    paths: ['LOCAL 10.62.2.3:80 if net.ipv4.conf.all.rp_filter is 0 = true'],
    assumed: ['net.ipv4.conf.all.rp_filter = 0'],
  },
  {
    name: '127.0.0.1 from outside relies on route_localnet',
    text: table('filter'),
    packet: 'in eth3 tcp 198.51.100.7 > 127.0.0.1:80',
    paths: ['DROPPED if net.ipv4.conf.all.route_localnet is 0 = true'],
    assumed: ['net.ipv4.conf.all.route_localnet = 0'],
  },
  // What a sender really sends.
  {
    name: 'icmp between IPv6 addresses is ICMPv6',
    text: '# ip6tables-save\n*filter\n:INPUT DROP [0:0]\n-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT\nCOMMIT\n',
    packet: 'in eth3 icmp echo-request 2001:db8:61::7 > 2001:db8:61::1 own',
    paths: ['LOCAL 2001:db8:61::1'],
  },
  {
    name: 'neighbour discovery has hop limit 255',
    text: '# ip6tables-save\n*filter\n:INPUT DROP [0:0]\n-A INPUT -p ipv6-icmp -m hl --hl-eq 255 -j ACCEPT\nCOMMIT\n',
    packet: 'in eth3 icmpv6 neighbour-solicitation 2001:db8:61::7 > 2001:db8:61::1 own',
    paths: ['LOCAL 2001:db8:61::1'],
  },
  {
    name: 'a DHCP client sends from port 68',
    text: table('filter', ...CLOSED, '-A INPUT -p udp -m udp --sport 68 --dport 67 -j ACCEPT'),
    packet: 'in eth3 udp > :67',
    paths: ['LOCAL 10.244.1.5:67'],
  },
];

function evaluated(
  text: string,
  expression: string,
  answers: Readonly<Record<string, boolean>> = {},
  overrides?: unknown,
): Evaluation {
  const model = modelOf(parseSourceFile(text, { fileName: 'rules.txt' }));
  if (!model.defaultDump) throw new Error('there are no rules in the text');
  const evaluation = evaluate(model, model.defaultDump, { expression, outcome: 0, answers, overrides });
  if (!evaluation.input) throw new Error(evaluation.problems.map(({ message }) => message).join('; '));
  return evaluation;
}

function paths({ input }: Evaluation): string[] {
  return (input?.traced.outcomes ?? []).map((walked) => {
    const {
      outcome,
      outIface,
      finalPacket: { dst, dport },
      assumptions,
    } = outcomeOf(walked);
    const host = assumptions.flatMap((each) => ('kind' in each ? [`${each.what} = ${String(each.value)}`] : []));
    const end =
      outcome === 'DROPPED' || outcome === 'NONE'
        ? []
        : [`${dst as string}${dport === undefined ? '' : `:${dport as number}`}`];
    return [
      outcome,
      ...(outIface === undefined ? [] : [outIface]),
      ...end,
      ...(host.length === 0 ? [] : [`if ${host.join(', ')}`]),
    ].join(' ');
  });
}

describe('what is known of a host, what is said, and what is guessed', () => {
  test.each(CASES)('$name', ({ text, packet, paths: expected, assumed = [], notAssumed = [] }) => {
    const evaluation = evaluated(text, packet);
    expect(paths(evaluation)).toEqual(expected);
    const used = evaluation.assumed.map(
      ({ what, value, decides }) => `${what} = ${String(value)}${decides ? ' !' : ''}`,
    );
    expect(used).toEqual(expect.arrayContaining([...assumed]));
    expect(used.filter((each) => notAssumed.includes(each))).toEqual([]);
    expect(used.some((each) => each.endsWith(' !'))).toBe(expected.length > 1);
  });

  test.each([
    ['host/own/10.61.2.3', true, ['LOCAL 10.61.2.3:8443 if 10.61.2.3 is an address of this host = true'], 0],
    ['host/own/10.61.2.3', false, ['DROPPED if 10.61.2.3 is an address of this host = false'], 1],
    ['host/own/10.61.2.4', true, CASES[0]?.paths, undefined],
  ])(
    'the answer %s = %s leaves the outcomes that go with it, and the question can be taken back',
    (key, value, expected, chosen) => {
      const evaluation = evaluated(WEB, 'in eth3 tcp 198.51.100.7 > 10.61.2.3:8443', { [key]: value });
      expect(paths(evaluation)).toEqual(expected);
      const questions = evaluation.input ? questionsOf(evaluation.input) : [];
      expect(questions.map(({ id, text, chosen: index }) => [id, text, index])).toEqual([
        ['host/own/10.61.2.3', 'Is 10.61.2.3 an address of this host?', chosen],
      ]);
    },
  );

  test('ways out are the choices of one question', () => {
    const packet = 'forward lan3 tcp 10.66.0.9 > 198.51.100.7:443';
    const { input } = evaluated(GATEWAY, packet);
    expect(
      input && questionsOf(input).map(({ id, choices }) => [id, choices.map(({ text, key }) => `${key}: ${text}`)]),
    ).toEqual([
      ['host/way', ['host/way/ppp3: 198.51.100.7 is reached by ppp3', 'host/way/wg3: 198.51.100.7 is reached by wg3']],
    ]);
    expect(paths(evaluated(GATEWAY, packet, { 'host/way/wg3': true, 'host/way/ppp3': false }))).toEqual([
      'SENT wg3 198.51.100.7:443 if 198.51.100.7 is reached by wg3 = true',
    ]);
  });

  test('a host that is given leaves nothing open', () => {
    const host = {
      ifaces: [{ name: 'eth3', addrs: ['10.61.2.3/24'] }],
      routes: [],
      ipRules: [],
      listeners: [],
      sysctls: { 'net.ipv4.ip_forward': 1 },
    };
    const evaluation = evaluated(WEB, 'in eth3 tcp 10.61.2.9 > 10.61.2.3:8443', {}, host);
    expect([paths(evaluation), evaluation.assumed]).toEqual([['LOCAL 10.61.2.3:8443'], []]);
  });
});
