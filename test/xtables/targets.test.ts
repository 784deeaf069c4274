import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress, type Address } from '../../src/core/net/address';
import type { ConntrackEntry, ConntrackView } from '../../src/core/net/conntrack';
import type { Host } from '../../src/core/net/host';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { makePacket } from '../../src/core/net/makePacket';
import type { Packet } from '../../src/core/net/packet';
import { TCP_FLAGS } from '../../src/core/net/packet';
import { isProblem, type PacketRequest } from '../../src/core/net/packetRequest';
import { parseSets } from '../../src/core/net/sets';
import { testSet } from '../../src/core/net/testSet';
import { TARGETS } from '../../src/core/xtables/targets/index';
import type { Effect } from '../../src/core/xtables/extension';
import { liveSets } from '../../src/core/xtables/values/liveSets';
import type { Hook, WritableMemory, RememberingView, TableName } from '../../src/core/xtables/view';
import { loadRule } from './targetRules';

function host(): Host {
  const made = hostFromTopology({
    ifaces: [
      { name: 'eth0', mac: '02:00:00:00:00:01', addrs: ['10.0.0.1/24', 'fd00::1/64'], mtu: 1400 },
      { name: 'eth1', mac: '02:00:00:00:00:02', addrs: ['10.1.0.1/24', 'fd01::1/64'], mtu: 1300 },
    ],
    routes: ['default via 10.1.0.254 dev eth1'],
  });
  if (isProblem(made)) throw new Error(made.message);
  return made;
}
const HOST = host();

function memory(): WritableMemory {
  const values = new Map<object | string, unknown>();
  return { get: (key) => values.get(key), set: (key, value) => void values.set(key, value) };
}

const ip = (text: string): Address => parseAddress(text) as Address;
const ENTRY: ConntrackEntry = {
  id: 1,
  seenReply: false,
  assured: false,
  confirmed: true,
  expected: false,
  sourceNat: false,
  destinationNat: false,
  sourceNatDone: true,
  destinationNatDone: true,
  mark: 0x1234,
  original: {
    source: ip('10.0.0.9'),
    destination: ip('10.1.0.9'),
    protocol: 6,
    sourcePort: 1000,
    destinationPort: 80,
    icmp: undefined,
  },
  reply: {
    source: ip('10.1.0.9'),
    destination: ip('10.0.0.9'),
    protocol: 6,
    sourcePort: 80,
    destinationPort: 1000,
    icmp: undefined,
  },
  zone: { original: 0, reply: 0 },
  tcpState: undefined,
  helper: undefined,
  labels: new Set(),
  secmark: undefined,
  counts: { original: { packets: 1, bytes: 60 }, reply: { packets: 0, bytes: 0 } },
  expires: undefined,
  master: undefined,
};
const TRACKED: ConntrackView = { state: 'NEW', entry: ENTRY, direction: 'ORIGINAL' };
const UNTRACKED: ConntrackView = { state: 'UNTRACKED', entry: undefined, direction: 'ORIGINAL' };

function view(request: PacketRequest, table: TableName, more: Partial<RememberingView> = {}): RememberingView {
  const packet = makePacket({ src: '10.0.0.9', dst: '10.1.0.9', proto: 6, sport: 1000, dport: 80, ...request });
  return {
    packet,
    table,
    hook: 'FORWARD',
    inInterface: 'eth0',
    outInterface: 'eth1',
    conntrack: TRACKED,
    socket: undefined,
    host: HOST,
    memory: memory(),
    packetType: 'unicast',
    backend: 'legacy',
    assignedSocket: undefined,
    ...more,
  };
}

/** The rule's effect on the packet; the rule must load. */
function apply(rule: string, table: TableName, where: RememberingView, family: 4 | 6 = 4): Effect {
  const { errors, target } = loadRule(rule, table, family);
  expect(errors).toEqual([]);
  if (target.kind !== 'extension') throw new Error(`${rule} has no target`);
  expect(target.extension.describe(target.data)).not.toBe('');
  return target.extension.apply(target.data, where, target);
}

/** What becomes of the packet's fields, addresses as text and bytes as hexadecimal. */
function changes(effect: Effect): Record<string, unknown> {
  expect(effect.kind).toBe('continue');
  if (effect.kind !== 'continue') return {};
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(effect.packet ?? {})) plain[name] = asText(value);
  return effect.conntrack ? { ...plain, conntrack: effect.conntrack } : plain;
}

