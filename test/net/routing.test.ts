import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress, type Address } from '../../src/core/net/address';
import { addressType, ipv6AddressTypes } from '../../src/core/net/addressType';
import type { Host } from '../../src/core/net/host';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { isProblem } from '../../src/core/net/packetRequest';
import { protocolNumber } from '../../src/core/net/protocols';
import { lookupRoute } from '../../src/core/net/routing';
import {
  masqueradeAddress,
  primaryAddress,
  redirectAddressOf,
  sourceAddressFor,
} from '../../src/core/net/sourceAddress';

interface Query {
  readonly dst: string;
  readonly src?: string;
  readonly iif?: string;
  readonly oif?: string;
  readonly mark?: number;
  readonly tos?: number;
  readonly uid?: number;
  readonly ipproto?: string;
  readonly sport?: number;
  readonly dport?: number;
}

interface Answer {
  readonly type: string;
  readonly dev?: string;
  readonly gateway?: string;
  readonly source?: string;
}

/** Random hosts and what `ip route get` of a real kernel (6.18) said on them. */
const RECORDED = JSON.parse(readFileSync(new URL('./fixtures/routes.json', import.meta.url), 'utf8')) as readonly {
  readonly topology: unknown;
  readonly queries: readonly (readonly [Query, Answer])[];
}[];

function host(topology: unknown): Host {
  const made = hostFromTopology(topology);
  if (isProblem(made)) throw new Error(made.message);
  return made;
}

const ip = (text: string): Address => parseAddress(text) as Address;

function ask(on: Host, q: Query): Answer {
  const destination = ip(q.dst);
  const result = lookupRoute(on, {
    destination,
    source: q.src === undefined ? undefined : ip(q.src),
    mark: q.mark ?? 0,
    inInterface: q.iif,
    outInterface: q.oif,
    tos: q.tos ?? 0,
    uid: q.uid,
    protocol: q.ipproto === undefined ? undefined : protocolNumber(q.ipproto),
    sourcePort: q.sport,
    destinationPort: q.dport,
  });
  const type = result.route?.type === 'anycast' ? 'anycast' : result.type === 'none' ? 'unreachable' : result.type;
  if (type === 'blackhole' || type === 'unreachable' || type === 'prohibit') return { type };
  const source = q.iif === undefined && q.src === undefined ? sourceAddressFor(on, result, destination) : undefined;
  return {
    type,
    ...(result.device === undefined ? {} : { dev: result.device }),
    ...(result.gateway ? { gateway: formatAddress(result.gateway) } : {}),
    ...(source ? { source: formatAddress(source) } : {}),
  };
}

describe('routes as the kernel does', () => {
  it.each(RECORDED.map((recorded, i) => [i, recorded] as const))('host %i', (_i, { topology, queries }) => {
    const on = host(topology);
    expect(queries.map(([query]) => [query, ask(on, query)])).toEqual(queries);
  });
});

const SAMPLE = {
  ifaces: [
    {
      name: 'eth0',
      addrs: ['10.244.1.5/24', '10.244.1.6/24', '10.9.0.1/24', 'fd00:1::5/64', 'fd00:1::6/64', 'fe80::1/64'],
    },
    { name: 'eth1', addrs: ['192.168.50.1/24'] },
    { name: 'wg0', addrs: [] },
  ],
  routes: [
    'default via 10.244.1.1 dev eth0',
    'blackhole 192.0.2.0/24',
    'local 0.0.0.0/0 dev lo table 100',
    '-6 default via fd00:1::1 dev eth0',
  ],
};

describe('addressType', () => {
  const cases: readonly (readonly [string, string | undefined, string])[] = [
    ['10.244.1.5', undefined, 'local'],
    ['10.244.1.5', 'eth0', 'local'],
    ['10.244.1.5', 'eth1', 'unicast'],
    ['127.0.0.6', undefined, 'local'],
    ['10.244.1.255', undefined, 'broadcast'],
    ['10.244.1.0', undefined, 'unicast'],
    ['255.255.255.255', undefined, 'broadcast'],
    ['0.0.0.0', undefined, 'broadcast'],
    ['224.0.0.251', undefined, 'multicast'],
    ['192.0.2.1', undefined, 'unicast'],
    ['8.8.8.8', undefined, 'unicast'],
  ];
  it.each(cases)('%s on %s is %s', (address, device, type) => {
    expect(addressType(host(SAMPLE), ip(address), device)).toBe(type);
  });

  it.each([
    ['fd00:1::5', undefined, ['local', 'unicast']],
    ['fd00:1::5', 'eth1', ['unicast']],
    ['fd00:1::', undefined, ['anycast', 'unicast']],
    ['ff02::1', undefined, ['multicast']],
    ['::', undefined, ['unspecified']],
    ['2001:db8::1', undefined, ['unicast']],
  ] as const)('%s on %s is %j', (address, device, types) => {
    const found = ipv6AddressTypes(host(SAMPLE), ip(address), device);
    const held = Object.entries(found)
      .filter(([name, holds]) => holds && name !== 'unreachable')
      .map(([name]) => name);
    expect(held.sort()).toEqual([...types]);
  });
});

