import { expect, it } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { printSourceFile } from '../../src/core/syntax/print';
import { modelOf } from '../../src/features/fileModel';
import { unreadLines } from '../../src/features/unread';
import { badgeOf } from '../../src/features/traceReport/verdict';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { text } from './paste';

const RULES = ['*filter', ':INPUT ACCEPT [0:0]', '-A INPUT -p tcp -m tcp --dport 25 -j DROP', 'COMMIT'];
const ADDRESSES = [
  '5: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default',
  '    inet 10.96.0.7/32 scope global kube-ipvs0',
  '    inet 10.96.0.8/32 scope global kube-ipvs0',
];
const SERVERS = [
  'IP Virtual Server version 1.2.1 (size=4096)',
  'Prot LocalAddress:Port Scheduler Flags',
  '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
  'TCP  10.96.0.7:25 rr',
  '  -> 10.244.1.7:2525              Masq    1      0          0',
  'TCP  10.96.0.7:80 rr persistent 10800',
  '  -> 10.244.1.7:8080              Masq    1      0          0',
  '  -> 10.244.2.9:8080              Masq    1      3          0',
  'TCP  10.96.0.7:81 wlc',
  'UDP  10.96.0.8:53 rr',
  ...[2, 3, 4, 5].map((host) => `  -> 10.244.0.${host}:53                Masq    1      0          0`),
  'FWM  1481 rr',
  '  -> 10.244.2.11:80               Tunnel  1      0          0',
  'TCP  [2001:db8::7]:80 rr',
  '  -> [2001:db8:1::7]:8080         Masq    1      0          0',
];
const SOCKETS = [
  'State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process',
  'LISTEN 0      4096         0.0.0.0:80         0.0.0.0:*    users:(("nginx",pid=9,fd=3))',
  'LISTEN 0      4096         0.0.0.0:22         0.0.0.0:*    users:(("sshd",pid=7,fd=3))',
];
const WITHOUT_A_LIST = 'IPVS has no virtual server for it ("ipvsadm -Ln" lists them)';

it.each<
  [name: string, lines: readonly string[], packet: string, badge: string, who?: string | undefined, proviso?: string]
>([
  [
    'a virtual server',
    [...SERVERS, ...ADDRESSES],
    'in eth0 tcp > 10.96.0.7:80',
    'DELIVERED :80',
    'IPVS (to 10.244.1.7:8080 or 10.244.2.9:8080)',
  ],
  [
    'one that comes before a socket',
    ['$ ss -ltnp', ...SOCKETS, '', '$ sudo ipvsadm -Ln', ...SERVERS, '', '$ ip addr show kube-ipvs0', ...ADDRESSES],
    'in eth0 tcp > 10.96.0.7:80',
    'DELIVERED :80',
    'IPVS (to 10.244.1.7:8080 or 10.244.2.9:8080)',
  ],
  ['one of another address', [...SERVERS, ...SOCKETS], 'in eth0 tcp > 192.0.2.7:80 own', 'DELIVERED :80', 'nginx'],
  [
    'many servers',
    [...SERVERS, ...ADDRESSES],
    'in eth0 udp > 10.96.0.8:53',
    'DELIVERED :53',
    'IPVS (to one of 4 servers)',
  ],
  [
    'no servers',
    [...SERVERS, ...ADDRESSES],
    'in eth0 tcp > 10.96.0.7:81',
    'DELIVERED :81',
    'IPVS (without a real server)',
  ],
  [
    'IPv6',
    SERVERS,
    'in eth0 tcp 2001:db8:2::1 > [2001:db8::7]:80 own',
    'DELIVERED :80',
    'IPVS (to [2001:db8:1::7]:8080)',
  ],
  ['INPUT comes before IPVS', [...SERVERS, ...ADDRESSES], 'in eth0 tcp > 10.96.0.7:25', 'DROPPED'],
  [
    'a port that no virtual server has',
    [...SERVERS, ...ADDRESSES, ...SOCKETS],
    'in eth0 tcp > 10.96.0.7:443',
    'NO LISTENER :443',
  ],
  [
    'virtual servers that are not listed',
    [...ADDRESSES, ...SOCKETS],
    'in eth0 tcp > 10.96.0.7:443',
    'NO LISTENER :443',
    undefined,
    WITHOUT_A_LIST,
  ],
  [
    '…beside a socket',
    [...ADDRESSES, ...SOCKETS],
    'in eth0 tcp > 10.96.0.7:80',
    'DELIVERED :80',
    'nginx',
    WITHOUT_A_LIST,
  ],
  [
    'an address of another interface',
    [...ADDRESSES.map((line) => line.replaceAll('kube-ipvs0', 'dummy0')), ...SOCKETS],
    'in eth0 tcp > 10.96.0.7:443',
    'NO LISTENER :443',
  ],
])('%s', (_name, lines, packet, badge, who, proviso) => {
  const paste = text(...RULES, '', ...lines);
  const file = parseSourceFile(paste, { fileName: 'paste.md' });
  expect(printSourceFile(file)).toBe(paste);
  const model = modelOf(file);
  if (!model.defaultDump) throw new Error('there are no rules in the text');
  const { input } = evaluate(model, model.defaultDump, {
    expression: packet,
    outcome: 0,
    answers: {},
    overrides: undefined,
  });
  const [first] = input?.traced.outcomes ?? [];
  expect(first && badgeOf(first).text).toBe(badge);
  expect(first?.end.receiver?.process).toBe(who);
  const provided = (first?.provided ?? []).map(({ what }) => what).filter((what) => what.includes('IPVS'));
  expect(provided).toEqual(proviso === undefined ? [] : [proviso]);
  expect(unreadLines(model)).toEqual([]);
});
