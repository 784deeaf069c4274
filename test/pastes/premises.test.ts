import { expect, test } from 'vitest';
import { modelOf } from '../../src/features/fileModel';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { outcomeOf } from '../../src/core/netfilter/outcome';
import { parseSourceFile } from '../../src/core/syntax/parse';

/** What the file does not state is open where it decides, and listed where it does not. */
const CASES: readonly (readonly [rule: string, packet: string, outcomes: readonly string[], listed?: string])[] = [
  [
    '-p tcp --dport 22 -m recent --name s --update --seconds 30 --hitcount 6 -j DROP',
    'in tcp :22',
    ['LOCAL', 'DROPPED'],
  ],
  ['-m recent --name s --set', 'in tcp :22', ['LOCAL']],
  ['-m limit --limit 3/min -j LOG', 'in tcp :22', ['LOCAL'], 'earlier packets'],
  ['-m limit --limit 3/min -j DROP', 'in tcp :22', ['DROPPED', 'LOCAL']],
  ['-m hashlimit --hashlimit-above 3/min --hashlimit-name h -j DROP', 'in tcp :22', ['LOCAL', 'DROPPED']],
  ['-m rateest --rateest e --rateest-gt --rateest-bps 1mbit -j DROP', 'in tcp :22', ['LOCAL', 'DROPPED']],
  ['-m statistic --mode nth --every 2 --packet 0 -j DROP', 'in tcp :22', ['DROPPED', 'LOCAL']],
  ['-m physdev --physdev-is-bridged -j DROP', 'in tcp :22', ['LOCAL', 'DROPPED']],
  ['-m physdev ! --physdev-in eth1 -j DROP', 'in tcp :22', ['DROPPED', 'LOCAL']],
  ['-m policy --dir in --pol ipsec -j DROP', 'in tcp :22', ['LOCAL', 'DROPPED']],
  ['-m policy --dir in --pol none -j ACCEPT', 'in tcp :22', ['LOCAL'], 'IPsec'],
  ['-p tcp --dport 23 -m policy --dir in --pol ipsec -j DROP', 'in tcp :22', ['LOCAL']],
  ['-j NFQUEUE --queue-num 3', 'in tcp :22', ['LOCAL', 'DROPPED']],
  ['-j NFQUEUE --queue-num 3 --queue-bypass', 'in tcp :22', ['LOCAL']],
  ['-m mac --mac-source 02:00:00:00:aa:bb -j DROP', 'in tcp :22', ['LOCAL', 'DROPPED']],
  ['-m mac --mac-source 02:00:00:00:aa:bb -j DROP', 'in tcp :22 mac 02:00:00:00:aa:bb', ['DROPPED']],
  ['-m mac --mac-source 02:00:00:00:aa:bb -j DROP', 'in tcp :22 mac 02:00:00:00:aa:bc', ['LOCAL']],
  ['-m devgroup --src-group 5 -j DROP', 'in tcp :22', ['LOCAL', 'DROPPED']],
  ['-p udp -m string --string abc --algo bm -j DROP', 'in udp :53', ['LOCAL', 'DROPPED']],
  ['-p tcp -m string --string abc --algo bm -j DROP', 'in tcp :22', ['LOCAL']],
  ['-p udp -m string --string abc --algo bm -j DROP', 'in udp :53 payload 616263', ['DROPPED']],
  ['-p udp -m u32 --u32 "28=0x61626364" -j DROP', 'in udp :53', ['LOCAL', 'DROPPED']],
  ['-p udp -m u32 --u32 "16=0x0a000001" -j DROP', 'in udp 1.2.3.4 > 10.0.0.1:53 own', ['DROPPED']],
  ['-m set --match-set gone src -j DROP', 'in tcp 192.0.2.1 > :22 own', ['DROPPED', 'LOCAL']],
  ['-m set --match-set kept src -j DROP', 'in tcp 192.0.2.1 > :22 own', ['DROPPED']],
  ['-m ttl --ttl-lt 2 -j DROP', 'in tcp :22', ['LOCAL'], 'TTL or hop limit'],
  ['-m ttl --ttl-lt 2 -j DROP', 'in tcp :22 ttl 1', ['DROPPED']],
  ['-m length --length 100:200 -j DROP', 'in tcp :22', ['LOCAL'], 'length of the packet'],
  ['-m pkttype --pkt-type broadcast -j DROP', 'in tcp :22', ['LOCAL'], 'destination link-layer address'],
];
const OUTBOUND: typeof CASES = [
  ['-m owner --gid-owner 5 -j DROP', 'out uid 7 tcp > 8.8.8.8:443', ['SENT'], 'group of the sender'],
  ['-m owner --gid-owner 5 -j DROP', 'out uid 7 gid 8 tcp > 8.8.8.8:443', ['SENT']],
  ['-m owner --gid-owner 5 --suppl-groups -j DROP', 'out uid 7 gid 8 tcp > 8.8.8.8:443', ['SENT', 'DROPPED']],
  ['-m owner --gid-owner 5 --suppl-groups -j DROP', 'out uid 7 gid 8 groups 9 tcp > 8.8.8.8:443', ['SENT']],
  ['-m mark --mark 5 -j DROP', 'out uid 7 tcp > 8.8.8.8:443', ['SENT'], 'mark of the socket (SO_MARK)'],
];
const SETS =
  'create gone hash:ip family inet hashsize 1024 maxelem 65536 timeout 600\nadd gone 192.0.2.1 timeout 30\n' +
  'create kept hash:ip family inet hashsize 1024 maxelem 65536\nadd kept 192.0.2.1\n';
