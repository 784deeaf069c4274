import { describe, expect, it } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { summary } from '../syntax/summary';
import { ruleSets, text } from './paste';

/** Several commands in one line, whose output follows in the same order: which of them printed what. */
const FILTER = [
  '-P INPUT DROP',
  '-P FORWARD ACCEPT',
  '-P OUTPUT ACCEPT',
  '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT',
];
const NO_RULES = ['-P INPUT DROP', '-P FORWARD DROP', '-P OUTPUT ACCEPT'];
const NAT = [
  '-P PREROUTING ACCEPT',
  '-P INPUT ACCEPT',
  '-P OUTPUT ACCEPT',
  '-P POSTROUTING ACCEPT',
  '-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080',
];
const MANGLE = [
  '-P PREROUTING ACCEPT',
  '-P INPUT ACCEPT',
  '-P FORWARD ACCEPT',
  '-P OUTPUT DROP',
  '-P POSTROUTING ACCEPT',
];
const WARNING = '# Warning: iptables-legacy tables present, use iptables-legacy to see them';
const SAVED = ['*filter', ':INPUT DROP [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', 'COMMIT'];
const HEAD = ' pkts bytes target     prot opt in     out     source               destination';

/** A chain as `iptables -nvL` prints it. */
function chain(head: string, ...rows: readonly string[]): string[] {
  return [`Chain ${head}`, HEAD, ...rows, ''];
}

const LISTED = [
  ...chain('INPUT (policy DROP 0 packets, 0 bytes)'),
  ...chain(
    'FORWARD (policy DROP 0 packets, 0 bytes)',
    '    0     0 SHOP       all  --  *      *       0.0.0.0/0            0.0.0.0/0',
  ),
  ...chain('OUTPUT (policy ACCEPT 0 packets, 0 bytes)'),
  ...chain(
    'SHOP (1 references)',
    '    0     0 ACCEPT     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80',
  ),
];
const LISTED_NAT = [
  ...chain(
    'PREROUTING (policy ACCEPT 0 packets, 0 bytes)',
    '    0     0 SHOP       all  --  *      *       0.0.0.0/0            0.0.0.0/0',
  ),
  ...chain('INPUT (policy ACCEPT 0 packets, 0 bytes)'),
  ...chain('OUTPUT (policy ACCEPT 0 packets, 0 bytes)'),
  ...chain('POSTROUTING (policy ACCEPT 0 packets, 0 bytes)'),
  ...chain(
    'SHOP (1 references)',
    '    0     0 REDIRECT   tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80 redir ports 8080',
  ),
];

/** Commands that print nothing that is read, before one that does. */
const SILENT = [
  'iptables -V',
  'iptables-restore < /etc/iptables/rules.v4',
  'iptables-save > /tmp/before',
  'iptables -S 2>/dev/null >> log',
  'iptables -t mangle -S | wc -l',
  'sudo iptables-save | sudo iptables-restore',
];

