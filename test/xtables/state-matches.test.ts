import { describe, expect, it } from 'vitest';
import { parseAddress, type Address } from '../../src/core/net/address';
import type { ConntrackEntry, ConntrackView, Tuple } from '../../src/core/net/conntrack';
import type { Host, Listener } from '../../src/core/net/host';
import { makePacket } from '../../src/core/net/makePacket';
import type { SocketOwner } from '../../src/core/net/packet';
import type { PacketRequest } from '../../src/core/net/packetRequest';
import { parseSets } from '../../src/core/net/sets';
import { parseRule } from '../../src/core/ruleset/parseRule';
import { splitWords } from '../../src/core/syntax/words';
import type { Answer } from '../../src/core/xtables/answer';
import type { Condition, MatchExtension } from '../../src/core/xtables/extension';
import type { GivenOptions, Option, ValueContext } from '../../src/core/xtables/option';
import { policy } from '../../src/core/xtables/matches/policy';
import { rateest } from '../../src/core/xtables/matches/rateest';
import { shownText } from '../../src/core/xtables/shown';
import type { WritableMemory, RememberingView } from '../../src/core/xtables/view';

const ip = (text: string): Address => parseAddress(text) as Address;

interface Tuple4 {
  readonly src: string;
  readonly dst: string;
  readonly proto?: number;
  readonly sport?: number;
  readonly dport?: number;
}

function tuple({ src, dst, proto = 6, sport = 1000, dport = 80 }: Tuple4): Tuple {
  const icmp = proto === 1 ? { type: 8, code: 0, id: 77 } : undefined;
  return {
    source: ip(src),
    destination: ip(dst),
    protocol: proto,
    sourcePort: icmp ? 0 : sport,
    destinationPort: icmp ? 0 : dport,
    icmp,
  };
}

const PLAIN: ConntrackEntry = {
  id: 1,
  original: tuple({ src: '10.0.0.5', dst: '10.0.0.1' }),
  reply: tuple({ src: '10.0.0.1', dst: '10.0.0.5', sport: 80, dport: 1000 }),
  seenReply: false,
  assured: false,
  confirmed: false,
  expected: false,
  sourceNat: false,
  destinationNat: false,
  sourceNatDone: true,
  destinationNatDone: true,
  mark: 0,
  zone: { original: 0, reply: 0 },
  tcpState: undefined,
  helper: undefined,
  labels: new Set(),
  secmark: undefined,
  counts: { original: { packets: 1, bytes: 60 }, reply: { packets: 0, bytes: 0 } },
  expires: undefined,
  master: undefined,
};
const HOST: Host = {
  interfaces: [],
  routes: [],
  policyRules: [],
  sysctls: new Map(),
  listeners: [],
  listenersKnown: true,
  sets: undefined,
  conntrack: 'on',
  users: new Map([['envoy', 1337]]),
  now: undefined,
};

/** A fresh memory, as after loading the rules. */
function memory(): WritableMemory {
  const values = new Map<object | string, unknown>();
  return { get: (key) => values.get(key), set: (key, value) => void values.set(key, value) };
}

function view(request: PacketRequest, more: Partial<RememberingView> = {}): RememberingView {
  return {
    packet: makePacket({ proto: 6, src: '10.0.0.5', dst: '10.0.0.1', sport: 1000, dport: 80, ...request }),
    hook: 'INPUT',
    table: 'filter',
    inInterface: 'eth0',
    outInterface: '',
    conntrack: tracked(),
    socket: undefined,
    host: HOST,
    memory: memory(),
    packetType: 'unicast',
    backend: 'legacy',
    assignedSocket: undefined,
    ...more,
  };
}

function tracked(entry: Partial<ConntrackEntry> = {}, more: Partial<ConntrackView> = {}): ConntrackView {
  return { state: 'NEW', entry: { ...PLAIN, ...entry }, direction: 'ORIGINAL', ...more };
}
const without = (state: 'INVALID' | 'UNTRACKED'): ConntrackView => ({ state, entry: undefined, direction: 'ORIGINAL' });

function conditions(text: string, family: 4 | 6 = 4): readonly Condition[] {
  const rule = parseRule(splitWords(text, 0, text.length), {
    family,
    backend: 'legacy',
    table: 'filter',
    chain: 'X',
    chains: new Map<string, { name: string }>(),
  });
  expect(rule.problems).toEqual([]);
  return rule.matches.flatMap((match) => match.extension.conditions(match.data, match, { family }));
}

