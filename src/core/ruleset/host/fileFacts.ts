import { formatAddress, isLinkLocal, parseAddress, prefixBlock, sameAddress } from '../../net/address';
import type { Host, Interface, InterfaceAddress, PolicyRule, Route } from '../../net/host';
import { parseInterfaceAddress } from '../../net/hostFromTopology';
import { nextPreference, parsePolicyRule, parseRoute, standardRules } from '../../net/ipRoute';
import { kernelRoutes, ROUTE_TABLE } from '../../net/kernelRoutes';
import { isProblem } from '../../net/packetRequest';
import type { Section, SourceFile } from '../../syntax/sourceFile';
import { setsOfFile } from '../fileSets';
import type { Assumptions } from './assumptions';
import { addressesOf, type AddressesOfFile } from './fileAddresses';
import { socketsOf, type SocketsOfFile } from './fileSockets';
import { sysctlsOf } from './fileSysctls';
import { TableNumbers } from './tableNumbers';

type Facts<K extends Section['kind']> = Extract<Section, { readonly kind: K }>;

/** An interface as the file lists it. `lo` may be among them. 0-based line. */
export interface InterfaceOfFile {
  readonly line: number;
  /** Undefined where the file does not say. */
  readonly up: boolean | undefined;
  readonly mac: string | undefined;
  readonly mtu: number;
  readonly addresses: readonly InterfaceAddress[];
}

/** A route that the file lists, with its 0-based line. */
export interface RouteOfFile {
  readonly route: Route;
  readonly line: number;
  /**
   * There may be others: commands or a configuration add it to what the kernel has by itself, or a listing shows some
   * routes. Other routes are of a list of their whole table.
   */
  readonly added: boolean;
}

/** The standard ones among them. */
interface PolicyRulesOfFile {
  readonly rules: readonly PolicyRule[];
  /** The families of which all are listed. */
  readonly listed: ReadonlySet<4 | 6>;
  /** One of them cannot be read. */
  readonly hasUnread: boolean;
}

/** What the sections of a file say about the host, and nothing else. A line that cannot be used is noted as ignored. */
export class FileFacts {
  private allPolicyRules: PolicyRulesOfFile | undefined;

  private cachedInterfaces: ReadonlyMap<string, InterfaceOfFile> | undefined;
  private cachedRoutes: readonly RouteOfFile[] | undefined;
  private cachedAddresses: AddressesOfFile | undefined;
  private cachedTables: TableNumbers | undefined;

  constructor(
    private readonly file: SourceFile,
    private readonly noted: Assumptions,
  ) {}

  sections<K extends Section['kind']>(kind: K): readonly Facts<K>[] {
    return this.file.sections.filter((section): section is Facts<K> => section.kind === kind);
  }

  /** Whether any rule or route of the file is about IPv6. */
  get ipv6(): boolean {
    const rules = this.sections('rules').filter(({ lines }) => lines.some(({ node }) => node.kind === 'command'));
    return (
      rules.some(({ family }) => family === 6) ||
      this.sections('routes').some(({ routes }) => routes.some(({ family }) => family === 6))
    );
  }

  /** The interfaces that the file lists, by name and in its order. */
  interfaces(): ReadonlyMap<string, InterfaceOfFile> {
    if (this.cachedInterfaces) return this.cachedInterfaces;
    const found = new Map<string, InterfaceOfFile>();
    for (const facts of this.sections('interfaces').flatMap((section) => section.interfaces)) {
      const addresses: InterfaceAddress[] = [];
      for (const text of facts.addresses) {
        const address = parseInterfaceAddress(text);
        if (address) addresses.push(address);
        else
          this.noted.leftOut(
            'not-read',
            `The address ${text} of ${facts.name} is ignored: it is none.`,
            facts.line.index,
          );
      }
      const known = found.get(facts.name);
      // `ip link` and then `ip addr`, IPv4 and then IPv6: each has a part.
      const more = addresses.filter(
        ({ address }) => !known?.addresses.some((each) => sameAddress(each.address, address)),
      );
      found.set(facts.name, {
        line: known?.line ?? facts.line.index,
        up: facts.up ?? known?.up,
        mac: facts.mac ?? known?.mac,
        mtu: facts.mtu ?? known?.mtu ?? 1500,
        addresses: [...(known?.addresses ?? []), ...more],
      });
    }
    this.cachedInterfaces = found;
    return found;
  }

