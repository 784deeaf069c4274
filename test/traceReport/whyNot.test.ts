import { expect, test } from 'vitest';
import type { ConntrackEntry } from '../../src/core/net/conntrack';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { isProblem, type PacketRequest } from '../../src/core/net/packetRequest';
import { makePacket } from '../../src/core/net/makePacket';
import { askAgain } from '../../src/core/netfilter/asking';
import type { PacketView } from '../../src/core/xtables/view';
import { rulesWithNft } from '../../src/features/rulesOfText';
import { whyNot } from '../../src/features/traceReport/whyNot';

const KERNEL: PacketView['socket'] = { kind: 'kernel', uid: 0, gid: 0, groups: [] };
const user = (uid: number, gid: number, ...groups: number[]): PacketView['socket'] => ({
  kind: 'process',
  uid,
  gid,
  groups,
});
const marked = (mark: number): Partial<PacketView> => ({
  conntrack: { state: 'NEW', direction: 'ORIGINAL', entry: { mark } as ConntrackEntry },
});

type Request = Omit<PacketRequest, 'src' | 'dst'> & { readonly src?: string; readonly dst?: string };

test.each<[string, Request, Partial<PacketView>, string]>([
  ['-p tcp --dport 15008', { dport: 3000 }, {}, 'dport 3000 ≠ 15008'],
  ['-p tcp --sport 53', { sport: 41522 }, {}, 'sport 41522 ≠ 53'],
  ['-p tcp ! --dport 22', { dport: 22 }, {}, 'dport is 22'],
  ['-p tcp --dport 1:1023', { dport: 3000 }, {}, 'dport 3000 is not in 1:1023'],
  ['-p tcp ! --dport 1:5000', { dport: 3000 }, {}, 'dport 3000 is in 1:5000'],
  ['-p tcp -m multiport --dports 80,443,8000:8010', { dport: 3000 }, {}, 'dport 3000 is not in 80,443,8000:8010'],
  ['-p tcp -m multiport ! --dports 80,443', { dport: 80 }, {}, 'dport 80 is in 80,443'],
  ['-p tcp -m multiport --ports 53', { sport: 1, dport: 2 }, {}, 'neither of sport 1, dport 2 is in 53'],
  ['-p tcp --dport 80', { fragOffset: 185 }, {}, 'no ports: not the first fragment'],
  ['-p tcp', { proto: 17 }, {}, 'udp ≠ tcp'],
  ['! -p tcp', {}, {}, 'protocol is tcp'],
  [
    '! -p tcp',
    { dst: 'fd00::7', extHeaders: [{ type: 'frag', offset: 100 }, { type: 'dst' }] },
    { backend: 'nft' },
    'no protocol that iptables-nft finds: a later fragment of data that begins with an extension header',
  ],
  ['-s 127.0.0.6/32', { src: '10.0.0.1' }, {}, 'src 10.0.0.1 ≠ 127.0.0.6'],
  ['-d ::1/128', { dst: 'fd00::7' }, {}, 'dst fd00::7 ≠ ::1'],
  ['! -d 127.0.0.1/32', { dst: '127.0.0.1' }, {}, 'dst is 127.0.0.1'],
  ['-s 10.0.0.0/8', { src: '192.0.2.1' }, {}, 'src 192.0.2.1 is not in 10.0.0.0/8'],
  ['! -s 10.0.0.0/8', { src: '10.1.2.3' }, {}, 'src 10.1.2.3 is in 10.0.0.0/8'],
  ['-o lo', {}, { outInterface: 'eth0' }, 'out eth0 ≠ lo'],
  ['! -o docker0', {}, { outInterface: 'docker0' }, 'out is docker0'],
  ['-i cali+', {}, { inInterface: 'eth0' }, 'in eth0 does not match cali+'],
  ['! -i veth+', {}, { inInterface: 'veth12' }, 'in veth12 matches veth+'],
  ['-i eth0', {}, { inInterface: '', hook: 'OUTPUT' }, 'no incoming interface in OUTPUT'],
  ['-m owner --uid-owner 1337', {}, { socket: user(1000, 1000) }, 'uid 1000 ≠ 1337'],
  ['-m owner --gid-owner 1337', {}, { socket: user(1337, 0) }, 'gid 0 ≠ 1337'],
  ['-m owner ! --uid-owner 1337', {}, { socket: user(1337, 1337) }, 'uid is 1337'],
  ['-m owner --uid-owner 100-200', {}, { socket: user(1000, 1) }, 'uid 1000 is not in 100-200'],
  ['-m owner --uid-owner app', {}, { socket: user(1000, 1) }, 'uid 1000 is not app'],
  ['-m owner --uid-owner 1337', {}, {}, 'no socket'],
  ['-m owner --uid-owner 1337', {}, { socket: KERNEL }, 'sent by the kernel, no owner'],
  [
    '-m owner --gid-owner 5 --suppl-groups',
    {},
    { socket: user(1, 2, 3, 4) },
    '--gid-owner 5 --suppl-groups: uid 1 gid 2 groups 3,4',
  ],
  ['-m mark --mark 0x539', {}, {}, 'mark 0x0 ≠ 0x539'],
  ['-m mark --mark 0x539/0xfff', { mark: 1 }, {}, 'mark 0x1 does not match 0x539/0xfff'],
  ['-m mark ! --mark 0x4000/0x4000', { mark: 0x4000 }, {}, 'mark 0x4000 matches 0x4000/0x4000'],
  ['-m connmark ! --mark 0x1', {}, marked(1), 'connection mark is 0x1'],
  ['-m connmark --mark 0x1', {}, {}, 'no connection'],
  ['-m conntrack --ctstate RELATED,ESTABLISHED', {}, marked(0), 'NEW, not RELATED or ESTABLISHED'],
  ['-m conntrack ! --ctstate NEW', {}, marked(0), 'NEW is in NEW'],
  ['-m state --state NEW', {}, {}, 'INVALID: connection tracking has not seen the packet, not NEW'],
  ['-m conntrack --ctdir REPLY', {}, marked(0), 'direction ORIGINAL ≠ REPLY'],
  ['-p tcp --syn', { flags: 0x10 }, {}, 'flags ACK: opens no connection'],
  ['-p tcp --tcp-flags SYN,ACK ACK', { flags: 2 }, {}, 'flags SYN do not match SYN,ACK ACK'],
  ['-m addrtype --dst-type LOCAL', { dst: '192.0.2.53' }, {}, 'destination 192.0.2.53 is UNICAST, not LOCAL'],
  ['-p icmp -m icmp --icmp-type 0', { proto: 1, icmpType: 8 }, {}, 'type 8 code 0 is not 0'],
  ['-m iprange --src-range 10.0.0.5-10.0.0.9', { src: '10.0.0.1' }, {}, 'src 10.0.0.1 is not in 10.0.0.5-10.0.0.9'],
  ['-m ttl --ttl-eq 1', { ttl: 64 }, {}, 'TTL 64 ≠ 1'],
  ['-m ttl --ttl-lt 1', { ttl: 64 }, {}, 'TTL 64 is not below 1'],
  ['-m set --match-set blocked src', {}, {}, 'not in set blocked (hash:ip)'],
  ['-m set ! --match-set blocked dst', { dst: '10.9.9.9' }, {}, '! --match-set blocked dst: in set blocked (hash:ip)'],
])('%s: %o %o', (words, request, more, expected) => {
  const { src = '10.0.0.1', dst = '10.0.0.2' } = request;
  const addresses = dst.includes(':') ? { src: 'fd00::1', dst } : { src, dst };
  const found = hostFromTopology(undefined, {
    listeners: [],
    sets: 'create blocked hash:ip family inet hashsize 1024 maxelem 65536\nadd blocked 10.9.9.9\n',
  });
  if (isProblem(found)) throw new Error(found.message);
  const host = { ...found, users: new Map([['app', 7]]) };
  const rule = rulesWithNft(
    `*mangle\n:OUTPUT ACCEPT [0:0]\n:CHECKS - [0:0]\n-A CHECKS ${words} -j ACCEPT\nCOMMIT\n`,
    undefined,
    dst.includes(':') ? 6 : 4,
  )
    ?.tables.get('mangle')
    ?.chains.get('CHECKS')?.rules[0];
  if (!rule) throw new Error('no rule');
  const view: PacketView = {
    packet: makePacket({ proto: 6, sport: 1, dport: 2, ...request, ...addresses }, host),
    hook: 'OUTPUT',
    table: 'mangle',
    inInterface: '',
    outInterface: 'eth0',
    conntrack: undefined,
    socket: undefined,
    host,
    memory: new Map<object | string, unknown>(),
    packetType: 'unicast',
    backend: 'legacy',
    assignedSocket: undefined,
    ...more,
  };
  const no = askAgain(rule, view).at(-1);
  expect(no?.answer).toBe(false);
  expect(no && whyNot(no)).toBe(expected);
});