const rulesOfCommands: readonly (readonly [command: string, output: readonly string[], sets: readonly string[]])[] = [
  ['iptables -S; iptables -t nat -S', [...FILTER, ...NAT], ['IPv4 lines 2–10 filter INPUT!(1) nat PREROUTING(1)']],
  [
    'sudo iptables -S && sudo iptables -t nat -S',
    [...FILTER, ...NAT],
    ['IPv4 lines 2–10 filter INPUT!(1) nat PREROUTING(1)'],
  ],
  ['iptables -t nat -S ; iptables -S', [...NAT, ...FILTER], ['IPv4 lines 2–10 nat PREROUTING(1) filter INPUT!(1)']],
  [
    'for t in filter nat; do iptables -t $t -S; done',
    [...FILTER, ...NAT],
    ['IPv4 lines 2–10 filter INPUT!(1) nat PREROUTING(1)'],
  ],
  [
    'iptables -S; iptables -t nat -S',
    [...NO_RULES, ...NAT],
    ['IPv4 lines 2–9 filter INPUT!(0) filter FORWARD!(0) nat PREROUTING(1)'],
  ],
  [
    'iptables -S; iptables -t nat -S; iptables -t mangle -S',
    [...FILTER, ...NAT, ...MANGLE],
    ['IPv4 lines 2–15 filter INPUT!(1) nat PREROUTING(1) mangle OUTPUT!(0)'],
  ],
  [
    'iptables -S; iptables -t nat -S',
    [WARNING, ...FILTER, WARNING, ...NAT],
    ['IPv4 lines 3–6, 8–12 filter INPUT!(1) nat PREROUTING(1)'],
  ],
  [
    'iptables -S INPUT; iptables -t nat -S PREROUTING',
    ['-P INPUT DROP', '-P PREROUTING ACCEPT', NAT[4] ?? ''],
    ['IPv4 lines 2–4 filter INPUT!(0) nat PREROUTING(1)'],
  ],
  [
    'iptables -nvL; iptables -t nat -nvL',
    [...LISTED, ...LISTED_NAT],
    ['IPv4 lines 2–14, 16–31 filter INPUT!(0) filter FORWARD!(1) filter SHOP(1) nat PREROUTING(1) nat SHOP(1)'],
  ],
  [
    'iptables -nvL; ip6tables -nvL',
    [...LISTED, ...LISTED],
    [
      'IPv4 lines 2–14 filter INPUT!(0) filter FORWARD!(1) filter SHOP(1)',
      'IPv6 lines 16–28 filter INPUT!(0) filter FORWARD!(1) filter SHOP(1)',
    ],
  ],
  [
    'iptables-save && ip6tables-save',
    [...SAVED, ...SAVED],
    ['IPv4 lines 2–6 filter INPUT!(0)', 'IPv6 lines 7–11 filter INPUT!(0)'],
  ],
  [
    'ssh gw1 "iptables -S; iptables -t nat -S"',
    [...FILTER, ...NAT],
    ['IPv4 lines 2–10 filter INPUT!(1) nat PREROUTING(1)'],
  ],
  [
    'kubectl exec web-0 -c istio-proxy -- sh -c "iptables -t nat -S; iptables -t mangle -S"',
    [...NAT, ...MANGLE],
    ['IPv4 lines 2–11 nat PREROUTING(1) mangle OUTPUT!(0)'],
  ],
  ['iptables -S FORWARD; sysctl net.ipv4.ip_forward', ['-P FORWARD DROP'], ['IPv4 line 2 filter FORWARD!(0)']],
  [
    'sysctl net.ipv4.ip_forward; iptables -t mangle -S FORWARD',
    ['net.ipv4.ip_forward = 1', '-P FORWARD DROP'],
    ['IPv4 line 3 mangle FORWARD!(0)'],
  ],
  ['ip addr; iptables -t nat -S; ip route', NAT, ['IPv4 lines 2–6 nat PREROUTING(1)']],
  [
    'iptables -S | grep 22; iptables -t nat -S',
    [FILTER[3] ?? '', ...NAT],
    ['IPv4 lines 2–7 filter INPUT(1) nat PREROUTING(1)'],
  ],
];

describe('the rules that commands of one line print', () => {
  it.each(SILENT)('%s prints none', (command) => {
    const sets = ruleSets(text(`$ ${command}; iptables -t nat -S 2>&1; iptables -S 2>/dev/null`, ...NAT, ...FILTER));
    expect(sets).toEqual(['IPv4 lines 2–10 nat PREROUTING(1) filter INPUT!(1)']);
  });

  it.each(rulesOfCommands)('%s', (command, output, sets) => {
    expect(ruleSets(text(`$ ${command}`, ...output))).toEqual(sets);
  });
});

/** Commands in lines of their own, whose output follows below all of them: the chains say which printed what. */
const below: readonly (readonly [above: readonly string[], output: readonly string[], sets: readonly string[]])[] = [
  [
    ['$ iptables -t nat -S', '$ iptables -S'],
    [...NAT, ...FILTER],
    ['IPv4 lines 3–11 nat PREROUTING(1) filter INPUT!(1)'],
  ],
  [
    ['$ iptables -S', '$ iptables -t nat -S'],
    [...FILTER, ...NAT],
    ['IPv4 lines 3–11 filter INPUT!(1) nat PREROUTING(1)'],
  ],
  [
    ['$ iptables -t nat -nvL', '$ iptables -nvL'],
    [...LISTED_NAT, ...LISTED],
    ['IPv4 lines 3–18, 20–32 nat PREROUTING(1) nat SHOP(1) filter INPUT!(0) filter FORWARD!(1) filter SHOP(1)'],
  ],
  [['$ iptables -t raw -S'], NAT, ['IPv4 lines 2–6 nat PREROUTING(1)']],
  [['$ iptables -t security -S'], FILTER, ['IPv4 lines 2–5 security INPUT!(1)']],
  [['The rules of table filter:'], NAT, ['IPv? lines 2–6 nat PREROUTING(1)']],
  [['$ iptables -t mangle -S'], MANGLE, ['IPv4 lines 2–6 mangle OUTPUT!(0)']],
];

