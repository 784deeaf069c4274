import type { KernelCase, PacketJson, TopologyJson } from '../case';
import { HOST, table } from './words';

/** Options that random rules seldom test well, each with packets that it matches and packets that it does not. */
export function optionCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return CASES.map(({ name, rules, family = 4, topology = HOST, ...rest }) => ({
    name,
    question: { [family === 4 ? 'rules' : 'rules6']: rules, topology, independent: true, ...rest },
  }));
}

/** Without connection tracking fragments stay apart. */
const UNTRACKED: TopologyJson = { ...HOST, conntrack: 'auto' };

const tcp = (more: PacketJson = {}): PacketJson => ({
  dir: 'in',
  iface: 'eth0',
  src: '10.244.2.9',
  dst: '10.244.1.5',
  proto: 'tcp',
  sport: 40000,
  dport: 80,
  flags: ['SYN'],
  ...more,
});
const udp = (more: PacketJson = {}): PacketJson => ({
  dir: 'in',
  iface: 'eth0',
  src: '10.244.2.9',
  dst: '10.244.1.5',
  proto: 'udp',
  sport: 40000,
  dport: 53,
  ...more,
});
const udp6 = (more: PacketJson = {}): PacketJson => udp({ src: 'fd00:9::9', dst: 'fd00:1::5', ...more });
const out = (more: PacketJson = {}): PacketJson => ({
  dir: 'out',
  src: '10.244.1.5',
  dst: '8.8.8.8',
  proto: 'tcp',
  sport: 40000,
  dport: 80,
  flags: ['SYN'],
  uid: 1000,
  gid: 1000,
  ...more,
});

const each = (chain: string, options: readonly string[], before = ''): string[] =>
  options.map((option) => `${chain} ${before}${option}`);
const PREFIX = 'fd000001000000000000000000000009';
const OTHER = 'fd000002000000000000000000000009';
/** Segment routing: two segments, `left` of them to go. */
const segments = (left: number): PacketJson => ({
  type: 'rt',
  hex: `000404${left.toString(16).padStart(2, '0')}01000005${PREFIX}${OTHER}`,
});
const SRH = [
  'next-hdr 17',
  'hdr-len-eq 4',
  'hdr-len-gt 3',
  'hdr-len-lt 5',
  'segs-left-eq 0',
  'segs-left-gt 0',
  'segs-left-lt 1',
  'last-entry-eq 1',
  'last-entry-gt 0',
  'last-entry-lt 2',
  'tag 5',
  `psid fd00:2::/64`,
  'nsid fd00:1::/64',
  'lsid fd00:1::/64',
].map((option) => `--srh-${option}`);
const fragment = (more: PacketJson): PacketJson =>
  udp6({ dst: 'fd00:2::9', extHeaders: [{ type: 'frag', fid: 7, ...more }] });
const marks = (options: readonly string[]): string[] =>
  options.flatMap((option) => [`PREROUTING ${option}`, `PREROUTING -p icmp ${option}`]);
const known = { orig: { src: '10.244.2.9', dst: '10.244.1.5', proto: 'udp', sport: 40000, dport: 53 }, mark: 3 };
const SET =
  'create s hash:ip family inet skbinfo\nadd s 10.244.2.9 skbmark 0x5/0xff skbprio 1:2 skbqueue 1\ncreate l list:set size 8\nadd l s\n';

