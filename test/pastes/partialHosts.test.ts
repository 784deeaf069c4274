import { describe, expect, it } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { traceText } from '../../src/features/traceReport/traceText';
import { badgeOf } from '../../src/features/traceReport/verdict';

/**
 * What comes to this host is dropped, and what goes through it is sent: the answer shows whether the destination is
 * taken for an address of this host.
 */
const RULES = '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n\n';
const DOCKER =
  '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -o docker0 -j ACCEPT\nCOMMIT\n\n';

const LO = '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n';
const ETH0 =
  '2: eth0: <BROADCAST,UP,LOWER_UP> mtu 1500\n    inet 192.168.1.10/24 brd 192.168.1.255 scope global eth0\n';
const DEFAULT = 'default via 192.168.1.1 dev eth0\n';
const CONNECTED = '192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.10\n';
const ALL = `$ ip addr\n${LO}${ETH0}`;
const SOME = `$ ip addr show eth0\n${ETH0}`;

const OWN = ['DROPPED'];
const OTHER = ['SENT eth0'];
const EITHER = ['DROPPED', 'SENT eth0'];

const cases: readonly (readonly [name: string, text: string, destination: string, outcomes: readonly string[]])[] = [
  // Which listings of addresses are whole: 172.17.0.1 may be that of another interface.
  ['ip addr', ALL, '172.17.0.1', OTHER],
  ['ip addr, and an address that it has', ALL, '192.168.1.10', OWN],
  ...(
    [
      ['ip addr', OTHER],
      ['ip -br a', OTHER],
      ['ip -4 addr show', OTHER],
      ['ip a s up', OTHER],
      ['ip addr show scope global', OTHER],
      ['ip -f inet addr', OTHER],
      ['ip addr | grep inet', OTHER],
      ["ip addr | grep -v inet6 | grep 'inet '", OTHER],
      ['ip addr | less', OTHER],
      ['ifconfig -a', OTHER],
      ['sudo ifconfig', OTHER],
      ['ip addr show eth0', EITHER],
      ['ip addr show dev eth0', EITHER],
      ['ip -4 a s eth0', EITHER],
      ['ip -n blue addr show eth0', EITHER],
      ['ip addr show type bridge', EITHER],
      ['ifconfig eth0', EITHER],
      ['ip addr | grep eth0', EITHER],
      ['ip addr | head -20', EITHER],
      ["ip addr | grep inet | grep 192'", EITHER],
    ] as const
  ).map(([command, outcomes]) => [`below ${command}`, `$ ${command}\n${ETH0}`, '172.17.0.1', outcomes] as const),
  ['addresses without a command, with lo', `${LO}${ETH0}`, '172.17.0.1', OTHER],
  ['addresses without a command and lo', ETH0, '172.17.0.1', EITHER],
  ['a listing with dots at its end', `${ALL}...\n`, '172.17.0.1', EITHER],
  ['a listing with dots between', `$ ip addr\n${LO}[snip]\n${ETH0}`, '172.17.0.1', EITHER],
  ['a listing with dots at its beginning', `$ ip addr\n...\n${ETH0}`, '172.17.0.1', EITHER],
  // Somebody made it unreadable before he sent it.
  ['an address that is none', `${ALL}    inet x.x.x.x/24 scope global secondary eth0\n`, '172.17.0.1', EITHER],
  ['…with a number that is none', `${ALL}    inet 203.0.113.999/24 scope global eth0\n`, '172.17.0.1', EITHER],
  ['…of the other family', `${ALL}    inet6 XXXX:XXXX::1/64 scope global\n`, '172.17.0.1', OTHER],
  [
    '…of ifconfig',
    `$ ifconfig\neth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n        inet XXX.XXX.XXX.XXX  netmask 255.255.255.0\n`,
    '172.17.0.1',
    EITHER,
  ],
  [
    '…of an old ifconfig',
    `$ ifconfig\neth0      Link encap:Ethernet  HWaddr 52:54:00:00:00:01\n          inet addr:<public>  Bcast:<x>  Mask:255.255.255.0\n`,
    '172.17.0.1',
    EITHER,
  ],
  [
    '…of a short listing',
    `$ ip -br a\nlo UNKNOWN 127.0.0.1/8\neth0 UP 192.168.1.10/24 a.b.c.d/24\n`,
    '172.17.0.1',
    EITHER,
  ],
  ['one interface, and then all', `${SOME}${ALL}`, '172.17.0.1', OTHER],

  // Configurations say what somebody set up, and not what there is.
  ['commands', 'ip addr add 192.168.1.10/24 dev eth0\n', '172.17.0.1', EITHER],
  [
    'wg0.conf',
    '# cat /etc/wireguard/wg0.conf\n[Interface]\nAddress = 10.8.0.1/24\n\n[Peer]\nAllowedIPs = 10.8.0.2/32\n',
    '203.0.113.5',
    ['DROPPED', 'SENT wg0'],
  ],
  [
    'ifupdown',
    'auto eth0\niface eth0 inet static\n    address 192.168.1.10\n    netmask 255.255.255.0\n',
    '172.17.0.1',
    EITHER,
  ],
  [
    'netplan',
    'network:\n  version: 2\n  ethernets:\n    eth0:\n      addresses: [192.168.1.10/24]\n      gateway4: 192.168.1.1\n',
    '172.17.0.1',
    EITHER,
  ],
  ['…and an address of it', 'ip addr add 192.168.1.10/24 dev eth0\n', '192.168.1.10', OWN],

  // What some of the addresses show all the same.
  ['an address of the one interface', SOME, '192.168.1.10', OWN],
  ['a neighbour of the one interface', SOME, '192.168.1.77', OTHER],

  // Routes show which networks an address of this host may lie in, where they are whole.
  ['all routes', `${SOME}$ ip route\n${DEFAULT}${CONNECTED}`, '172.17.0.1', OTHER],
  [
    'all routes, and one has the address as its source',
    `${SOME}$ ip route\n${DEFAULT}${CONNECTED}172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1\n`,
    '172.17.0.1',
    OWN,
  ],
  ...(
    [
      ['ip route', `${DEFAULT}${CONNECTED}`, OTHER],
      ['ip -4 r', `${DEFAULT}${CONNECTED}`, OTHER],
      ['ip route show table main', `${DEFAULT}${CONNECTED}`, OTHER],
      ['ip route list table all', `${DEFAULT}${CONNECTED}`, OTHER],
      ['ip route | grep eth0', `${DEFAULT}${CONNECTED}`, EITHER],
      ['ip route show dev eth0', `${DEFAULT}${CONNECTED}`, EITHER],
      ['ip route show default', DEFAULT, EITHER],
      ['ip r s 10.0.0.0/8', '10.0.0.0/8 via 192.168.1.9 dev eth0\n', EITHER],
      ['ip route', `${DEFAULT}${CONNECTED}...\n`, EITHER],
      ['ip route', `${DEFAULT}[snip]\n${CONNECTED}`, EITHER],
      ['ip route', `...\n${DEFAULT}${CONNECTED}`, EITHER],
      // The kernel has a route to the network of each address.
      ['ip route', DEFAULT, EITHER],
    ] as const
  ).map(
    ([command, routes, outcomes], i) =>
      [`routes below ${command}, ${i}`, `${SOME}$ ${command}\n${routes}`, '172.17.0.1', outcomes] as const,
  ),
  [
    'ip route get says nothing of other destinations',
    `${SOME}$ ip route get 10.1.2.3\n10.1.2.3 via 192.168.1.1 dev eth0 src 192.168.1.10 uid 0\n    cache\n`,
    '172.17.0.1',
    EITHER,
  ],
  [
    '…and of its own that it is elsewhere',
    `${SOME}$ ip route get 10.1.2.3\n10.1.2.3 via 192.168.1.1 dev eth0 src 192.168.1.10 uid 0\n    cache\n`,
    '10.1.2.3',
    OTHER,
  ],
  [
    '…or that it is here',
    `${SOME}$ ip route get 172.17.0.1\nlocal 172.17.0.1 dev lo table local src 172.17.0.1 uid 0\n    cache <local>\n`,
    '172.17.0.1',
    OWN,
  ],
  ['a public address beyond the default route', `${SOME}$ ip route | grep default\n${DEFAULT}`, '203.0.113.5', EITHER],
  [
    'a network beyond a next hop may hold one of this host',
    `${SOME}$ ip route | grep via\n10.0.0.0/8 via 192.168.1.9 dev eth0\n`,
    '10.1.1.1',
    EITHER,
  ],
];