describe('addresses that NAT chooses', () => {
  it.each([
    ['eth0', '8.8.8.8', '10.244.1.5'],
    ['eth0', '10.9.0.77', '10.9.0.1'],
    ['eth1', '192.168.50.9', '192.168.50.1'],
    ['wg0', '8.8.8.8', '10.244.1.5'],
    ['lo', '127.0.0.1', '10.244.1.5'],
    ['eth0', '2001:db8::1', 'fd00:1::6'],
  ])('MASQUERADE by %s to %s is %s', (device, destination, address) => {
    const on = host(SAMPLE);
    const route = lookupRoute(on, { destination: ip(destination) });
    expect(formatAddress(masqueradeAddress(on, device, route, ip(destination)) as Address)).toBe(address);
  });

  it.each([
    ['eth0', 4, '10.244.1.5'],
    ['eth0', 6, 'fd00:1::6'],
    ['lo', 4, '127.0.0.1'],
    ['wg0', 4, undefined],
  ] as const)('the primary address of %s, IPv%i, is %s', (name, family, address) => {
    const iface = host(SAMPLE).interfaces.find((other) => other.name === name);
    const found = iface && primaryAddress(iface, family);
    expect(found && formatAddress(found)).toBe(address);
  });

  it.each([
    ['eth0', '10.9.9.9', '10.244.1.5'],
    ['eth0', '2001:db8::99', 'fd00:1::6'],
    ['eth0', 'fe80::99', 'fe80::1'],
    ['lo', '::1', '::1'],
    ['eth0', '::1', undefined],
  ])('REDIRECT at %s of a packet to %s makes %s of it', (name, destination, address) => {
    const iface = host(SAMPLE).interfaces.find((other) => other.name === name);
    const found = iface && redirectAddressOf(iface, ip(destination));
    expect(found && formatAddress(found)).toBe(address);
  });
});

describe('hostFromTopology', () => {
  it('has the default host of the contract', () => {
    const on = host(undefined);
    expect(on.interfaces.map(({ name, addresses }) => [name, addresses.length])).toEqual([
      ['lo', 2],
      ['eth0', 2],
      ['eth1', 2],
    ]);
    expect(ask(on, { dst: '8.8.8.8' })).toEqual({
      type: 'unicast',
      dev: 'eth0',
      gateway: '10.244.1.1',
      source: '10.244.1.5',
    });
    expect(on.sets).toBeUndefined();
    expect(on.listenersKnown).toBe(false);
  });

  it('takes rules and sysctls', () => {
    const on = host({
      ...SAMPLE,
      ipRules: ['fwmark 0x1/0x1 lookup 100', 'not fwmark 0xca6c table 51820', 'table main suppress_prefixlength 0'],
      sysctls: { 'net/ipv4/ip_forward': '0' },
    });
    expect(on.policyRules.filter(({ family }) => family === 4).map(({ preference }) => preference)).toEqual([
      0, 32763, 32764, 32765, 32766, 32767,
    ]);
    expect(ask(on, { dst: '8.8.8.8', mark: 1 })).toEqual({ type: 'local', dev: 'lo', source: '8.8.8.8' });
    expect(on.sysctls.get('net.ipv4.ip_forward')).toBe(0);
  });

  it.each([
    [[], 'topology: a list is not an object with ifaces, routes, ipRules, sysctls'],
    [
      { ifaces: [{ name: 'eth0', addrs: ['10.0.0.1/33'] }] },
      'topology.ifaces[0].addrs: "10.0.0.1/33" is not an address with a prefix length',
    ],
    [
      { ifaces: [{ name: 'a/b' }] },
      'topology.ifaces[0].name: "a/b" is not the name of an interface (1 to 15 characters, no blank, no slash)',
    ],
    [{ routes: ['default via 10.244.1.1 dev eth9'] }, 'topology.routes: there is no interface "eth9"'],
    [{ routes: ['default'] }, 'topology.routes[0]: a route needs "dev" or "via"'],
    [{ routes: ['10.0.0.0/33 dev eth0'] }, 'topology.routes[0]: "10.0.0.0/33" is neither "default" nor an IPv4 prefix'],
    [
      { routes: ['default dev eth0 tabel 5'] },
      'topology.routes[0]: "tabel 5" is not a part of a route that is understood here',
    ],
    [{ ipRules: ['fwmark x lookup 5'] }, 'topology.ipRules[0]: "x" is not a mark with an optional mask'],
    [{ ipRules: ['fwmark 1'] }, 'topology.ipRules[0]: the rule has no table: add "lookup" and its name or number'],
    [{ conntrack: 'off' }, 'topology.conntrack: must be "on" or "auto"'],
    [{ sysctls: { a: 'b' } }, 'topology.sysctls.a: "b" is not a whole number from -2147483648 to 4294967295'],
  ] as const)('refuses %j', (topology, message) => {
    const made = hostFromTopology(topology);
    expect(isProblem(made) && made.message).toBe(message);
  });

  it.each([
    [
      [{ proto: 'tcp', addr: '0.0.0.0', port: 80 }],
      undefined,
      { families: [4], address: undefined, text: '0.0.0.0:80' },
    ],
    [[{ proto: 'udp', addr: '::', port: 53 }], undefined, { families: [4, 6], protocol: 17, text: '[::]:53' }],
    [
      [{ proto: 'tcp', addr: '::ffff:10.0.0.1', port: 1, transparent: true }],
      undefined,
      { families: [4], transparent: true },
    ],
    [[{ proto: 'tcp', port: 99999 }], 'listeners[0].port: 99999 is not a whole number from 0 to 65535', undefined],
    [[{ proto: 'tcp', addr: 'x', port: 1 }], 'listeners[0].addr: "x" is not an address', undefined],
  ])('reads listeners %j', (listeners, message, listener) => {
    const made = hostFromTopology(undefined, { listeners });
    if (isProblem(made)) expect(made.message).toBe(message);
    else expect(made.listeners[0]).toMatchObject(listener as object);
  });
});
