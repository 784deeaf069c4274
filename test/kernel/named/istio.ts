import type { KernelCase, PacketJson, TopologyJson } from '../case';

/**
 * What Istio's rules do on a real kernel where documents say otherwise, one case for each finding. The rule sets have
 * the shape that Istio gives them, cut to what the finding is about.
 */
export function istioCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return CASES.map(({ name, topology, packets, ...rest }) => ({
    name,
    question: { ...rest, topology: topology ?? POD, packets },
  }));
}

const POD_IP = '10.244.1.5';
const CLIENT = '10.244.2.9';
const OUTSIDE = '93.184.216.34';
const RESOLVER = '10.96.0.10';

const POD: TopologyJson = {
  ifaces: [{ name: 'eth0', mac: '02:00:00:00:01:05', addrs: [`${POD_IP}/24`, 'fd00:1::5/64'] }],
  routes: ['default via 10.244.1.1 dev eth0', '-6 default via fd00:1::1 dev eth0'],
};
const TPROXY_POD: TopologyJson = {
  ...POD,
  ipRules: ['fwmark 0x539 lookup 133'],
  routes: [...(POD.routes ?? []), 'local default dev lo table 133'],
};
const AMBIENT_POD: TopologyJson = {
  ...POD,
  ipRules: ['fwmark 0x111/0xfff lookup 100'],
  routes: [...(POD.routes ?? []), 'local default dev lo table 100'],
};
const VIRTUAL: TopologyJson = {
  ...POD,
  ifaces: [...(POD.ifaces ?? []), { name: 'net1', mac: '02:00:00:00:02:01', addrs: ['172.30.0.1/24'] }],
};
const NODE: TopologyJson = {
  ifaces: [
    { name: 'eth0', mac: '02:00:00:00:01:05', addrs: ['192.168.1.10/24'] },
    { name: 'cni0', mac: '02:00:00:00:02:01', addrs: ['10.244.1.1/24'] },
  ],
  routes: ['default via 192.168.1.1 dev eth0'],
};

type Tables = Partial<Record<'raw' | 'mangle' | 'nat', readonly string[]>>;
const HOOKS = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
} as const;

function rules(tables: Tables): string {
  return (Object.keys(tables) as (keyof typeof HOOKS)[])
    .map((table) => {
      const lines = tables[table] ?? [];
      const own = [...new Set(lines.map((line) => line.split(' ')[0] as string))].filter(
        (chain) => !(HOOKS[table] as readonly string[]).includes(chain),
      );
      return [
        `*${table}`,
        ...HOOKS[table].map((hook) => `:${hook} ACCEPT [0:0]`),
        ...own.map((chain) => `:${chain} - [0:0]`),
        ...lines.map((line) => `-A ${line}`),
        'COMMIT',
        '',
      ].join('\n');
    })
    .join('');
}

const tcp = (more: PacketJson = {}): PacketJson => ({
  dir: 'in',
  iface: 'eth0',
  src: CLIENT,
  dst: POD_IP,
  proto: 'tcp',
  sport: 40000,
  dport: 8080,
  flags: ['SYN'],
  ...more,
});
const out = (more: PacketJson = {}): PacketJson => ({
  dir: 'out',
  src: POD_IP,
  dst: OUTSIDE,
  proto: 'tcp',
  sport: 50000,
  dport: 443,
  flags: ['SYN'],
  uid: 1000,
  gid: 1000,
  ...more,
});
const toSelf = (more: PacketJson = {}): PacketJson => out({ dst: POD_IP, dport: 8080, ...more });
const dns = (more: PacketJson = {}): PacketJson => out({ dst: RESOLVER, proto: 'udp', dport: 53, ...more });