const evaluated = (text: string, expression: string) => {
  const model = modelOf(parseSourceFile(text, { fileName: 'paste.md' }));
  if (!model.defaultDump) throw new Error('there are no rules in the text');
  return evaluate(model, model.defaultDump, { expression, outcome: 0, answers: {}, overrides: undefined });
};

const tracedIn = (text: string, expression: string) => {
  const { input, assumed } = evaluated(text, expression);
  return {
    outcomes: [...new Set(input?.traced.outcomes.map(badgeOf).map((badge) => badge.text))].sort(),
    assumed: assumed.map(({ message }) => message),
  };
};

describe('a destination is this host or another one, or both where the file lists some addresses only', () => {
  it.each(cases)('%s', (_name, text, destination, outcomes) => {
    expect(tracedIn(RULES + text, `in eth0 tcp 203.0.113.9 > ${destination}:80`).outcomes).toEqual(outcomes);
  });
});

it.each([
  ['a public address, by another interface', 'in eth1 tcp 10.1.1.9 > 198.51.100.7:80', OTHER],
  ['a private address, by another interface', 'in eth1 tcp 10.1.1.9 > 172.17.0.1:80', EITHER],
])('below a default route, %s', (_name, packet, outcomes) => {
  expect(tracedIn(`${RULES}${SOME}$ ip route | grep default\n${DEFAULT}`, packet).outcomes).toEqual(outcomes);
});