describe('the rules that none of the commands above can have printed', () => {
  it.each(below)('%j', (above, output, sets) => {
    expect(ruleSets(text(...above, ...output))).toEqual(sets);
  });
});

const POD_A = ['-N SHOP', '-A SHOP -d 192.0.2.1/32 -j RETURN'];
const POD_B = ['-N SHOP', '-A SHOP -d 192.0.2.2/32 -j RETURN', '-A SHOP -j REDIRECT --to-ports 8080'];
const SHOP = 'SHOP (1 references)';
const ROW = '    0     0 RETURN     all  --  *      *       0.0.0.0/0            192.0.2.1';

/** Loops whose rounds are known only on the machine: each round prints rules of another pod, or of another table. */
const rounds: readonly (readonly [command: string, output: readonly string[], sets: readonly string[]])[] = [
  [
    'for p in $(kubectl get pods -o name); do kubectl exec $p -- iptables -t nat -S; done',
    [...NAT, ...NAT.slice(0, 4), ...POD_A],
    ['IPv4 lines 2–6 nat PREROUTING(1)', 'IPv4 lines 7–12 nat SHOP(1)'],
  ],
  [
    'for p in $(kubectl get pods -o name); do kubectl exec $p -- iptables -t nat -S SHOP; done',
    [...POD_A, ...POD_B, ...POD_A],
    ['IPv4 lines 2–3 nat SHOP(1)', 'IPv4 lines 4–6 nat SHOP(2)', 'IPv4 lines 7–8 nat SHOP(1)'],
  ],
  [
    'for p in $PODS; do kubectl exec $p -- iptables -t nat -nvL SHOP; done',
    [...chain(SHOP, ROW), ...chain(SHOP, ROW, ROW)],
    ['IPv4 lines 2–4 nat SHOP(1)', 'IPv4 lines 6–9 nat SHOP(2)'],
  ],
  [
    'kubectl get pods -o name | while read p; do kubectl exec $p -- iptables -t nat -S SHOP; done',
    [...POD_A, ...POD_B],
    ['IPv4 lines 2–3 nat SHOP(1)', 'IPv4 lines 4–6 nat SHOP(2)'],
  ],
  [
    'for t in $(cat /proc/net/ip_tables_names); do iptables -t $t -S; done',
    [...FILTER, ...NAT],
    ['IPv4 lines 2–10 filter INPUT!(1) nat PREROUTING(1)'],
  ],
  ['if [ -e /run/web ]; then iptables -t nat -S SHOP; fi', POD_B, ['IPv4 lines 2–4 nat SHOP(2)']],
  [
    'for p in $PODS; do kubectl exec $p -- iptables -t nat -A SHOP -d $ADDRESS -j RETURN; done',
    POD_A,
    ['IPv4 lines 2–3 filter SHOP(1)'],
  ],
];

describe('rules below a loop or a condition that only the machine can follow', () => {
  it.each(rounds)('%s', (command, output, sets) => {
    expect(ruleSets(text(`$ ${command}`, ...output))).toEqual(sets);
  });
});

const LO = ['1: lo: <LOOPBACK,UP> mtu 65536', '    inet 127.0.0.1/8 scope host lo'];
const ETH0 = ['2: eth0: <BROADCAST,MULTICAST,UP> mtu 1500', '    inet 192.0.2.10/24 scope global eth0'];
const MAIN = ['default via 192.0.2.1 dev eth0', '192.0.2.0/24 dev eth0 scope link'];
const SOCKETS = [
  'State  Recv-Q Send-Q Local Address:Port Peer Address:Port',
  'LISTEN 0      128    0.0.0.0:80         0.0.0.0:*',
];