/** The answer of all conditions together; what one of them does not know is said in words. */
function ask(list: readonly Condition[], where: RememberingView): boolean | string {
  let reason: string | undefined;
  for (const condition of list) {
    const answer: Answer = condition.test(where);
    expect(shownText(condition.actual(where))).not.toBe('');
    if (answer === false) return false;
    if (answer !== true) reason ??= answer.reason;
  }
  return reason ?? true;
}

const match = (text: string, where: RememberingView): boolean | string => ask(conditions(text), where);

describe('conntrack and state', () => {
  const dnat = tracked({
    destinationNat: true,
    reply: tuple({ src: '172.17.0.2', dst: '10.0.0.5', sport: 8080, dport: 1000 }),
  });
  const seen = tracked(
    { confirmed: true, seenReply: true, assured: true, expires: 100 },
    { state: 'ESTABLISHED', direction: 'REPLY' },
  );
  const ping = tracked({ original: tuple({ src: '10.0.0.5', dst: '10.0.0.1', proto: 1 }) });
  it.each<readonly [string, ConntrackView | undefined, boolean | string]>([
    ['-m conntrack --ctstate NEW', tracked(), true],
    ['-m conntrack ! --ctstate NEW', tracked(), false],
    ['-m conntrack --ctstate RELATED,ESTABLISHED', seen, true],
    ['-m state --state ESTABLISHED', seen, true],
    ['-m state ! --state NEW,ESTABLISHED', seen, false],
    // NEW and DNAT are both true of a translated connection.
    ['-m conntrack --ctstate DNAT', dnat, true],
    ['-m conntrack --ctstate NEW', dnat, true],
    ['-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT', dnat, false],
    ['-m conntrack --ctstate SNAT', dnat, false],
    // What conntrack has not seen is INVALID.
    ['-m conntrack --ctstate INVALID', undefined, true],
    ['-m state --state INVALID', undefined, true],
    ['-m conntrack --ctstate UNTRACKED', without('UNTRACKED'), true],
    ['-m conntrack --ctstate INVALID', without('UNTRACKED'), false],
    ['-m conntrack ! --ctstate NEW', without('INVALID'), true],
    // Without a connection only --ctstate counts, and once it matches the rest is ignored.
    ['-m conntrack --ctproto 6', without('INVALID'), false],
    ['-m conntrack ! --ctproto 6', without('INVALID'), false],
    ['-m conntrack --ctdir ORIGINAL', without('UNTRACKED'), false],
    ['-m conntrack --ctstate INVALID --ctproto 17', without('INVALID'), true],
    ['-m conntrack --ctstate INVALID --ctdir REPLY ! --ctorigsrc 0.0.0.0/0', without('INVALID'), true],
    ['-m conntrack --ctstate NEW --ctproto 17', without('INVALID'), false],
    ['-m conntrack --ctproto tcp --ctorigdstport 80', dnat, true],
    ['-m conntrack --ctorigsrc 10.9.9.9/8', dnat, true],
    ['-m conntrack ! --ctorigsrc 0/0', dnat, false],
    ['-m conntrack --ctreplsrc 172.17.0.2 --ctreplsrcport 8080', dnat, true],
    ['-m conntrack --ctorigdst 172.17.0.2', dnat, false],
    ['-m conntrack --ctrepldstport 999:1001', dnat, true],
    ['-m conntrack ! --ctrepldstport 999:1001', dnat, false],
    ['-m conntrack --ctorigdstport 90:70', dnat, false],
    ['-m conntrack ! --ctorigdstport 90:70', dnat, true],
    // Of an echo: the id in place of the source port, type and code in place of the other.
    ['-m conntrack --ctorigsrcport 77 --ctorigdstport 2048', ping, true],
    ['-m conntrack --ctstatus SEEN_REPLY', seen, true],
    ['-m conntrack --ctstatus ASSURED,EXPECTED', seen, true],
    ['-m conntrack --ctstatus CONFIRMED', tracked(), false],
    ['-m conntrack ! --ctstatus CONFIRMED', tracked(), true],
    ['-m conntrack --ctstatus NONE', tracked(), false],
    ['-m conntrack ! --ctstatus NONE', tracked(), true],
    ['-m conntrack --ctdir REPLY', seen, true],
    ['-m conntrack --ctdir ORIGINAL', seen, false],
    ['-m conntrack --ctexpire 50:150', seen, true],
    ['-m conntrack ! --ctexpire 100', seen, false],
    ['-m conntrack --ctexpire 50', tracked(), 'how many seconds the connection has left is not in the file'],
  ])('%s', (text, conntrack, expected) => {
    expect(match(text, view({}, { conntrack }))).toBe(expected);
  });
});