describe('sockets of which one cannot be read', () => {
  const ACCEPTS = RULES.replace('INPUT DROP', 'INPUT ACCEPT');
  const listing = (...rows: readonly string[]): string =>
    `${ALL}$ ss -lnt\nState Recv-Q Send-Q Local Address:Port Peer Address:Port\n${rows.map((row) => `LISTEN 0 128 ${row} 0.0.0.0:*\n`).join('')}`;

  it.each<[string, string, string, string]>([
    ['all can be read', listing('0.0.0.0:22', '127.0.0.1:80'), 'tcp', 'NO LISTENER :443'],
    ['an address that is none', listing('0.0.0.0:22', 'x.x.x.x:443'), 'tcp', 'DELIVERED :443'],
    ['a port that is none', listing('0.0.0.0:22', '0.0.0.0:my-service'), 'tcp', 'DELIVERED :443'],
    ['a port beyond all ports', listing('0.0.0.0:22', '0.0.0.0:99999'), 'tcp', 'DELIVERED :443'],
  ])('%s', (_name, text, proto, badge) => {
    expect(tracedIn(ACCEPTS + text, `in eth0 ${proto} 192.168.1.7 > 192.168.1.10:443`).outcomes).toEqual([badge]);
  });
});

describe('routes of which there may be others', () => {
  it.each<readonly [name: string, text: string, packet: string, outcomes: readonly string[], said: RegExp]>([
    ['none', SOME, 'out tcp > 8.8.8.8:80', OTHER, /lists no IPv4 routes: a default route by eth0/],
    [
      'no default route among them',
      `${SOME}$ ip route get 10.1.2.3\n10.1.2.3 via 192.168.1.1 dev eth0 src 192.168.1.10 uid 0\n`,
      'out tcp > 8.8.8.8:80',
      OTHER,
      /lists no IPv4 default route: a default route by eth0/,
    ],
    [
      'the default route',
      `${SOME}$ ip route | grep default\n${DEFAULT}`,
      'out tcp > 8.8.8.8:80',
      OTHER,
      /may list only some of the IPv4 routes .*: for other destinations the default route/,
    ],
    [
      '…and what the rules tie to an interface',
      `${SOME}$ ip route | grep default\n${DEFAULT}`,
      'out tcp > 172.17.0.5:80',
      ['SENT docker0'],
      /172\.17\.0\.\d+|docker0/,
    ],
    [
      '…and the network of an address',
      `${SOME}$ ip route | grep default\n${DEFAULT}`,
      'out tcp > 192.168.1.77:80',
      OTHER,
      /policy rules/,
    ],
    [
      'some policy rules',
      `${ALL}$ ip rule | grep main\n32766:\tfrom all lookup main\n`,
      'out tcp > 8.8.8.8:80',
      OTHER,
      /may list only some of the policy rules/,
    ],
    [
      'a route that cannot be read',
      `${ALL}$ ip route\n${DEFAULT}${CONNECTED}x.x.x.0/24 via 192.168.1.9 dev eth0\n`,
      'out tcp > 8.8.8.8:80',
      OTHER,
      /may list only some of the IPv4 routes[^]*This route is ignored|This route is ignored[^]*may list only some of the IPv4 routes/,
    ],
    [
      '…as the first one',
      `${ALL}$ ip route\ndefault via x.x.x.x dev eth0 proto static\n${CONNECTED}`,
      'out tcp > 8.8.8.8:80',
      OTHER,
      /The next hop x\.x\.x\.x is not an address: the route has none/,
    ],
    ...(
      [
        'default via $GW dev eth1',
        'default via "${GW}" dev eth1 metric 100',
        "default dev eth1 via '$(nvram get wan_gateway)'",
        'default via <gateway> dev eth1',
        'default via inet6 XX::1 dev eth1',
      ] as const
    ).map(
      (route) =>
        [
          `${route}, in a script`,
          `${ALL}$ ip route\n${DEFAULT}${CONNECTED}\nip route add ${route} table 100\nip rule add fwmark 7 table 100\n`,
          'out tcp > 8.8.8.8:80 mark 7',
          ['SENT eth1'],
          /The next hop \S[^]* is not an address: the route has none/,
        ] as const,
    ),
    [
      'a policy rule that cannot be read',
      `${ALL}$ ip rule\n0:\tfrom all lookup local\n100:\tfrom x.x.x.x lookup 100\n32766:\tfrom all lookup main\n`,
      'out tcp > 8.8.8.8:80',
      OTHER,
      /may list only some of the policy rules/,
    ],
    [
      'policy rules with dots',
      `${ALL}$ ip rule\n0:\tfrom all lookup local\n...\n32766:\tfrom all lookup main\n`,
      'out tcp > 8.8.8.8:80',
      OTHER,
      /may list only some of the policy rules/,
    ],
  ])('%s', (_name, text, packet, outcomes, said) => {
    const found = tracedIn(DOCKER + text, packet);
    expect(found.outcomes).toEqual(outcomes);
    expect(found.assumed.join('\n')).toMatch(said);
  });
  it('all of them are not spoken of', () => {
    const { assumed } = tracedIn(
      `${RULES}${ALL}$ ip route\n${DEFAULT}${CONNECTED}$ ip rule\n0:\tfrom all lookup local\n32766:\tfrom all lookup main\n`,
      'out tcp > 8.8.8.8:80',
    );
    expect(assumed.filter((message) => /route|policy/.test(message))).toEqual([]);
  });
});

