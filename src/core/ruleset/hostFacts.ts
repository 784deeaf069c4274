import { addToAddress, formatAddress, inBlock, isLinkLocal, isMulticast, parseAddress, parseBlock, prefixBlock, prefixLengthOf, sameAddress, type Address } from '../net/address';
import type { Host, Interface, InterfaceAddress, Listener, PolicyRule, Route } from '../net/host';
import { listenerAt, loopbackInterface, parseInterfaceAddress, readInterfaces, readListeners, readRules, readSysctls } from '../net/hostFromTopology';
import { isStandardRule, nextPreference, parsePolicyRule, parseRoute, sortedRules, standardRules } from '../net/ipRoute';
import { kernelRoutes, ROUTE_TABLE } from '../net/kernelRoutes';
import { isProblem, namedProtocol, problem, type InputProblem } from '../net/packetRequest';
import { parseSets } from '../net/sets';
import { setsOfFile } from './fileSets';
import type { ListeningSocket, Section, SourceFile } from '../syntax/tree';
import { own } from '../text/own';

/** Something that the file does not tell and a trace needs, with the most ordinary value taken for it. */
export interface HostAssumption {
  readonly code: 'interface' | 'address' | 'default-route' | 'sockets' | 'sets' | 'tproxy-routing' | 'not-read';
  readonly message: string;
  /** 0-based line of the file that it is taken from, where there is one. */
  readonly line?: number;
}

export interface HostFacts {
  readonly host: Host;
  readonly assumptions: readonly HostAssumption[];
  /** What of `overrides` cannot be used. */
  readonly problems: readonly InputProblem[];
}

/** What the rules say about the host: found by whoever has bound them. All parts may be left out. */
export interface RulesUse {
  /** Interfaces that rules name with -i and -o, without a `+`; `network` where a rule ties one to a subnet, `translated` where SNAT or MASQUERADE does. */
  readonly interfaces?: readonly { readonly name: string; readonly network?: string | undefined; readonly translated?: boolean }[];
  /** What TPROXY rules mark packets with, which only makes sense with a policy rule for that mark. */
  readonly tproxyMarks?: readonly { readonly mark: number; readonly mask: number }[];
  /** The ports that TPROXY rules hand packets to: sockets there are transparent. */
  readonly tproxyPorts?: readonly number[];
  /** IPv6 is asked about, whether or not anything in the file is about it. */
  readonly ipv6?: boolean;
}

/**
 * The host that a file describes: interfaces and addresses of `ip addr`, routes of `ip route` or `netstat -rn`, policy rules of
 * `ip rule`, sockets of `ss` or `netstat`, sets of `ipset save`. What it leaves open is taken as it most often is, and each
 * such choice is listed. `overrides` is an object like the contract's `topology`, with `listeners` and `sets` besides;
 * its parts take the place of the file's.
 */
export function hostFromSourceFile(file: SourceFile, overrides?: unknown, rulesUse: RulesUse = {}): HostFacts {
  return new HostReader(file, overrides, rulesUse).read();
}

type Facts<K extends Section['kind']> = Extract<Section, { readonly kind: K }>;

class HostReader {
  private readonly assumptions: HostAssumption[] = [];
  private readonly problems: InputProblem[] = [];
  private readonly given: Readonly<Record<string, unknown>>;
  private readonly families: readonly (4 | 6)[];

  constructor(private readonly file: SourceFile, overrides: unknown, private readonly rulesUse: RulesUse) {
    const usable = typeof overrides === 'object' && overrides !== null && !Array.isArray(overrides);
    if (overrides !== undefined && overrides !== null && !usable) this.problems.push(problem('host', 'is an object'));
    this.given = usable ? (overrides as Readonly<Record<string, unknown>>) : {};
    const sections = this.sections('rules').filter(({ lines }) => lines.some(({ node }) => node.kind === 'command'));
    const ipv6 = rulesUse.ipv6 === true || sections.some(({ family }) => family === 6) || this.sections('routes').some(({ routes }) => routes.some(({ family }) => family === 6));
    this.families = ipv6 ? [4, 6] : [4];
  }

