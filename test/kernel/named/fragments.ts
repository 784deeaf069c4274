import type { KernelCase, PacketJson, TopologyJson } from '../case';
import { gateway, out, rules, udp } from './host';

/**
 * What leaves in fragments: because the interface takes less at once, or because it came so and connection tracking has
 * put it together.
 */
export function fragmentCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return CASES.map(({ name, topology, ...rest }) => ({
    name,
    question: { independent: true, rules: HOOKS, ...rest, topology: narrow(topology) },
  }));
}

const HOOKS = rules({ mangle: ['PREROUTING', 'FORWARD', 'POSTROUTING'] });
const MARKED = rules({ mangle: ['OUTPUT -j MARK --set-xmark 0x1/0xffffffff', 'POSTROUTING'] });

/** eth1 takes 1280 bytes at once, the others 1500. */
function narrow(more: TopologyJson | undefined): TopologyJson {
  const { ifaces = [], routes = [], ...rest } = gateway(more);
  return {
    ifaces: ifaces.map((iface) => (iface.name === 'eth1' ? { ...iface, mtu: 1280 } : iface)),
    routes: [...routes, 'default via 10.0.5.2 dev eth1 table 300', '-6 default via fd00:5::2 dev eth1 table 300'],
    ...rest,
  };
}

const through = (more: PacketJson): PacketJson => udp('192.168.1.77', '10.0.5.9', 'eth0', more);
const own = (more: PacketJson): PacketJson => out('192.168.1.10', '8.8.8.8', more);
const own6 = (more: PacketJson): PacketJson => out('fd00:1::10', '2001:db8::8', more);

/** A datagram of `total` bytes after its IP header, cut at these bytes. */
function pieces(to: string, total: number, cuts: readonly number[], more: PacketJson = {}): PacketJson[] {
  return cuts.map((start, i) => {
    const end = cuts[i + 1] ?? total;
    return through({
      dst: to,
      id: 77,
      fragTotal: total,
      fragOffset: start / 8,
      mf: end < total,
      length: 20 + end - start,
      ...more,
    });
  });
}

/** ESP has no checksum, which the first fragment could not know. */
function pieces6(to: string, total: number, cuts: readonly number[]): PacketJson[] {
  return cuts.map((start, i) => {
    const end = cuts[i + 1] ?? total;
    return {
      dir: 'in',
      iface: 'eth0',
      src: 'fd00:1::77',
      dst: to,
      proto: 'esp',
      spi: 7,
      id: 77,
      fragTotal: total,
      extHeaders: [{ type: 'frag', fid: 7, offset: start / 8, mf: end < total }],
      length: 48 + end - start,
    };
  });
}

const NEAR = '10.8.0.9';
const NARROW = '10.0.5.9';
const turned = (list: readonly PacketJson[]): PacketJson[] => [...list].reverse();
const MORE_FRAGMENT = pieces(NARROW, 2800, [0, 1400])[0] as PacketJson;

