import type { TopologyJson } from '../case';
import type { Random } from '../random';
import { bitsOf, host, inNetwork, network } from './addresses';
import { generateSets, type GeneratedSet } from './sets';

/**
 * Hosts to put the rules on: a pod, a Docker host, a router with policy routing, one with strict checks, one that
 * tracks only on demand.
 */
export const TOPOLOGIES: readonly TopologyJson[] = [
  {
    ifaces: [
      { name: 'eth0', mac: '02:00:00:00:01:05', addrs: ['10.244.1.5/24', 'fd00:1::5/64'] },
      { name: 'eth1', mac: '02:00:00:00:02:01', addrs: ['192.168.50.1/24', 'fd00:2::1/64'] },
    ],
    routes: ['default via 10.244.1.1 dev eth0', '-6 default via fd00:1::1 dev eth0'],
  },
  {
    ifaces: [
      {
        name: 'eth0',
        mac: '02:00:00:00:01:05',
        addrs: ['10.244.1.5/24', '10.244.1.50/24', 'fd00:1::5/64', 'fd00:1::50/64'],
      },
      { name: 'docker0', mac: '02:42:ac:11:00:01', addrs: ['172.17.0.1/16', 'fd00:17::1/64'] },
      { name: 'lo', addrs: ['10.96.0.1/32', 'fd00:96::1/128'] },
    ],
    routes: ['default via 10.244.1.1 dev eth0', '-6 default via fd00:1::1 dev eth0'],
    sysctls: { 'net.ipv4.conf.all.route_localnet': 1 },
  },
  {
    ifaces: [
      { name: 'ens3', mac: '02:00:00:00:03:03', addrs: ['203.0.113.10/24', '2001:db8:113::10/64'] },
      { name: 'ens4', mac: '02:00:00:00:04:04', addrs: ['10.0.0.1/8', 'fd00:a::1/64'] },
      { name: 'wg0', mac: '02:00:00:00:05:05', addrs: ['100.64.0.1/10', 'fd00:64::1/64'], mtu: 1420 },
    ],
    routes: [
      'default via 203.0.113.1 dev ens3',
      '172.16.0.0/12 via 10.0.0.254 dev ens4',
      'blackhole 192.0.2.0/24',
      'unreachable 192.0.3.0/24',
      'prohibit 192.0.4.0/24',
      '198.51.100.0/25 via 10.0.0.253 dev ens4 realm 7',
      '-6 default via 2001:db8:113::1 dev ens3',
      'default via 100.64.0.2 dev wg0 table 200',
      '-6 default via fd00:64::2 dev wg0 table 200',
      '-6 blackhole 2001:db8:dead::/48',
    ],
    ipRules: ['fwmark 0x2/0x2 lookup 200', '-6 fwmark 0x2/0x2 lookup 200'],
  },
  {
    ifaces: [
      { name: 'eth0', mac: '02:00:00:00:01:05', addrs: ['10.244.1.5/24', 'fd00:1::5/64'] },
      { name: 'eth1', mac: '02:00:00:00:02:01', addrs: ['192.168.50.1/24', '192.168.60.1/24', 'fd00:2::1/64'] },
    ],
    routes: [
      'default via 10.244.1.1 dev eth0',
      '-6 default via fd00:1::1 dev eth0',
      'local 0.0.0.0/0 dev lo table 100',
      '-6 local ::/0 dev lo table 100',
    ],
    ipRules: ['fwmark 0x1/0x1 lookup 100', '-6 fwmark 0x1/0x1 lookup 100'],
    sysctls: { 'net.ipv4.conf.all.rp_filter': 1 },
  },
  {
    ifaces: [
      { name: 'eth0', mac: '02:00:00:00:01:05', addrs: ['10.244.1.5/24', 'fd00:1::5/64'] },
      { name: 'eth1', mac: '02:00:00:00:02:01', addrs: ['192.168.50.1/24', 'fd00:2::1/64'] },
    ],
    routes: ['default via 10.244.1.1 dev eth0', '-6 default via fd00:1::1 dev eth0'],
    conntrack: 'auto',
  },
  {
    ifaces: [
      { name: 'eth0', mac: '02:00:00:00:01:05', addrs: ['10.244.1.5/24', 'fd00:1::5/64'] },
      { name: 'eth1', mac: '02:00:00:00:02:01', addrs: ['192.168.50.1/24', 'fd00:2::1/64'] },
    ],
    routes: ['default via 10.244.1.1 dev eth0', '-6 default via fd00:1::1 dev eth0'],
    sysctls: {
      'net.ipv4.ip_forward': 0,
      'net.ipv6.conf.all.forwarding': 0,
      'net.ipv4.conf.all.rp_filter': 2,
      'net.ipv4.conf.eth0.accept_local': 1,
    },
  },
];
const TOPOLOGY_WEIGHTS = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 4, 5];

/**
 * Where a packet or rule comes from in the world: one host with its neighbours, and what its rules like to speak of.
 */
export interface Scene {
  readonly random: Random;
  readonly family: 4 | 6;
  readonly topology: TopologyJson;
  /** Without lo. */
  readonly ifaces: readonly string[];
  readonly addressesOf: ReadonlyMap<string, readonly { readonly address: string; readonly prefix: number }[]>;
  readonly macOf: ReadonlyMap<string, string>;
  readonly local: readonly string[];
  /** Neighbours in the network of each interface. */
  readonly neighbours: ReadonlyMap<string, readonly string[]>;
  readonly far: readonly string[];
  readonly loopback: string;
  /** All of the above. */
  readonly all: readonly string[];
  readonly sets: readonly GeneratedSet[];
  /** What most rules and packets of this scene speak of, so that they meet. */
  readonly protocol: string;
}

