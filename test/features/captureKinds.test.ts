import { describe, expect, test } from 'vitest';
import { PROTOCOL, TCP_FLAGS } from '../../src/core/net/packet';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { CaptureAnalysis } from '../../src/features/capture/captureAnalysis';
import type { Dump } from '../../src/features/fileModel';
import { modelOfText } from './sample';

const HOST = `2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
3: eth1: <UP> mtu 1400
    inet 10.9.0.1/24 scope global eth1
`;
const TCP: PacketRequest = {
  dir: 'in',
  iface: 'eth0',
  proto: PROTOCOL.TCP,
  src: '203.0.113.9',
  dst: '192.0.2.10',
  sport: 4000,
  dport: 80,
  flags: TCP_FLAGS.SYN,
  ttl: 64,
  length: 60,
};
const SENT: PacketRequest = { dir: 'out', proto: PROTOCOL.TCP, src: '192.0.2.10', dst: '203.0.113.9', dport: 80 };
const ICMP: PacketRequest = {
  dir: 'in',
  iface: 'eth0',
  proto: PROTOCOL.ICMP,
  src: '203.0.113.9',
  dst: '192.0.2.10',
  icmpType: 8,
  icmpCode: 0,
  icmpId: 7,
};
const CONNECTION = `$ conntrack -L
tcp      6 431999 ESTABLISHED src=203.0.113.9 dst=192.0.2.10 sport=4000 dport=80 src=192.0.2.10 dst=203.0.113.9 sport=80 dport=4000 [ASSURED] mark=0 use=1
icmp     1 29 src=203.0.113.9 dst=192.0.2.10 type=8 code=0 id=7 src=192.0.2.10 dst=203.0.113.9 type=0 code=0 id=7 mark=0 use=1
`;

const filter = (rule: string, facts = ''): string =>
  `*filter\n:INPUT ACCEPT [0:0]\n-A INPUT ${rule} -j DROP\nCOMMIT\n${HOST}${facts}`;

/** How many packets are traced of two that differ in something, and what is assumed. */
function traced(rules: string, one: PacketRequest, other: Partial<PacketRequest>): CaptureAnalysis {
  const model = modelOfText(rules, 'rules.md');
  const analysis = new CaptureAnalysis(model, model.defaultDump as Dump);
  for (const [i, request] of [one, { ...one, ...other }].entries())
    analysis.trace({ first: i + 1, request, iface: undefined, packets: 1, replies: 0, bytes: 0 });
  return analysis;
}

