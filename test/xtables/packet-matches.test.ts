import { describe, expect, it } from 'vitest';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import type { Host } from '../../src/core/net/host';
import { makePacket } from '../../src/core/net/makePacket';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { parseRule } from '../../src/core/ruleset/parseRule';
import { splitWords } from '../../src/core/syntax/words';
import type { Answer } from '../../src/core/xtables/answer';
import type { Condition, MatchDrop } from '../../src/core/xtables/extension';
import { matchNamed } from '../../src/core/xtables/registry';
import { shownText } from '../../src/core/xtables/shown';
import type { Hook, RememberingView, TableName } from '../../src/core/xtables/view';

/** Every match that reads the packet itself. */
const NAMES = [
  'addrtype',
  'ah',
  'bpf',
  'comment',
  'cpu',
  'dccp',
  'devgroup',
  'dscp',
  'dst',
  'ecn',
  'esp',
  'eui64',
  'frag',
  'hbh',
  'hl',
  'icmp',
  'icmp6',
  'ipcomp',
  'iprange',
  'ipv6header',
  'length',
  'mac',
  'mark',
  'mh',
  'multiport',
  'osf',
  'physdev',
  'pkttype',
  'realm',
  'rpfilter',
  'rt',
  'sctp',
  'srh',
  'string',
  'tcp',
  'tcpmss',
  'time',
  'tos',
  'ttl',
  'u32',
  'udp',
];

const host = hostFromTopology({
  ifaces: [
    { name: 'eth0', mac: '02:00:00:00:00:01', addrs: ['10.0.0.1/24', 'fd00::1/64'] },
    { name: 'eth1', mac: '02:00:00:00:00:02', addrs: ['172.16.0.1/16'] },
  ],
  routes: [
    'default via 10.0.0.254 dev eth0',
    '10.1.0.0/16 via 10.0.0.9 realm 5',
    'local 10.9.0.0/16 dev lo',
    '-6 default via fd00::fe dev eth0',
  ],
}) as Host;

interface Situation {
  readonly packet?: PacketRequest;
  readonly family?: 4 | 6;
  readonly table?: TableName;
  readonly hook?: Hook;
  readonly now?: number;
  readonly backend?: 'legacy' | 'nft';
  readonly iptablesVersion?: string;
  readonly inInterface?: string;
}