export const PORTS = [22, 53, 80, 443, 1024, 3000, 5353, 8080, 15001, 15006, 30080, 65535] as const;
export const EPHEMERAL_PORTS = [1025, 32768, 40000, 50123, 60999] as const;

const FAR = {
  4: ['198.51.100.20', '8.8.4.4', '172.20.1.2', '10.244.2.9'],
  6: ['2001:db8:1::20', '2001:4860::88', 'fd00:20::2', 'fd00:244::9'],
} as const;
const PROTOCOLS = [
  'tcp',
  'tcp',
  'tcp',
  'udp',
  'udp',
  'icmp',
  'sctp',
  'udplite',
  'dccp',
  'esp',
  'ah',
  'gre',
  'ipcomp',
] as const;

/** `given`: the host, where it is not to be drawn. */
export function makeScene(random: Random, protocols: readonly string[] = PROTOCOLS, given?: TopologyJson): Scene {
  const family = random.chance(0.3) ? 6 : 4;
  const topology: TopologyJson = given ?? TOPOLOGIES[random.pick(TOPOLOGY_WEIGHTS)] ?? {};
  return sceneOf(random, family, topology, protocols);
}

/** The scene of one family on a host. */
export function sceneOf(
  random: Random,
  family: 4 | 6,
  topology: TopologyJson,
  protocols: readonly string[] = PROTOCOLS,
): Scene {
  const list = topology.ifaces ?? [];
  const ifaces = list.map(({ name }) => name).filter((name) => name !== 'lo');
  const addressesOf = new Map(
    list.map(({ name, addrs = [] }) => [
      name,
      addrs.map(split).filter(({ address }) => address.includes(':') === (family === 6)),
    ]),
  );
  const local = [...addressesOf.values()].flat().map(({ address }) => address);
  const neighbours = new Map(
    ifaces.map((name) => [name, [9, 77, 200].map((n) => near(addressesOf.get(name) ?? [], n))]),
  );
  const far = FAR[family].filter(
    (address) =>
      ![...addressesOf.values()]
        .flat()
        .some((own) => own.prefix < bitsOf(family) && inNetwork(address, own.address, own.prefix)),
  );
  const loopback = family === 4 ? '127.0.0.1' : '::1';
  const all = [...local, ...[...neighbours.values()].flat(), ...far, loopback];
  const scene: Scene = {
    random,
    family,
    topology,
    ifaces,
    addressesOf,
    local,
    neighbours,
    far,
    loopback,
    all,
    sets: [],
    macOf: new Map(list.map(({ name, mac }) => [name, mac ?? '02:00:00:00:00:01'])),
    protocol: random.pick(protocols),
  };
  return { ...scene, sets: generateSets(scene) };
}

function split(text: string): { address: string; prefix: number } {
  const [address = '', prefix = ''] = text.split('/');
  return { address, prefix: Number(prefix) };
}

function near([first]: readonly { address: string; prefix: number }[], number: number): string {
  if (!first) throw new Error('every interface of a scene has an address');
  return host(first.address, first.prefix, number);
}

/** An address or network as `-s` takes it. */
export function addressMask(scene: Scene): string {
  const { random, family } = scene;
  const address = random.pick(scene.all);
  const x = random.next();
  if (x < 0.4) return address;
  if (family === 6) {
    if (x < 0.9) return network(address, random.of(7, 16, 32, 47, 48, 64, 120, 127));
    return x < 0.97 ? random.of('::5/::ffff', 'fd00::/ff00::', '::9/::ff:0:0:ff') : '::/0';
  }
  if (x < 0.9) return network(address, random.of(1, 4, 8, 9, 12, 16, 20, 24, 25, 30, 31));
  return x < 0.98
    ? `${address}/${random.of('255.0.255.0', '255.255.0.255', '0.0.0.255', '255.255.255.252')}`
    : '0.0.0.0/0';
}

export function port(scene: Scene): number {
  return scene.random.pick([...PORTS, ...EPHEMERAL_PORTS]);
}

/** A port or a range of them. */
export function ports(scene: Scene, separator = ':'): string {
  const { random } = scene;
  const x = random.next();
  if (x < 0.6) return String(port(scene));
  const [a, b] = random.sample([...PORTS, ...EPHEMERAL_PORTS], 2).sort((left, right) => left - right) as [
    number,
    number,
  ];
  if (separator === ':' && x < 0.7) return `${a}:`;
  return separator === ':' && x < 0.8 ? `:${b}` : `${a}${separator}${b}`;
}

export function valueMask(scene: Scene): string {
  const { random } = scene;
  const value = random.of(0, 1, 2, 3, 4, 0x10, 0xff, 0x100, 0x1337, 0xffff, 0x40000000, 0xffffffff);
  if (random.chance(0.5)) return `0x${value.toString(16)}`;
  const mask = random.of(1, 2, 3, 0xf, 0xff, 0xff00, 0xffff, 0xf0000000);
  return `0x${((random.chance(0.8) ? value & mask : value) >>> 0).toString(16)}/0x${mask.toString(16)}`;
}

export function iface(scene: Scene): string {
  const { random } = scene;
  const name = random.pick([...scene.ifaces, 'lo']);
  const x = random.next();
  return x < 0.75 ? name : x < 0.95 ? `${name.slice(0, 2)}+` : '+';
}
