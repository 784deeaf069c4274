import { inBlock, isMulticast, sameAddress, type Address, type AddressBlock } from '../../net/address';
import type { Host, Interface, PolicyRule, Route } from '../../net/host';
import { readInterfaces, readListeners, readRules, readSysctls } from '../../net/hostFromTopology';
import { parseRoute, sortedRules } from '../../net/ipRoute';
import { kernelRoutes, ROUTE_TABLE } from '../../net/kernelRoutes';
import { isProblem, problem, type InputProblem } from '../../net/packetRequest';
import { isJoinedGroup } from '../../net/routing';
import { parseSets } from '../../net/sets';
import type { SourceFile } from '../../syntax/sourceFile';
import { assumeInterfaces } from './assumedInterfaces';
import { assumeRoutes, assumeTproxyRouting } from './assumedRouting';
import { Assumptions, type HostAssumption, type RulesUse } from './assumptions';
import { FileFacts, type InterfaceOfFile } from './fileFacts';
import { destinationPlace, ownAddresses, type DestinationPlace } from './ownAddresses';
import { NOTHING_SAID, type SaidOfHost } from './said';

export interface HostFacts {
  readonly host: Host;
  readonly assumptions: readonly HostAssumption[];
  /** What of `overrides` cannot be used. */
  readonly problems: readonly InputProblem[];
  /** What nothing states and the packet may depend on. */
  readonly open: {
    /** Whether the destination that was asked about is an own address; undefined where that is not in doubt. */
    readonly own: DestinationPlace | undefined;
    /** The multicast group that the packet goes to, where only a program can have joined it. */
    readonly group: Address | undefined;
    /**
     * The interfaces by which packets for elsewhere may leave, the likeliest first; empty where that is not in doubt.
     */
    readonly ways: Readonly<Record<4 | 6, readonly string[]>>;
  };
  /** Whether the file lists some, where not everything is known. */
  readonly lists: Readonly<Record<'addresses' | 'routes', Readonly<Record<4 | 6, boolean>>>>;
  /** The parts of which the file or the caller lists everything. */
  readonly known: {
    readonly addresses: Readonly<Record<4 | 6, boolean>>;
    readonly policyRules: 'all' | 'some' | 'none';
  };
}

/** Answers to what is open. */
export interface HostAnswers {
  readonly own?: boolean | undefined;
  readonly way?: string | undefined;
  /** Whether a program of this host has joined the group. */
  readonly joined?: boolean | undefined;
}

/**
 * The host that a file describes: interfaces and addresses of `ip addr`, routes of `ip route` or `netstat -rn`, policy
 * rules of `ip rule`, sockets of `ss` or `netstat`, sets of `ipset save`. What it leaves open is taken from the packet
 * (`said`) and the rules, else as it usually is, and each such choice is listed. `overrides` is an object like the
 * contract's `topology`, with `listeners` and `sets` besides; its parts take the place of the file's.
 */
export function hostFromSourceFile(
  file: SourceFile,
  overrides?: unknown,
  rulesUse: RulesUse = {},
  said: SaidOfHost = NOTHING_SAID,
  answers: HostAnswers = {},
): HostFacts {
  return new HostSource(file, overrides, rulesUse, said).host(answers);
}

const NO_SOCKETS: HostAssumption = {
  code: 'sockets',
  what: 'listening sockets',
  value: 'not known',
  message: 'The file lists no sockets ("ss -ltnp"): which process receives a packet is not known.',
  use: { kind: 'sockets' },
};

const SOME_SOCKETS: HostAssumption = {
  ...NO_SOCKETS,
  message:
    'The file may list only some of the sockets ("ss -ltnp" lists all): which process receives a packet for another ' +
    'port is not known.',
};

/**
 * What was given, what the file states and what the caller says: read once, and combined anew for each answer to an
 * open question.
 */
export class HostSource {
  private readonly noted = new Assumptions();
  private readonly problems: InputProblem[] = [];
  private readonly given: Readonly<Record<string, unknown>>;
  private readonly facts: FileFacts;
  private readonly families: readonly (4 | 6)[];
  private read: HostParts | undefined;
  /** What was answered before: one trace asks for the same host several times. */
  private readonly hosts = new Map<string, HostFacts>();

  constructor(
    file: SourceFile,
    overrides: unknown,
    private readonly rulesUse: RulesUse,
    private readonly said: SaidOfHost,
    /** What is tried on it, whatever it is. */
    private readonly changed: (host: Host) => Host = (host) => host,
  ) {
    const usable = typeof overrides === 'object' && overrides !== null && !Array.isArray(overrides);
    if (overrides !== undefined && overrides !== null && !usable) this.problems.push(problem('host', 'is an object'));
    this.given = usable ? (overrides as Readonly<Record<string, unknown>>) : {};
    this.facts = new FileFacts(file, this.noted);
    this.families = rulesUse.ipv6 === true || this.facts.ipv6 ? [4, 6] : [4];
  }

  host(answers: HostAnswers = {}): HostFacts {
    const key = JSON.stringify([answers.own, answers.way, answers.joined]);
    let found = this.hosts.get(key);
    if (!found) this.hosts.set(key, (found = this.makeHost(answers)));
    return found;
  }