function load(rule: string, { family = 4, table = 'mangle', hook = 'PREROUTING', backend = 'legacy' }: Situation = {}) {
  const parsed = parseRule(splitWords(rule, 0, rule.length), {
    family,
    backend,
    table,
    chain: hook,
    chains: new Map<string, { name: string }>(),
  });
  expect(parsed.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const match = parsed.matches[parsed.matches.length - 1];
  if (match === undefined) throw new Error(`no match in ${rule}`);
  return match;
}

function conditions(rule: string, situation: Situation = {}): readonly Condition[] {
  const match = load(rule, situation);
  return match.extension.conditions(match.data, match, { family: situation.family ?? 4 });
}

function viewOf({
  packet = {},
  family = 4,
  table = 'mangle',
  hook = 'PREROUTING',
  now,
  backend = 'legacy',
  iptablesVersion,
  inInterface = 'eth0',
}: Situation): RememberingView {
  const addresses = family === 4 ? { src: '10.0.0.7', dst: '10.0.0.1' } : { src: 'fd00::7', dst: 'fd00::1' };
  return {
    packet: makePacket({ ...addresses, iface: inInterface, ...packet }, host),
    hook,
    table,
    inInterface,
    outInterface: '',
    conntrack: undefined,
    socket: undefined,
    host: { ...host, now },
    memory: new Map<object | string, unknown>(),
    packetType: 'unicast',
    backend,
    iptablesVersion,
    assignedSocket: undefined,
  };
}

function answer(rule: string, situation: Situation = {}): Answer {
  const view = viewOf(situation);
  for (const condition of conditions(rule, situation)) {
    const result = condition.test(view);
    if (result !== true) return result;
  }
  return true;
}

function drop(rule: string, situation: Situation): MatchDrop | undefined {
  const match = load(rule, situation);
  return match.extension.drops?.(match.data, viewOf(situation), match);
}

const [UDP, TCP] = [17, 6];

describe('fragments', () => {
  const later: PacketRequest = { proto: UDP, fragOffset: 3 };
  it.each<[string, Situation, Answer]>([
    ['-p udp -m udp --dport 53', { packet: later }, false],
    ['-p udp -m udp ! --dport 53', { packet: later }, false],
    ['-p udp -m udp', { packet: later }, false],
    ['-p udp -m multiport ! --dports 53', { packet: later }, false],
    ['-p udp -m length --length 44', { packet: later }, true],
    // The data of a made-up fragment are letters x: 0x7878 where the port would be.
    ['-p udp -m udp ! --dport 53', { packet: later, backend: 'nft' }, true],
    ['-p udp -m udp --dport 30840', { packet: later, backend: 'nft' }, true],
    ['-p udp -m udp', { packet: later, backend: 'nft' }, false],
    ['-p udp -m multiport ! --dports 53', { packet: later, backend: 'nft' }, false],
    ['-p tcp -m tcp ! --syn', { packet: { proto: TCP, fragOffset: 3 }, backend: 'nft' }, true],
    ['-p tcp -m tcp ! --tcp-option 2', { packet: { proto: TCP, fragOffset: 3 }, backend: 'nft' }, false],
    // Two single ports, both negated, are one comparison; every port and no flag are none.
    ['-p udp -m udp ! --sport 1 ! --dport 2', { packet: { proto: UDP, sport: 1, dport: 3 } }, false],
    ['-p udp -m udp ! --sport 1 ! --dport 2', { packet: { proto: UDP, sport: 1, dport: 3 }, backend: 'nft' }, true],
    ['-p udp -m udp ! --sport 1 ! --dport 2', { packet: { proto: UDP, sport: 1, dport: 2 }, backend: 'nft' }, false],
    [
      '-p udp -m udp ! --sport 1 ! --dport 2',
      { packet: { proto: UDP, sport: 1, dport: 3 }, backend: 'nft', iptablesVersion: '1.8.10' },
      true,
    ],
    [
      '-p udp -m udp ! --sport 1 ! --dport 2',
      { packet: { proto: UDP, sport: 1, dport: 3 }, backend: 'nft', iptablesVersion: '1.8.11' },
      false,
    ],
    ['-p udp -m udp ! --dport 0:65535', { packet: { proto: UDP } }, false],
    ['-p udp -m udp ! --dport 0:65535', { packet: { proto: UDP }, backend: 'nft' }, true],
    ['-p tcp -m tcp ! --tcp-flags NONE NONE', { packet: { proto: TCP } }, false],
    ['-p tcp -m tcp ! --tcp-flags NONE NONE', { packet: { proto: TCP }, backend: 'nft' }, true],
    ['-p icmp -m icmp ! --icmp-type 3', { packet: { proto: 1, fragOffset: 3 } }, false],
  ])('%s %o', (rule, situation, expected) => {
    expect(answer(rule, situation)).toBe(expected);
  });

  it('drops a fragment that begins within the TCP header', () => {
    expect(drop('-p tcp -m tcp', { packet: { proto: TCP, fragOffset: 1 } })?.reason).toMatch(
      /begins within the TCP header/,
    );
    expect(drop('-p tcp -m tcp', { packet: { proto: TCP, fragOffset: 2 } })).toBeUndefined();
    expect(drop('-p tcp -m tcp --dport 80', { packet: { proto: TCP, fragOffset: 1 }, backend: 'nft' })).toBeUndefined();
  });

  it('lets a negated option of a packet that is dropped count', () => {
    const packet: PacketRequest = { proto: 132, payloadHex: '00000000' };
    expect(drop('-p sctp -m sctp --chunk-types any INIT', { packet })?.matches).toBe(false);
    expect(drop('-p sctp -m sctp ! --chunk-types any INIT', { packet })?.matches).toBe(true);
    expect(drop('-p sctp -m sctp --dport 7 ! --chunk-types any INIT', { packet })).toBeUndefined();
  });
});

/** Thursday, 28 November 2024, 23:30:00 UTC. */
const THURSDAY = 1732836600;

describe('time', () => {
  it.each<[string, Answer]>([
    ['-m time', true],
    ['-m time --timestart 23:30 --timestop 23:31', true],
    ['-m time --timestart 23:30:01', false],
    ['-m time --timestop 23:30:00', true],
    ['-m time --timestart 22:00 --timestop 02:00', true],
    ['-m time --timestart 00:00 --timestop 23:29:59', false],
    ['-m time --timestart 10:00 --timestop 10:00', true],
    ['-m time --weekdays Thu', true],
    ['-m time ! --weekdays Thu', false],
    ['-m time --weekdays 4', true],
    ['-m time --monthdays 28', true],
    ['-m time ! --monthdays 28', false],
    ['-m time --monthdays 1,27', false],
    ['-m time --datestart 2024-11-28T23:30:00', true],
    ['-m time --datestart 2024-11-28T23:30:01', false],
    ['-m time --datestop 2024-11-28T23:29:59', false],
    ['-m time --datestop 2025', true],
    ['-m time --datestop 1970', false],
  ])('%s at 23:30 on a Thursday: %s', (rule, expected) => {
    expect(answer(rule, { now: THURSDAY })).toBe(expected);
  });

  it('counts the hours after midnight to the day before with --contiguous', () => {
    const now = THURSDAY + 2 * 3600;
    expect(answer('-m time --timestart 23:00 --timestop 02:00 --weekdays Thu', { now })).toBe(false);
    expect(answer('-m time --timestart 23:00 --timestop 02:00 --weekdays Thu --contiguous', { now })).toBe(true);
    expect(answer('-m time --timestart 23:00 --timestop 02:00 --monthdays 28 --contiguous', { now })).toBe(true);
  });

  it('is unknown without a clock, and with a time zone that nobody knows', () => {
    expect(answer('-m time --weekdays Thu')).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/time/) as string,
    });
    expect(answer('-m time --weekdays Thu --kerneltz', { now: THURSDAY })).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/time zone/) as string,
    });
  });
});