  /**
   * The families of which a listing of all interfaces has the addresses. `ip -6 addr` has none of IPv4, which at least
   * lo would have; one without any of IPv6 is of a host without IPv6, or of `ip -4 addr`. A pod has one interface: any
   * listing shows it. An address that cannot be read, because somebody made it unreadable, may be any.
   */
  familiesOfAllAddresses(pod: boolean): ReadonlySet<4 | 6> {
    const whole = this.sections('interfaces')
      .filter(({ partial }) => pod || partial !== true)
      .flatMap((section) => section.interfaces);
    const written = whole.flatMap(({ addresses }) => addresses);
    const lost = new Set(written.filter(isNoAddress).map(familyOf));
    return new Set(
      whole.some(({ name, addresses }) => name !== 'lo' && addresses.length > 0)
        ? written.map(familyOf).filter((family) => !lost.has(family))
        : [],
    );
  }

  /** The addresses that the file states without their interface. */
  addresses(): AddressesOfFile {
    return (this.cachedAddresses ??= addressesOf(this.file));
  }

  /** The settings that the file states, by their full names. */
  sysctls(): ReadonlyMap<string, number> {
    return sysctlsOf(this.sections('sysctls').flatMap((section) => section.sysctls));
  }

  tables(): TableNumbers {
    return (this.cachedTables ??= new TableNumbers(
      this.sections('routing-tables').flatMap((section) => section.tables),
    ));
  }

  /**
   * The routes that the file lists; without the kernel's own entries of table local, which follow from the addresses.
   */
  routes(): readonly RouteOfFile[] {
    if (this.cachedRoutes) return this.cachedRoutes;
    const found: RouteOfFile[] = [];
    const lost = new Set<4 | 6>();
    // The route to a next hop whose interface is not written.
    const known = kernelRoutes(
      [...this.interfaces()].map(([name, iface], index): Interface => ({ ...iface, name, index })),
      false,
    );
    for (const { routes, added = false, partial = false } of this.sections('routes')) {
      for (const { words, family, line } of routes) {
        const numbered = this.tables().numbered(words);
        const { followed, lostHop } = withoutLostHop(numbered);
        const route = parseRoute(followed, known, 'route', family);
        if (lostHop !== undefined && !isProblem(route))
          this.noted.leftOut('not-read', `The next hop ${lostHop} is not an address: the route has none.`, line.index);
        if (isProblem(route)) {
          this.noted.leftOut('not-read', `This route is ignored. ${route.message}`, line.index);
          lost.add(family);
        } else if (route.table !== ROUTE_TABLE.local || !/ proto kernel( |$)/.test(words)) {
          found.push({ route, line: line.index, added: added || partial });
          known.push(route);
        }
      }
    }
    const partial = new Set([...lost, ...familiesWithout(this.interfaces(), found)]);
    this.cachedRoutes = found.map((each) => (partial.has(each.route.family) ? { ...each, added: true } : each));
    return this.cachedRoutes;
  }

  /** The policy rules that the file lists, and the three that every host has, unless a list of all rules lacks them. */
  policyRules(): readonly PolicyRule[] {
    return this.readPolicyRules().rules;
  }

  /** Whether the file lists policy rules, and whether others may exist than those and the standard ones. */
  policyRulesListed(): 'all' | 'some' | 'none' {
    const sections = this.sections('policy-rules');
    if (sections.length === 0) return 'none';
    return this.readPolicyRules().hasUnread || sections.every(({ partial }) => partial) ? 'some' : 'all';
  }

  /** The families of which the file lists all policy rules, as `ip rule` prints them. */
  familiesOfAllRules(): ReadonlySet<4 | 6> {
    return this.readPolicyRules().listed;
  }

