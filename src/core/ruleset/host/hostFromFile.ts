import type { Host, Interface, PolicyRule, Route } from '../../net/host';
import { readInterfaces, readListeners, readRules, readSysctls } from '../../net/hostFromTopology';
import { parseRoute, sortedRules } from '../../net/ipRoute';
import { kernelRoutes, ROUTE_TABLE } from '../../net/kernelRoutes';
import { isProblem, problem, type InputProblem } from '../../net/packetRequest';
import { parseSets } from '../../net/sets';
import type { SourceFile } from '../../syntax/tree';
import { assumeInterfaces } from './assumedInterfaces';
import { assumeDefaultRoute, assumeTproxyRouting } from './assumedRouting';
import { Assumptions, type HostAssumption, type RulesUse } from './assumptions';
import { FileFacts } from './fileFacts';
import { placeAddresses } from './placedAddresses';

export interface HostFacts {
  readonly host: Host;
  readonly assumptions: readonly HostAssumption[];
  /** What of `overrides` cannot be used. */
  readonly problems: readonly InputProblem[];
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

/** Puts together what was given, what the file tells and what is assumed. */
class HostReader {
  private readonly noted = new Assumptions();
  private readonly problems: InputProblem[] = [];
  private readonly given: Readonly<Record<string, unknown>>;
  private readonly facts: FileFacts;
  private readonly families: readonly (4 | 6)[];

  constructor(file: SourceFile, overrides: unknown, private readonly rulesUse: RulesUse) {
    const usable = typeof overrides === 'object' && overrides !== null && !Array.isArray(overrides);
    if (overrides !== undefined && overrides !== null && !usable) this.problems.push(problem('host', 'is an object'));
    this.given = usable ? (overrides as Readonly<Record<string, unknown>>) : {};
    this.facts = new FileFacts(file, this.noted);
    this.families = rulesUse.ipv6 === true || this.facts.ipv6 ? [4, 6] : [4];
  }

  read(): HostFacts {
    const { facts, families, noted, rulesUse } = this;
    const sysctls = this.override('sysctls', readSysctls) ?? facts.sysctls();
    const interfaces = this.interfaces();
    const kernel = kernelRoutes(interfaces, sysctls.get('net.ipv6.conf.all.forwarding') !== 0);
    const routes = this.routes(interfaces, kernel);
    const rules = this.override<readonly PolicyRule[]>('ipRules', readRules) ?? facts.policyRules();
    const tproxy = assumeTproxyRouting({ marks: rulesUse.tproxyMarks ?? [], rules, routes, families, table: facts.variable('INBOUND_TPROXY_ROUTE_TABLE') }, noted);
    const sockets = this.sockets();
    const host: Host = {
      interfaces,
      routes: [...routes, ...tproxy.routes],
      policyRules: sortedRules([...rules, ...tproxy.rules]),
      sysctls,
      ...sockets,
      sets: this.sets(),
      conntrack: this.given['conntrack'] === 'auto' ? 'auto' : 'on',
      users: new Map(),
      now: undefined,
    };
    return { host, assumptions: noted.list, problems: this.problems };
  }

  private override<T>(name: string, read: (json: unknown) => T | InputProblem): T | undefined {
    const value = this.given[name];
    if (value === undefined || value === null) return undefined;
    const result = read(value);
    if (!isProblem(result)) return result;
    this.problems.push(result);
    return undefined;
  }

  private interfaces(): readonly Interface[] {
    const { facts, noted, rulesUse } = this;
    const { own } = facts.addresses();
    const routes = facts.routes();
    // Where the file tells an address, none has to be made up.
    const families = this.families.filter((family) => routes.length > 0 || !own.some(({ address }) => address.family === family));
    return this.override('ifaces', readInterfaces) ?? placeAddresses(assumeInterfaces({ listed: facts.interfaces(), routes, named: rulesUse.interfaces ?? [], families }, noted), own, routes, noted);
  }

  private routes(interfaces: readonly Interface[], kernel: readonly Route[]): readonly Route[] {
    const given = this.override('routes', (json) => givenRoutes(json, kernel));
    if (given) return [...kernel, ...given];
    const listed = this.given['ifaces'] === undefined ? this.facts.routes() : [];
    const routes: Route[] = [];
    for (const family of [4, 6] as const) {
      const ofFamily = listed.filter(({ route }) => route.family === family);
      const main = ofFamily.filter(({ route, added }) => !added && route.table === ROUTE_TABLE.main);
      // A listing of the main table is the whole truth: what the kernel would have added for an address is in it or is not there.
      routes.push(...kernel.filter((route) => route.family === family && (main.length === 0 || route.table === ROUTE_TABLE.local)));
      routes.push(...ofFamily.map(({ route }) => route));
      const hasDefault = ofFamily.some(({ route }) => route.table === ROUTE_TABLE.main && route.prefixLength === 0);
      if (main.length === 0 && !hasDefault) routes.push(...assumeDefaultRoute(interfaces, family, this.noted));
    }
    return routes;
  }

  private sockets(): Pick<Host, 'listeners' | 'listenersKnown' | 'listenersKnownFor'> {
    const given = this.override('listeners', (json) => readListeners(json, this.override('sysctls', readSysctls)?.get('net.ipv6.bindv6only') === 1));
    if (given) return { listeners: given, listenersKnown: true };
    const { listeners, knownFor } = this.facts.sockets(this.rulesUse.tproxyPorts ?? []);
    if (knownFor === undefined) this.noted.assume('sockets', 'The file lists no sockets ("ss -ltnp"): which process receives a packet is not known.');
    return { listeners, listenersKnown: knownFor !== undefined, ...(knownFor === undefined ? {} : { listenersKnownFor: knownFor }) };
  }

  private sets(): Host['sets'] {
    const text = this.override('sets', (json) => (typeof json === 'string' ? json : problem('sets', 'is the text of "ipset save"')));
    if (text === undefined) return this.facts.sets();
    const { sets, problems } = parseSets(text);
    for (const { line, message } of problems) this.problems.push(problem('sets', `line ${line}: ${message}`));
    return sets;
  }
}

function givenRoutes(json: unknown, kernel: readonly Route[]): Route[] | InputProblem {
  if (!Array.isArray(json)) return problem('routes', 'is a list of texts as behind "ip route add"');
  const routes: Route[] = [];
  for (const [i, line] of (json as unknown[]).entries()) {
    const route = typeof line === 'string' ? parseRoute(line, [...kernel, ...routes], `routes[${i}]`) : problem(`routes[${i}]`, 'is a text');
    if (isProblem(route)) return route;
    routes.push(route);
  }
  return routes;
}