describe('what a connection carries', () => {
  const marked = tracked({
    mark: 0x15,
    labels: new Set([7]),
    counts: { original: { packets: 3, bytes: 300 }, reply: { packets: 2, bytes: 1000 } },
  });
  it.each<readonly [string, ConntrackView | undefined, boolean | string]>([
    ['-m connmark --mark 0x15', marked, true],
    ['-m connmark --mark 0x5/0xf', marked, true],
    ['-m connmark ! --mark 0x5/0xf', marked, false],
    ['-m connmark --mark 0xff/0xf', marked, false],
    ['-m connmark --mark 0', without('INVALID'), false],
    ['-m connmark ! --mark 1', without('UNTRACKED'), false],
    ['-m connmark ! --mark 1', undefined, false],
    ['-m connlabel --label 7', marked, true],
    ['-m connlabel ! --label 7', marked, false],
    ['-m connlabel --label 8', marked, false],
    ['-m connlabel --label 8 --set', marked, true],
    ['-m connlabel ! --label 8 --set', marked, false],
    ['-m connlabel --label 8', without('INVALID'), false],
    ['-m connlabel ! --label 8', without('INVALID'), true],
    ['-m connbytes --connbytes 5:5 --connbytes-dir both --connbytes-mode packets', marked, true],
    ['-m connbytes --connbytes 4 --connbytes-dir original --connbytes-mode packets', marked, false],
    ['-m connbytes --connbytes 1000 --connbytes-dir reply --connbytes-mode bytes', marked, true],
    ['-m connbytes --connbytes 260:260 --connbytes-dir both --connbytes-mode avgpkt', marked, true],
    ['-m connbytes ! --connbytes 2:3 --connbytes-dir original --connbytes-mode packets', marked, false],
    ['-m connbytes ! --connbytes 3:3 --connbytes-dir original --connbytes-mode packets', marked, true],
    ['-m connbytes --connbytes 0 --connbytes-dir both --connbytes-mode packets', without('INVALID'), false],
    ['-m connbytes ! --connbytes 0:9 --connbytes-dir both --connbytes-mode packets', without('INVALID'), false],
    ['-m helper --helper ftp', marked, false],
    ['-m helper ! --helper ftp', marked, true],
    ['-m helper --helper ""', without('INVALID'), false],
    ['-m helper --helper ftp', tracked({ master: 9 }), 'the helper of the master connection is not in the file'],
    ['-m cluster --cluster-total-nodes 1 --cluster-local-node 1 --cluster-hash-seed 5', marked, true],
    ['-m cluster --cluster-total-nodes 1 --cluster-local-node 1 --cluster-hash-seed 5', without('INVALID'), false],
    ['-m cluster --cluster-total-nodes 1 ! --cluster-local-node 1 --cluster-hash-seed 5', without('INVALID'), false],
  ])('%s', (text, conntrack, expected) => {
    expect(match(text, view({}, { conntrack }))).toBe(expected);
  });

  it('keeps a label that --set has put on', () => {
    const shared = memory();
    const where = view({}, { memory: shared });
    expect([
      match('-m connlabel --label 3', where),
      match('-m connlabel --label 3 --set', where),
      match('-m connlabel --label 3', where),
    ]).toEqual([false, true, true]);
  });

  it('gives each connection to exactly one node of a cluster', () => {
    for (const host of ['10.0.0.1', '10.0.0.2', '192.168.7.9', 'fd00::1', '2001:db8::5']) {
      const conntrack = tracked({ original: tuple({ src: host, dst: host }) });
      const nodes = [1, 2, 3].map((node) =>
        match(
          `-m cluster --cluster-total-nodes 3 --cluster-local-node ${node} --cluster-hash-seed 0xdeadbeef`,
          view({}, { conntrack }),
        ),
      );
      expect(nodes.filter((answer) => answer === true)).toHaveLength(1);
    }
  });
});

