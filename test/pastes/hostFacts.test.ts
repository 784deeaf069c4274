import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../src/core/netfilter/outcome';
import { parsePacketExpression } from '../../src/core/net/packetExpression';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { settingOf, traceInFile } from '../../src/features/fileTrace';

const EMPTY = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';
const TWO_WAYS = 'wan1 UP 198.51.100.10/24\nwan2 UP 203.0.113.10/24\nlan4 UP 10.4.0.1/24\n';
const ROUTES =
  'default via 198.51.100.1 dev wan1\n198.51.100.0/24 dev wan1 scope link\n203.0.113.0/24 dev wan2 scope link\n10.4.0.0/24 dev lan4 scope link\n';
const OUT = 'in lan4 tcp 10.4.0.9 > 192.0.2.9:443';

/** `OUTCOME INTERFACE dropped-by source of the packet's end`, as much as a case asks for. */
function outcomesOf(text: string, packet: string): string {
  const model = modelOf(parseSourceFile(text, { fileName: 'paste.txt' }));
  const { request } = parsePacketExpression(packet);
  if (!model.defaultDump || !request) throw new Error('no rules or no packet');
  const traced = traceInFile(request, settingOf(model, model.defaultDump));
  if (typeof traced === 'string') throw new Error(traced);
  const outcomes = traced.traced.outcomes
    .map(outcomeOf)
    .map(({ outcome, outIface, dropBy, ctstate, receiver, finalPacket }) =>
      [
        outcome,
        outIface,
        dropBy && (dropBy.kind === 'kernel' ? dropBy.reason : dropBy.kind),
        ctstate,
        receiver?.process,
        finalPacket.src,
        finalPacket.dst,
        finalPacket.dport,
      ]
        .flatMap((part) => (typeof part === 'string' || typeof part === 'number' ? [part] : []))
        .join(' '),
    );
  return [...new Set(outcomes)].join(' | ');
}