function asText(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return typeof value === 'object' && value !== null && 'words' in value ? formatAddress(value as Address) : value;
}

describe('targets that change the packet', () => {
  const v6: PacketRequest = { src: 'fd00::9', dst: 'fd01::9' };
  it.each<readonly [string, PacketRequest, Record<string, unknown>]>([
    ['MARK --set-mark 1', {}, { mark: 1 }],
    ['MARK --set-xmark 0x10/0xf0', { mark: 0xff }, { mark: 0x1f }],
    ['MARK --set-mark 0x10/0x0f', { mark: 0xff }, { mark: 0xf0 }],
    ['MARK --and-mark 0xf', { mark: 0xff }, { mark: 0xf }],
    ['MARK --or-mark 0x80000000', { mark: 1 }, { mark: 0x80000001 }],
    ['MARK --xor-mark 0xffffffff', { mark: 1 }, { mark: 0xfffffffe }],
    ['CONNMARK --set-mark 7', {}, { conntrack: { mark: 7 } }],
    ['CONNMARK --set-xmark 1/0xff', {}, { conntrack: { mark: 0x1201 } }],
    ['CONNMARK --save-mark', { mark: 9 }, { conntrack: { mark: 9 } }],
    ['CONNMARK --save-mark --nfmask 0xf --ctmask 0xff', { mark: 0x79 }, { conntrack: { mark: 0x1209 } }],
    ['CONNMARK --save-mark --left-shift-mark 8', { mark: 0xff0000ff }, { conntrack: { mark: 0xff00 } }],
    ['CONNMARK --restore-mark', { mark: 9 }, { mark: 0x1234 }],
    ['CONNMARK --restore-mark --nfmask 0xf --ctmask 0xff', { mark: 0xabc }, { mark: 0xab0 ^ 0x34 }],
    ['CONNMARK --restore-mark --right-shift-mark 8', {}, { mark: 0x12 }],
    ['CONNMARK --or-mark 1 --left-shift-mark 4', {}, { conntrack: { mark: 0x12350 } }],
    ['TOS --set-tos 0x10/0x3f', { tos: 0xc1 }, { tos: 0xd0 }],
    ['TOS --and-tos 0xf0', { tos: 0xff }, { tos: 0xf0 }],
    ['TOS --xor-tos 3', { tos: 1 }, { tos: 2 }],
    ['DSCP --set-dscp-class EF', { tos: 3 }, { tos: 0xbb }],
    ['TTL --ttl-set 7', {}, { ttl: 7 }],
    ['TTL --ttl-dec 65', {}, { ttl: 0 }],
    ['TTL --ttl-inc 255', {}, { ttl: 255 }],
    ['CLASSIFY --set-class 1:20', {}, { priority: 0x10020 }],
    ['CHECKSUM --checksum-fill', {}, {}],
    ['LOG', {}, {}],
    ['NFLOG', {}, {}],
    ['AUDIT --type drop', {}, {}],
    ['TEE --gateway 10.0.0.7', {}, {}],
    ['IDLETIMER --timeout 5 --label x', {}, {}],
    ['LED --led-trigger-id x', {}, {}],
    ['RATEEST --rateest-name r --rateest-interval 1s --rateest-ewmalog 2s', {}, {}],
  ])('-j %s', (target, request, expected) => {
    expect(changes(apply(`-A FORWARD -j ${target}`, 'mangle', view(request, 'mangle')))).toEqual(expected);
  });

  it.each<readonly [string, PacketRequest, Record<string, unknown>]>([
    // 20 bytes of IP and 20 of TCP are the least; an MSS is only ever lowered.
    ['TCPMSS --set-mss 1000', { tcpOptionsHex: '020405b4' }, { tcpOptions: '020403e8' }],
    ['TCPMSS --set-mss 1460', { tcpOptionsHex: '020403e8' }, {}],
    ['TCPMSS --set-mss 1000', {}, { tcpOptions: '02040218', length: 44 }],
    ['TCPMSS --set-mss 100', { tcpOptionsHex: '01010101' }, { tcpOptions: '0204006401010101', length: 48 }],
    ['TCPMSS --set-mss 100', { payloadHex: 'aabb' }, {}],
    ['TCPMSS --set-mss 100', { tcpOptionsHex: '01'.repeat(40) }, {}],
    // The way back leaves by eth0 (1400), the way on by eth1 (1300).
    ['TCPMSS --clamp-mss-to-pmtu', { tcpOptionsHex: '020405b4' }, { tcpOptions: '020404ec' }],
    [
      'TCPOPTSTRIP --strip-options mss,timestamp',
      { tcpOptionsHex: '020405b40402080a0000000100000000' },
      { tcpOptions: '01010101040201010101010101010101' },
    ],
    ['TCPOPTSTRIP --strip-options 8', { tcpOptionsHex: '08ff0000' }, { tcpOptions: '08ff0000' }],
    [
      'ECN --ecn-tcp-remove',
      { flags: TCP_FLAGS.SYN | TCP_FLAGS.ECE | TCP_FLAGS.CWR, tos: 2 },
      { tcpFlags: TCP_FLAGS.SYN, tos: 2 },
    ],
    ['ECN --ecn-tcp-cwr 1 --ecn-ip-ect 1', { tos: 2 }, { tcpFlags: TCP_FLAGS.SYN | TCP_FLAGS.CWR, tos: 1 }],
  ])('-p tcp --syn -j %s of %j', (target, request, expected) => {
    expect(changes(apply(`-A FORWARD -p tcp -m tcp --syn -j ${target}`, 'mangle', view(request, 'mangle')))).toEqual(
      expected,
    );
  });

  it.each<readonly [string, Hook, PacketRequest, Record<string, unknown>]>([
    ['-p tcp -m tcp --syn -j TCPMSS --set-mss 1460', 'FORWARD', v6, { tcpOptions: '020404c4', length: 64 }],
    ['-j HL --hl-dec 1', 'FORWARD', v6, { ttl: 63 }],
    // Confirmed by the kernel: the fourth group makes up for the checksum of the new prefix.
    [
      '-j SNPT --src-pfx ::/0 --dst-pfx fd78::/56',
      'POSTROUTING',
      { src: 'fd00::9', dst: 'fd01::9' },
      { source: 'fd78::287:0:0:9' },
    ],
    ['-j DNPT --src-pfx fd01::/64 --dst-pfx fd01::/64', 'PREROUTING', v6, { destination: 'fd01::9' }],
  ])('IPv6 %s in %s', (rule, hook, request, expected) => {
    expect(changes(apply(`-A ${hook} ${rule}`, 'mangle', view(request, 'mangle', { hook }), 6))).toEqual(expected);
  });

  it('a connection mark needs a connection', () => {
    for (const conntrack of [UNTRACKED, undefined]) {
      expect(
        changes(apply('-A FORWARD -j CONNMARK --restore-mark', 'mangle', view({ mark: 5 }, 'mangle', { conntrack }))),
      ).toEqual({});
    }
  });

  it('CONNSECMARK never overwrites a label', () => {
    const save = '-A FORWARD -j CONNSECMARK --save';
    const labelled = (secmark: string | undefined, entry: string | undefined): RememberingView => {
      const plain = view({}, 'mangle');
      return {
        ...plain,
        packet: { ...plain.packet, secmark },
        conntrack: { ...TRACKED, entry: { ...ENTRY, secmark: entry } },
      };
    };
    expect(changes(apply(save, 'mangle', labelled('a', undefined)))).toEqual({ conntrack: { secmark: 'a' } });
    expect(changes(apply(save, 'mangle', labelled('a', 'b')))).toEqual({});
    expect(changes(apply('-A FORWARD -j CONNSECMARK --restore', 'mangle', labelled(undefined, 'b')))).toEqual({
      secmark: 'b',
    });
    expect(changes(apply('-A FORWARD -j CONNSECMARK --restore', 'mangle', labelled('a', 'b')))).toEqual({});
  });

  it('HMARK gives both directions of a flow one mark within its range', () => {
    const rule =
      '-A FORWARD -j HMARK --hmark-tuple src,dst,sport,dport,proto --hmark-mod 1000 --hmark-rnd 0xfeedcafe --hmark-offset 5000';
    const there = changes(apply(rule, 'mangle', view({}, 'mangle'))).mark as number;
    const back = changes(
      apply(rule, 'mangle', view({ src: '10.1.0.9', dst: '10.0.0.9', sport: 80, dport: 1000 }, 'mangle')),
    ).mark;
    expect(back).toBe(there);
    expect(there).toBeGreaterThanOrEqual(5000);
    expect(there).toBeLessThan(6000);
    expect(changes(apply(rule, 'mangle', view({ sport: 1001 }, 'mangle'))).mark).not.toBe(there);
    // An error is hashed by what it quotes.
    const quote: PacketRequest = {
      proto: 1,
      icmpType: 3,
      src: '10.9.9.9',
      dst: '10.0.0.9',
      inner: { src: '10.0.0.9', dst: '10.1.0.9', proto: 6, sport: 1000, dport: 80 },
    };
    expect(changes(apply(rule, 'mangle', view(quote, 'mangle'))).mark).toBe(there);
  });
});