  private readPolicyRules(): PolicyRulesOfFile {
    if (this.allPolicyRules) return this.allPolicyRules;
    const rules = new Map<string, PolicyRule>();
    const listed = new Set<4 | 6>();
    const lost = new Set<4 | 6>();
    const withStandard = (): PolicyRule[] => [
      ...standardRules().filter((rule) => !listed.has(rule.family) && !rules.has(JSON.stringify(rule))),
      ...rules.values(),
    ];
    const sections = this.sections('policy-rules');
    const each = sections.flatMap(({ rules: all, partial = false }) => all.map((rule) => ({ ...rule, partial })));
    for (const { words, family, line, partial } of each) {
      const rule = parsePolicyRule(
        this.tables().numbered(words),
        () => nextPreference(withStandard(), family),
        'rule',
        family,
      );
      if (isProblem(rule)) {
        this.noted.leftOut('not-read', `This policy rule is ignored. ${rule.message}`, line.index);
        lost.add(family);
      } else rules.set(JSON.stringify(rule), rule);
      // No command adds it: the line is one of a list of all rules.
      if (
        !partial &&
        !isProblem(rule) &&
        rule.action.kind === 'lookup' &&
        rule.action.table === ROUTE_TABLE.local &&
        / pref \d+$/.test(words)
      )
        listed.add(family);
    }
    for (const family of lost) listed.delete(family);
    return (this.allPolicyRules = { rules: withStandard(), listed, hasUnread: lost.size > 0 });
  }

  /** The last value of a variable in the file's settings. */
  variable(name: string): string | undefined {
    return this.sections('environment')
      .flatMap((section) => section.entries)
      .filter(({ key }) => key === name)
      .at(-1)?.value;
  }

  /** Those at a port of `transparentPorts` are transparent. */
  sockets(transparentPorts: readonly number[]): SocketsOfFile {
    return socketsOf(this.sections('sockets'), transparentPorts, this.noted);
  }

  sets(): Host['sets'] {
    const found = setsOfFile(this.file);
    if (found === undefined) return undefined;
    for (const { line, message } of found.problems.slice(0, MOST_LEFT_OUT))
      this.noted.leftOut('sets', `A line of the saved sets is ignored: ${message}.`, line.index);
    const more = found.problems.length - MOST_LEFT_OUT;
    if (more > 0) this.noted.leftOut('sets', `${more} more lines of the saved sets are ignored; "check" lists them.`);
    return found.sets;
  }
}

/**
 * The words of a route without a next hop that is no address, where its interface is written: a variable that only the
 * machine knows, or somebody made it unreadable. By which interface a packet leaves does not depend on it.
 */
function withoutLostHop(words: string): { readonly followed: string; readonly lostHop: string | undefined } {
  const [via, lostHop = ''] = LOST_HOP.exec(words) ?? [];
  return via === undefined || parseAddress(lostHop) || !/ dev \S/.test(words) || / nexthop /.test(words)
    ? { followed: words, lostHop: undefined }
    : { followed: words.replace(via, ' '), lostHop };
}

const LOST_HOP = / via (?:inet6? )?('[^']*'|"[^"]*"|\S+)(?: |$)/;

/**
 * The families of which the routes of an interface that is up are missing: the kernel adds one to the network of each
 * address, so what is listed is not all. Source: Linux net/ipv4/fib_frontend.c, fib_add_ifaddr; net/ipv6/addrconf.c.
 */
function familiesWithout(
  interfaces: ReadonlyMap<string, InterfaceOfFile>,
  routes: readonly RouteOfFile[],
): ReadonlySet<4 | 6> {
  const networks = new Set(
    routes.map(({ route }) => `${formatAddress(route.destination.address)}/${route.prefixLength}`),
  );
  const missing = new Set<4 | 6>();
  for (const [name, { up, addresses }] of interfaces)
    if (up === true && name !== 'lo')
      for (const { address, prefixLength } of addresses)
        if (
          prefixLength < (address.family === 4 ? 31 : 127) &&
          !isLinkLocal(address) &&
          !networks.has(`${formatAddress(prefixBlock(address, prefixLength).address)}/${prefixLength}`)
        )
          missing.add(address.family);
  return missing;
}

/** How many ignored lines are reported one by one. */
const MOST_LEFT_OUT = 10;

/** Of an address of an interface, as it is written. */
function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

function isNoAddress(address: string): boolean {
  return parseInterfaceAddress(address) === undefined;
}
