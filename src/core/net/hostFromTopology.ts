import { endpoint } from './endpoint';
import { formatAddress, parseAddress, type Address } from './address';
import type { Host, Interface, InterfaceAddress, Listener, PolicyRule, Route } from './host';
import type { IpSet } from './ipSet';
import { isStandardRule, nextPreference, parsePolicyRule, parseRoute, sortedRules, standardRules } from './ipRoute';
import { kernelRoutes } from './kernelRoutes';
import {
  flagField,
  interfaceField,
  isRecord,
  macField,
  portField,
  protocolField,
  readFields,
  textField,
  u32Field,
  wholeNumber,
} from './jsonFields';
import { isProblem, problem, shown, type InputProblem } from './packetRequest';
import { parseSets } from './sets';

/** What a host has besides its topology. */
export interface HostExtras {
  /** Sockets as in the JSON contract: `[{"proto","addr","port","transparent"?,"process"?,"pid"?,"uid"?}]`. */
  readonly listeners?: unknown;
  /** `ipset save` text. */
  readonly sets?: string | undefined;
  /** Seconds since 1970 UTC, for `-m time`. */
  readonly now?: number | undefined;
}

/** The topology of the contract where a request gives none, and its parts where it leaves one out. */
const DEFAULT_TOPOLOGY = {
  ifaces: [
    { name: 'eth0', mac: '02:00:00:00:01:05', addrs: ['10.244.1.5/24', 'fd00:1::5/64'] },
    { name: 'eth1', mac: '02:00:00:00:02:01', addrs: ['192.168.50.1/24', 'fd00:2::1/64'] },
  ],
  routes: ['default via 10.244.1.1 dev eth0', '-6 default via fd00:1::1 dev eth0'],
} as const;

/**
 * The host of a `topology` object of the JSON contract. `lo` always exists; the kernel's own routes and policy rules
 * are added. A part that is missing is that of DEFAULT_TOPOLOGY, whose default routes hold only where their interface
 * exists.
 */
export function hostFromTopology(topology: unknown, extras: HostExtras = {}): Host | InputProblem {
  const given = topology ?? {};
  if (!isRecord(given))
    return problem('topology', `${shown(given)} is not an object with ifaces, routes, ipRules, sysctls`);
  const { ifaces, routes, ipRules, sysctls, conntrack } = given;
  const interfaces = readInterfaces(ifaces ?? DEFAULT_TOPOLOGY.ifaces);
  if (isProblem(interfaces)) return interfaces;
  const settings = readSysctls(sysctls ?? {});
  if (isProblem(settings)) return settings;
  const routeLines =
    routes ?? DEFAULT_TOPOLOGY.routes.filter((line) => interfaces.some(({ name }) => line.endsWith(` dev ${name}`)));
  const allRoutes = readRoutes(
    routeLines,
    kernelRoutes(interfaces, settings.get('net.ipv6.conf.all.forwarding') !== 0),
  );
  if (isProblem(allRoutes)) return allRoutes;
  const stray = allRoutes.find(({ device }) => device !== undefined && !interfaces.some(({ name }) => name === device));
  if (stray) return problem('topology.routes', `there is no interface "${stray.device}"`);
  const policyRules = readRules(ipRules ?? []);
  if (isProblem(policyRules)) return policyRules;
  if (conntrack !== undefined && conntrack !== null && conntrack !== 'on' && conntrack !== 'auto')
    return problem('topology.conntrack', 'must be "on" or "auto"');
  const listeners = readListeners(extras.listeners, settings.get('net.ipv6.bindv6only') === 1);
  if (isProblem(listeners)) return listeners;
  const sets = readSets(extras.sets);
  if (isProblem(sets)) return sets;
  return {
    // As in the network namespace in which the kernel is asked.
    interfaces: interfaces.map((iface) => ({ ...iface, noArp: true })),
    routes: allRoutes,
    policyRules,
    sysctls: settings,
    listeners,
    listenersKnown: extras.listeners !== undefined && extras.listeners !== null,
    sets,
    conntrack: conntrack === 'auto' ? 'auto' : 'on',
    users: new Map(),
    now: extras.now,
  };
}

