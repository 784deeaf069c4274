import {
  formatAddress,
  formatBlock,
  inBlock,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
  prefixLengthOf,
  type AddressBlock,
} from '../../net/address';
import type { Interface, PolicyRule, Route } from '../../net/host';
import { nextPreference, parsePolicyRule, parseRoute } from '../../net/ipRoute';
import { ROUTE_TABLE } from '../../net/kernelRoutes';
import { isProblem } from '../../net/packetRequest';
import type { Assumptions, HostAssumption, InterfaceUse, RulesUse } from './assumptions';
import { firstOfBridge } from './ownAddresses';
import type { SaidOfHost } from './said';
import { INNER_NAME, LAN_NAME, tproxyTable } from './usual';

/** What the routes of a host are made of whose routes of a family the file does not list. */
export interface RouteSources {
  readonly family: 4 | 6;
  readonly interfaces: readonly Interface[];
  /** The interfaces whose addresses the file lists. */
  readonly listed: ReadonlySet<string>;
  /** There are no other interfaces with addresses. */
  readonly allListed: boolean;
  readonly named: readonly InterfaceUse[];
  readonly said: SaidOfHost;
  readonly uplink: string;
  /** The interface by which packets for elsewhere leave, where that was asked and answered. */
  readonly way: string | undefined;
  /** The kernel's own routes, which follow from the addresses. */
  readonly kernel: readonly Route[];
  /** Routes of the main table that the file lists, of which there may be others. */
  readonly stated: readonly Route[];
}

/** Routes that are assumed, and the interfaces by which packets for elsewhere may leave, the likeliest first. */
export interface AssumedRoutes {
  readonly routes: readonly Route[];
  readonly ways: readonly string[];
}

/**
 * The routes of a host, as the packet, the rules and the addresses show them. What is said to leave by an interface
 * does so, even where rules or made-up addresses suggest another. No next hop is made up: packets for elsewhere are
 * handed to an interface.
 */
export function assumeRoutes(sources: RouteSources, noted: Assumptions): AssumedRoutes {
  const { family, interfaces, listed, named, said, kernel, stated } = sources;
  const out = said.outInterface === 'lo' ? undefined : said.outInterface;
  const of = (text: string): Route[] => {
    const route = parseRoute(`${family === 6 ? '-6 ' : ''}${text}`, [], 'route');
    return isProblem(route) ? [] : [route];
  };
  const kept = kernel.filter(
    (route) =>
      route.table === ROUTE_TABLE.local ||
      out === undefined ||
      route.device === out ||
      route.device === said.inInterface ||
      listed.has(route.device ?? ''),
  );
  const behind = named.flatMap(({ name, behind: blocks = [] }) =>
    out === undefined || name === out
      ? blocks
          .filter((block) => block.address.family === family)
          .filter((block) => !stated.some((route) => contains(route, block)))
          .flatMap((block) => of(`${formatBlock(block)} dev ${name}`))
      : [],
  );
  for (const route of behind)
    noted.assume({
      code: 'route',
      what: `route to ${formatBlock(route.destination)}`,
      value: `dev ${route.device ?? ''}`,
      message:
        `Rules tie ${formatBlock(route.destination)} to ${route.device ?? ''}: it is assumed to be reached by ` +
        'that interface.',
      use: { kind: 'routes', routes: [route] },
    });
  const toLan = out === undefined && family === 4 ? routesToLan(sources, of, noted) : [];
  const candidates = waysOf(sources);
  const device = out ?? sources.way ?? candidates[0];
  const toDestination =
    out !== undefined && said.destination?.family === family && said.own !== true
      ? of(`${formatAddress(said.destination)} dev ${out}`)
      : [];
  const known = [...kept, ...behind, ...stated, ...toLan.filter((route) => route.device === said.inInterface)];
  const back = wayBack(sources, known, of);
  for (const route of back) {
    const [to, by] = [formatAddress(route.destination.address), route.device ?? ''];
    noted.assume({
      code: 'route',
      what: `route back to ${to}`,
      value: `dev ${by}`,
      message:
        `The file lists no route to ${to}: it is assumed to be reached by ${by}, the interface that the packet ` +
        'came in by.',
      use: { kind: 'routes', routes: back },
    });
  }
  const routes = [...kept, ...behind, ...toDestination, ...back, ...toLan];
  const statedDefault = stated.filter(({ prefixLength }) => prefixLength === 0);
  if (statedDefault.length > 0) {
    if (out === undefined) noted.assume(noOthers(family, statedDefault));
    return { routes, ways: [] };
  }
  if (device === undefined) return { routes, ways: [] };
  const elsewhere = of(`default dev ${device}`);
  const open = out === undefined && candidates.length > 1;
  if (out === undefined)
    noted.assume({
      code: 'default-route',
      what: `IPv${family} default route`,
      value: `dev ${device}`,
      message:
        `The file lists no IPv${family} ${stated.length > 0 ? 'default route' : 'routes'}: ` +
        // A second way out would contradict the uplink that another assumption names.
        (said.inInterface === sources.uplink && device !== sources.uplink
          ? `what comes in by ${sources.uplink} is assumed to leave by ${device}.`
          : `a default route by ${device} is assumed.`),
      use: { kind: 'routes', routes: elsewhere },
    });
  return { routes: [...routes, ...elsewhere], ways: open && interfaces.length > 2 ? candidates : [] };
}