  read(): HostFacts {
    const sysctls = this.override('sysctls', readSysctls) ?? new Map<string, number>();
    const interfaces = this.interfaces();
    const kernel = kernelRoutes(interfaces, sysctls.get('net.ipv6.conf.all.forwarding') !== 0);
    const routes = this.routes(interfaces, kernel);
    const policyRules = this.policyRules();
    const tproxy = this.tproxyRouting(policyRules, routes);
    const sockets = this.sockets();
    const host: Host = {
      interfaces,
      routes: [...routes, ...tproxy.routes],
      policyRules: sortedRules([...policyRules, ...tproxy.rules]),
      sysctls,
      listeners: sockets ?? [],
      listenersKnown: sockets !== undefined,
      ...(sockets === undefined || this.given['listeners'] !== undefined ? {} : { listenersKnownFor: [...new Set(sockets.map(({ protocol }) => protocol))] }),
      sets: this.sets(),
      conntrack: this.given['conntrack'] === 'auto' ? 'auto' : 'on',
      users: new Map(),
      now: undefined,
    };
    return { host, assumptions: this.assumptions, problems: this.problems };
  }

  private sections<K extends Section['kind']>(kind: K): readonly Facts<K>[] {
    return this.file.sections.filter((section): section is Facts<K> => section.kind === kind);
  }

  private override<T>(name: string, read: (json: unknown) => T | InputProblem): T | undefined {
    const value = this.given[name];
    if (value === undefined || value === null) return undefined;
    const result = read(value);
    if (!isProblem(result)) return result;
    this.problems.push(result);
    return undefined;
  }

  private assume(code: HostAssumption['code'], message: string, line?: number): void {
    this.assumptions.push(line === undefined ? { code, message } : { code, message, line });
  }

  private interfaces(): readonly Interface[] {
    const given = this.override('ifaces', readInterfaces);
    if (given) return given;
    const found = new Map<string, { mac: string | undefined; mtu: number; addresses: InterfaceAddress[] }>();
    for (const facts of this.sections('interfaces').flatMap((section) => section.interfaces)) {
      const addresses = facts.addresses.map(parseInterfaceAddress).filter((address) => address !== undefined);
      found.set(facts.name, { mac: facts.mac, mtu: facts.mtu ?? 1500, addresses });
    }
    const loopback = loopbackInterface(found.get('lo')?.addresses);
    found.delete('lo');
    const addressesKnown = [...found.values()].some(({ addresses }) => addresses.length > 0);
    const named = this.routeFacts().flatMap(({ route }) => (route.device !== undefined && route.device !== 'lo' ? [route.device] : []));
    for (const name of named) if (!found.has(name)) found.set(name, { mac: undefined, mtu: 1500, addresses: [] });
    if (found.size === 0) {
      const uplink = uplinkOf(this.rulesUse.interfaces ?? []);
      found.set(uplink ?? 'eth0', { mac: undefined, mtu: 1500, addresses: [] });
      this.assume('interface', uplink === undefined ? 'The file lists no interfaces: eth0 is assumed, beside lo.' : `The file lists no interfaces: ${uplink}, which rules name, is taken for the one that leads out.`);
    }
    for (const [name, iface] of found) if (!addressesKnown) this.assumeAddresses(name, iface.addresses, name === [...found.keys()][0]);
    for (const { name, network } of this.rulesUse.interfaces ?? []) {
      if (name === 'lo' || found.has(name)) continue;
      found.set(name, { mac: undefined, mtu: 1500, addresses: this.namedInterface(name, network ?? own(USUAL_NETWORKS, name)) });
    }
    return [loopback, ...[...found].map(([name, iface], i): Interface => ({ name, index: i + 2, mac: iface.mac, mtu: iface.mtu, addresses: iface.addresses }))];
  }