const cases: readonly (readonly [name: string, text: string, packet: string, expected: RegExp])[] = [
  ['forwarding is off', `${TWO_WAYS}${EMPTY}net.ipv4.ip_forward = 0\n`, OUT, /^DROPPED forwarding-off/],
  [
    'forwarding was switched on since',
    `${TWO_WAYS}${EMPTY}net.ipv4.ip_forward = 0\nnet.ipv4.conf.all.forwarding = 0\n# sysctl -w net.ipv4.ip_forward=1\n`,
    OUT,
    /^SENT/,
  ],
  [
    'a configured value does not count where the kernel has another',
    `${TWO_WAYS}${EMPTY}# cat /proc/sys/net/ipv4/ip_forward\n0\n# cat /etc/sysctl.conf\nnet.ipv4.ip_forward=1\n`,
    OUT,
    /^DROPPED forwarding-off/,
  ],
  [
    'forwarding of one interface is off',
    `${TWO_WAYS}${EMPTY}net.ipv4.conf.lan4.forwarding = 0\n`,
    OUT,
    /^DROPPED forwarding-off/,
  ],
  [
    'the filter of the interface',
    `${TWO_WAYS}${ROUTES}${EMPTY}/proc/sys/net/ipv4/conf/wan2/rp_filter:1\n`,
    'in wan2 tcp 192.0.2.9 > 203.0.113.10:22',
    /^DROPPED (rp_filter|reverse)/,
  ],
  [
    'the filter of every interface',
    `${TWO_WAYS}${ROUTES}${EMPTY}$ cat /proc/sys/net/ipv4/conf/*/rp_filter\n1\n1\n`,
    'in wan2 tcp 192.0.2.9 > 203.0.113.10:22',
    /^DROPPED (rp_filter|reverse)/,
  ],
  [
    'a table that has a name only',
    `${TWO_WAYS}${ROUTES}${EMPTY}$ ip rule\n0: from all lookup local\n90: from 10.4.0.0/24 lookup isp_b\n32766: from all lookup main\n$ ip route show table isp_b\ndefault via 203.0.113.1 dev wan2\n`,
    OUT,
    /^SENT wan2/,
  ],
  [
    'a table named in rt_tables',
    `${TWO_WAYS}${ROUTES}${EMPTY}200 isp_b\n255 local\n254 main\n200 isp_b\nip rule add from 10.4.0.0/24 lookup isp_b\nip route add default via 203.0.113.1 dev wan2 table 200\n`,
    OUT,
    /^SENT wan2/,
  ],
  [
    'goto skips rules',
    `${TWO_WAYS}${ROUTES}${EMPTY}0: from all lookup local\n90: from 10.4.0.0/24 goto 32766\n91: from all prohibit\n32766: from all lookup main\n`,
    OUT,
    /^SENT wan1/,
  ],
  [
    'nop does nothing',
    `${TWO_WAYS}${ROUTES}${EMPTY}0: from all lookup local\n90: from 10.4.0.0/24 nop\n91: from all prohibit\n32766: from all lookup main\n`,
    OUT,
    /^DROPPED/,
  ],
  [
    'a list of rules without main',
    `${TWO_WAYS}${ROUTES}${EMPTY}0: from all lookup local\n90: from 10.4.0.0/24 lookup 77\n`,
    OUT,
    /^DROPPED/,
  ],
  [
    'wg-quick: main without its default route',
    `${TWO_WAYS}wg9 UNKNOWN 10.99.0.2/32\n${ROUTES}$ ip route show table 51820\ndefault dev wg9 scope link\n${EMPTY}0: from all lookup local\n32764: from all lookup main suppress_prefixlength 0\n32765: not from all fwmark 0xca6c lookup 51820\n32766: from all lookup main\n`,
    OUT,
    /^SENT wg9/,
  ],
  [
    '…and what the tunnel sends itself',
    `${TWO_WAYS}wg9 UNKNOWN 10.99.0.2/32\n${ROUTES}$ ip route show table 51820\ndefault dev wg9 scope link\n${EMPTY}0: from all lookup local\n32764: from all lookup main suppress_prefixlength 0\n32765: not from all fwmark 0xca6c lookup 51820\n32766: from all lookup main\n`,
    'out udp > 192.0.2.99:51820 mark 0xca6c',
    /^SENT wan1/,
  ],
  [
    'the gateway of an interfaces file',
    `iface wan1 inet static\n  address 198.51.100.10/24\n  gateway 198.51.100.1\niface lan4 inet static\n  address 10.4.0.1\n  netmask 255.255.255.0\n  up ip route add 192.0.2.0/24 via 10.4.0.2\n\n${EMPTY}`,
    'in wan1 tcp 203.0.113.9 > 10.4.0.7:80',
    /^SENT lan4/,
  ],
  [
    '…and a route that it adds',
    `iface wan1 inet static\n  address 198.51.100.10/24\n  gateway 198.51.100.1\niface lan4 inet static\n  address 10.4.0.1\n  netmask 255.255.255.0\n  up ip route add 192.0.2.0/24 via 10.4.0.2\n\n${EMPTY}`,
    'in wan1 tcp 203.0.113.9 > 192.0.2.7:80',
    /^SENT lan4/,
  ],
  [
    'netplan',
    `network:\n  ethernets:\n    wan1:\n      addresses: [198.51.100.10/24]\n      routes: \n        - to: 0.0.0.0/0\n          via: 198.51.100.1\n    lan4:\n      addresses:\n        - 10.4.0.1/24\n\n${EMPTY}`,
    OUT,
    /^SENT wan1/,
  ],
  [
    'the bridge of a docker network',
    `        "Name": "shop",\n        "Id": "0123456789abcdef",\n        "Driver": "bridge",\n                    "Subnet": "172.29.8.0/24",\n                    "Gateway": "172.29.8.1"\n\n${TWO_WAYS}${EMPTY}`,
    'in wan1 tcp 192.0.2.9 > 172.29.8.4:80',
    /^SENT br-0123456789ab/,
  ],
  [
    'docker-proxy listens for the host itself',
    `${TWO_WAYS}CONTAINER ID   IMAGE   PORTS   NAMES\n0123456789ab   web   0.0.0.0:8080->80/tcp   web\n\n${EMPTY}`,
    'out lo tcp > 127.0.0.1:8080',
    /^LOCAL .*docker-proxy/,
  ],
  [
    'members that ipset list prints',
    `${TWO_WAYS}Name: peers\nType: hash:ip\nHeader: family inet hashsize 64 maxelem 8\nMembers:\n10.4.0.9\n\n*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n-A FORWARD -m set --match-set peers src -j DROP\nCOMMIT\n`,
    OUT,
    /^DROPPED rule/,
  ],
  [
    'a connection that exists',
    `${TWO_WAYS}${EMPTY}tcp 6 9 ESTABLISHED src=10.4.0.9 dst=192.0.2.9 sport=5000 dport=443 src=192.0.2.9 dst=198.51.100.10 sport=443 dport=5000 [ASSURED] mark=0 use=1\n`,
    'in wan1 tcp 192.0.2.9:443 > 198.51.100.10:5000 ack',
    /^SENT lan4 ESTABLISHED 192.0.2.9 10.4.0.9 5000/,
  ],
  [
    'a connection that NAT has led to another port',
    `${TWO_WAYS}${EMPTY}tcp 6 9 ESTABLISHED src=192.0.2.9 dst=198.51.100.10 sport=5000 dport=8443 src=10.4.0.7 dst=192.0.2.9 sport=443 dport=5000 [ASSURED] use=1\n`,
    'in wan1 tcp 192.0.2.9:5000 > 198.51.100.10:8443 ack',
    /^SENT lan4 ESTABLISHED 192.0.2.9 10.4.0.7 443/,
  ],
  [
    'a connection nobody has answered',
    `${TWO_WAYS}${EMPTY}udp 17 9 src=192.0.2.9 dst=198.51.100.10 sport=5000 dport=53 [UNREPLIED] src=198.51.100.10 dst=192.0.2.9 sport=53 dport=5000 use=1\n`,
    'in wan1 udp 192.0.2.9:5000 > 198.51.100.10:53',
    /^LOCAL NEW/,
  ],
  [
    'a connection that has ended',
    `${TWO_WAYS}${EMPTY}[UPDATE] udp 17 9 src=192.0.2.9 dst=198.51.100.10 sport=5000 dport=53 src=198.51.100.10 dst=192.0.2.9 sport=53 dport=5000\n[DESTROY] udp 17 src=192.0.2.9 dst=198.51.100.10 sport=5000 dport=53 src=198.51.100.10 dst=192.0.2.9 sport=53 dport=5000\n`,
    'in wan1 udp 192.0.2.9:5000 > 198.51.100.10:53',
    /^LOCAL NEW/,
  ],
  ...(
    [
      ['$ sudo conntrack -D -p tcp', '', /^LOCAL NEW/],
      ['conntrack v1.4.7 (conntrack-tools): 1 flow entries have been deleted.', '', /^LOCAL NEW/],
      ['$ conntrack', 'conntrack v1.4.7 (conntrack-tools): 1 flow entries have been deleted.', /^LOCAL NEW/],
      ['$ conntrack -D -p udp; conntrack -L', '', /^SENT lan4 ESTABLISHED/],
      [
        '$ conntrack -L',
        'conntrack v1.4.7 (conntrack-tools): 1 flow entries have been shown.',
        /^SENT lan4 ESTABLISHED/,
      ],
    ] as const
  ).map(
    ([above, below, outcome]) =>
      [
        `a connection between ${above} and ${below || 'nothing'}`,
        `${TWO_WAYS}${EMPTY}${above}\ntcp 6 9 ESTABLISHED src=192.0.2.9 dst=198.51.100.10 sport=5000 dport=8443 src=10.4.0.7 dst=192.0.2.9 sport=443 dport=5000 [ASSURED] use=1\n${below}\n`,
        'in wan1 tcp 192.0.2.9:5000 > 198.51.100.10:8443 ack',
        outcome,
      ] as const,
  ),
  [
    'an address of hostname -I',
    `$ hostname -I\n10.9.0.2 198.51.100.77\n${EMPTY}`,
    'in wan1 tcp 192.0.2.9 > 198.51.100.77:80',
    /^LOCAL/,
  ],
  [
    '…in a network that a route tells',
    `$ hostname -I\n10.4.0.1 198.51.100.10\n${ROUTES}${EMPTY}`,
    'in wan1 tcp 192.0.2.9 > 10.4.0.9:80',
    /^SENT lan4/,
  ],
  [
    'the podIP of the pod that commands go into',
    `NAME READY STATUS RESTARTS AGE IP NODE\nshop-1 1/1 Running 0 1d 10.55.0.31 knode7\ncart-1 1/1 Running 0 1d 10.55.0.32 knode7\n$ kubectl exec cart-1 -c net -- iptables-save\n${EMPTY}`,
    'in eth0 tcp 10.55.0.31 > 10.55.0.32:80',
    /^LOCAL/,
  ],
  [
    '…the other pod is elsewhere',
    `NAME READY STATUS RESTARTS AGE IP NODE\nshop-1 1/1 Running 0 1d 10.55.0.31 knode7\ncart-1 1/1 Running 0 1d 10.55.0.32 knode7\n$ kubectl exec cart-1 -c net -- iptables-save\n${EMPTY}`,
    'out tcp > 10.55.0.31:80',
    /^SENT/,
  ],
  [
    'the INTERNAL-IP of the node whose prompt it is',
    `NAME STATUS ROLES AGE VERSION INTERNAL-IP\nknode7 Ready worker 9d v1 10.77.0.7\nknode8 Ready worker 9d v1 10.77.0.8\nroot@knode8:~# iptables-save\n${EMPTY}`,
    'in eth0 tcp 10.77.0.7 > 10.77.0.8:80',
    /^LOCAL/,
  ],
  [
    'the hostIP where the chains are those of a node',
    `  hostIP: 10.77.0.7\n  podIP: 10.55.0.31\n*nat\n:KUBE-SERVICES - [0:0]\nCOMMIT\n${EMPTY}`,
    'in eth0 tcp 192.0.2.9 > 10.77.0.7:80',
    /^LOCAL/,
  ],
  [
    'the address of WireGuard',
    `[Interface]\nAddress = 10.99.7.2/24\n\n${EMPTY}`,
    'in wg0 tcp 10.99.7.1 > 10.99.7.2:80',
    /^LOCAL/,
  ],
  [
    'IPv4 and IPv6 listed one after the other',
    `2: wan1    inet 198.51.100.10/24 scope global wan1\n\n# ip -6 -o addr\n2: wan1    inet6 fd00:1::10/64 scope global \n${EMPTY}`,
    'in wan1 tcp 192.0.2.9 > 198.51.100.10:80',
    /^LOCAL/,
  ],
];

describe('what a paste says of its host decides', () => {
  it.each(cases)('%s', (_name, text, packet, expected) => {
    expect(outcomesOf(text, packet)).toMatch(expected);
  });
});