const CAPTURE = [
  'ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
  'ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006',
];
const INBOUND = [
  'PREROUTING -p tcp -j ISTIO_INBOUND',
  ...[15008, 15090, 15021, 15020].map((port) => `ISTIO_INBOUND -p tcp -m tcp --dport ${port} -j RETURN`),
  'ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT',
];
const owned = (who: string): string[] => [
  `ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m tcp ! --dport 15008 -m owner ${who} -j ISTIO_IN_REDIRECT`,
  `ISTIO_OUTPUT -o lo -m owner ! ${who} -j RETURN`,
  `ISTIO_OUTPUT -m owner ${who} -j RETURN`,
];
const LOCAL = 'ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN';
const PASSTHROUGH = 'ISTIO_OUTPUT -s 127.0.0.6/32 -o lo -j RETURN';
const OUTPUT = ['OUTPUT -j ISTIO_OUTPUT', PASSTHROUGH, ...owned('--uid-owner 1337'), ...owned('--gid-owner 1337')];
const SIDECAR = rules({ nat: [...CAPTURE, ...INBOUND, ...OUTPUT, LOCAL, 'ISTIO_OUTPUT -j ISTIO_REDIRECT'] });
const WITHOUT_LO = OUTPUT.filter((line) => !line.includes('-o lo -m owner !'));
const LOOPBACK_INCLUDED = rules({
  nat: [
    ...CAPTURE,
    ...INBOUND,
    ...WITHOUT_LO,
    LOCAL,
    'ISTIO_OUTPUT -d 127.0.0.0/8 -j ISTIO_REDIRECT',
    'ISTIO_OUTPUT -d 10.0.0.0/8 -j ISTIO_REDIRECT',
  ],
});

const dnsOwned = (who: string, uid: boolean): string[] => [
  `ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp ${uid ? '-m multiport ! --dports 53,15008' : '-m tcp ! --dport 15008'} -m owner ${who} -j ISTIO_IN_REDIRECT`,
  `ISTIO_OUTPUT -o lo -p tcp -m tcp ! --dport 53 -m owner ! ${who} -j RETURN`,
  `ISTIO_OUTPUT -m owner ${who} -j RETURN`,
];
const dnsTables = (server: string): Tables => ({
  raw: [
    'PREROUTING -j ISTIO_INBOUND',
    `ISTIO_INBOUND ${server === '' ? '' : `-s ${server} `}-p udp -m udp --sport 53 -j CT --zone 1`,
    'OUTPUT -j ISTIO_OUTPUT_DNS',
    'ISTIO_OUTPUT_DNS -p udp -m udp --dport 53 -m owner --uid-owner 1337 -j CT --zone 1',
    'ISTIO_OUTPUT_DNS -p udp -m udp --sport 15053 -m owner --uid-owner 1337 -j CT --zone 2',
    'ISTIO_OUTPUT_DNS -p udp -m udp --dport 53 -m owner --gid-owner 1337 -j CT --zone 1',
    'ISTIO_OUTPUT_DNS -p udp -m udp --sport 15053 -m owner --gid-owner 1337 -j CT --zone 2',
    `ISTIO_OUTPUT_DNS ${server === '' ? '' : `-d ${server} `}-p udp -m udp --dport 53 -j CT --zone 2`,
  ],
  nat: [
    ...CAPTURE,
    ...INBOUND,
    'OUTPUT -j ISTIO_OUTPUT',
    PASSTHROUGH,
    ...dnsOwned('--uid-owner 1337', true),
    ...dnsOwned('--gid-owner 1337', false),
    'ISTIO_OUTPUT -j ISTIO_OUTPUT_DNS',
    LOCAL,
    'ISTIO_OUTPUT -j ISTIO_REDIRECT',
    ...['tcp', 'udp'].map(
      (proto) =>
        `ISTIO_OUTPUT_DNS ${server === '' ? '' : `-d ${server} `}-p ${proto} -m ${proto} --dport 53 -j REDIRECT --to-ports 15053`,
    ),
  ],
});
const DNS = rules(dnsTables(''));
const STUB = rules(dnsTables('127.0.0.53/32'));