describe('of two packets that differ in something', () => {
  const PLAIN = filter('-p tcp -m tcp --dport 1');
  test.each<[string, Partial<PacketRequest>]>([
    ['the port that they come from', { sport: 4001 }],
    ['the TTL', { ttl: 63 }],
    ['the type of service', { tos: 16 }],
    ['the length, if every interface takes both', { length: 1400 }],
    ['DF, where they are short', { df: true }],
    ['the link-layer address', { srcMac: '02:00:00:00:00:07' }],
    ['flags that connection tracking does not read', { flags: TCP_FLAGS.SYN | TCP_FLAGS.URG }],
    ['the number of the packet', { id: 7, seq: 9 }],
  ])('one is traced where no rule asks for it: %s', (_, other) => {
    expect(traced(PLAIN, TCP, other).traced).toBe(1);
  });

  test.each<[string, Partial<PacketRequest>]>([
    ['the addresses', { src: '203.0.113.8' }],
    ['the destination', { dst: '192.0.2.11' }],
    ['the port that they are for', { dport: 81 }],
    ['the protocol', { proto: PROTOCOL.UDP }],
    ['the interface', { iface: 'eth1' }],
    ['the direction', { dir: 'out' }],
    ['flags that connection tracking reads', { flags: TCP_FLAGS.ACK }],
    ['being a fragment', { mf: true }],
    ['which fragment', { fragOffset: 8 }],
    ['a TTL that ends here', { ttl: 1 }],
    ['a length that an interface does not take', { length: 1401 }],
    ['the mark', { mark: 7 }],
    ['the state', { ctstate: 'INVALID' }],
  ])('both are traced: %s', (_, other) => {
    expect(traced(PLAIN, TCP, other).traced).toBe(2);
  });

  test.each<[string, PacketRequest, Partial<PacketRequest>, number]>([
    ['lengths that are too long', { ...TCP, length: 1401 }, { length: 1402 }, 2],
    ['DF of one that is too long', { ...TCP, length: 1401 }, { df: true }, 2],
    ['types of ICMP', ICMP, { icmpType: 13 }, 2],
    ['codes of ICMP', ICMP, { icmpCode: 1 }, 2],
    ['numbers of a ping', ICMP, { icmpId: 8 }, 1],
    ['SPIs', { ...TCP, proto: PROTOCOL.ESP, spi: 1 }, { spi: 2 }, 2],
    ['owners', { ...SENT, uid: 1 }, { uid: 2 }, 2],
    ['groups', { ...SENT, uid: 1 }, { gid: 2 }, 2],
    ['quoted packets', { ...ICMP, icmpType: 3, inner: TCP }, { inner: { ...TCP, dport: 81 } }, 2],
  ])('%s', (_, one, other, count) => {
    expect(traced(PLAIN, one, other).traced).toBe(count);
  });

  test.each<[string, Partial<PacketRequest>]>([
    [filter('-p tcp -m tcp --sport 4001'), { sport: 4001 }],
    [filter('-m conntrack --ctorigsrcport 4001 -p tcp'), { sport: 4001 }],
    [filter('-m ttl --ttl-lt 64'), { ttl: 63 }],
    [filter('-m length --length 100:'), { length: 200 }],
    [filter('-m tos --tos 0x10'), { tos: 16 }],
    [filter('-m mac --mac-source 02:00:00:00:00:07'), { srcMac: '02:00:00:00:00:07' }],
    [filter('-p tcp -m tcp --tcp-flags URG URG'), { flags: TCP_FLAGS.SYN | TCP_FLAGS.URG }],
    [filter('-m u32 --u32 "0>>22&0x3C=0"'), { id: 7 }],
    ['*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j TTL --ttl-dec 1\nCOMMIT\n', { ttl: 63 }],
    [`${filter('-i lo')}$ ip rule\n100:\tfrom all tos 0x10 lookup 100\n`, { tos: 16 }],
    [`${filter('-i lo')}$ ip rule\n100:\tfrom all ipproto tcp sport 4001 lookup 100\n`, { sport: 4001 }],
    [
      `${filter('-i lo')}$ ip route\n10.9.0.0/24 dev eth1 proto kernel scope link src 10.9.0.1\n10.8.0.0/24 tos 0x10 via 10.9.0.2 dev eth1\n`,
      { tos: 16 },
    ],
    [filter('-i lo', CONNECTION), { sport: 4001 }],
    [
      `# Generated by iptables-save v1.8.9 (nf_tables)\n${filter('-i lo')}# Generated by iptables-save v1.8.9\n${filter('-m length --length 100:')}`,
      { length: 200 },
    ],
  ])('both are traced where this asks for it: %j, %j', (rules, other) => {
    expect(traced(rules, TCP, other).traced).toBe(2);
  });

  test.each([
    '-m comment --comment x',
    '-m addrtype --dst-type LOCAL',
    '-m conntrack --ctstate NEW',
    '-m limit --limit 1/s',
    '-m mark --mark 1',
    '-p tcp -m tcp --dport 80',
    '-s 203.0.113.0/24 -i eth0',
  ])('one is traced where a rule asks for what they have in common: %s', (rule) => {
    expect(traced(filter(rule), TCP, { sport: 4001, ttl: 63, length: 61, id: 7 }).traced).toBe(1);
  });

  test('a ping of a connection that is listed is not one that is not', () => {
    expect(traced(filter('-i lo', CONNECTION), ICMP, { icmpId: 8 }).traced).toBe(2);
  });
});

test.each([
  ['-m limit --limit 1/s', true],
  ['-m recent --name x --rcheck', true],
  ['-p tcp', false],
])('that each flow is traced as if it were the first is said where rules remember: %s', (rule, said) => {
  const words = [...traced(filter(rule), TCP, {}).assumed].join(' ');
  expect(words.includes('remember earlier packets')).toBe(said);
});

test('a packet that cannot be traced has the reason', () => {
  const model = modelOfText(filter('-p tcp'), 'rules.md');
  const request = { ...TCP, length: 20 };
  const flow = { first: 1, request, iface: undefined, packets: 1, replies: 0, bytes: 0 };
  const { kind } = new CaptureAnalysis(model, model.defaultDump as Dump).trace(flow);
  expect(kind).toEqual({
    request,
    badges: [],
    paths: 0,
    likeliest: undefined,
    problem: 'packet.length: 20 is too small, the headers take 40 bytes',
  });
});