describe('verdicts and hand-overs', () => {
  it.each<readonly [string, TableName, Hook, PacketRequest, Effect]>([
    ['-j ACCEPT', 'filter', 'FORWARD', {}, { kind: 'verdict', verdict: 'ACCEPT' }],
    ['-j DROP', 'filter', 'FORWARD', {}, { kind: 'verdict', verdict: 'DROP' }],
    ['-j RETURN', 'nat', 'PREROUTING', {}, { kind: 'verdict', verdict: 'RETURN' }],
    ['-j QUEUE', 'filter', 'FORWARD', {}, { kind: 'queue', numbers: [0, 0], bypass: false }],
    [
      '-j NFQUEUE --queue-balance 3:6 --queue-bypass',
      'filter',
      'FORWARD',
      {},
      { kind: 'queue', numbers: [3, 6], bypass: true },
    ],
    [
      '-p tcp -j REDIRECT --to-ports 15001',
      'nat',
      'OUTPUT',
      {},
      { kind: 'redirect', ports: [15001, 15001], random: false },
    ],
    ['-j REDIRECT --random', 'nat', 'PREROUTING', {}, { kind: 'redirect', ports: undefined, random: true }],
    [
      '-p tcp -j MASQUERADE --to-ports 1-9 --random-fully',
      'nat',
      'POSTROUTING',
      {},
      { kind: 'masquerade', ports: [1, 9], random: true },
    ],
    [
      '-p tcp -j DNAT --to-destination 10.1.0.5:8000-8009/80 --persistent',
      'nat',
      'PREROUTING',
      {},
      {
        kind: 'nat',
        half: 'destination',
        range: {
          addresses: [ip('10.1.0.5'), ip('10.1.0.5')],
          ports: [8000, 8009],
          basePort: 80,
          random: false,
          persistent: true,
        },
      },
    ],
    [
      '-j SNAT --to-source 10.1.0.5-10.1.0.9 --random',
      'nat',
      'POSTROUTING',
      {},
      {
        kind: 'nat',
        half: 'source',
        range: { addresses: [ip('10.1.0.5'), ip('10.1.0.9')], ports: undefined, random: true, persistent: false },
      },
    ],
    [
      '-j NETMAP --to 192.168.5.0/24',
      'nat',
      'PREROUTING',
      {},
      {
        kind: 'nat',
        half: 'destination',
        range: {
          addresses: undefined,
          ports: undefined,
          random: false,
          persistent: false,
          netmap: { network: ip('192.168.5.0'), mask: ip('255.255.255.0') },
        },
      },
    ],
    [
      '-j NETMAP --to 192.168.5.0/24',
      'nat',
      'POSTROUTING',
      {},
      {
        kind: 'nat',
        half: 'source',
        range: {
          addresses: undefined,
          ports: undefined,
          random: false,
          persistent: false,
          netmap: { network: ip('192.168.5.0'), mask: ip('255.255.255.0') },
        },
      },
    ],
    [
      '-p tcp -j TPROXY --on-port 15006 --tproxy-mark 0x539',
      'mangle',
      'PREROUTING',
      {},
      { kind: 'tproxy', address: undefined, port: 15006, mark: 0x539, markMask: 0xffffffff },
    ],
    [
      '-p tcp -j TPROXY --on-port 0 --on-ip 127.0.0.1',
      'mangle',
      'PREROUTING',
      {},
      { kind: 'tproxy', address: ip('127.0.0.1'), port: 80, mark: 0, markMask: 0 },
    ],
    ['-j NOTRACK', 'raw', 'PREROUTING', {}, { kind: 'untrack' }],
    ['-j CT --notrack --zone 3', 'raw', 'PREROUTING', {}, { kind: 'untrack' }],
    [
      '-j CT --zone 3',
      'raw',
      'PREROUTING',
      {},
      { kind: 'template', zone: { original: 3, reply: 3 }, helper: undefined },
    ],
    [
      '-j CT --zone-orig mark',
      'raw',
      'PREROUTING',
      { mark: 0x50007 },
      {
        kind: 'template',
        zone: { original: 0, reply: 0 },
        ofMark: { original: true, reply: false },
        helper: undefined,
      },
    ],
    [
      '-p tcp -j CT --zone-reply 4 --helper ftp',
      'raw',
      'PREROUTING',
      {},
      { kind: 'template', zone: { original: 0, reply: 4 }, helper: 'ftp' },
    ],
    ['-j CT', 'raw', 'PREROUTING', {}, { kind: 'template', zone: { original: 0, reply: 0 }, helper: undefined }],
  ])('%s in %s %s', (rule, table, hook, request, expected) => {
    expect(apply(`-A ${hook} ${rule}`, table, view(request, table, { hook }))).toEqual(expected);
  });

  it.each<readonly [string, number, string]>([
    ['a SYN is answered by the kernel', TCP_FLAGS.SYN, 'stolen'],
    ['an ACK may carry a cookie', TCP_FLAGS.ACK, 'choice'],
    ['a SYN-ACK goes on', TCP_FLAGS.SYN | TCP_FLAGS.ACK, 'continue'],
    ['a reset goes on', TCP_FLAGS.RST, 'continue'],
  ])('SYNPROXY: %s', (_, flags, kind) => {
    expect(apply('-A FORWARD -p tcp -j SYNPROXY --mss 1460', 'filter', view({ flags }, 'filter')).kind).toBe(kind);
  });

  it('CLUSTERIP leaves open which node takes the packet', () => {
    const effect = apply(
      '-A FORWARD -j CLUSTERIP --new --hashmode sourceip --clustermac 01:00:5E:00:00:01 --total-nodes 4 --local-node 1',
      'filter',
      view({}, 'filter'),
    );
    expect(
      effect.kind === 'choice' && effect.choices.map(({ effect: each, probability }) => [each.kind, probability]),
    ).toEqual([
      ['continue', 0.25],
      ['verdict', 0.75],
    ]);
  });
});