describe('rules of nft show by which interface a packet leaves', () => {
  const base = (name: string, type: string, hook: string, ...rules: readonly string[]): string =>
    `table ip ${name} {\n chain c {\n  type ${type} hook ${hook} priority 0; policy ${type === 'nat' ? 'accept' : 'drop'};\n${rules.map((rule) => `  ${rule}\n`).join('')} }\n}\n`;
  const GATEWAY =
    base('f', 'filter', 'forward', 'iifname "lan0" oifname "wan0" accept', 'ct status dnat accept') +
    base('n', 'nat', 'postrouting', 'ip saddr 192.168.1.0/24 oifname "wan0" masquerade');
  it.each<readonly [name: string, text: string, packet: string, outcomes: readonly string[]]>([
    ['to the internet', GATEWAY, 'forward lan0 tcp 192.168.1.5 > 8.8.8.8:443', ['SENT wan0']],
    [
      'to a port forward',
      GATEWAY + base('d', 'nat', 'prerouting', 'iifname "wan0" tcp dport 80 dnat to 192.168.1.20'),
      'in wan0 tcp 203.0.113.9 > 192.0.2.7:80 own',
      ['SENT lan0'],
    ],
    [
      'to a container',
      base('f', 'filter', 'forward', 'oifname "docker0" accept') +
        base('d', 'nat', 'prerouting', 'fib daddr type local tcp dport 80 dnat to 172.17.0.2:80') +
        base('n', 'nat', 'postrouting', 'oifname != "docker0" ip saddr 172.17.0.0/16 masquerade'),
      'in eth0 tcp 203.0.113.9 > 192.0.2.7:80 own',
      ['SENT docker0'],
    ],
    [
      'to a transparent proxy',
      base('p', 'filter', 'prerouting', 'tcp dport 80 tproxy to :8443 meta mark set 1 accept'),
      'in eth0 tcp 192.168.1.5 > 203.0.113.9:80 syn',
      ['TPROXY :80'],
    ],
  ])('%s', (_name, text, packet, outcomes) => {
    expect(tracedIn(text, packet).outcomes).toEqual(outcomes);
    expect(evaluated(text, packet).input?.traced.outcomes[0]?.provided ?? []).toEqual([]);
  });
});