describe('what the file does not tell is unknown', () => {
  it.each<[string, Situation]>([
    ['-m cpu --cpu 0', {}],
    ['-m cpu ! --cpu 0', {}],
    ['-p tcp -m osf --genre Linux', { packet: { proto: TCP, flags: 2 } }],
    ['-m bpf --object-pinned /sys/fs/bpf/x', {}],
    // ld [random]
    ['-m bpf --bytecode "2,32 0 0 4294963256,22 0 0 0"', {}],
  ])('%s', (rule, situation) => {
    const result = answer(rule, situation);
    expect(result).toMatchObject({ kind: 'unknown' });
    expect((result as { reason: string }).reason.length).toBeGreaterThan(20);
  });

  it('knows that osf reads SYN packets only', () => {
    expect(answer('-p tcp -m osf --genre Linux', { packet: { proto: TCP, flags: 16 } })).toBe(false);
    expect(answer('-p tcp -m osf ! --genre Linux', { packet: { proto: TCP, flags: 16 } })).toBe(false);
  });
});

describe('realm', () => {
  const output: Situation = { hook: 'OUTPUT', inInterface: '' };
  it.each<[string, Situation, Answer]>([
    ['-m realm --realm 5', { ...output, packet: { dst: '10.1.2.3' } }, true],
    ['-m realm ! --realm 5', { ...output, packet: { dst: '10.1.2.3' } }, false],
    ['-m realm --realm cosmos', { ...output, packet: { dst: '8.8.8.8' } }, true],
    // What comes in bears the realm of the route back in the upper half.
    ['-m realm --realm 0x50000', { hook: 'INPUT', packet: { src: '10.1.2.3' } }, true],
    ['-m realm --realm 5', { hook: 'FORWARD', packet: { src: '8.8.8.8', dst: '10.1.2.3' } }, true],
    ['-m realm --realm 0x50000/0xffff0000', { hook: 'FORWARD', packet: { src: '10.1.2.3', dst: '8.8.8.8' } }, true],
  ])('%s %o', (rule, situation, expected) => {
    expect(answer(rule, situation)).toBe(expected);
  });
});