describe('REJECT', () => {
  const error: PacketRequest = {
    proto: 1,
    icmpType: 3,
    icmpCode: 1,
    inner: { src: '10.1.0.9', dst: '10.0.0.9', proto: 17 },
  };
  it.each<readonly [string, PacketRequest, readonly unknown[]]>([
    ['', {}, ['icmp', 3, 3]],
    ['--reject-with icmp-net-unreachable', {}, ['icmp', 3, 0]],
    ['--reject-with host-unreach', {}, ['icmp', 3, 1]],
    ['--reject-with proto-unreach', {}, ['icmp', 3, 2]],
    ['--reject-with net-prohib', {}, ['icmp', 3, 9]],
    ['--reject-with host-prohib', {}, ['icmp', 3, 10]],
    ['--reject-with admin-prohib', {}, ['icmp', 3, 13]],
    ['', { proto: 1, icmpType: 8 }, ['icmp', 3, 3]],
    ['', error, ['none', undefined, undefined]],
    ['', { proto: 1, icmpType: 40 }, ['none', undefined, undefined]],
    ['', { proto: 17, dst: '10.1.0.255' }, ['none', undefined, undefined]],
    ['', { proto: 17, dst: '224.0.0.5' }, ['none', undefined, undefined]],
    ['', { proto: 17, fragOffset: 5 }, ['none', undefined, undefined]],
    // What follows the IP header has no 16-bit sum that could be right.
    ['', { proto: 4, payloadHex: '450000280001' }, ['none', undefined, undefined]],
    ['', { proto: 50 }, ['icmp', 3, 3]],
  ])('%s of %j', (option, request, expected) => {
    const effect = apply(`-A FORWARD -j REJECT ${option}`.trim(), 'filter', view(request, 'filter'));
    expect(effect.kind === 'reject' && [effect.reply.kind, effect.reply.icmpType, effect.reply.icmpCode]).toEqual(
      expected,
    );
  });

  it.each<readonly [number, string]>([
    [TCP_FLAGS.SYN, 'tcp-reset'],
    [TCP_FLAGS.ACK, 'tcp-reset'],
    [TCP_FLAGS.RST, 'none'],
    [TCP_FLAGS.RST | TCP_FLAGS.ACK, 'none'],
  ])('tcp-reset of flags %i: %s', (flags, kind) => {
    const effect = apply('-A FORWARD -p tcp -j REJECT --reject-with tcp-reset', 'filter', view({ flags }, 'filter'));
    expect(effect.kind === 'reject' && effect.reply.kind).toBe(kind);
  });

  it.each<readonly [string, PacketRequest, readonly unknown[]]>([
    ['', {}, ['icmp', 1, 4]],
    ['--reject-with no-route', {}, ['icmp', 1, 0]],
    ['--reject-with adm-prohibited', {}, ['icmp', 1, 1]],
    ['--reject-with addr-unreach', {}, ['icmp', 1, 3]],
    ['--reject-with policy-fail', {}, ['icmp', 1, 5]],
    ['--reject-with reject-route', {}, ['icmp', 1, 6]],
    ['', { proto: 58, icmpType: 1 }, ['none', undefined, undefined]],
    ['', { proto: 58, icmpType: 128 }, ['icmp', 1, 4]],
    ['', { proto: 17, src: '::' }, ['none', undefined, undefined]],
    ['', { proto: 17, dst: 'ff02::1' }, ['none', undefined, undefined]],
  ])('IPv6 %s of %j', (option, request, expected) => {
    const effect = apply(
      `-A FORWARD -j REJECT ${option}`.trim(),
      'filter',
      view({ src: 'fd00::9', dst: 'fd01::9', ...request }, 'filter'),
      6,
    );
    expect(effect.kind === 'reject' && [effect.reply.kind, effect.reply.icmpType, effect.reply.icmpCode]).toEqual(
      expected,
    );
  });
});