/** Premises by name; what is assumed of the host and filled into the packet is tested elsewhere. */
const OF_HOST = /^(?:IPv|interface|address|route|default|listening|policy rules|packet|sets?\b|net\.)/;

test.each([
  ...CASES.map(([rule, packet, outcomes, listed]) => ['INPUT', rule, packet, outcomes, listed] as const),
  ...OUTBOUND.map(([rule, packet, outcomes, listed]) => ['OUTPUT', rule, packet, outcomes, listed] as const),
])('-A %s %s: %s', (chain, rule, packet, outcomes, listed) => {
  const { input, assumed, problems } = traced(`*filter\n-A ${chain} ${rule}\nCOMMIT\n${SETS}`, packet);
  expect(problems).toEqual([]);
  expect(input?.traced.outcomes.map((walked) => outcomeOf(walked).outcome)).toEqual(outcomes);
  expect(assumed.map(({ what }) => what).filter((what) => !OF_HOST.test(what))).toEqual(
    listed === undefined ? [] : [listed],
  );
});

test('a question that decides nothing is not asked beside one that does', () => {
  const { input, assumed } = traced(
    '*filter\n-A INPUT -m limit --limit 3/min -j LOG\n-A INPUT -m physdev --physdev-is-bridged -j DROP\nCOMMIT\n',
    'in tcp :22',
  );
  expect(
    input?.traced.outcomes.map(({ assumptions }) =>
      assumptions.map(({ match, value }) => [match.split(' ')[0], value]),
    ),
  ).toEqual([
    [
      ['--limit', true],
      ['--physdev-is-bridged', false],
    ],
    [
      ['--limit', true],
      ['--physdev-is-bridged', true],
    ],
  ]);
  expect(assumed.map(({ what }) => what)).toContain('earlier packets');
});

test('the answer of the user settles it', () => {
  const rules = '*filter\n-A INPUT -m physdev --physdev-is-bridged -j DROP\nCOMMIT\n';
  const key = 'filter/INPUT/1/--physdev-is-bridged';
  for (const [value, outcome] of [
    [true, 'DROPPED'],
    [false, 'LOCAL'],
  ] as const)
    expect(
      traced(rules, 'in tcp :22', { [key]: value }).input?.traced.outcomes.map((walked) => outcomeOf(walked).outcome),
    ).toEqual([outcome]);
});

function traced(
  text: string,
  packet: string,
  answers: Readonly<Record<string, boolean>> = {},
): ReturnType<typeof evaluate> {
  const model = modelOf(parseSourceFile(text));
  if (!model.defaultDump) throw new Error('no rules');
  return evaluate(model, model.defaultDump, { expression: packet, outcome: 0, answers, overrides: undefined });
}

const TWO_UPLINKS = `$ ip addr
2: eth1: <UP> mtu 1500
    inet 192.0.2.5/24 scope global eth1
3: eth2: <UP> mtu 1500
    inet 198.51.100.5/24 scope global eth2
$ ip route
HEAD
\tnexthop via 192.0.2.1 dev eth1 weight 1
\tnexthop via 198.51.100.1 dev eth2 weight 1
192.0.2.0/24 dev eth1 proto kernel scope link src 192.0.2.5
198.51.100.0/24 dev eth2 proto kernel scope link src 198.51.100.5
`;

/** A route of several next hops: the kernel picks one by a hash. `head`: its first line as `ip route` shows it. */
const HOPS: readonly (readonly [head: string, rule: string, packet: string, outcomes: readonly string[]])[] = [
  ['default ', '-A OUTPUT -o eth2 -j DROP', 'out uid 0 src 192.0.2.5 tcp > 8.8.8.8:443', ['SENT', 'DROPPED']],
  [
    'default proto static metric 100 ',
    '-A OUTPUT -o eth2 -j DROP',
    'out src 192.0.2.5 tcp > 8.8.8.8:443',
    ['SENT', 'DROPPED'],
  ],
  ['8.8.0.0/16 ', '-A OUTPUT -o eth1 -j DROP', 'out src 192.0.2.5 tcp > 8.8.8.8:443', ['DROPPED', 'SENT']],
  ['default ', '-A OUTPUT -p udp -j DROP', 'out src 192.0.2.5 tcp > 8.8.8.8:443', ['SENT']],
  ['default ', '-A OUTPUT -o eth2 -j DROP', 'out eth2 src 192.0.2.5 tcp > 8.8.8.8:443', ['DROPPED']],
  ['default ', '-A FORWARD -o eth2 -j DROP', 'in eth1 tcp 192.0.2.9 > 8.8.8.8:443', ['SENT', 'DROPPED']],
];

test.each(HOPS)('next hops of %s, %s: %s', (head, rule, packet, outcomes) => {
  const { input, assumed, problems } = traced(`*filter\n${rule}\nCOMMIT\n${TWO_UPLINKS.replace('HEAD', head)}`, packet);
  expect(problems).toEqual([]);
  expect(input?.traced.outcomes.map((walked) => outcomeOf(walked).outcome)).toEqual(outcomes);
  const listed = assumed.some(({ what }) => what.startsWith('next hop of'));
  expect(listed).toBe(outcomes.length === 1 && !packet.includes('eth2'));
});