const TPROXY_TABLES: Tables = {
  mangle: [
    'PREROUTING -p tcp -j ISTIO_INBOUND',
    'PREROUTING -p tcp -m mark --mark 0x539 -j CONNMARK --save-mark',
    'OUTPUT -o lo -p tcp -m mark --mark 0x539 -j RETURN',
    'OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m owner --uid-owner 1337 -j MARK --set-mark 1338',
    'OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m owner --gid-owner 1337 -j MARK --set-mark 1338',
    'OUTPUT -p tcp -m connmark --mark 0x539 -j CONNMARK --restore-mark',
    'ISTIO_DIVERT -j MARK --set-mark 1337',
    'ISTIO_DIVERT -j ACCEPT',
    'ISTIO_TPROXY ! -d 127.0.0.1/32 -p tcp -j TPROXY --on-port 15006 --tproxy-mark 1337/0xffffffff',
    'ISTIO_INBOUND -p tcp -m mark --mark 0x539 -j RETURN',
    'ISTIO_INBOUND -s 127.0.0.6/32 -i lo -p tcp -j RETURN',
    'ISTIO_INBOUND -i lo -p tcp -m mark ! --mark 0x53a -j RETURN',
    'ISTIO_INBOUND -p tcp -m tcp --dport 15020 -j RETURN',
    'ISTIO_INBOUND -p tcp -m conntrack --ctstate RELATED,ESTABLISHED -j ISTIO_DIVERT',
    'ISTIO_INBOUND -p tcp -j ISTIO_TPROXY',
  ],
  nat: [
    ...CAPTURE,
    'ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN',
    ...OUTPUT,
    LOCAL,
    'ISTIO_OUTPUT -j ISTIO_REDIRECT',
  ],
};
const TPROXY = rules(TPROXY_TABLES);
const ENVOY = [{ proto: 'tcp', addr: '0.0.0.0', port: 15006, transparent: true }];

const JUMPS = ['PREROUTING -j ISTIO_PRERT', 'OUTPUT -j ISTIO_OUTPUT'];
const PROBE = '169.254.7.127/32';
const AMBIENT_OUT = [
  `ISTIO_OUTPUT -d ${PROBE} -p tcp -m tcp -j ACCEPT`,
  'ISTIO_OUTPUT ! -o lo -p udp -m mark ! --mark 0x539/0xfff -m udp --dport 53 -j REDIRECT --to-ports 15053',
  'ISTIO_OUTPUT ! -d 127.0.0.1/32 -p tcp -m tcp --dport 53 -m mark ! --mark 0x539/0xfff -j REDIRECT --to-ports 15053',
  'ISTIO_OUTPUT -p tcp -m mark --mark 0x111/0xfff -j ACCEPT',
  'ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -j ACCEPT',
  'ISTIO_OUTPUT ! -d 127.0.0.1/32 -p tcp -m mark ! --mark 0x539/0xfff -j REDIRECT --to-ports 15001',
];
const AMBIENT_IN = [
  `ISTIO_PRERT -s ${PROBE} -p tcp -m tcp -j ACCEPT`,
  'ISTIO_PRERT ! -d 127.0.0.1/32 -p tcp -m tcp ! --dport 15008 -m mark ! --mark 0x539/0xfff -j REDIRECT --to-ports 15006',
];
const AMBIENT_MARKS = [
  'ISTIO_PRERT -m mark --mark 0x539/0xfff -j CONNMARK --set-xmark 0x111/0xfff',
  'ISTIO_OUTPUT -m connmark --mark 0x111/0xfff -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff',
];
const AMBIENT = rules({ mangle: [...JUMPS, ...AMBIENT_MARKS], nat: [...JUMPS, ...AMBIENT_IN, ...AMBIENT_OUT] });
const AMBIENT_INGRESS = rules({
  mangle: [...JUMPS, ...AMBIENT_MARKS],
  nat: ['OUTPUT -j ISTIO_OUTPUT', ...AMBIENT_OUT],
});
const AMBIENT_TPROXY = rules({
  mangle: [
    ...JUMPS,
    ...AMBIENT_MARKS,
    `ISTIO_PRERT -s ${PROBE} -p tcp -m tcp -j ACCEPT`,
    'ISTIO_PRERT ! -d 127.0.0.1/32 -i lo -p tcp -j ACCEPT',
    'ISTIO_PRERT -p tcp -m tcp --dport 15008 -m mark ! --mark 0x539/0xfff -j TPROXY --on-port 15008 --tproxy-mark 0x111/0xfff',
    'ISTIO_PRERT -p tcp -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'ISTIO_PRERT ! -d 127.0.0.1/32 -p tcp -m mark ! --mark 0x539/0xfff -j TPROXY --on-port 15006 --tproxy-mark 0x111/0xfff',
  ],
});
const ZTUNNEL = [
  { proto: 'tcp', addr: '0.0.0.0', port: 15006, transparent: true },
  { proto: 'tcp', addr: '0.0.0.0', port: 15008, transparent: true },
];
const NODE_RULES = rules({
  nat: [
    'POSTROUTING -j ISTIO_POSTRT',
    'ISTIO_POSTRT -p tcp -m owner --socket-exists -m set --match-set istio-inpod-probes-v4 dst -j SNAT --to-source 169.254.7.127',
  ],
});
const PROBED = 'create istio-inpod-probes-v4 hash:ip family inet\nadd istio-inpod-probes-v4 10.244.1.77\n';
const DROP_INVALID = rules({
  mangle: ['PREROUTING -m conntrack --ctstate INVALID -j ISTIO_DROP', 'ISTIO_DROP -j DROP'],
  nat: [...CAPTURE, ...INBOUND, ...OUTPUT, LOCAL, 'ISTIO_OUTPUT -j ISTIO_REDIRECT'],
});
const INTERFACES = rules({
  nat: [
    'PREROUTING -i net1 -j ISTIO_REDIRECT',
    'PREROUTING -i net1 -p tcp -j RETURN',
    ...CAPTURE,
    ...INBOUND,
    ...OUTPUT,
    LOCAL,
    'ISTIO_OUTPUT -j ISTIO_REDIRECT',
  ],
});