describe('SET', () => {
  const { sets } = parseSets(
    [
      'create clients hash:ip family inet hashsize 1024 maxelem 65536',
      'add clients 10.0.0.7',
      'create flows hash:ip,port family inet',
      'create marks hash:net family inet skbinfo',
      'add marks 10.0.0.0/8 skbmark 0x1/0xff skbprio 1:20',
      'add marks 10.0.0.0/24 skbmark 0x7',
      'create both list:set',
      'add both flows',
    ].join('\n'),
  );
  const withSets = (request: PacketRequest = {}): RememberingView =>
    view(request, 'mangle', { host: { ...HOST, sets } });
  const entries = (where: RememberingView, name: string): string[] => {
    const set = liveSets(where)?.get(name);
    return set
      ? ['10.0.0.7', '10.0.0.9', '10.1.0.9'].filter((src) =>
          testSet(new Map([[name, set]]), name, view({ src }, 'mangle'), ['src', 'dst']),
        )
      : [];
  };

  it('adds and removes members, which later packets see', () => {
    const where = withSets();
    apply('-A FORWARD -j SET --add-set clients src', 'mangle', where);
    apply('-A FORWARD -j SET --add-set clients src', 'mangle', where);
    apply('-A FORWARD -j SET --add-set both dst,dst', 'mangle', where);
    expect([entries(where, 'clients'), entries(where, 'flows')]).toEqual([['10.0.0.7', '10.0.0.9'], ['10.1.0.9']]);
    apply('-A FORWARD -j SET --del-set clients src', 'mangle', where);
    expect(entries(where, 'clients')).toEqual(['10.0.0.7']);
    // What the file says of the sets stays as it is.
    expect(HOST.sets).toBeUndefined();
    expect(sets.get('clients')?.entries).toEqual(['10.0.0.7']);
  });

  // Asked of Linux 6.18 with 4 members in 64 buckets: of 51 additions 2 were taken, each in the place of a member, and
  // the set kept its size.
  it.each<readonly [string, string, readonly unknown[]]>([
    ['', 'a full set takes no more', [true, true, false, false]],
    ['forceadd', 'nobody knows who is in a full set that was added to', [undefined, undefined, undefined, false]],
  ])('%s: %s', (option, _, expected) => {
    const { sets: full } = parseSets(`create s hash:ip maxelem 2 ${option}\nadd s 10.0.0.1\nadd s 10.0.0.2\n`);
    const where = view({}, 'mangle', { host: { ...HOST, sets: full } });
    apply('-A FORWARD -j SET --add-set s src', 'mangle', where);
    const found = (src: string): boolean | undefined => testSet(liveSets(where), 's', view({ src }, 'mangle'), ['src']);
    expect(['10.0.0.1', '10.0.0.2', '10.0.0.9', '10.0.0.8'].map(found)).toEqual(expected);
    // What was removed is certainly not a member, nor is what was never added.
    apply('-A FORWARD -j SET --del-set s src', 'mangle', where);
    expect(found('10.0.0.9')).toBe(false);
  });

  it('takes over the mark of the most specific member', () => {
    const rule = '-A FORWARD -j SET --map-set marks src --map-mark --map-prio';
    expect(changes(apply(rule, 'mangle', withSets({ mark: 0xff00 })))).toEqual({ mark: 7, priority: 0 });
    expect(changes(apply(rule, 'mangle', withSets({ src: '10.9.0.1', mark: 0xff00 })))).toEqual({
      mark: 0xff01,
      priority: 0x10020,
    });
    expect(changes(apply(rule, 'mangle', withSets({ src: '11.0.0.1', mark: 0xff00 })))).toEqual({});
  });

  it('says that the members are not known where no sets were given', () => {
    const effect = apply('-A FORWARD -j SET --map-set marks src --map-mark', 'mangle', view({}, 'mangle'));
    expect(effect.kind === 'choice' && effect.reason).toBe('the members of the set marks are not in this file');
  });
});