describe('owner and cgroup', () => {
  const process: SocketOwner = { kind: 'process', uid: 1000, gid: 50, groups: [7, 8] };
  const kernel: SocketOwner = { kind: 'kernel', uid: 0, gid: 0, groups: [] };
  it.each<readonly [string, SocketOwner | undefined, boolean | string]>([
    ['-m owner --uid-owner 1000', process, true],
    ['-m owner --uid-owner 999-1001', process, true],
    ['-m owner ! --uid-owner 1337', process, true],
    ['-m owner --gid-owner 7', process, false],
    ['-m owner --gid-owner 7 --suppl-groups', process, true],
    ['-m owner ! --gid-owner 7 --suppl-groups', process, false],
    ['-m owner --uid-owner 1000 ! --gid-owner 50', process, false],
    ['-m owner --uid-owner root', process, false],
    ['-m owner --uid-owner envoy', { ...process, uid: 1337 }, true],
    ['-m owner --uid-owner nobodyknows', process, 'the number of the user "nobodyknows" is not in the file'],
    ['-m owner --socket-exists', process, true],
    ['-m owner ! --socket-exists', process, false],
    // The kernel's own packets have a socket that belongs to nobody.
    ['-m owner --uid-owner 0', kernel, false],
    ['-m owner ! --uid-owner 0', kernel, true],
    ['-m owner ! --uid-owner 0 ! --gid-owner 0', kernel, true],
    ['-m owner --uid-owner 0 ! --gid-owner 0', kernel, false],
    ['-m owner --socket-exists', kernel, true],
    ['-m owner ! --gid-owner 3 --suppl-groups', kernel, true],
    ['-m owner --uid-owner 0', undefined, false],
    ['-m owner ! --uid-owner 0', undefined, true],
    ['-m owner ! --gid-owner 3 --suppl-groups', undefined, false],
    ['-m owner --socket-exists', undefined, false],
    ['-m owner ! --socket-exists ! --uid-owner 5', undefined, true],
    ['-m cgroup --path /', process, true],
    ['-m cgroup ! --path /', process, false],
    ['-m cgroup --path /', undefined, false],
    ['-m cgroup ! --path /', undefined, false],
    ['-m cgroup --cgroup 0', kernel, true],
    ['-m cgroup --cgroup 5', process, 'the control group of the sending process is not in the file'],
  ])('%s', (text, socket, expected) => {
    expect(match(text, view({}, { hook: 'OUTPUT', inInterface: '', outInterface: 'eth0', socket }))).toBe(expected);
  });
});

describe('socket', () => {
  const listener = (address: string | undefined, more: Partial<Listener> = {}): Listener => ({
    protocol: 6,
    address: address === undefined ? undefined : ip(address),
    families: [4],
    port: 80,
    iface: undefined,
    transparent: false,
    process: undefined,
    pid: undefined,
    uid: undefined,
    text: `${address ?? '*'}:80`,
    ...more,
  });
  const established = tracked({ confirmed: true }, { state: 'ESTABLISHED' });
  it.each<readonly [string, readonly Listener[], Partial<RememberingView>, boolean | string]>([
    ['-m socket', [listener('10.0.0.1')], {}, true],
    ['-m socket', [listener('10.0.0.2')], {}, false],
    ['-m socket', [listener('10.0.0.1', { protocol: 17 })], {}, false],
    ['-m socket', [listener(undefined)], {}, false],
    ['-m socket', [listener('0.0.0.0')], {}, false],
    ['-m socket --nowildcard', [listener(undefined)], {}, true],
    ['-m socket', [listener(undefined), listener('10.0.0.1')], {}, true],
    ['-m socket --transparent', [listener('10.0.0.1')], {}, false],
    ['-m socket --transparent', [listener('10.0.0.1', { transparent: true })], {}, true],
    ['-m socket', [listener('10.0.0.1', { iface: 'eth1' })], {}, false],
    ['-m socket', [], { packet: makePacket({ proto: 1, icmpType: 8, src: '10.0.0.5', dst: '10.0.0.1' }) }, false],
    [
      '-m socket',
      [],
      { conntrack: established },
      'whether this host has a socket for this connection is not in the file',
    ],
    ['-m socket --nowildcard', [], { assignedSocket: 'assumed' }, true],
  ])('%s', (text, listeners, more, expected) => {
    expect(match(text, view({}, { host: { ...HOST, listeners }, ...more }))).toBe(expected);
  });

  it.each<readonly [string, Partial<RememberingView>, boolean | string]>([
    // Hardly any program binds a single address: none is assumed, and the premise says so.
    ['-m socket', {}, false],
    ['-m socket --nowildcard', {}, 'which sockets this host has is not in the file'],
    ['-m socket', { conntrack: established }, 'whether this host has a socket for this connection is not in the file'],
  ])('does not know sockets that nobody told it of: %s', (text, more, expected) => {
    expect(match(text, view({}, { host: { ...HOST, listenersKnown: false }, ...more }))).toBe(expected);
  });
});