/** `lo` and its addresses, as the kernel makes it. */
export function loopbackInterface(more: readonly InterfaceAddress[] = []): Interface {
  const own: InterfaceAddress[] = [
    { address: parseAddress('127.0.0.1') as Address, prefixLength: 8 },
    { address: parseAddress('::1') as Address, prefixLength: 128 },
  ];
  const others = more.filter(
    ({ address }) => !own.some((known) => formatAddress(known.address) === formatAddress(address)),
  );
  return { name: 'lo', index: 1, mac: undefined, mtu: 65536, addresses: [...own, ...others] };
}

/**
 * An address with its prefix length, `10.244.1.5/24`; without one it is a single address. undefined where it is none.
 */
export function parseInterfaceAddress(text: string): InterfaceAddress | undefined {
  const [addressText = '', length, ...rest] = text.split('/');
  const address = parseAddress(addressText);
  const most = address?.family === 4 ? 32 : 128;
  if (address === undefined || rest.length > 0) return undefined;
  if (length === undefined) return { address, prefixLength: most };
  return /^[0-9]{1,3}$/.test(length) && Number(length) <= most ? { address, prefixLength: Number(length) } : undefined;
}

/** In bytes: what every IPv4 link takes (RFC 791), and the most that Linux lets an interface have (that of lo). */
const SMALLEST_MTU = 68;
const LARGEST_MTU = 65536;

/** Reads the `ifaces` of a topology; `lo` comes first whether or not it is listed. */
export function readInterfaces(json: unknown): Interface[] | InputProblem {
  if (!Array.isArray(json)) return problem('topology.ifaces', 'must be a list of interfaces');
  const interfaces: Interface[] = [];
  let loopback = loopbackInterface();
  for (const [i, item] of (json as unknown[]).entries()) {
    const field = `topology.ifaces[${i}]`;
    if (!isRecord(item)) return problem(field, `${shown(item)} is not an object with name, mac and addrs`);
    const read = readFields<{ name: string; mac: string; mtu: number }>(item, field, {
      name: interfaceField,
      mac: macField,
      mtu: wholeNumber(SMALLEST_MTU, LARGEST_MTU),
    });
    if (isProblem(read)) return read;
    const { name, mac, mtu } = read;
    if (name === undefined) return problem(`${field}.name`, 'is missing: the name of an interface, 1 to 15 characters');
    const addrs = item.addrs ?? [];
    if (!Array.isArray(addrs)) return problem(`${field}.addrs`, 'must be a list of addresses such as "10.0.0.1/24"');
    const addresses: InterfaceAddress[] = [];
    for (const text of addrs as unknown[]) {
      const address = typeof text === 'string' ? parseInterfaceAddress(text) : undefined;
      if (address === undefined)
        return problem(`${field}.addrs`, `${shown(text)} is not an address with a prefix length`);
      addresses.push(address);
    }
    if (name === 'lo') loopback = loopbackInterface(addresses);
    else {
      if (interfaces.some((other) => other.name === name))
        return problem(`${field}.name`, `there are two interfaces "${name}"`);
      interfaces.push({
        name,
        index: interfaces.length + 2,
        mac: mac ?? '02:00:00:00:00:01',
        mtu: mtu ?? 1500,
        addresses,
      });
    }
  }
  return [loopback, ...interfaces];
}

function readRoutes(json: unknown, kernel: readonly Route[]): Route[] | InputProblem {
  if (!Array.isArray(json)) return problem('topology.routes', 'must be a list of texts as after "ip route add"');
  const routes = [...kernel];
  for (const [i, line] of (json as unknown[]).entries()) {
    const route =
      typeof line === 'string'
        ? parseRoute(line, routes, `topology.routes[${i}]`)
        : problem(`topology.routes[${i}]`, 'is a text');
    if (isProblem(route)) return route;
    routes.push(route);
  }
  return routes;
}

/** Reads the `ipRules` of a topology and adds the rules that every host has. */
export function readRules(json: unknown): PolicyRule[] | InputProblem {
  if (!Array.isArray(json)) return problem('topology.ipRules', 'must be a list of texts as after "ip rule add"');
  const rules = standardRules();
  for (const [i, line] of (json as unknown[]).entries()) {
    const field = `topology.ipRules[${i}]`;
    const rule =
      typeof line === 'string'
        ? parsePolicyRule(line, (family) => nextPreference(rules, family), field)
        : problem(field, 'is a text');
    if (isProblem(rule)) return rule;
    if (!isStandardRule(rule)) rules.push(rule);
  }
  return sortedRules(rules);
}

