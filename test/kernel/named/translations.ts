import type { KernelCase, PacketJson, TopologyJson } from '../case';
import { HOST, table } from './words';

/** The addresses and ports that NAT chooses. */
export function translationCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return CASES.map(({ name, ...question }) => ({ name, question: { independent: false, topology: HOST, ...question } }));
}

type Case = { readonly name: string } & KernelCase;

/** One port for all: a connection that is as good as over makes room for one with a later number. */
const SNAT = table('nat', ['POSTROUTING -p tcp -j SNAT --to-source 192.168.50.200:60999', 'POSTROUTING -p udp -j SNAT --to-source 192.168.50.200:60999']);
const there = (more: PacketJson = {}): PacketJson => ({ dir: 'in', iface: 'eth0', src: '10.244.1.9', dst: '192.168.50.9', proto: 'tcp', sport: 40000, dport: 80, ...more });
const back = (more: PacketJson = {}): PacketJson => ({ dir: 'in', iface: 'eth1', src: '192.168.50.9', dst: '192.168.50.200', proto: 'tcp', sport: 80, dport: 60999, ...more });
const HANDSHAKE = [there(), back({ flags: ['SYN', 'ACK'], seq: 5000, ack: 1001 }), there({ flags: ['ACK'], seq: 1001, ack: 5001 })];
const ENDS: Readonly<Record<string, readonly PacketJson[]>> = {
  'a SYN': [there()],
  'SYNs of both sides': [there(), back()],
  'an answer': HANDSHAKE.slice(0, 2),
  'a handshake': HANDSHAKE,
  'a reset': [...HANDSHAKE, there({ flags: ['RST'], seq: 1001 })],
  'a FIN of one side': [...HANDSHAKE, there({ flags: ['FIN', 'ACK'], seq: 1001, ack: 5001 })],
  'FINs of both sides': [...HANDSHAKE, there({ flags: ['FIN', 'ACK'], seq: 1001, ack: 5001 }), back({ flags: ['FIN', 'ACK'], seq: 5001, ack: 1002 }), there({ flags: ['ACK'], seq: 1002, ack: 5002 })],
};
const evictions: readonly Case[] = [
  ...Object.entries(ENDS).flatMap(([name, packets]) => [1000, 1001, 900_000].map((seq): Case => ({ name: `the only port is taken, after ${name}, for a SYN with ${seq}`, rules: SNAT, packets: [...packets, there({ sport: 40001, seq }), back({ flags: ['ACK'], seq: 5001, ack: 1001 })] }))),
  { name: 'the only port is taken, after a reset, for an ACK', rules: SNAT, packets: [...(ENDS['a reset'] ?? []), there({ sport: 40001, flags: ['ACK'], seq: 900_000 })] },
  { name: 'the only port is taken by a connection that keeps its source', rules: table('nat', ['POSTROUTING -s 10.244.1.9 -p tcp -j SNAT --to-source 10.244.1.77:60999']), packets: [there({ src: '10.244.1.77', sport: 60999 }), { ...back({ flags: ['RST', 'ACK'], ack: 1001 }), dst: '10.244.1.77' }, there({ sport: 40001, seq: 900_000 })] },
  { name: 'the only port is taken, UDP', rules: SNAT, packets: [there({ proto: 'udp' }), there({ proto: 'udp', sport: 40001 })] },
];

/** REDIRECT in IPv6 takes an address of the same kind as the destination. */
const KINDS: TopologyJson = {
  ifaces: [{ name: 'eth0', mac: '02:00:00:00:01:05', addrs: ['fd00:1::5/64', 'fe80::5/64', 'fec0::5/64', '::10.9.9.9/128', 'fe80::6/64'] }, { name: 'eth1', mac: '02:00:00:00:02:01', addrs: ['fd00:2::1/64'] }, { name: 'lo', addrs: ['fd00:96::1/128'] }],
  routes: ['-6 default via fd00:1::1 dev eth0'],
};
const REDIRECT = table('nat', ['PREROUTING -j REDIRECT']);
const DESTINATIONS = ['fd00:1::5', 'fe80::5', 'fe80::77', 'fec0::5', 'fec0::77', '::10.9.9.9', '::10.1.1.1', '::ffff:10.1.1.1', 'ff02::1', 'ff03::1', 'ff05::2', 'ff08::1', 'ff0e::1', '2001:db8::9', '::'];
const redirects: readonly Case[] = [
  ...['eth0', 'eth1'].map((iface): Case => ({ name: `REDIRECT at ${iface} by the kind of the destination`, independent: true, topology: KINDS, rules6: REDIRECT, packets: DESTINATIONS.map((dst) => ({ dir: 'in', iface, src: 'fd00:1::9', dst, proto: 'udp', sport: 1, dport: 2 })) })),
  {
    name: 'REDIRECT of what comes back over lo, where it is tracked anew', topology: KINDS, rules6: table('raw', ['PREROUTING -j CT --zone-orig 3']) + REDIRECT,
    packets: [{ dir: 'out', src: '::1', dst: '::1', proto: 'sctp', sport: 40000, dport: 80, payloadHex: '0a000008deadbeef' }, { dir: 'out', src: 'fd00:1::5', dst: 'fd00:96::1', proto: 'sctp', sport: 40000, dport: 80, payloadHex: '07000008deadbeef' }, { dir: 'out', src: '::1', dst: '::1', proto: 'tcp', sport: 40000, dport: 80, flags: ['SYN', 'ACK'] }],
  },
];

const CASES: readonly Case[] = [...evictions, ...redirects];