describe('the rules of a router show where its networks are', () => {
  const zones = (...more: readonly string[]): string =>
    [
      '*nat',
      ':POSTROUTING ACCEPT [0:0]',
      ':PREROUTING ACCEPT [0:0]',
      ':zone_lan_postrouting - [0:0]',
      ':zone_wan_postrouting - [0:0]',
      '-A PREROUTING -i eth0.2 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 192.168.7.20:80',
      '-A POSTROUTING -o br-lan -j zone_lan_postrouting',
      '-A POSTROUTING -o eth0.2 -j zone_wan_postrouting',
      '-A zone_wan_postrouting -j MASQUERADE',
      ...more,
      'COMMIT',
      '',
    ].join('\n');
  const LAN =
    '\n$ ip route\ndefault via 192.0.2.1 dev eth0.2\n192.168.7.0/24 dev br-lan proto kernel scope link src 192.168.7.1\n';
  it.each<readonly [name: string, text: string, packet: string, outcomes: readonly string[], said: RegExp]>([
    [
      'a port forward',
      zones(),
      'in eth0.2 tcp 203.0.113.9 > 192.0.2.7:8080 own',
      ['SENT br-lan'],
      /private addresses .* br-lan/,
    ],
    [
      'from there to elsewhere',
      zones(),
      'forward br-lan tcp 192.168.7.5 > 203.0.113.9:80',
      ['SENT eth0.2'],
      /eth0\.2.* uplink/,
    ],
    [
      'a network that another rule ties to an interface',
      zones('-A POSTROUTING -s 10.8.0.0/24 ! -o tun0 -j ACCEPT'),
      'forward br-lan tcp 192.168.7.5 > 10.8.0.3:80',
      ['SENT tun0'],
      /tun0/,
    ],
    [
      'with its routes',
      zones() + LAN,
      'in eth0.2 tcp 203.0.113.9 > 192.0.2.7:8080 own',
      ['SENT br-lan'],
      /^(?![^]*private addresses)/,
    ],
  ])('%s', (_name, text, packet, outcomes, said) => {
    const found = tracedIn(text, packet);
    expect(found.outcomes).toEqual(outcomes);
    expect(found.assumed.join('\n')).toMatch(said);
  });
});

describe('what a route leads to is in the words of the file', () => {
  const TPROXY = '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -j TPROXY --on-port 8443';
  const LOCAL = 'ip rule add fwmark 1 table divert\nip route add local default dev lo table divert\n';
  it.each<readonly [name: string, text: string, packet: string, said: RegExp]>([
    [
      'a table that has a name',
      `${DOCKER}${ALL}ip rule add fwmark 7 table isp2\nip route add default via 192.168.1.9 dev eth0 table isp2\n`,
      'out tcp > 8.8.8.8:80 mark 7',
      /8\.8\.8\.8 by eth0 via 192\.168\.1\.9 \(table isp2\)/,
    ],
    [
      'a table that rt_tables names',
      `${DOCKER}${ALL}$ cat /etc/iproute2/rt_tables\n255\tlocal\n254\tmain\n77 isp2\n\nip rule add fwmark 7 table 77\nip route add default dev eth1 table 77\n`,
      'out tcp > 8.8.8.8:80 mark 7',
      /8\.8\.8\.8 by eth1 \(table isp2\)/,
    ],
    [
      'a prompt, and what nft warns of below it',
      'root@gate:~# ip route\ndefault via 192.0.2.1 dev eth7\nroot@gate:~# nft list ruleset\n' +
        ['nat', 'filter']
          .map(
            (table) =>
              `# Warning: table ip ${table} is managed by iptables-nft, do not touch!\ntable ip ${table} {\n\tchain OUTPUT {\n\t\ttype filter hook output priority 0; policy accept;\n\t}\n}\n`,
          )
          .join(''),
      'out tcp > 8.8.8.8:80',
      /8\.8\.8\.8 by eth7 via 192\.0\.2\.1/,
    ],
    [
      'the port of a proxy',
      `${TPROXY} --tproxy-mark 1\nCOMMIT\n\n${LOCAL}`,
      'in eth0 tcp 192.168.1.7 > 203.0.113.9:80 syn',
      /TPROXY :80: The socket on port 8443 receives it; the file does not say which program has it, and where none has/,
    ],
    [
      'the address of a proxy',
      `${TPROXY} --on-ip 127.0.0.1 --tproxy-mark 1\nCOMMIT\n\n${LOCAL}`,
      'in eth0 tcp 192.168.1.7 > 203.0.113.9:80 syn',
      /TPROXY :80: The socket on 127\.0\.0\.1:8443 receives it; /,
    ],
  ])('%s', (_name, text, packet, said) => {
    const { input } = evaluated(text, packet);
    expect(input && traceText(input)).toMatch(said);
  });
});