  /** An interface that only rules speak of: the host has the first address of the network that is tied to it. */
  private namedInterface(name: string, network: string | undefined): InterfaceAddress[] {
    const block = network === undefined ? undefined : parseBlock(network, network.includes(':') ? 6 : 4);
    const length = block && prefixLengthOf(block.mask);
    if (block === undefined || length === undefined || length > (block.address.family === 4 ? 30 : 126)) {
      this.assume('interface', `Rules name the interface ${name}: it is assumed to exist, without an address.`);
      return [];
    }
    const address = addToAddress(block.address, 1);
    this.assume('interface', `Rules name the interface ${name}: it is assumed to exist, with the address ${formatAddress(address)}/${length}.`);
    return [{ address, prefixLength: length }];
  }

  /** The address of an interface: where routes tell one, that; else one within a network that they lead to by this interface. */
  private assumeAddresses(name: string, addresses: InterfaceAddress[], first: boolean): void {
    const routes = this.routeFacts().filter(({ route }) => route.device === name);
    for (const family of this.families) {
      const own = routes.filter(({ route }) => route.family === family);
      const told = own.find(({ route }) => route.preferredSource !== undefined);
      const network = own.find(({ route }) => isSubnet(route));
      if (told?.route.preferredSource) {
        const address = told.route.preferredSource;
        const subnet = own.find(({ route }) => isSubnet(route) && inBlock(address, route.destination));
        addresses.push({ address, prefixLength: subnet?.route.prefixLength ?? (family === 4 ? 32 : 128) });
        this.assume('address', `The address of ${name} is taken from the route that sends from it: ${formatAddress(address)}.`, told.line);
      } else if (network) {
        const { destination, prefixLength } = network.route;
        const taken = this.routeFacts().flatMap(({ route }) => [route.gateway, route.prefixLength >= 32 ? route.destination.address : undefined]);
        let address = addToAddress(destination.address, Math.min(USUAL_HOST_NUMBER, 2 ** Math.min(30, (family === 4 ? 32 : 128) - prefixLength) - 2));
        while (taken.some((other) => other !== undefined && sameAddress(other, address))) address = addToAddress(address, 1);
        addresses.push({ address, prefixLength });
        this.assume('address', `The file does not tell the address of ${name}: ${formatAddress(address)} is assumed, a free one in ${formatAddress(destination.address)}/${prefixLength}, which is reached by ${name}.`, network.line);
      } else if (first) {
        const address = parseInterfaceAddress(USUAL_ADDRESS[family]) as InterfaceAddress;
        addresses.push(address);
        this.assume('address', `The file does not tell the IPv${family} address of ${name}: ${USUAL_ADDRESS[family]} is assumed.`);
      }
    }
  }

  private cachedRoutes: readonly { readonly route: Route; readonly line: number }[] | undefined;

  /** The routes that the file lists; without the kernel's own entries of table local, which follow from the addresses. */
  private routeFacts(): readonly { readonly route: Route; readonly line: number }[] {
    if (this.cachedRoutes) return this.cachedRoutes;
    const found: { route: Route; line: number }[] = [];
    for (const { words, family, line } of this.sections('routes').flatMap((section) => section.routes)) {
      const route = parseRoute(words, found.map((entry) => entry.route), 'route', family);
      if (isProblem(route)) this.assume('not-read', `This route is left out. ${route.message}`, line.index);
      else if (route.table !== ROUTE_TABLE.local || !/ proto kernel( |$)/.test(words)) found.push({ route, line: line.index });
    }
    this.cachedRoutes = found;
    return found;
  }

  private routes(interfaces: readonly Interface[], kernel: readonly Route[]): readonly Route[] {
    const given = this.override('routes', (json) => this.givenRoutes(json, kernel));
    if (given) return [...kernel, ...given];
    const listed = this.given['ifaces'] === undefined ? this.routeFacts().map(({ route }) => route) : [];
    const routes: Route[] = [];
    for (const family of [4, 6] as const) {
      const main = listed.filter((route) => route.family === family && route.table === ROUTE_TABLE.main);
      // A listing of the main table is the whole truth: what the kernel would have added for an address is in it or is not there.
      routes.push(...kernel.filter((route) => route.family === family && (main.length === 0 || route.table === ROUTE_TABLE.local)));
      routes.push(...listed.filter((route) => route.family === family));
      if (main.length === 0) routes.push(...this.assumedDefault(interfaces, family));
    }
    return routes;
  }

