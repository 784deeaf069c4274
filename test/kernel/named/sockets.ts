import type { KernelCase, PacketJson } from '../case';
import { HOST, table } from './words';

/** Which socket takes a packet, and what the next packets of the connection meet. */
export function socketCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return CASES.flatMap(({ name, listeners, rules, packets }) =>
    ([4, 6] as const).map((family) => ({
      name: `${name}, IPv${family}`,
      question: {
        topology: {
          ...HOST,
          ipRules: [...ipRule(4), ...ipRule(6)],
          routes: [...(HOST.routes ?? []), 'local default dev lo table 133', '-6 local default dev lo table 133'],
        },
        listeners: listeners.map(({ addr, ...more }) => ({ proto: 'tcp', ...more, addr: inFamily(addr, family) })),
        [family === 4 ? 'rules' : 'rules6']: rules
          .map((text) => text.replaceAll('10.244.1.5', inFamily('10.244.1.5', family)))
          .join(''),
        packets: packets.map(({ src, dst, ...more }) => ({
          proto: 'tcp',
          ...more,
          src: inFamily(src as string, family),
          dst: inFamily(dst as string, family),
        })),
      },
    })),
  );
}

const ipRule = (family: 4 | 6): readonly string[] => [`${family === 6 ? '-6 ' : ''}fwmark 0x539 lookup 133`];

const SIX: Readonly<Record<string, string>> = {
  '0.0.0.0': '::',
  '127.0.0.1': '::1',
  '127.0.0.6': '::1',
  '10.244.1.5': 'fd00:1::5',
  '10.244.2.9': 'fd00:9::9',
  '203.0.113.7': '2001:db8::7',
};
const inFamily = (address: string, family: 4 | 6): string => (family === 6 ? (SIX[address] ?? address) : address);

interface Bound {
  readonly addr: string;
  readonly port: number;
  readonly proto?: string;
  readonly transparent?: boolean;
}

const syn: PacketJson = {
  dir: 'in',
  iface: 'eth0',
  src: '10.244.2.9',
  dst: '10.244.1.5',
  sport: 40000,
  dport: 8080,
  flags: ['SYN'],
};
const back: PacketJson = {
  dir: 'out',
  src: '10.244.1.5',
  dst: '10.244.2.9',
  sport: 8080,
  dport: 40000,
  flags: ['ACK'],
  uid: 1337,
  gid: 1337,
};
const query: PacketJson = { ...syn, proto: 'udp', flags: [] };
const elsewhere = { ...syn, dst: '203.0.113.7' };
const own: PacketJson = {
  dir: 'out',
  src: '127.0.0.1',
  dst: '127.0.0.1',
  sport: 40000,
  dport: 15001,
  flags: ['SYN'],
  uid: 0,
  gid: 0,
};
const SOCKETS = ['', ' --transparent', ' --nowildcard', ' --transparent --nowildcard'].map(
  (options) => `INPUT -m socket${options}`,
);
const tproxy = (proto = 'tcp'): string =>
  table('mangle', [`PREROUTING -p ${proto} -j TPROXY --on-port 15006 --tproxy-mark 0x539/0xffffffff`, ...SOCKETS]);
const DIVERT = table('mangle', [
  'PREROUTING -p tcp -m conntrack --ctstate RELATED,ESTABLISHED -j MARK --set-xmark 0x539/0xffffffff',
  'PREROUTING -m mark --mark 0x539 -j ACCEPT',
  'PREROUTING -p tcp -j TPROXY --on-port 15006 --tproxy-mark 0x539/0xffffffff',
  ...SOCKETS,
]);
const REDIRECT = table('nat', ['OUTPUT -p tcp -m tcp --dport 443 -j REDIRECT --to-ports 15001']);
const STATES = table(
  'filter',
  ['NEW', 'ESTABLISHED', 'INVALID'].flatMap((state) => [
    `OUTPUT -m conntrack --ctstate ${state}`,
    `INPUT -m conntrack --ctstate ${state}`,
  ]),
);
const ANY: Bound = { addr: '0.0.0.0', port: 15006, transparent: true };