describe('set', () => {
  const { sets } = parseSets(
    'create A hash:ip\nadd A 10.0.0.5\ncreate P hash:ip,port\nadd P 10.0.0.5,tcp:80\ncreate N hash:net counters\nadd N 10.0.0.0/24 packets 1 bytes 2\nadd N 10.0.0.77 nomatch\n',
  );
  it.each<readonly [string, boolean | string]>([
    ['-m set --match-set A src', true],
    ['-m set ! --match-set A src', false],
    ['-m set --match-set A dst', false],
    ['-m set --match-set A src,dst', true],
    ['-m set --match-set P src,dst', true],
    ['-m set --match-set P src,src', false],
    // Too few directions: the kernel looks nothing up.
    ['-m set --match-set P src', false],
    ['-m set ! --match-set P src', true],
    ['-m set --match-set N src', true],
    ['-m set --match-set N src --return-nomatch', false],
    // The packet itself counts first.
    ['-m set --match-set N src --packets-gt 1', true],
    ['-m set --match-set N src --packets-gt 2', false],
    ['-m set --match-set N src ! --update-counters --packets-eq 1', true],
    ['-m set ! --match-set N src --packets-gt 5', true],
    ['-m set --match-set A src --packets-gt 5', true],
    ['-m set --match-set B src', 'the members of the set B are not in this file'],
    ['-m set ! --match-set B src', 'the members of the set B are not in this file'],
  ])('%s', (text, expected) => {
    expect(match(text, view({}, { host: { ...HOST, sets } }))).toBe(expected);
  });
});

/** Sends packets one after the other through one rule and writes a 1 for each that fits, a 0 for each that does not. */
function run(
  text: string,
  packets: readonly (PacketRequest & { readonly where?: Partial<RememberingView> })[],
): string {
  const list = conditions(text);
  const shared = memory();
  return packets
    .map(({ where, ...request }) => (ask(list, view(request, { memory: shared, ...where })) === true ? '1' : '0'))
    .join('');
}
const times = (count: number, request: PacketRequest = {}): PacketRequest[] =>
  Array.from({ length: count }, () => request);