  private givenRoutes(json: unknown, kernel: readonly Route[]): Route[] | InputProblem {
    if (!Array.isArray(json)) return problem('routes', 'is a list of texts as behind "ip route add"');
    const routes: Route[] = [];
    for (const [i, line] of (json as unknown[]).entries()) {
      const route = typeof line === 'string' ? parseRoute(line, [...kernel, ...routes], `routes[${i}]`) : problem(`routes[${i}]`, 'is a text');
      if (isProblem(route)) return route;
      routes.push(route);
    }
    return routes;
  }

  private assumedDefault(interfaces: readonly Interface[], family: 4 | 6): Route[] {
    const iface = interfaces.find(({ name, addresses }) => name !== 'lo' && addresses.some(({ address }) => address.family === family && !isLinkLocal(address)));
    const own = iface?.addresses.find(({ address }) => address.family === family && !isLinkLocal(address));
    if (iface === undefined || own === undefined) return [];
    const network = prefixBlock(own.address, own.prefixLength).address;
    const first = addToAddress(network, 1);
    const gateway = sameAddress(first, own.address) ? addToAddress(network, 2) : first;
    const via = own.prefixLength >= (family === 4 ? 31 : 127) ? '' : `via ${formatAddress(gateway)} `;
    const route = parseRoute(`${family === 6 ? '-6 ' : ''}default ${via}dev ${iface.name}`, [], 'route');
    if (isProblem(route)) return [];
    this.assume('default-route', `The file lists no IPv${family} routes: a default route ${via}by ${iface.name} is assumed.`);
    return [route];
  }

  private policyRules(): readonly PolicyRule[] {
    const given = this.override('ipRules', readRules);
    if (given) return given;
    const rules = standardRules();
    for (const { words, family, line } of this.sections('policy-rules').flatMap((section) => section.rules)) {
      const rule = parsePolicyRule(words, () => nextPreference(rules, family), 'rule', family);
      if (isProblem(rule)) this.assume('not-read', `This policy rule is left out. ${rule.message}`, line.index);
      else if (!isStandardRule(rule)) rules.push(rule);
    }
    return rules;
  }

  /** TPROXY is of no use without a policy rule that delivers what it marked; istio-init and istio-cni add one, out of the file's sight. */
  private tproxyRouting(rules: readonly PolicyRule[], routes: readonly Route[]): { rules: PolicyRule[]; routes: Route[] } {
    const added: { rules: PolicyRule[]; routes: Route[] } = { rules: [], routes: [] };
    for (const { mark, mask } of this.rulesUse.tproxyMarks ?? []) {
      if (rules.some((rule) => rule.mark !== undefined && ((rule.mark.value ^ mark) & rule.mark.mask & mask) === 0)) continue;
      const table = this.tproxyTable(mark);
      const words = `fwmark 0x${mark.toString(16)}/0x${mask.toString(16)} lookup ${table}`;
      for (const family of this.families) {
        const rule = parsePolicyRule(words, () => nextPreference([...rules, ...added.rules], family), 'rule', family);
        const route = parseRoute(`local default dev lo table ${table}`, [], 'route', family);
        if (isProblem(rule) || isProblem(route)) continue;
        added.rules.push(rule);
        if (!routes.concat(added.routes).some((other) => other.family === family && other.table === table)) added.routes.push(route);
      }
      this.assume('tproxy-routing', `TPROXY rules need policy routing, which the file does not list: "ip rule add ${words}" and "ip route add local default dev lo table ${table}" are assumed.`);
    }
    return added;
  }

  /** Istio: table 133 for the sidecar's mark 1337, unless a variable says otherwise, and 100 for the marks of ambient mode. */
  private tproxyTable(mark: number): number {
    const entries = this.sections('environment').flatMap((section) => section.entries);
    const told = entries.filter(({ key }) => key === 'INBOUND_TPROXY_ROUTE_TABLE').at(-1)?.value;
    if (mark !== 1337) return 100;
    return told !== undefined && /^[0-9]{1,9}$/.test(told) ? Number(told) : 133;
  }