const CASES: readonly ({ readonly name: string; readonly rules: string; readonly family?: 4 | 6 } & Omit<
  KernelCase,
  'rules' | 'rules6'
>)[] = [
  {
    name: 'ah in IPv6',
    family: 6,
    rules: table(
      'mangle',
      each(
        'PREROUTING',
        ['--ahspi 256', '! --ahspi 256', '--ahlen 24', '--ahlen 12', '! --ahlen 24', '--ahres'],
        '-m ah ',
      ),
    ),
    packets: [{ ...udp6(), proto: 'ah', sport: undefined, dport: undefined }, udp6()],
  },
  {
    name: 'conntrack by parts of the connection',
    rules: table('mangle', [
      ...each(
        'PREROUTING',
        [
          '--ctorigsrc 10.244.2.9',
          '--ctorigsrc 10.9.9.9',
          '--ctreplsrcport 53',
          '--ctreplsrcport 54',
          '! --ctreplsrcport 54',
          '--ctorigsrcport 40000',
        ],
        '-m conntrack ',
      ),
    ]),
    conntrack: [known],
    packets: [udp(), udp({ sport: 1 })],
  },
  {
    name: 'conntrack by the time left',
    rules: table(
      'mangle',
      each('PREROUTING', ['--ctexpire 0:1000', '--ctexpire 1000:2000', '! --ctexpire 1000:2000'], '-m conntrack '),
    ),
    conntrack: [known],
    packets: [udp()],
  },
  {
    name: 'fragments in IPv6',
    family: 6,
    topology: UNTRACKED,
    rules: table(
      'mangle',
      each(
        'FORWARD',
        [
          '--fragid 7',
          '--fragid 8:9',
          '! --fragid 7',
          '--fraglen 8',
          '! --fraglen 8',
          '--fraglen 0',
          '--fragres',
          '--fragfirst',
          '--fragmore',
          '--fraglast',
        ],
        '-m frag ',
      ),
    ),
    packets: [
      fragment({ offset: 0, mf: true }),
      fragment({ offset: 8, mf: true }),
      fragment({ offset: 20, mf: false }),
      fragment({ offset: 0, mf: false, fid: 8 }),
    ],
  },
  {
    name: 'mobility header',
    family: 6,
    rules: table(
      'mangle',
      each(
        'PREROUTING',
        [
          '-m mh --mh-type 5',
          '-m mh --mh-type binding-update',
          '-m mh --mh-type 0:1',
          '-m mh ! --mh-type 5',
          '-m mh ! --mh-type 0',
        ],
        '-p ipv6-mh ',
      ),
    ),
    packets: [
      { ...udp6(), proto: 135, sport: undefined, dport: undefined, payloadHex: '3b010500000000000000000000000000' },
      { ...udp6(), proto: 135, sport: undefined, dport: undefined, payloadHex: '3b010000000000000000000000000000' },
    ],
  },
  {
    name: 'routing header of type 0',
    family: 6,
    rules: table(
      'mangle',
      each(
        'PREROUTING',
        [
          '--rt-0-res',
          '--rt-0-addrs fd00:1::9',
          '--rt-0-addrs fd00:3::9',
          '--rt-0-addrs fd00:1::9 --rt-0-not-strict',
          '--rt-0-addrs fd00:3::9 --rt-0-not-strict',
        ],
        '-m rt --rt-type 0 ',
      ),
    ),
    packets: [
      udp6({ extHeaders: [{ type: 'rt', hex: `0002000000000000${PREFIX}` }] }),
      udp6({ extHeaders: [{ type: 'rt', hex: `0002000001000000${PREFIX}` }] }),
      udp6(),
    ],
  },
  {
    name: 'segment routing header',
    family: 6,
    rules: table('mangle', [...each('PREROUTING', SRH, '-m srh '), ...each('PREROUTING', SRH, '-m srh ! ')]),
    packets: [udp6({ extHeaders: [segments(0)] }), udp6({ extHeaders: [segments(1)] }), udp6()],
  },
  {
    name: 'segments in other numbers',
    family: 6,
    rules: table(
      'mangle',
      each(
        'PREROUTING',
        [
          '--srh-next-hdr 6',
          '--srh-hdr-len-eq 2',
          '--srh-hdr-len-gt 4',
          '--srh-hdr-len-lt 4',
          '--srh-last-entry-eq 0',
          '--srh-last-entry-gt 1',
          '--srh-last-entry-lt 1',
          '--srh-tag 7',
          '--srh-tag 1280',
        ],
        '-m srh ',
      ),
    ),
    packets: [udp6({ extHeaders: [segments(0)] })],
  },
  {
    name: 'socket of a transparent listener',
    rules: table(
      'mangle',
      each('PREROUTING', [
        '-m socket',
        '-m socket --transparent',
        '-m socket --nowildcard',
        '-m socket --restore-skmark',
      ]),
    ),
    listeners: [{ proto: 'udp', addr: '10.244.1.5', port: 53, transparent: true }],
    packets: [udp(), udp({ dport: 54 })],
  },
  {
    name: 'statistic at the ends of its range',
    rules: table(
      'mangle',
      each(
        'PREROUTING',
        ['--probability 1', '--probability 0', '! --probability 0', '! --probability 1'],
        '-m statistic --mode random ',
      ),
    ),
    packets: [udp()],
  },
  {
    name: 'time',
    rules: table(
      'mangle',
      each(
        'PREROUTING',
        [
          '--datestop 2037-01-01',
          '--datestop 1990',
          '--datestart 2037-01-01',
          '--timestart 00:00:00 --timestop 23:59:59',
          '--timestart 00:00 --timestop 23:59:59 --datestart 2037',
          '--monthdays 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31',
          '--monthdays 1 --datestop 1990',
          '--timestart 12:00 --timestop 11:59:59 --contiguous',
          '--kerneltz',
          '--kerneltz --datestart 2037',
          '--utc --datestop 1990',
          '--utc',
          '--localtz',
          '--localtz --datestart 2037',
          '--contiguous --timestart 23:00 --timestop 22:59:59 --datestop 1990',
        ],
        '-m time ',
      ),
    ),
    packets: [udp()],
  },
  {
    name: 'cpu',
    rules: table(
      'mangle',
      each('PREROUTING', [
        '-m cpu --cpu 0',
        '-m cpu ! --cpu 0',
        '-m cpu --cpu 1',
        '-m cpu --cpu 4000',
        '-m cpu ! --cpu 4000',
      ]),
    ),
    packets: [udp(), udp({ sport: 7 }), udp({ sport: 8 })],
  },
  {
    name: 'rate estimators, fresh',
    rules: table('mangle', [
      'PREROUTING -j RATEEST --rateest-name one --rateest-interval 250ms --rateest-ewmalog 0.5s',
      'PREROUTING -j RATEEST --rateest-name two --rateest-interval 250ms --rateest-ewmalog 0.5s',
      ...each(
        'PREROUTING',
        [
          '--rateest one --rateest-lt --rateest-bps 1mbit',
          '--rateest one --rateest-gt --rateest-bps 1mbit',
          '--rateest one ! --rateest-gt --rateest-bps 1mbit',
          '--rateest one ! --rateest-lt --rateest-pps 5',
          '--rateest one --rateest-eq --rateest-pps 0',
          '--rateest one --rateest-eq --rateest-pps 7',
          '--rateest one ! --rateest-eq --rateest-pps 7',
          '--rateest-delta --rateest1 one --rateest-bps1 1kbit --rateest-lt --rateest2 two --rateest-bps2 2kbit',
          '--rateest1 one --rateest-pps1 --rateest-eq --rateest2 two --rateest-pps2',
          '--rateest1 one --rateest-bps1 --rateest-gt --rateest2 two --rateest-bps2',
          '--rateest-delta --rateest1 one --rateest-bps1 2kbit --rateest-gt --rateest2 two --rateest-bps2 1kbit',
          '--rateest-delta --rateest1 one --rateest-pps1 9 --rateest-lt --rateest2 two --rateest-pps2 2',
        ],
        '-m rateest ',
      ),
    ]),
    packets: [udp()],
  },
  {
    name: 'hashlimit by rate',
    rules: table(
      'mangle',
      each(
        'PREROUTING',
        [
          '--hashlimit-upto 5/sec --hashlimit-rate-match --hashlimit-rate-interval 10 --hashlimit-name up',
          '--hashlimit-above 5/sec --hashlimit-rate-match --hashlimit-rate-interval 10 --hashlimit-name above',
        ],
        '-m hashlimit ',
      ),
    ),
    packets: [udp()],
  },
  {
    name: 'set with counters of member sets',
    rules: table(
      'mangle',
      each(
        'PREROUTING',
        [
          '--match-set l src --update-subcounters',
          '--match-set l dst --update-subcounters',
          '--match-set l src ! --update-subcounters',
        ],
        '-m set ',
      ),
    ),
    sets: SET,
    packets: [udp()],
  },
  {
    name: 'helper given by CT',
    rules:
      table('raw', [
        'PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp',
        'PREROUTING -p tcp -m tcp --dport 22 -j CT --helper ftp',
      ]) +
      table(
        'mangle',
        each(
          'PREROUTING',
          ['--helper ftp', '--helper sip', '! --helper ftp', '! --helper sip', '--helper ""'],
          '-m helper ',
        ),
      ),
    packets: [tcp({ dport: 21 }), tcp()],
  },
  {
    name: 'CT with zones and events',
    rules: table(
      'raw',
      marks([
        '-j CT --ctevents new,destroy',
        '-j CT --zone-orig 3',
        '-j CT --zone-reply 4',
        '-j CT --zone 5',
        '-j CT --expevents new',
        '-j CT --zone mark',
      ]),
    ),
    packets: [udp()],
  },
  {
    name: 'CONNMARK shifted',
    rules: table('mangle', [
      ...marks([
        '-j CONNMARK --set-xmark 0x3/0xff --left-shift-mark 2',
        '-j CONNMARK --save-mark --right-shift-mark 1',
        '-j CONNMARK --restore-mark --left-shift-mark 4',
      ]),
      'PREROUTING -m connmark --mark 0xc',
      'PREROUTING -m mark ! --mark 0x0',
    ]),
    conntrack: [known],
    packets: [udp(), udp({ sport: 9 })],
  },
  {
    name: 'HMARK by parts',
    rules: table('mangle', [
      ...marks(
        [
          'src-prefix 24',
          'dst-prefix 16',
          'sport-mask 0xff',
          'dport-mask 0xff',
          'sport 77',
          'dport 78',
          'proto-mask 0xff',
          'spi-mask 0xff',
          'spi 5',
        ].map((option) => `-j HMARK --hmark-${option} --hmark-mod 100 --hmark-rnd 7`),
      ),
      'PREROUTING -m mark ! --mark 0x0',
    ]),
    packets: [udp(), tcp(), { ...udp(), proto: 'esp', sport: undefined, dport: undefined }],
  },
  {
    name: 'IDLETIMER with an alarm',
    rules: table('mangle', marks(['-j IDLETIMER --timeout 600 --label alarmed --alarm'])),
    packets: [udp()],
  },
  {
    name: 'QUEUE without a listener',
    rules: table('mangle', ['PREROUTING -p icmp -j QUEUE', 'PREROUTING -p udp -j QUEUE', 'PREROUTING -p tcp']),
    packets: [udp(), tcp()],
  },
  {
    name: 'SET with a map, and names turned about',
    rules: table('mangle', [
      'FORWARD -j SET --map-set s src --map-mark --map-prio --map-queue',
      'FORWARD -p icmp -j SET --map-set s src --map-mark --map-prio --map-queue',
      'FORWARD -m mark --mark 0x5/0xff',
      'FORWARD -j SET ! --add-set s dst',
      'FORWARD -m set --match-set s dst',
      'FORWARD -j SET ! --del-set s dst',
      'FORWARD -j SET --add-set s dst ! --exist',
      'FORWARD -j SET ! --map-set s src ! --map-mark ! --map-prio ! --map-queue',
    ]),
    sets: SET,
    packets: [udp({ dst: '192.168.50.9' })],
  },
  {
    name: 'SET with a timeout',
    rules: table('mangle', [
      'FORWARD -j SET --add-set t dst --exist --timeout 30',
      'FORWARD -p icmp -j SET --add-set t dst --exist --timeout 30',
      'FORWARD -m set --match-set t dst',
      'FORWARD -j SET --add-set t src --exist ! --timeout 30',
      'FORWARD -m set --match-set t src',
    ]),
    sets: 'create t hash:ip family inet timeout 60\n',
    packets: [udp({ dst: '192.168.50.9' })],
  },
  {
    name: 'SYNPROXY',
    rules:
      table('raw', ['PREROUTING -p tcp -m tcp --syn -j CT --notrack']) +
      table('filter', [
        'INPUT -p tcp -m tcp --dport 81 -m conntrack --ctstate INVALID,UNTRACKED -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460 --ecn',
        'INPUT -p tcp -m conntrack --ctstate INVALID,UNTRACKED -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460 --ecn',
      ]),
    packets: [tcp({ tcpOptionsHex: '020405b4' }), udp()],
  },
  {
    name: 'hop limit',
    family: 6,
    rules: table(
      'mangle',
      each('PREROUTING', ['--hl-eq 64', '--hl-eq 65', '! --hl-eq 64', '--hl-lt 65', '--hl-gt 64'], '-m hl '),
    ),
    packets: [udp6(), udp6({ ttl: 65 })],
  },
  {
    name: 'recent: put in and taken out',
    rules: table('mangle', [
      'PREROUTING -m recent --set --name R',
      'PREROUTING -p icmp -m recent --remove --name R',
      'PREROUTING -m recent --remove --name R',
      'PREROUTING -m recent --rcheck --name R',
    ]),
    packets: [udp()],
  },
  {
    name: 'TOS with bits turned',
    rules: table('mangle', marks(['-j TOS --xor-tos 0x08', '-j TOS --or-tos 0x10', '-j TOS --and-tos 0xf8'])),
    packets: [udp(), udp({ tos: 8 })],
  },
  {
    name: 'NAT with random ports: destination',
    rules: table('nat', [
      'PREROUTING -p icmp -j DNAT --to-destination 192.168.50.9 --random',
      'PREROUTING -p udp -j DNAT --to-destination 192.168.50.9:1000-2000 --random',
      'PREROUTING -p sctp -j REDIRECT --to-ports 1000-2000 --random',
      'PREROUTING -p tcp -j REDIRECT --to-ports 1000-2000 --random',
    ]),
    packets: [udp(), tcp(), { ...udp(), proto: 'gre', sport: undefined, dport: undefined }],
  },
  {
    name: 'NAT with random ports: source',
    rules: table('nat', [
      'POSTROUTING -p sctp -j MASQUERADE --to-ports 1000-2000',
      'POSTROUTING -p udp -j MASQUERADE --to-ports 1000',
      'POSTROUTING -p icmp -j MASQUERADE --random-fully',
      'POSTROUTING -p tcp -j MASQUERADE --to-ports 1000-2000 --random-fully',
    ]),
    packets: [
      udp({ dst: '192.168.50.9' }),
      tcp({ dst: '192.168.50.9' }),
      out(),
      { ...udp({ dst: '192.168.50.9' }), proto: 'gre', sport: undefined, dport: undefined },
    ],
  },
];