describe('history matches, from freshly loaded rules', () => {
  it.each<readonly [string, readonly PacketRequest[], string]>([
    ['-m limit --limit 3/hour', times(7), '1111100'],
    ['-m limit --limit 1/sec --limit-burst 2', times(4), '1100'],
    // The kernel rounds what a packet costs down: at fast rates a burst lets a few more through.
    ['-m limit --limit 10000/sec --limit-burst 20', times(23), '11111111111111111111100'],
    ['-m statistic --mode nth --every 3 --packet 0', times(7), '1001001'],
    ['-m statistic --mode nth --every 3 --packet 2', times(7), '0010010'],
    ['-m statistic --mode nth ! --every 2 --packet 0', times(4), '0101'],
    ['-m statistic --mode nth --every 1 --packet 0', times(3), '111'],
    ['-m statistic --mode random --probability 1', times(2), '11'],
    ['-m statistic --mode random ! --probability 1', times(2), '00'],
    ['-m quota --quota 100', times(4, { length: 40 }), '1100'],
    ['-m quota ! --quota 100', times(4, { length: 40 }), '0011'],
    ['-m quota --quota 100', [{ length: 60 }, { length: 60 }, { length: 40 }], '100'],
    ['-m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 2 --hashlimit-name a', times(4), '1100'],
    ['-m hashlimit --hashlimit-above 1/hour --hashlimit-burst 2 --hashlimit-name a', times(4), '0011'],
    [
      '-m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode srcip --hashlimit-name a',
      [{}, { src: '10.0.0.6' }, {}, { src: '10.0.0.7' }],
      '1101',
    ],
    [
      '-m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode srcip --hashlimit-srcmask 24 --hashlimit-name a',
      [{}, { src: '10.0.0.6' }, { src: '10.0.1.6' }],
      '101',
    ],
    [
      '-m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode dstport --hashlimit-name a',
      [{}, { dport: 81 }, { src: '10.9.9.9' }],
      '110',
    ],
    ['-m hashlimit --hashlimit-upto 16b/s --hashlimit-name a', times(2, { length: 40 }), '10'],
    ['-m hashlimit --hashlimit-upto 512kb/s --hashlimit-name a', times(3, { length: 1500 }), '111'],
    [
      '-m hashlimit --hashlimit-upto 2/sec --hashlimit-burst 1 --hashlimit-rate-match --hashlimit-name a',
      times(5),
      '11100',
    ],
    ['-m recent --set', times(2), '11'],
    ['-m recent ! --set', times(2), '00'],
    ['-m recent --rcheck', times(2), '00'],
    ['-m recent ! --rcheck', times(2), '11'],
    ['-m connlimit --connlimit-above 1', [{ sport: 1 }], '0'],
    ['-m connlimit --connlimit-upto 1', [{ sport: 1 }], '1'],
    ['-m rateest --rateest e --rateest-lt --rateest-pps', times(2), '00'],
    ['-m policy --dir in --pol none', times(1), '1'],
    ['-m policy --dir in --pol ipsec', times(1), '0'],
  ])('%s', (text, packets, expected) => {
    expect(run(text, packets)).toBe(expected);
  });

  it('decides by chance where the rule says so', () => {
    const [condition] = conditions('-m statistic --mode random --probability 0.25');
    expect(condition?.test(view({}))).toMatchObject({ kind: 'unknown', probability: 0.25 });
    const [negated] = conditions('-m statistic --mode random ! --probability 0.25');
    expect(negated?.test(view({}))).toMatchObject({ kind: 'unknown', probability: 0.75 });
  });

  it('counts connections, not packets', () => {
    const connection = (
      sport: number,
      src = '10.0.0.5',
      entry: Partial<ConntrackEntry> = {},
    ): { where: Partial<RememberingView>; src: string } => ({
      src,
      where: { conntrack: tracked({ original: tuple({ src, dst: '10.0.0.1', sport }), ...entry }) },
    });
    const packets = [
      connection(1),
      connection(1, '10.0.0.5', { confirmed: true }),
      connection(2),
      connection(3, '10.0.0.9'),
      connection(9, '10.0.0.5', { confirmed: true, assured: true }),
      connection(3),
    ];
    expect(run('-m connlimit --connlimit-above 1', packets)).toBe('001011');
    expect(run('-m connlimit --connlimit-upto 1 --connlimit-mask 24', packets)).toBe('110000');
    expect(run('-m connlimit --connlimit-above 2 --connlimit-daddr', packets)).toBe('000111');
  });

  it('says that only a tick of the clock makes it forget', () => {
    const list = conditions('-m connlimit --connlimit-above 1');
    const where = { memory: memory(), findConnection: () => undefined };
    const answers = [1, 2].map((sport) =>
      ask(
        list,
        view(
          { sport },
          { ...where, conntrack: tracked({ original: tuple({ src: '10.0.0.5', dst: '10.0.0.1', sport }) }) },
        ),
      ),
    );
    expect(answers).toEqual([false, expect.stringContaining('a tick of the kernel’s clock')]);
  });

  it('forgets connections that are gone or closed, where they can be looked up', () => {
    const closed = {
      ...PLAIN,
      original: tuple({ src: '10.0.0.5', dst: '10.0.0.1', sport: 2 }),
      confirmed: true,
      tcpState: 'CLOSE',
    };
    const findConnection = ({ sourcePort }: Tuple): ConntrackEntry | undefined =>
      sourcePort === 1 ? undefined : sourcePort === 2 ? closed : { ...PLAIN, confirmed: true };
    const packets = [1, 2, 3, 4].map((sport) => ({
      sport,
      where: { findConnection, conntrack: tracked({ original: tuple({ src: '10.0.0.5', dst: '10.0.0.1', sport }) }) },
    }));
    expect(run('-m connlimit --connlimit-above 1', packets)).toBe('0001');
  });

  it('drops a packet of an assured connection where what was counted has ended', () => {
    const { extension, data } = limit();
    const where = (sport: number, entry: Partial<ConntrackEntry>): Partial<RememberingView> => ({
      conntrack: tracked({ original: tuple({ src: '10.0.0.5', dst: '10.0.0.1', sport }), ...entry }),
      findConnection: () => undefined,
    });
    const shared = memory();
    const [condition] = extension.conditions(data, shared, { family: 4 });
    const [first, second] = [
      view({}, { memory: shared, ...where(1, {}) }),
      view({}, { memory: shared, ...where(2, { confirmed: true, assured: true }) }),
    ];
    expect(extension.drops?.(data, first, shared)).toBeUndefined();
    expect(condition?.test(first)).toBe(false);
    expect(extension.drops?.(data, second, shared)).toMatchObject({
      matches: false,
      open: { answer: { kind: 'unknown' } },
    });
    expect(condition?.test(second)).toBe(false);
  });

  it('forgets packets that made no connection', () => {
    const invalid = { where: { conntrack: without('INVALID'), findConnection: () => undefined } };
    expect(
      run('-m connlimit --connlimit-above 1', [
        { ...invalid, sport: 1 },
        { ...invalid, sport: 2 },
      ]),
    ).toBe('00');
  });
});