  private sockets(): readonly Listener[] | undefined {
    const given = this.override('listeners', (json) => readListeners(json, this.override('sysctls', readSysctls)?.get('net.ipv6.bindv6only') === 1));
    if (given) return given;
    const sections = this.sections('sockets');
    if (sections.length === 0) {
      this.assume('sockets', 'The file lists no sockets ("ss -ltnp"): which process receives a packet is not known.');
      return undefined;
    }
    const listeners = new Map<string, Listener>();
    for (const socket of sections.flatMap((section) => section.sockets)) {
      const listener = this.listenerOf(socket);
      // A process with several threads lists one socket for each; to a packet they are one.
      if (listener) listeners.set([socket.protocol, listener.text, socket.iface, socket.process, socket.pid].join(' '), listener);
    }
    return [...listeners.values()];
  }

  private listenerOf(socket: ListeningSocket): Listener | undefined {
    if (socket.protocol === 'raw') return undefined;
    const listener = listenerAt(namedProtocol(socket.protocol.replace('6', '')) as number, socket.address, socket.port);
    const transparent = this.rulesUse.tproxyPorts?.includes(socket.port) === true;
    return listener && { ...listener, iface: socket.iface, transparent, process: socket.process, pid: socket.pid, uid: socket.uid };
  }

  private sets(): Host['sets'] {
    const text = this.override('sets', (json) => (typeof json === 'string' ? json : problem('sets', 'is the text of "ipset save"')));
    if (text === undefined) return this.fileSets();
    const { sets, problems } = parseSets(text);
    for (const { line, message } of problems) this.problems.push(problem('sets', `line ${line}: ${message}`));
    return sets;
  }

  private fileSets(): Host['sets'] {
    const found = setsOfFile(this.file);
    if (found === undefined) return undefined;
    for (const { line, message } of found.problems.slice(0, MOST_LEFT_OUT)) this.assume('sets', `A line of the saved sets is left out: ${message}.`, line.index);
    const more = found.problems.length - MOST_LEFT_OUT;
    if (more > 0) this.assume('sets', `${more} more lines of the saved sets are left out; "check" lists them.`);
    return found.sets;
  }
}

/** How many lines that are left out are told one by one. */
const MOST_LEFT_OUT = 10;

/** A pod's address and network as most clusters have them. */
const USUAL_ADDRESS = { 4: '10.244.1.5/24', 6: 'fd00:1::5/64' } as const;
/** The networks that come with the names of these interfaces unless someone configures others. */
const USUAL_NETWORKS: Readonly<Record<string, string>> = { docker0: '172.17.0.0/16', cni0: '10.244.0.0/24', virbr0: '192.168.122.0/24' };
/** Names that the kernel, systemd and routers give to ports that lead out of the host, and not to bridges, containers and tunnels. */
const PORT_NAME = /^(eth|en[a-z0-9]|wl|bond|venet|ppp|wan)/;
/** A host's number in its network, past the ones that routers and name servers like to have. */
const USUAL_HOST_NUMBER = 7;

/** Of the ports that rules name, the one whose packets they give another source, else the first. */
function uplinkOf(interfaces: NonNullable<RulesUse['interfaces']>): string | undefined {
  const ports = interfaces.filter(({ name, network }) => network === undefined && PORT_NAME.test(name));
  return (ports.find(({ translated }) => translated) ?? ports[0])?.name;
}

/** A route to a network that hosts live in: no default route, no single address, no multicast. */
function isSubnet({ type, destination, prefixLength }: Route): boolean {
  const most = destination.address.family === 4 ? 30 : 126;
  return type === 'unicast' && prefixLength >= 8 && prefixLength <= most && !isMulticast(destination.address) && !isLinkLocal(destination.address) && !sameAddress(destination.address, NOWHERE[destination.address.family]);
}

const NOWHERE: Readonly<Record<4 | 6, Address>> = { 4: parseAddress('0.0.0.0') as Address, 6: parseAddress('::') as Address };