/** Reads the `sysctls` of a topology: full names with dots or slashes, and whole numbers. */
export function readSysctls(json: unknown): ReadonlyMap<string, number> | InputProblem {
  if (!isRecord(json)) return problem('topology.sysctls', `${shown(json)} is not an object of names and numbers`);
  const settings = new Map<string, number>();
  const read = wholeNumber(-0x80000000, 0xffffffff);
  for (const [name, value] of Object.entries(json)) {
    const number = read(value, `topology.sysctls.${name}`);
    if (isProblem(number) || number === undefined)
      return number ?? problem(`topology.sysctls.${name}`, 'has no number');
    settings.set(name.replaceAll('/', '.'), number);
  }
  return settings;
}

/** Reads the `listeners` of a request. `onlyIpv6`: bindv6only is set, so that a socket at `::` takes no IPv4. */
export function readListeners(json: unknown, onlyIpv6 = false): Listener[] | InputProblem {
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json)) return problem('listeners', 'must be a list of sockets');
  const listeners: Listener[] = [];
  for (const [i, item] of (json as unknown[]).entries()) {
    const field = `listeners[${i}]`;
    if (!isRecord(item)) return problem(field, `${shown(item)} is not an object with proto, addr and port`);
    const read = readFields<SocketFields>(item, field, SOCKET_FIELDS);
    if (isProblem(read)) return read;
    const { proto, addr, port, transparent = false, iface, process, pid, uid } = read;
    if (proto === undefined) return problem(`${field}.proto`, 'is missing: a protocol such as tcp or udp');
    if (port === undefined) return problem(`${field}.port`, 'is missing: a number from 0 to 65535');
    const listener = listenerAt(proto, addr ?? '0.0.0.0', port);
    if (listener === undefined) return problem(`${field}.addr`, `${shown(addr)} is not an address`);
    listeners.push({
      ...listener,
      ...(onlyIpv6 && addr === '::' ? { families: [6] as const } : {}),
      iface,
      transparent,
      process,
      pid,
      uid,
    });
  }
  return listeners;
}

interface SocketFields {
  readonly proto: number;
  readonly addr: string;
  readonly port: number;
  readonly transparent: boolean;
  readonly iface: string;
  readonly process: string;
  readonly pid: number;
  readonly uid: number;
}

const SOCKET_FIELDS = {
  proto: protocolField,
  addr: textField,
  port: portField,
  transparent: flagField,
  iface: interfaceField,
  process: textField,
  pid: u32Field,
  uid: u32Field,
};

/**
 * A listening socket at an address as `ss` prints it, `*` and `::` being a socket for both families (IPV6_V6ONLY off,
 * the default of Linux). undefined where the address is none.
 */
export function listenerAt(protocol: number, addressText: string, port: number): Listener | undefined {
  const text = endpoint(addressText, port);
  const plain = {
    protocol,
    port,
    iface: undefined,
    transparent: false,
    process: undefined,
    pid: undefined,
    uid: undefined,
    text,
  };
  if (addressText === '*' || addressText === '::') return { ...plain, address: undefined, families: [4, 6] };
  const address = parseAddress(addressText);
  if (address === undefined) return undefined;
  if (addressText === '0.0.0.0') return { ...plain, address: undefined, families: [4] };
  // A socket bound to ::ffff:a.b.c.d takes IPv4 at a.b.c.d.
  const mapped =
    address.family === 6 && address.words[0] === 0 && address.words[1] === 0 && address.words[2] === 0xffff;
  if (mapped) return { ...plain, address: { family: 4, words: [address.words[3] as number] }, families: [4] };
  return { ...plain, address, families: [address.family] };
}

function readSets(text: string | undefined): ReadonlyMap<string, IpSet> | undefined | InputProblem {
  if (text === undefined || text === null) return undefined;
  const { sets, problems } = parseSets(text);
  const first = problems[0];
  return first ? problem('sets', `line ${first.line}: ${first.message}`) : sets;
}