const CASES: readonly {
  readonly name: string;
  readonly listeners: readonly Bound[];
  readonly rules: readonly string[];
  readonly packets: readonly PacketJson[];
}[] = [
  {
    name: 'TPROXY: the socket answers, so the connection is established',
    listeners: [ANY],
    rules: [tproxy(), STATES],
    packets: [syn, back],
  },
  {
    name: 'TPROXY: to an address that is not of this host',
    listeners: [ANY],
    rules: [tproxy(), STATES],
    packets: [elsewhere, { ...back, src: '203.0.113.7' }],
  },
  { name: 'TPROXY: the SYN again', listeners: [ANY], rules: [tproxy(), STATES], packets: [syn, syn, syn] },
  {
    name: 'TPROXY: another listener bound to the port of the packet does not matter',
    listeners: [ANY, { addr: '10.244.1.5', port: 8080 }],
    rules: [tproxy(), STATES],
    packets: [syn, back],
  },
  {
    name: 'TPROXY: one bound to the address comes first, and is not transparent',
    listeners: [
      { ...ANY, proto: 'udp' },
      { addr: '10.244.1.5', port: 15006, proto: 'udp' },
    ],
    rules: [tproxy('udp'), STATES],
    packets: [query, { ...query, dst: '203.0.113.7' }],
  },
  {
    name: 'TPROXY: one bound to the address comes first, and is transparent',
    listeners: [
      { addr: '0.0.0.0', port: 15006, proto: 'udp' },
      { addr: '10.244.1.5', port: 15006, proto: 'udp', transparent: true },
    ],
    rules: [tproxy('udp'), STATES],
    packets: [query, { ...query, dst: '203.0.113.7' }],
  },
  {
    name: 'TPROXY and divert: what the connection is, is known by its second packet',
    listeners: [ANY],
    rules: [DIVERT, STATES],
    packets: [syn, { ...syn, flags: ['ACK'] }],
  },
  {
    name: 'TPROXY: no socket is there',
    listeners: [{ addr: '0.0.0.0', port: 8080 }],
    rules: [tproxy(), STATES],
    packets: [syn],
  },
  {
    name: '-m socket: a connection that was accepted has a socket',
    listeners: [{ addr: '0.0.0.0', port: 8080 }],
    rules: [table('mangle', SOCKETS), STATES],
    packets: [syn, { ...syn, flags: ['ACK'] }],
  },
  // Only the very number that is waited for resets a connection; another SYN does within the window, unless it is the
  // first one again.
  ...[
    ...[1001, 1100, 900000000].flatMap((seq) => [['RST'], ['RST', 'ACK']].map((flags) => ({ flags, seq }))),
    ...[1000, 1001, 65240, 65241, 999].map((seq) => ({ flags: ['SYN'], seq })),
  ].map(({ flags, seq }) => ({
    name: `-m socket: ${flags.join('+')} ${seq} for a connection that waits for 1001`,
    listeners: [{ addr: '0.0.0.0', port: 8080 }],
    rules: [table('mangle', SOCKETS), STATES],
    packets: [
      { ...syn, seq: 1000 },
      { ...syn, flags, seq },
      { ...syn, flags: ['ACK'], seq: 1001 },
    ],
  })),
  {
    name: 'REDIRECT: a SYN+ACK that comes back over lo to no socket gets an RST',
    listeners: [{ addr: '0.0.0.0', port: 15001 }],
    rules: [REDIRECT, STATES],
    packets: [
      { ...own, src: '10.244.1.5', dst: '203.0.113.7', dport: 443 },
      { ...own, src: '10.244.1.5', dst: '203.0.113.7', dport: 443 },
    ],
  },
  {
    name: 'a SYN+ACK that comes back over lo to no socket gets an RST',
    listeners: [{ addr: '127.0.0.1', port: 15001 }],
    rules: [table('nat', ['OUTPUT']), STATES],
    packets: [own, own, { ...own, flags: ['RST'] }],
  },
];
