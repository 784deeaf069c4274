import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { overviewOf } from '../../src/features/overview';
import { overviewText } from '../../src/features/overviewText';
import { unreadLines } from '../../src/features/unread';

/** Lines that are not used, and a word of the reason that is told; an empty list where nothing is lost. */
const CASES: readonly [name: string, text: string, unread: readonly (readonly [line: number, reason: RegExp])[]][] = [
  ['a dump and nothing else', '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n', []],
  ['prose around a dump', 'The request from the shop does not arrive.\n\n*filter\n-A INPUT -j DROP\nCOMMIT\nThanks for any hint!\n', []],
  ['rules of nftables', 'table inet filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n', [[1, /nftables/], [2, /nftables/], [3, /nftables/]]],
  ['a command of nft', 'nft add rule ip filter input tcp dport 22 accept\n', [[1, /nft/]]],
  ['a command in a sentence', 'Maybe `iptables -A INPUT -j DROP` helps?\n', [[1, /sentence/]]],
  ['a row of a listing alone', 'DNAT       tcp  --  0.0.0.0/0   0.0.0.0/0   tcp dpt:80 to:192.0.2.1:8080\n', [[1, /Chain/]]],
  ['ufw and firewalld', 'ufw allow 22/tcp\nfirewall-cmd --permanent --add-port=80/tcp\n', [[1, /ufw/], [2, /firewalld/]]],
  ['bridges and ARP', 'ebtables -A FORWARD -p IPv4 -j DROP\narptables -A INPUT -j DROP\n', [[1, /bridges/], [2, /bridges/]]],
  ['IPVS', 'ipvsadm -A -t 192.0.2.1:80 -s rr\n', [[1, /IPVS/]]],
  ['a command that a script leaves out', '#!/bin/sh\n# iptables -A INPUT -j DROP\n', [[2, /comment/]]],
  ['a command that is left out beside another one', '# iptables -A INPUT -j DROP\niptables -A INPUT -s 192.0.2.1 -j DROP\n', [[1, /comment/]]],
  ['a command that root typed, where the file has nothing else', 'So we ran\n# iptables -A INPUT -j DROP\n', []],
  ['a command that was refused', 'iptables -A INPUT -j NOWHERE\niptables: No chain/target/match by that name.\n', [[1, /No chain/]]],
];

describe('what is not read is said', () => {
  test.each(CASES)('%s', (_name, text, unread) => {
    const found = unreadLines(modelOf(parseSourceFile(text, { fileName: 'paste.txt' })));
    expect(found.map(({ line }) => line)).toEqual(unread.map(([line]) => line));
    unread.forEach(([, reason], i) => expect(found[i]?.reason).toMatch(reason));
  });
});

test('an overview tells rules, facts of the host and packets with their lines', () => {
  const text = [
    '$ ip -br addr', 'lo  UNKNOWN  127.0.0.1/8', 'eth0  UP  192.0.2.7/24', '$ ip route', 'default via 192.0.2.1 dev eth0', '192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.7',
    '$ sysctl net.ipv4.ip_forward', 'net.ipv4.ip_forward = 1', '$ iptables-save', '*filter', ':INPUT DROP [0:0]', ':shop - [0:0]', '-A INPUT -j shop', '-A shop -j ACCEPT', 'COMMIT', '',
    'IN=eth0 OUT= SRC=192.0.2.9 DST=192.0.2.7 LEN=60 TTL=64 PROTO=TCP SPT=40000 DPT=80 SYN', 'nft list ruleset', '',
  ].join('\n');
  const { ruleSets, host, packets, unread } = overviewOf(modelOf(parseSourceFile(text, { fileName: 'paste.txt' })));
  expect(ruleSets.map(({ family, fragment, tables }) => ({ family, fragment, tables }))).toEqual([{ family: 4, fragment: false, tables: { filter: { chains: 4, rules: 2 } } }]);
  expect(host.map(({ kind, count }) => `${kind} ${count}`)).toEqual(['address 2', 'route 2', 'sysctl 1']);
  expect(packets.map(({ line }) => line)).toEqual([17]);
  expect(unread.map(({ line }) => line)).toEqual([18]);
});

test('an overview in a terminal has the text of each line that was not read below its reason, and no byte of it raw', () => {
  expect(overviewText(overviewOf(modelOf(parseSourceFile('nft add rule ip filter input tcp dport 22 \u001b[31maccept\n', { fileName: 'paste.txt' }))))).toMatch(/^Not read\n {2}line 1: [^\n]+\n {6}nft add rule ip filter input tcp dport 22 (?:\\x1b\[31m)?accept\n$/);
});