const hosts: readonly (readonly [command: string, output: readonly string[], sections: readonly string[]])[] = [
  [
    'ip addr; ip route',
    [...LO, ...ETH0, ...MAIN],
    [
      '2-5 interfaces lo 65536 up 127.0.0.1/8, eth0 1500 up 192.0.2.10/24',
      '6-7 routes 4: default via 192.0.2.1 dev eth0, 4: 192.0.2.0/24 dev eth0 scope link',
    ],
  ],
  [
    'ip addr show eth0; ip route',
    [...ETH0, ...MAIN],
    [
      '2-3 interfaces eth0 1500 up 192.0.2.10/24 (some)',
      '4-5 routes 4: default via 192.0.2.1 dev eth0, 4: 192.0.2.0/24 dev eth0 scope link',
    ],
  ],
  [
    'ip addr; ss -ltn sport = :80',
    [...LO, ...ETH0, ...SOCKETS],
    ['2-5 interfaces lo 65536 up 127.0.0.1/8, eth0 1500 up 192.0.2.10/24', '6-7 sockets some of tcp 0.0.0.0 80 (some)'],
  ],
  [
    'ss -ltn; ip addr show eth0',
    [...SOCKETS, ...ETH0],
    ['2-3 sockets tcp 0.0.0.0 80', '4-5 interfaces eth0 1500 up 192.0.2.10/24 (some)'],
  ],
  [
    'ip route; ip route show table 100',
    [...MAIN, 'local default dev lo scope host'],
    [
      '2-3 routes 4: default via 192.0.2.1 dev eth0, 4: 192.0.2.0/24 dev eth0 scope link',
      '4-4 routes 4: local default dev lo scope host table 100',
    ],
  ],
  [
    'ip route show table 100; ip route',
    ['local default dev lo scope host', ...MAIN],
    [
      '2-2 routes 4: local default dev lo scope host table 100',
      '3-4 routes 4: default via 192.0.2.1 dev eth0, 4: 192.0.2.0/24 dev eth0 scope link',
    ],
  ],
  [
    'ip route show table 100; ip route show table 200',
    ['default via 192.0.2.1 dev eth0', 'default via 192.0.2.2 dev eth0'],
    [
      '2-2 routes 4: default via 192.0.2.1 dev eth0 table 100',
      '3-3 routes 4: default via 192.0.2.2 dev eth0 table 200',
    ],
  ],
  [
    'ip route; ip -6 route',
    [...MAIN, '2001:db8::/64 dev eth0 metric 256', 'default via fe80::1 dev eth0 metric 1024'],
    [
      '2-3 routes 4: default via 192.0.2.1 dev eth0, 4: 192.0.2.0/24 dev eth0 scope link',
      '4-5 routes 6: 2001:db8::/64 dev eth0 metric 256, 6: default via fe80::1 dev eth0 metric 1024',
    ],
  ],
  [
    'ip route | grep default; ip rule',
    [MAIN[0] ?? '', '0:\tfrom all lookup local', '32766:\tfrom all lookup main'],
    [
      '2-2 routes 4: default via 192.0.2.1 dev eth0 (some)',
      '3-4 policy-rules 4: from all lookup local pref 0, 4: from all lookup main pref 32766',
    ],
  ],
  [
    'ip addr | head -4; iptables -t nat -S > nat; ip route',
    [...LO, ...ETH0, ...MAIN],
    [
      '2-5 interfaces lo 65536 up 127.0.0.1/8, eth0 1500 up 192.0.2.10/24 (some)',
      '6-7 routes 4: default via 192.0.2.1 dev eth0, 4: 192.0.2.0/24 dev eth0 scope link',
    ],
  ],
  [
    '{ iptables -t nat -S; iptables -S; } | grep 80; ip addr show eth0 |& cat',
    [NAT[4] ?? '', ...ETH0],
    [
      '2-2 list saved-state v4 nat 1 commands "iptables -t nat -S | grep 80"',
      '3-4 interfaces eth0 1500 up 192.0.2.10/24 (some)',
    ],
  ],
  [
    'sysctl net.ipv4.ip_forward; ip route show table 100',
    ['net.ipv4.ip_forward = 1', 'local default dev lo scope host'],
    ['2-2 sysctls net.ipv4.ip_forward=1', '3-3 routes 4: local default dev lo scope host table 100'],
  ],
];

describe('what commands of one line print of a host', () => {
  it.each(hosts)('%s', (command, output, sections) => {
    const file = parseSourceFile(text(`$ ${command}`, ...output));
    const some = file.sections.map((section) => ('partial' in section && section.partial ? ' (some)' : ''));
    expect(summary(file).map((line, i) => line + some[i])).toEqual(sections);
  });
});