describe('what the kernel asks of the rule around', () => {
  it.each<readonly [string, TableName, RegExp]>([
    ['-A FORWARD -p tcp -j TCPMSS --set-mss 1000', 'mangle', /SYN/],
    ['-A FORWARD -p tcp -m tcp ! --syn -j TCPMSS --set-mss 1000', 'mangle', /SYN/],
    ['-A INPUT -p tcp -m tcp --syn -j TCPMSS --clamp-mss-to-pmtu', 'mangle', /INPUT/],
    ['-A PREROUTING -j SET --map-set x src --map-prio', 'mangle', /PREROUTING/],
    ['-A INPUT -j REJECT --reject-with tcp-reset', 'filter', /-p tcp/],
    ['-A PREROUTING -j DROP', 'nat', /nat/],
  ])('%s in %s is refused', (rule, table, message) => {
    expect(loadRule(rule, table).errors.join()).toMatch(message);
  });

  it.each<readonly [string, TableName]>([
    ['-A INPUT -j ULOG --ulog-nlgroup 3', 'filter'],
    ['-A INPUT -j LED --led-trigger-id x', 'filter'],
    ['-A INPUT -j CLUSTERIP', 'filter'],
    ['-A PREROUTING -p tcp -j CT --helper mine', 'raw'],
    ['-A INPUT -j NFLOG --nflog-range 5', 'filter'],
  ])('%s in %s loads, with a warning', (rule, table) => {
    const { errors, warnings } = loadRule(rule, table);
    expect([errors, warnings.length]).toEqual([[], 1]);
  });
});

describe('every target', () => {
  it.each(TARGETS.map((each) => [each.name, each] as const))('%s says what it is', (_, target) => {
    expect(target.documentation.summary.length).toBeLessThanOrEqual(90);
    expect(target.documentation.source).not.toBe('');
    for (const option of target.options) {
      expect(option.summary).toMatch(/^[A-Z].*\.$/);
      for (const excluded of option.excludes) expect(target.options.map(({ name }) => name)).toContain(excluded);
    }
  });

  it('leaves the packet that it is given as it is', () => {
    const where = view({ tcpOptionsHex: '020405b4' }, 'mangle');
    const before: Packet = structuredClone(where.packet);
    apply('-A FORWARD -p tcp -m tcp --syn -j TCPMSS --set-mss 5', 'mangle', where);
    apply('-A FORWARD -p tcp -j TCPOPTSTRIP --strip-options mss', 'mangle', where);
    expect(where.packet).toEqual(before);
  });
});