describe('a condition says what it asks and what the packet has', () => {
  it.each<[string, Situation, readonly (readonly [string, string])[]]>([
    [
      '-p tcp -m tcp ! --dport 80 --syn',
      { packet: { proto: TCP, dport: 443, flags: 18 } },
      [
        ['! --dport 80', 'dport 443'],
        ['--tcp-flags FIN,SYN,RST,ACK SYN', 'flags SYN,ACK'],
      ],
    ],
    [
      '-p udp -m multiport --ports 53,80:90',
      { packet: { proto: UDP, sport: 1, dport: 2 } },
      [['--ports 53,80:90', 'sport 1, dport 2']],
    ],
    [
      '-p icmp -m icmp --icmp-type ping',
      { packet: { proto: 1, icmpType: 3, icmpCode: 4 } },
      [['--icmp-type 8', 'type 3 code 4']],
    ],
    ['-m ttl --ttl-gt 5', { packet: { ttl: 1 } }, [['--ttl-gt 5', 'TTL 1']]],
    ['-m mark --mark 1/3', { packet: { mark: 0x53a } }, [['--mark 0x1/0x3', 'mark 0x53a']]],
    [
      '-m mac ! --mac-source 1:2:3:4:5:6',
      { packet: { srcMac: '02:00:00:00:99:99' } },
      [['! --mac-source 01:02:03:04:05:06', 'from 02:00:00:00:99:99']],
    ],
    [
      '-m addrtype --dst-type LOCAL',
      { packet: { dst: '8.8.8.8' } },
      [['--dst-type LOCAL', 'destination 8.8.8.8 is UNICAST']],
    ],
    ['-m iprange --src-range 10.0.0.1-10.0.0.3', {}, [['--src-range 10.0.0.1-10.0.0.3', 'src 10.0.0.7']]],
    ['-m dscp --dscp-class EF', { packet: { tos: 0x20 } }, [['--dscp 0x2e', 'dscp 0x08']]],
    ['-m tos --tos Minimize-Delay', { packet: { tos: 8 } }, [['--tos 0x10/0x3f', 'tos 0x08']]],
    [
      '-m string --string needle --algo bm',
      { packet: { proto: UDP, payloadHex: '6e6565646c65' } },
      [['--string "needle"', 'found at byte 28']],
    ],
    [
      '-m rpfilter',
      { packet: { src: '172.16.0.9' } },
      [['the route back passes the test', 'the route back to 172.16.0.9 is dev eth1, it came in by eth0']],
    ],
    ['-m comment --comment note', {}, []],
    ['-m time --weekdays Mon', { now: THURSDAY }, [['--weekdays Mon', 'Thu 2024-11-28T23:30:00']]],
    [
      '-m ipv6header --header prot --soft',
      { family: 6, packet: { proto: TCP, extHeaders: [{ type: 'hbh' }] } },
      [['--header protocol --soft', 'headers hop-by-hop,protocol']],
    ],
  ])('%s', (rule, situation, expected) => {
    const view = viewOf(situation);
    expect(conditions(rule, situation).map((condition) => [condition.text, shownText(condition.actual(view))])).toEqual(
      expected,
    );
  });
});

describe('documentation', () => {
  it.each(NAMES)('%s says in a line what it does, and the same for each option', (name) => {
    const extension = matchNamed(name, 4) ?? matchNamed(name, 6);
    expect(extension?.documentation.summary).toMatch(/^.{10,90}$/);
    expect(extension?.documentation.source).toMatch(/iptables-extensions\(8\)/);
    for (const option of extension?.options ?? []) expect(option.summary).toMatch(/^[A-Z0-9].*\.$/);
  });
});