/** RFC 1918. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] as const;

/** By the bridge of a router’s private network, where nothing says which network that is. */
function routesToLan(
  { named, listed, stated }: RouteSources,
  of: (text: string) => Route[],
  noted: Assumptions,
): readonly Route[] {
  const { name, behind = [] } = named.find((use) => LAN_NAME.test(use.name)) ?? {};
  if (name === undefined || stated.length > 0 || listed.has(name) || behind.length > 0) return [];
  const routes = PRIVATE.flatMap((block) => of(`${block} dev ${name}`));
  noted.assume({
    code: 'route',
    what: 'routes to private addresses',
    value: `dev ${name}`,
    message: `The file lists no routes: other private addresses are assumed to be reached by ${name}.`,
    use: { kind: 'routes', routes },
  });
  return routes;
}

/** The default route is taken for what the others do not lead to, although there may be more of them. */
function noOthers(family: 4 | 6, routes: readonly Route[]): HostAssumption {
  return {
    code: 'route',
    what: `IPv${family} routes`,
    value: 'no others',
    message:
      `The file may list only some of the IPv${family} routes ("ip route" lists all): for other destinations the ` +
      'default route is taken.',
    use: { kind: 'routes', routes },
  };
}

/** A listed route that leads to a whole block, and not only elsewhere. */
function contains({ destination, prefixLength }: Route, block: AddressBlock): boolean {
  return prefixLength > 0 && prefixLength <= (prefixLengthOf(block.mask) ?? 0) && inBlock(block.address, destination);
}

/** The sender of a packet is reached by the interface that it came in by, unless something else is known. */
function wayBack(
  { family, said: { source, inInterface }, interfaces }: RouteSources,
  known: readonly Route[],
  of: (text: string) => Route[],
): readonly Route[] {
  if (
    source?.family !== family ||
    inInterface === undefined ||
    inInterface === 'lo' ||
    isLoopback(source) ||
    isMulticast(source) ||
    isUnspecified(source) ||
    isLinkLocal(source)
  )
    return [];
  if (
    known.some((route) => route.prefixLength > 0 && inBlock(source, route.destination)) ||
    !interfaces.some(({ name }) => name === inInterface)
  )
    return [];
  return of(`${formatAddress(source)} dev ${inInterface}`);
}

/**
 * The interfaces by which packets for elsewhere may leave: no bridges of containers, none that rules tie to networks,
 * and not the one that the packet came in by, if there are others.
 */
function waysOf({ family, interfaces, listed, allListed, named, said, uplink }: RouteSources): readonly string[] {
  const uses = new Map(named.map((use) => [use.name, use]));
  const usable = interfaces
    .filter(({ name, addresses }) => {
      const use: InterfaceUse = uses.get(name) ?? { name };
      const inner =
        firstOfBridge(use) !== undefined ||
        INNER_NAME.test(name) ||
        (use.behind ?? []).some(({ address }) => address.family === family);
      return (
        name !== 'lo' &&
        addresses.some(({ address }) => address.family === family && !isLinkLocal(address)) &&
        (name === uplink || !inner) &&
        (!allListed || listed.size === 0 || listed.has(name) || use.translated === true)
      );
    })
    .map(({ name }) => name);
  const ordered = [...usable.filter((name) => name === uplink), ...usable.filter((name) => name !== uplink)];
  const others = ordered.filter((name) => name !== said.inInterface);
  return others.length > 0 ? others : ordered;
}

/** What TPROXY's policy routing is made of. */
export interface TproxySources {
  readonly marks: NonNullable<RulesUse['tproxyMarks']>;
  readonly rules: readonly PolicyRule[];
  readonly routes: readonly Route[];
  /** The families whose policy rules may differ from those that are known. */
  readonly families: readonly (4 | 6)[];
  /** The value of the variable that names the table, where the file states it. */
  readonly table: string | undefined;
}

/**
 * TPROXY is of no use without a policy rule that delivers what it marked; whoever writes the rules adds one, which the
 * file need not show.
 */
export function assumeTproxyRouting(
  { marks, rules, routes, families, table: stated }: TproxySources,
  noted: Assumptions,
): { rules: PolicyRule[]; routes: Route[] } {
  const added: { rules: PolicyRule[]; routes: Route[] } = { rules: [], routes: [] };
  if (families.length === 0) return added;
  for (const { mark, mask } of marks) {
    if (rules.some((rule) => rule.mark !== undefined && ((rule.mark.value ^ mark) & rule.mark.mask & mask) === 0))
      continue;
    const table = tproxyTable(mark, stated);
    const words = `fwmark 0x${mark.toString(16)}/0x${mask.toString(16)} lookup ${table}`;
    for (const family of families) {
      const rule = parsePolicyRule(words, () => nextPreference([...rules, ...added.rules], family), 'rule', family);
      const route = parseRoute(`local default dev lo table ${table}`, [], 'route', family);
      if (isProblem(rule) || isProblem(route)) continue;
      added.rules.push(rule);
      if (!routes.concat(added.routes).some((other) => other.family === family && other.table === table))
        added.routes.push(route);
    }
    noted.assume({
      code: 'tproxy-routing',
      what: `policy rule for mark 0x${mark.toString(16)}`,
      value: `lookup ${table}`,
      use: { kind: 'table', table },
      message:
        `TPROXY rules need policy routing, which the file does not list: "ip rule add ${words}" and "ip route ` +
        `add local default dev lo table ${table}" are assumed.`,
    });
  }
  return added;
}