  private makeHost(answers: HostAnswers): HostFacts {
    const { families, facts, rulesUse, said } = this;
    const { sysctls, givenInterfaces, sockets, sets, rules, givenRules } = (this.read ??= this.readParts());
    const noted = new Assumptions();
    const listed = facts.interfaces();
    const named = rulesUse.interfaces ?? [];
    const { isKnown, complete, place, interfaces, uplink } = this.interfaces(listed, givenInterfaces, answers, noted);
    const kernel = kernelRoutes(interfaces, sysctls.get('net.ipv6.conf.all.forwarding') !== 0);
    const withAddresses = (family: 4 | 6): ReadonlySet<string> =>
      new Set(
        interfaces
          .filter(({ name }) =>
            isKnown(family)
              ? givenInterfaces !== undefined || (listed.get(name)?.addresses.length ?? 0) > 0
              : listed.get(name)?.addresses.some(({ address }) => address.family === family),
          )
          .map(({ name }) => name),
      );
    const routing = this.routes(kernel, (family, stated) =>
      assumeRoutes(
        {
          family,
          interfaces,
          listed: withAddresses(family),
          allListed: isKnown(family),
          named,
          said,
          uplink,
          way: answers.way,
          kernel: kernel.filter((route) => route.family === family),
          stated,
        },
        noted,
      ),
    );
    const tproxy = assumeTproxyRouting(
      {
        marks: rulesUse.tproxyMarks ?? [],
        rules,
        routes: routing.routes,
        // A list of all rules shows that it is missing.
        families: givenRules ? [] : families.filter((family) => !facts.familiesOfAllRules().has(family)),
        table: facts.variable('INBOUND_TPROXY_ROUTE_TABLE'),
      },
      noted,
    );
    if (!sockets.listenersKnown) noted.assume(sockets.listeners.length > 0 ? SOME_SOCKETS : NO_SOCKETS);
    const host: Host = {
      interfaces,
      routes: [...routing.routes, ...tproxy.routes],
      policyRules: sortedRules([...rules, ...tproxy.rules]),
      sysctls,
      ...sockets,
      sets,
      conntrack: this.given['conntrack'] === 'auto' ? 'auto' : 'on',
      users: new Map(),
      tableNames: facts.tables().names,
      now: undefined,
    };
    return {
      host: this.changed(withGroup(host, said, answers.joined)),
      problems: this.problems,
      assumptions: [...this.noted.list, ...noted.list],
      open: { own: place?.open === true ? place : undefined, group: openGroup(host, said), ways: routing.ways },
      lists: {
        addresses: eachFamily((family) =>
          [...listed].some(
            ([name, { addresses }]) => name !== 'lo' && addresses.some(({ address }) => address.family === family),
          ),
        ),
        routes: eachFamily((family) => facts.routes().some(({ route }) => route.family === family)),
      },
      known: {
        addresses: { 4: isKnown(4) || complete, 6: isKnown(6) || complete },
        policyRules: givenRules ? 'all' : facts.policyRulesListed(),
      },
    };
  }

  /** `isKnown`: all addresses of a family are listed, or those of any where none is named. */
  private interfaces(
    listed: ReadonlyMap<string, InterfaceOfFile>,
    given: readonly Interface[] | undefined,
    answers: HostAnswers,
    noted: Assumptions,
  ) {
    const { families, facts, rulesUse, said } = this;
    const listedFamilies = facts.familiesOfAllAddresses(rulesUse.pod === true);
    const isKnown = (family: 4 | 6 | undefined): boolean =>
      given !== undefined || (family === undefined ? listedFamilies.size > 0 : listedFamilies.has(family));
    const known = isKnown(said.destination?.family ?? said.source?.family);
    const addresses = facts.addresses();
    const routes = facts
      .routes()
      .filter(({ route: { table } }) => table === ROUTE_TABLE.main || table === ROUTE_TABLE.local);
    const place = known
      ? undefined
      : destinationPlace({ said, rules: rulesUse, listed, routes, addresses, answered: answers.own });
    const sources = {
      listed,
      listedFamilies,
      routes: facts.routes(),
      named: rulesUse.interfaces ?? [],
      said,
      own: ownAddresses(said, rulesUse, place, addresses, known),
      families,
      speaksOf: (block: AddressBlock) => this.speaksOf(block),
    };
    const found = given
      ? { interfaces: given, uplink: given.find(({ name }) => name !== 'lo')?.name ?? 'eth0' }
      : assumeInterfaces(sources, noted);
    return { ...found, isKnown, complete: addresses.complete, place };
  }

  /** What has nothing to do with answers. */
  private readParts(): HostParts {
    const sysctls = this.override('sysctls', readSysctls) ?? this.facts.sysctls();
    const givenInterfaces = this.override('ifaces', readInterfaces);
    const givenRules = this.override<readonly PolicyRule[]>('ipRules', readRules);
    // Read in this order, ignored lines are reported in the order of the file's parts.
    if (!givenInterfaces) this.facts.routes();
    const rules = givenRules ?? this.facts.policyRules();
    return {
      sysctls,
      givenInterfaces,
      rules,
      givenRules: givenRules !== undefined,
      sockets: this.sockets(),
      sets: this.sets(),
    };
  }