const query = dns();
const proxyQuery = dns({ uid: 1337, gid: 1337, sport: 50001 });

const CASES: readonly ({ readonly name: string } & Omit<KernelCase, 'packets'> & {
    readonly packets: readonly PacketJson[];
  })[] = [
  {
    name: '1 only uid 1337 that calls its own pod goes to 15006, not a gid alone',
    rules: SIDECAR,
    independent: true,
    packets: [
      toSelf({ uid: 1000, gid: 1337 }),
      toSelf({ uid: 1337, gid: 1337 }),
      toSelf({ uid: 1337, gid: 1000 }),
      toSelf(),
    ],
  },
  {
    name: '2 the rule for 127.0.0.1 is dead in the usual rule set',
    rules: SIDECAR,
    independent: true,
    packets: [
      out({ src: '127.0.0.1', dst: '127.0.0.1', dport: 8080 }),
      out({ src: '127.0.0.1', dst: '127.0.0.1', dport: 8080, uid: 1337, gid: 1337 }),
    ],
  },
  {
    name: '2 it lives where the include list holds a loopback range',
    rules: LOOPBACK_INCLUDED,
    independent: true,
    packets: [
      out({ src: '127.0.0.1', dst: '127.0.0.1', dport: 8080 }),
      out({ src: '127.0.0.1', dst: '127.0.0.2', dport: 8080 }),
      toSelf({ uid: 1000, gid: 1337 }),
    ],
  },
  {
    name: '3 DNS capture: TCP 53 to itself by gid goes to 15006, by uid it is left alone',
    rules: DNS,
    independent: true,
    packets: [
      toSelf({ dport: 53, uid: 1000, gid: 1337 }),
      toSelf({ dport: 53, uid: 1337, gid: 1337 }),
      toSelf({ dport: 53 }),
    ],
  },
  {
    name: '4 with two proxy uids the second bypasses Envoy over lo',
    rules: rules({
      nat: [
        ...CAPTURE,
        ...INBOUND,
        'OUTPUT -j ISTIO_OUTPUT',
        PASSTHROUGH,
        ...owned('--uid-owner 3'),
        ...owned('--uid-owner 4'),
        LOCAL,
        'ISTIO_OUTPUT -j ISTIO_REDIRECT',
      ],
    }),
    independent: true,
    packets: [toSelf({ uid: 3, gid: 3 }), toSelf({ uid: 4, gid: 4 }), out({ uid: 4, gid: 4 })],
  },
  {
    name: '5 TPROXY keeps address and port and delivers by mark 0x539',
    rules: TPROXY,
    topology: TPROXY_POD,
    listeners: ENVOY,
    packets: [tcp()],
  },
  {
    name: '5 later packets are diverted as ESTABLISHED',
    rules: TPROXY,
    topology: TPROXY_POD,
    listeners: ENVOY,
    conntrack: [{ orig: { src: CLIENT, dst: POD_IP, proto: 'tcp', sport: 40000, dport: 8080 } }],
    packets: [tcp({ flags: ['ACK'] })],
  },
  {
    name: '6 CONNMARK in PREROUTING sees only what has the mark on arrival, over lo',
    rules: TPROXY,
    topology: TPROXY_POD,
    listeners: ENVOY,
    independent: true,
    packets: [tcp(), out({ src: CLIENT, dst: POD_IP, dport: 8080, uid: 1337, gid: 1337, mark: 0x539 })],
  },
  {
    name: '6 with connmark 1337 the answer to a remote client is looped to lo',
    rules: TPROXY,
    topology: TPROXY_POD,
    conntrack: [{ orig: { src: CLIENT, dst: POD_IP, proto: 'tcp', sport: 40000, dport: 8080 }, mark: 0x539 }],
    packets: [out({ dst: CLIENT, sport: 8080, dport: 40000, flags: ['ACK'] })],
  },
  {
    name: '7 TPROXY does not exclude 15008, only what mangle says',
    rules: TPROXY,
    topology: TPROXY_POD,
    listeners: ENVOY,
    independent: true,
    packets: [tcp({ dport: 15008 }), tcp({ dport: 15020 })],
  },
  {
    name: '8 TPROXY: Envoy to its own pod is redirected by nat, a gid alone is TPROXYed',
    rules: TPROXY,
    topology: TPROXY_POD,
    listeners: ENVOY,
    independent: true,
    packets: [toSelf({ uid: 1337, gid: 1337 }), toSelf({ uid: 1000, gid: 1337 }), toSelf()],
  },
  {
    name: '9 the answer of the DNS proxy is turned back by the proxy uid from 127.0.0.1',
    rules: DNS,
    listeners: [{ proto: 'udp', addr: '127.0.0.1', port: 15053 }],
    packets: [query, dns({ src: '127.0.0.1', dst: POD_IP, sport: 15053, dport: 50000, uid: 1337, gid: 1337 })],
  },
  {
    name: '9 the answer of another uid reaches the application as coming from 15053',
    rules: DNS,
    listeners: [{ proto: 'udp', addr: '127.0.0.1', port: 15053 }],
    packets: [query, dns({ src: '127.0.0.1', dst: POD_IP, sport: 15053, dport: 50000 })],
  },
  {
    name: '9 so does one from the pod address',
    rules: DNS,
    listeners: [{ proto: 'udp', addr: '0.0.0.0', port: 15053 }],
    packets: [query, dns({ src: POD_IP, dst: POD_IP, sport: 15053, dport: 50000, uid: 1337, gid: 1337 })],
  },
  {
    name: '10 of two CT rules that match the first zone counts',
    rules: DNS,
    packets: [
      proxyQuery,
      { dir: 'in', iface: 'eth0', src: RESOLVER, dst: POD_IP, proto: 'udp', sport: 53, dport: 50001 },
    ],
  },
  {
    name: '11 stub resolver capture: the answer to Envoy is in zone 0 and NEW',
    rules: STUB,
    packets: [
      proxyQuery,
      { dir: 'in', iface: 'eth0', src: RESOLVER, dst: POD_IP, proto: 'udp', sport: 53, dport: 50001 },
    ],
  },
  {
    name: '12 a supplementary group 1337 is captured',
    rules: SIDECAR,
    independent: true,
    packets: [out({ groups: [1337] }), out({ gid: 1337 })],
  },
  {
    name: '13 an application that sets the mark is looped to lo: TPROXY',
    rules: TPROXY,
    topology: TPROXY_POD,
    packets: [out({ mark: 0x539 })],
  },
  {
    name: '13 an application that sets the mark is looped to lo: ambient',
    rules: AMBIENT,
    topology: AMBIENT_POD,
    independent: true,
    packets: [out({ mark: 0x111 }), dns({ mark: 0x111 }), out({ mark: 0x1539 })],
  },
  {
    name: '14 ambient: uid and gid play no part',
    rules: AMBIENT,
    topology: AMBIENT_POD,
    independent: true,
    packets: [
      out({ uid: 1337, gid: 1337 }),
      out({ mark: 0x539 }),
      toSelf(),
      toSelf({ dport: 53 }),
      out({ dst: '169.254.7.127', dport: 40000 }),
      tcp({ src: '169.254.7.127' }),
      tcp(),
      tcp({ dport: 15008 }),
    ],
  },
  {
    name: '14 the SYN-ACK of an application to ztunnel returns by lo',
    rules: AMBIENT,
    topology: AMBIENT_POD,
    packets: [
      out({ src: CLIENT, dst: POD_IP, dport: 8080, sport: 40000, uid: 0, gid: 0, mark: 0x539 }),
      out({ dst: CLIENT, sport: 8080, dport: 40000, flags: ['SYN', 'ACK'] }),
    ],
  },
  {
    name: '14 ingress rule sets leave inbound alone',
    rules: AMBIENT_INGRESS,
    topology: AMBIENT_POD,
    independent: true,
    packets: [tcp(), out()],
  },
  {
    name: '15 ambient TPROXY: the second packet is accepted without a mark',
    rules: AMBIENT_TPROXY,
    topology: AMBIENT_POD,
    listeners: ZTUNNEL,
    conntrack: [
      { orig: { src: CLIENT, dst: POD_IP, proto: 'tcp', sport: 40000, dport: 8080 } },
      { orig: { src: CLIENT, dst: POD_IP, proto: 'tcp', sport: 40001, dport: 15008 } },
    ],
    independent: true,
    packets: [tcp({ flags: ['ACK'] }), tcp({ sport: 40001, dport: 15008, flags: ['ACK'] })],
  },
  {
    name: '15 ambient TPROXY: INVALID inbound is TPROXYed too',
    rules: AMBIENT_TPROXY,
    topology: AMBIENT_POD,
    listeners: ZTUNNEL,
    packets: [tcp({ flags: ['SYN', 'ACK'] })],
  },
  {
    name: '16 host probe SNAT: any local TCP to the set, not forwarded packets or UDP',
    rules: NODE_RULES,
    sets: PROBED,
    topology: NODE,
    independent: true,
    packets: [
      out({ src: '10.244.1.1', dst: '10.244.1.77', uid: 0, gid: 0 }),
      out({ src: '10.244.1.1', dst: '10.244.1.77' }),
      out({ src: '10.244.1.1', dst: '10.244.1.77', flags: ['ACK'] }),
      out({ src: '10.244.1.1', dst: '10.244.1.77', proto: 'udp' }),
      tcp({ dst: '10.244.1.77', src: '192.168.1.20' }),
      out({ src: '10.244.1.1', dst: '10.244.1.78' }),
    ],
  },
  {
    name: '17 virtual interfaces: redirected to the address of the interface',
    rules: INTERFACES,
    topology: VIRTUAL,
    independent: true,
    packets: [
      tcp({ iface: 'net1', src: '172.30.0.9', dst: OUTSIDE, dport: 443 }),
      tcp({ iface: 'net1', src: '172.30.0.9', dst: '172.30.0.1' }),
    ],
  },
  {
    name: '18 drop-invalid: a stray ACK is NEW, SYN+ACK and no flags are dropped',
    rules: DROP_INVALID,
    independent: true,
    packets: [tcp({ flags: ['ACK'] }), tcp({ flags: ['SYN', 'ACK'] }), tcp({ flags: [] })],
  },
  {
    name: '18 after a SYN without answer the next ACK out is INVALID and skips nat',
    rules: SIDECAR,
    packets: [out({ uid: 1337, gid: 1337 }), out({ uid: 1337, gid: 1337, flags: ['ACK'] })],
  },
];