function limit(): { extension: MatchExtension; data: unknown } {
  const text = '-m connlimit --connlimit-above 1';
  const rule = parseRule(splitWords(text, 0, text.length), {
    family: 4,
    backend: 'legacy',
    table: 'filter',
    chain: 'X',
    chains: new Map<string, { name: string }>(),
  });
  return rule.matches[0] as { extension: MatchExtension; data: unknown };
}

describe('recent lists', () => {
  const steps: readonly (readonly [string, PacketRequest, boolean])[] = [
    ['-m recent --rcheck --name L', {}, false],
    ['-m recent --set --name L', {}, true],
    ['-m recent --rcheck --name L', {}, true],
    ['-m recent --rcheck --name M', {}, false],
    ['-m recent --rcheck --name L --hitcount 2', {}, false],
    ['-m recent --update --name L --seconds 60 --reap', {}, true],
    ['-m recent --rcheck --name L --hitcount 2', {}, true],
    ['-m recent ! --update --name L --hitcount 3', {}, true],
    ['-m recent --rcheck --name L --hitcount 3', {}, true],
    ['-m recent --rcheck --name L --rdest', {}, false],
    ['-m recent --rcheck --name L --rttl', { ttl: 63 }, false],
    ['-m recent --rcheck --name L --rttl', { ttl: 64 }, true],
    ['-m recent --rcheck --name L', { src: '10.0.0.6' }, false],
    ['-m recent --set --name L --rdest', { dst: '10.0.0.6' }, true],
    ['-m recent --rcheck --name L', { src: '10.0.0.6' }, true],
    ['-m recent --remove --name L', {}, true],
    ['-m recent --remove --name L', {}, false],
    ['-m recent ! --remove --name L', {}, true],
  ];
  it('are shared by name', () => {
    const shared = memory();
    const answers = steps.map(([text, request]) => [text, request, match(text, view(request, { memory: shared }))]);
    expect(answers).toEqual(steps);
  });

  it('makes room for the 101st address', () => {
    const own = memory();
    for (let i = 0; i <= 100; i++) match('-m recent --set', view({ src: `10.1.0.${i}` }, { memory: own }));
    expect(match('-m recent --rcheck', view({ src: '10.1.0.0' }, { memory: own }))).toBe(false);
    expect(match('-m recent --rcheck', view({ src: '10.1.0.1' }, { memory: own }))).toBe(true);
  });

  it('adds to the TTL what forwarding took', () => {
    const own = memory();
    match('-m recent --set', view({ ttl: 64 }, { memory: own }));
    expect(
      match('-m recent --rcheck --rttl', view({ ttl: 63 }, { memory: own, hook: 'FORWARD', outInterface: 'eth1' })),
    ).toBe(true);
  });
});