  private override<T>(name: string, read: (json: unknown) => T | InputProblem): T | undefined {
    const value = this.given[name];
    if (value === undefined || value === null) return undefined;
    const result = read(value);
    if (!isProblem(result)) return result;
    if (!this.problems.some(({ message }) => message === result.message)) this.problems.push(result);
    return undefined;
  }

  private routes(
    kernel: readonly Route[],
    assume: (
      family: 4 | 6,
      stated: readonly Route[],
    ) => { readonly routes: readonly Route[]; readonly ways: readonly string[] },
  ) {
    const given = this.override('routes', (json) => givenRoutes(json, kernel));
    if (given) return { routes: [...kernel, ...given], ways: { 4: [], 6: [] } };
    const listed = this.given['ifaces'] === undefined ? this.facts.routes() : [];
    const routes: Route[] = [];
    const ways: Record<4 | 6, readonly string[]> = { 4: [], 6: [] };
    for (const family of [4, 6] as const) {
      const listing = listed.filter(({ route }) => route.family === family);
      const main = listing.filter(({ route }) => route.table === ROUTE_TABLE.main);
      const ofFamily = listing.map(({ route }) => route);
      // A listing of the main table is complete: what the kernel would have added for an address is in it or does not
      // exist.
      if (main.some(({ added }) => !added))
        routes.push(
          ...kernel.filter((route) => route.family === family && route.table === ROUTE_TABLE.local),
          ...ofFamily,
        );
      else {
        const assumed = assume(
          family,
          main.map(({ route }) => route),
        );
        routes.push(...assumed.routes, ...ofFamily);
        ways[family] = assumed.ways;
      }
    }
    return { routes, ways };
  }

  private speaksOf(block: AddressBlock): boolean {
    const {
      rulesUse: { speaksOf, interfaces = [], forwarded = [] },
    } = this;
    const tied = [...interfaces.flatMap(({ behind = [] }) => behind), ...forwarded];
    return (
      tied.some((other) => overlap(block, other)) ||
      this.facts.routes().some(({ route }) => route.prefixLength > 0 && overlap(block, route.destination)) ||
      speaksOf?.(block) === true
    );
  }

  private sockets(): Pick<Host, 'listeners' | 'listenersKnown' | 'listenersKnownFor'> {
    const given = this.override('listeners', (json) =>
      readListeners(json, this.override('sysctls', readSysctls)?.get('net.ipv6.bindv6only') === 1),
    );
    if (given) return { listeners: given, listenersKnown: true };
    const { listeners, knownFor } = this.facts.sockets(this.rulesUse.tproxyPorts ?? []);
    return {
      listeners,
      listenersKnown: knownFor !== undefined,
      ...(knownFor === undefined ? {} : { listenersKnownFor: knownFor }),
    };
  }

  private sets(): Host['sets'] {
    const text = this.override('sets', (json) =>
      typeof json === 'string' ? json : problem('sets', 'must be the text of "ipset save"'),
    );
    if (text === undefined) return this.facts.sets();
    const { sets, problems } = parseSets(text);
    for (const { line, message } of problems) this.problems.push(problem('sets', `line ${line}: ${message}`));
    return sets;
  }
}

/** The multicast group that a packet goes to, where this host is in it only if one of its programs has joined it. */
function openGroup(host: Host, { destination }: SaidOfHost): Address | undefined {
  return destination && isMulticast(destination) && !isJoinedGroup(host, destination) ? destination : undefined;
}

function withGroup(host: Host, said: SaidOfHost, joined: boolean | undefined): Host {
  const group = openGroup(host, said);
  return group && joined !== undefined ? { ...host, joinedGroups: joined ? [group] : [] } : host;
}

function eachFamily<Value>(of: (family: 4 | 6) => Value): Readonly<Record<4 | 6, Value>> {
  return { 4: of(4), 6: of(6) };
}

interface HostParts {
  readonly sysctls: ReadonlyMap<string, number>;
  readonly givenInterfaces: readonly Interface[] | undefined;
  readonly rules: readonly PolicyRule[];
  readonly givenRules: boolean;
  readonly sockets: Pick<Host, 'listeners' | 'listenersKnown' | 'listenersKnownFor'>;
  readonly sets: Host['sets'];
}

function overlap(a: AddressBlock, b: AddressBlock): boolean {
  return inBlock(a.address, b) || inBlock(b.address, a) || sameAddress(a.address, b.address);
}

function givenRoutes(json: unknown, kernel: readonly Route[]): Route[] | InputProblem {
  if (!Array.isArray(json)) return problem('routes', 'must be a list of texts as after "ip route add"');
  const routes: Route[] = [];
  for (const [i, line] of (json as unknown[]).entries()) {
    const route =
      typeof line === 'string'
        ? parseRoute(line, [...kernel, ...routes], `routes[${i}]`)
        : problem(`routes[${i}]`, 'is a text');
    if (isProblem(route)) return route;
    routes.push(route);
  }
  return routes;
}
