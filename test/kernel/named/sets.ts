import type { KernelCase, PacketJson } from '../case';
import { HOST, table } from './words';

/** What packets do to sets (`-j SET`) and what later ones see of it; `--map-set`; sets in a list. */
export function setCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return CASES.map(({ name, rules, sets, packets }) => ({
    name,
    question: { topology: HOST, rules: table('mangle', rules), sets: `${sets.join('\n')}\n`, packets },
  }));
}

const tcp = (src: string, more: PacketJson = {}): PacketJson => ({
  dir: 'in',
  iface: 'eth0',
  src,
  dst: '192.168.50.9',
  proto: 'tcp',
  sport: 40000,
  dport: 80,
  flags: ['SYN'],
  ...more,
});
const A = tcp('10.244.1.9');
const B = tcp('10.244.1.200');
const FAR = tcp('203.0.113.5');
const named = (set: string, ...directions: readonly string[]): string =>
  directions.map((each) => `PREROUTING -m set --match-set ${set} ${each}`).join('\n-A ');
const MARKS = ['POSTROUTING -m mark --mark 0x1', 'POSTROUTING -m mark --mark 0x2', 'POSTROUTING -m mark --mark 0x0'];

const CASES: readonly {
  readonly name: string;
  readonly rules: readonly string[];
  readonly sets: readonly string[];
  readonly packets: readonly PacketJson[];
}[] = [
  {
    name: 'netmask: a packet removes its network',
    rules: ['PREROUTING -j SET --del-set s src', named('s', 'src')],
    sets: ['create s hash:ip netmask 25', 'add s 10.244.1.99'],
    packets: [A, B],
  },
  {
    name: 'a network whose address has more bits than its length',
    rules: [named('s', 'src'), 'PREROUTING -j SET --del-set s src'],
    sets: ['create s hash:net', 'add s 10.244.1.99/16'],
    packets: [A, A],
  },
  {
    name: 'one address of a range is removed',
    rules: ['PREROUTING -s 10.244.1.9 -j SET --del-set s src', named('s', 'src')],
    sets: ['create s hash:ip', 'add s 10.244.1.0-10.244.1.255'],
    packets: [A, B, A],
  },
  {
    name: 'networks are added with the greatest length of the set',
    rules: ['PREROUTING -s 10.244.1.9 -j SET --add-set s src', named('s', 'src')],
    sets: ['create s hash:net', 'add s 10.0.0.0/24', 'add s 10.1.0.0/16'],
    packets: [A, B, tcp('10.244.2.1')],
  },
  {
    name: 'a network of the greatest length is removed, and the next one is that of the next addition',
    rules: [
      'PREROUTING -d 192.168.50.9 -j SET --del-set s src',
      'PREROUTING -d 192.168.50.10 -j SET --add-set s src',
      named('s', 'src'),
    ],
    sets: ['create s hash:net', 'add s 10.244.1.0/24', 'add s 10.1.0.0/16'],
    packets: [A, tcp('10.244.1.9', { dst: '192.168.50.10' }), tcp('10.244.2.1', { dst: '192.168.50.11' })],
  },
  ...[
    ['add s 40000 skbmark 0x1', 'add s 39000-41000 packets 4 bytes 336 skbmark 0x2'],
    ['add s 39000-41000 packets 4 bytes 336 skbmark 0x2', 'add s 40000 skbmark 0x1'],
    ['add s 39000-41000 packets 4 bytes 336 skbmark 0x2', 'add s 40000-42000 skbmark 0x1'],
  ].map((adds) => ({
    name: `a member that stands in a range as well: ${adds.join(', ')}`,
    rules: [
      'PREROUTING -m set --match-set s src --packets-gt 5',
      'PREROUTING -j SET --map-set s src --map-mark',
      ...MARKS,
    ],
    sets: ['create s bitmap:port range 0-65535 counters skbinfo', ...adds],
    packets: [A, A, { ...A, sport: 40001 }],
  })),
  {
    name: 'a range that holds a member that was there counts it once',
    rules: ['PREROUTING -j SET --add-set s src', named('s', 'src')],
    sets: ['create s hash:ip maxelem 5', 'add s 10.0.0.1', 'add s 10.0.0.0-10.0.0.3'],
    packets: [A, B, A],
  },
  {
    name: 'bitmaps take what is in their range',
    rules: [
      'PREROUTING -j SET --add-set p src',
      'PREROUTING -j SET --add-set i src',
      named('p', 'src'),
      named('i', 'src'),
    ],
    sets: ['create p bitmap:port range 1-500', 'create i bitmap:ip range 10.244.1.0/25 netmask 28'],
    packets: [A, B, tcp('10.244.1.9', { sport: 400 })],
  },
  {
    name: 'a full set takes no more',
    rules: ['PREROUTING -j SET --add-set s src', named('s', 'src')],
    sets: ['create s hash:ip maxelem 2', 'add s 10.0.0.1'],
    packets: [A, B, A],
  },
  {
    name: 'a list: where the packet is in one set already, the next one takes it',
    rules: ['PREROUTING -j SET --add-set l src', named('b', 'src')],
    sets: ['create a hash:ip', 'create b hash:ip', 'create l list:set', 'add l a', 'add l b'],
    packets: [A, A, B],
  },
  {
    name: 'a list: with --exist the first one does',
    rules: ['PREROUTING -j SET --add-set l src --exist', named('b', 'src')],
    sets: ['create a hash:ip', 'create b hash:ip', 'create l list:set', 'add l a', 'add l b'],
    packets: [A, A],
  },
  {
    name: '--exist makes a member anew: nomatch, mark and counts are gone',
    rules: [
      'PREROUTING -m set --match-set s src --packets-gt 1',
      named('s', 'src'),
      'PREROUTING -j SET --map-set s src --map-mark',
      'PREROUTING -j SET --add-set s src --exist',
      ...MARKS,
    ],
    sets: [
      'create s hash:net counters skbinfo',
      'add s 10.244.1.200 nomatch',
      'add s 10.244.1.9 packets 7 bytes 400 skbmark 0x1',
    ],
    packets: [A, B, A, B],
  },
  {
    name: 'a member that a packet makes has counted that packet',
    rules: [
      'PREROUTING -j SET --add-set s src',
      'PREROUTING -m set --match-set s src ! --update-counters --packets-eq 1',
      'PREROUTING -m set --match-set s src ! --update-counters --bytes-gt 39',
    ],
    sets: ['create s hash:ip counters'],
    packets: [A, B],
  },
  {
    name: 'a list: its own counters are compared',
    rules: [
      'PREROUTING -m set --match-set l src --packets-gt 2',
      'PREROUTING -m set --match-set a src ! --update-counters --packets-gt 1',
    ],
    sets: ['create a hash:ip counters', 'add a 10.244.1.9', 'create l list:set counters', 'add l a packets 1 bytes 40'],
    packets: [A, A, A],
  },
  {
    name: 'a list without counters: nothing is compared',
    rules: [
      'PREROUTING -m set --match-set l src ! --update-subcounters --packets-gt 2',
      'PREROUTING -m set --match-set a src ! --update-counters --packets-gt 0',
    ],
    sets: ['create a hash:ip counters', 'add a 10.244.1.9', 'create l list:set', 'add l a'],
    packets: [A, A],
  },
  {
    name: 'a list: its own mark comes before that of the member',
    rules: ['PREROUTING -j SET --map-set l src --map-mark', ...MARKS],
    sets: [
      'create a hash:ip skbinfo',
      'add a 10.244.1.9 skbmark 0x1',
      'create l list:set skbinfo',
      'add l a skbmark 0x2',
    ],
    packets: [A, B],
  },
  {
    name: 'a list without marks: that of the member',
    rules: ['PREROUTING -j SET --map-set l src --map-mark', ...MARKS],
    sets: ['create a hash:ip skbinfo', 'add a 10.244.1.9 skbmark 0x1', 'create l list:set', 'add l a'],
    packets: [A, B],
  },
  {
    name: '--map-set counts',
    rules: [
      'PREROUTING -j SET --map-set a src --map-mark',
      'PREROUTING -m set --match-set a src ! --update-counters --packets-gt 1',
    ],
    sets: ['create a hash:ip counters skbinfo', 'add a 10.244.1.9 skbmark 0x1'],
    packets: [A, A],
  },
  {
    name: 'bitmap:ip,mac: a member learns the link layer address of the first packet',
    rules: [named('s', 'src,src')],
    sets: ['create s bitmap:ip,mac range 10.244.1.0/24', 'add s 10.244.1.9'],
    packets: ['02:00:00:00:aa:01', '02:00:00:00:aa:02', '02:00:00:00:aa:01'].map((srcMac) => ({ ...A, srcMac })),
  },
  {
    name: 'bitmap:ip,mac: removed whatever the link layer address',
    rules: ['PREROUTING -j SET --del-set s src,src', named('s', 'src,src')],
    sets: ['create s bitmap:ip,mac range 10.244.1.0/24', 'add s 10.244.1.9,02:00:00:00:aa:01'],
    packets: [
      { ...A, srcMac: '02:00:00:00:aa:02' },
      { ...A, srcMac: '02:00:00:00:aa:01' },
    ],
  },
  {
    name: 'bitmap:ip,mac: --exist gives it another link layer address',
    rules: ['PREROUTING -j SET --add-set s src,src --exist', named('s', 'src,src')],
    sets: ['create s bitmap:ip,mac range 10.244.1.0/24', 'add s 10.244.1.9,02:00:00:00:aa:01'],
    packets: [{ ...A, srcMac: '02:00:00:00:aa:02' }],
  },
  {
    name: 'hash:net,iface: added and removed',
    rules: [
      'PREROUTING -s 10.244.1.9 -j SET --add-set s src,src',
      named('s', 'src,src'),
      'PREROUTING -s 10.244.1.200 -j SET --del-set s src,src',
    ],
    sets: ['create s hash:net,iface', 'add s 10.0.0.0/24,eth0', 'add s 10.244.0.0/16,eth1'],
    packets: [A, B, A, FAR],
  },
];