describe('options whose place counts', () => {
  type Words = readonly (readonly [option: string, value: string | undefined, inverted?: boolean])[];
  const build = (extension: typeof policy | typeof rateest, words: Words): string => {
    const given = words.map(([name, text, inverted = false], i) => {
      const option = extension.options.find((each) => each.name === name || each.aliases.includes(name)) as Option;
      const word = { text: name, start: i * 10, end: i * 10 + 5, quoted: false };
      const value =
        text === undefined
          ? true
          : option.type?.parse(text, { family: 4, backend: 'legacy', table: 'filter', protocol: undefined });
      expect(value).not.toMatchObject({ kind: 'invalid' });
      return {
        option,
        given: { value, inverted, optionWord: word, valueWord: text === undefined ? undefined : { ...word, text } },
      };
    });
    const all = (option: Option): never[] =>
      given.filter((each) => each.option === option).map((each) => each.given as never);
    const options: GivenOptions = {
      get: (option: Option) => all(option)[0] as never,
      all: (option) => all(option),
      has: (option) => all(option).length > 0,
      count: given.length,
    };
    const context: ValueContext = { family: 4, backend: 'legacy', table: 'filter', protocol: undefined };
    const data = extension.build(options, context);
    if (typeof data === 'object' && 'kind' in data) return `refused: ${String(data.message)}`;
    const refused = extension.checkentry?.(data as never, options, context);
    return refused ? `refused: ${refused.message}` : extension.print(data as never, { family: 4 });
  };

  it.each<readonly [Words, string]>([
    [
      [
        ['--dir', 'in'],
        ['--pol', 'ipsec'],
        ['--strict', undefined],
        ['--proto', 'esp'],
        ['--next', undefined],
        ['--proto', 'ah', true],
      ],
      ' --dir in --pol ipsec --strict --proto esp --next ! --proto ah',
    ],
    [
      [
        ['--dir', 'in'],
        ['--proto', '50'],
        ['--mode', 'tunnel'],
        ['--tunnel-src', '1.2.3.4/24'],
        ['--spi', '16'],
      ],
      ' --dir in --pol ipsec --spi 0x10 --proto esp --mode tunnel --tunnel-src 1.2.3.4/24',
    ],
    [
      [
        ['--dir', 'in'],
        ['--pol', 'none'],
        ['--proto', 'esp'],
      ],
      ' --dir in --pol none',
    ],
    [
      [
        ['--dir', 'in'],
        ['--proto', 'esp'],
        ['--proto', 'esp'],
      ],
      'refused: --proto was given before in this element',
    ],
  ])('policy %j', (words, printed) => {
    expect(build(policy, words)).toBe(printed);
  });

  it.each<readonly [Words, string]>([
    [
      [
        ['--rateest', 'e1'],
        ['--rateest-bps', '1'],
        ['--rateest-gt', undefined],
      ],
      ' --rateest-gt --rateest-bps 0bit',
    ],
    [
      [
        ['--rateest', 'e1'],
        ['--rateest-pps', '5'],
        ['--rateest-bps', '100'],
        ['--rateest-eq', undefined],
      ],
      ' --rateest-eq --rateest-bps 96bit --rateest-eq --rateest-pps 5',
    ],
    [
      [
        ['--rateest1', 'e1'],
        ['--rateest2', 'e2'],
        ['--rateest-bps', undefined],
        ['--rateest-lt', undefined, true],
      ],
      '1 e1 ! --rateest-lt --rateest-bps --rateest2 e2',
    ],
    [
      [
        ['--rateest1', 'e1'],
        ['--rateest-bps2', '40gbit'],
        ['--rateest-gt', undefined],
        ['--rateest-lt', undefined],
      ],
      ' --rateest-lt --rateest-bps 5640Mbit',
    ],
    [
      [
        ['--rateest1', 'e1'],
        ['--rateest-delta', undefined],
        ['--rateest-bps1', '1mbit'],
        ['--rateest-bps2', '2mbit'],
        ['--rateest-gt', undefined],
      ],
      '--rateest-delta --rateest e1 --rateest-bps1 1000Kbit --rateest-gt --rateest-bps2 2000Kbit',
    ],
    [
      [
        ['--rateest1', 'e1'],
        ['--rateest-lt', undefined],
      ],
      'refused: rateest needs --rateest-bps or --rateest-pps',
    ],
  ])('rateest %j', (words, printed) => {
    expect(build(rateest, words)).toContain(printed);
  });
});