const CASES: readonly ({ readonly name: string } & KernelCase)[] = [
  {
    name: 'what an interface does not take at once leaves in fragments',
    packets: [1279, 1280, 1281, 1400, 1500].map((length) => through({ length })),
  },
  { name: 'unless it may not be cut up', packets: [1280, 1281].map((length) => through({ length, df: true })) },
  { name: 'options stand in every fragment', packets: [through({ length: 1400, ipOptionsHex: '94040000' })] },
  {
    name: 'other protocols',
    packets: ['tcp', 'icmp', 'esp', 'gre'].map((proto) =>
      through({
        proto,
        length: 1400,
        ...(proto === 'tcp' ? { flags: ['SYN'] } : proto === 'icmp' ? { icmpType: 8, icmpCode: 0 } : {}),
      }),
    ),
  },
  {
    name: 'a fragment is cut up further',
    topology: { conntrack: 'auto' },
    packets: [MORE_FRAGMENT, through({ dst: NEAR, length: 1400 })],
  },
  {
    name: 'routed again to a narrower interface',
    rules: MARKED,
    topology: { ipRules: ['fwmark 0x1 lookup 300'] },
    packets: [1280, 1400].flatMap((length) => [own({ length }), own({ length, df: true })]),
  },
  {
    name: 'routed again to a narrower interface in IPv6',
    rules: '',
    rules6: MARKED,
    topology: { ipRules: ['-6 fwmark 0x1 lookup 300'] },
    packets: [1280, 1400].map((length) => own6({ length })),
  },
  ...(
    [
      [2, [0, 400]],
      [3, [0, 400, 800]],
    ] as const
  ).flatMap(([count, cuts]) =>
    [NEAR, NARROW].flatMap((to) => [
      { name: `${count} fragments leave to ${to} as they came`, independent: false, packets: pieces(to, 1400, cuts) },
      {
        name: `${count} fragments in turned order to ${to}`,
        independent: false,
        packets: turned(pieces(to, 1400, cuts)),
      },
      {
        name: `${count} fragments that may not be cut up to ${to}`,
        independent: false,
        packets: pieces(to, 1400, cuts, { df: true }),
      },
    ]),
  ),
  ...[NEAR, NARROW].flatMap((to) =>
    [{}, { df: true }].map((more) => ({
      name: `fragments of 1420 bytes to ${to}${'df' in more ? ' that may not be cut up' : ''}`,
      independent: false,
      packets: pieces(to, 2000, [0, 1400], more),
    })),
  ),
  {
    name: 'one of them may be cut up',
    independent: false,
    packets: pieces(NARROW, 2000, [0, 1400]).map((piece, i) => ({ ...piece, df: i > 0 })),
  },
  {
    name: 'the largest of them may not',
    independent: false,
    packets: pieces(NARROW, 1600, [0, 1200]).map((piece, i) => ({ ...piece, df: i === 0 })),
  },
  ...[
    [0, 592],
    [0, 1408],
  ].flatMap((cuts) =>
    [0, 1].map((which) => ({
      name: `of fragments cut at ${cuts.join()} number ${which} may not be cut up`,
      independent: false,
      packets: pieces(NARROW, 2000, cuts).map((piece, i) => ({ ...piece, df: i === which })),
    })),
  ),
  {
    name: 'options that only the first has leave less room in the others',
    independent: false,
    packets: pieces(NEAR, 1200, [0, 400]).map((piece, i) =>
      i > 0 ? piece : { ...piece, length: 424, ipOptionsHex: '01010101' },
    ),
  },
  {
    name: 'IPv6 has room for 1280 bytes in any case',
    independent: false,
    rules: '',
    rules6: HOOKS,
    packets: pieces6('fd00:8::9', 1400, [0, 400]).map((piece, i) =>
      i > 0 ? piece : { ...piece, length: 456, extHeaders: [{ type: 'hbh' }, ...(piece.extHeaders as object[])] },
    ),
  },
  {
    name: 'what this host sends in fragments',
    independent: false,
    rules: rules({ mangle: ['OUTPUT', 'POSTROUTING'] }),
    packets: pieces('8.8.8.8', 1400, [0, 400]).map(
      ({ iface, ...piece }) => (void iface, { ...piece, dir: 'out', src: '192.168.1.10' }),
    ),
  },
  {
    name: 'one that is there already does not count',
    independent: false,
    packets: [...pieces(NEAR, 1400, [0, 400, 800]).slice(0, 2), ...pieces(NEAR, 1400, [0, 400, 800]).slice(1)],
  },
  {
    name: 'one that overlaps takes all with it',
    independent: false,
    packets: [
      ...pieces(NEAR, 1400, [0, 480]).slice(0, 1),
      ...pieces(NEAR, 1400, [0, 400, 800]).slice(1),
      ...pieces(NEAR, 1400, [0, 400, 800]).slice(0, 2),
    ],
  },
  ...['fd00:8::9', 'fd00:5::9'].flatMap((to) =>
    [
      [800, [0, 400]],
      [1400, [0, 400]],
      [3000, [0, 1200, 2400]],
      [3000, [0, 1400, 2800]],
    ].map(([total, cuts]) => ({
      name: `IPv6: ${total as number} bytes cut at ${String(cuts)} to ${to}`,
      independent: false,
      rules: '',
      rules6: HOOKS,
      packets: pieces6(to, total as number, cuts as number[]),
    })),
  ),
];
