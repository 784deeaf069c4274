import {
  inBlock,
  isLimitedBroadcast,
  isLinkGroup,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
  sameAddress,
  type Address,
} from './address';
import type { Host, PolicyRule, Route } from './host';
import { isStandardRule } from './ipRoute';
import { ROUTE_TABLE } from './kernelRoutes';

/** What decides the way of a packet. */
export interface RouteQuery {
  readonly destination: Address;
  /** undefined where the sender has not bound its socket to an address: `from` rules then see 0.0.0.0 or ::. */
  readonly source?: Address | undefined;
  readonly mark?: number;
  /** Where the packet came in; undefined for a packet of this host. */
  readonly inInterface?: string | undefined;
  /** The device that the socket is bound to. */
  readonly outInterface?: string | undefined;
  readonly tos?: number;
  /** The user of the sending socket. */
  readonly uid?: number | undefined;
  readonly protocol?: number | undefined;
  readonly sourcePort?: number | undefined;
  readonly destinationPort?: number | undefined;
}

export interface RouteResult {
  /** `none`: no route. An anycast address of this host is `local`. */
  readonly type: 'local' | 'unicast' | 'broadcast' | 'multicast' | 'blackhole' | 'unreachable' | 'prohibit' | 'none';
  /** Where a packet of this host leaves, or a forwarded one; `lo` for a local destination. */
  readonly device: string | undefined;
  readonly gateway: Address | undefined;
  /**
   * The source that the route asks for (`src`), not what the kernel would choose without one: see `sourceAddressFor`.
   */
  readonly preferredSource: Address | undefined;
  readonly realm: number;
  readonly table: number | undefined;
  /** True where this host itself takes the packet: local, broadcast, a multicast group that it is in. */
  readonly toThisHost: boolean;
  /** The route that decided; undefined for 255.255.255.255, multicast and an unspecified destination. */
  readonly route: Route | undefined;
  /** The policy rule that led to the table or refused the packet. */
  readonly rule: PolicyRule | undefined;
}

/**
 * The kernel's routing decision: policy rules by preference, in each table the longest prefix, then tos, then metric.
 * What the kernel checks besides (martian addresses, rp_filter, forwarding) is not part of it. Source: net/ipv4/route.c
 * ip_route_output_key_hash_rcu and ip_route_input_slow, fib_trie.c, net/ipv6/route.c.
 */
export function lookupRoute(host: Host, query: RouteQuery): RouteResult {
  return query.destination.family === 4 ? lookupIpv4(host, query) : lookupIpv6(host, query);
}

/** Whether this host is in a multicast group: a program has joined it, or the kernel has. */
export function isJoinedGroup(host: Host, group: Address): boolean {
  return host.joinedGroups?.some((joined) => sameAddress(joined, group)) === true || isKernelsGroup(host, group);
}

/**
 * Every multicast group that a host is in without anyone having joined it: all nodes, on a router all routers,
 * solicited-node addresses.
 */
function isKernelsGroup(host: Host, group: Address): boolean {
  const [first, second, third, last] = group.words as [number, number, number, number];
  if (group.family === 4) return first === 0xe0000001;
  const scope = first >>> 16;
  if (second === 0 && third === 0 && last === 1) return first === 0xff010000 || first === 0xff020000;
  if (second === 0 && third === 0 && last === 2)
    return (
      host.sysctls.get('net.ipv6.conf.all.forwarding') !== 0 &&
      (first === 0xff020000 || ((first === 0xff010000 || first === 0xff050000) && hasOldInterface(host)))
    );
  if (scope !== 0xff02 || second !== 0 || third !== 1 || last >>> 24 !== 0xff) return false;
  return host.interfaces.some(
    ({ addresses, noArp }) =>
      !noArp &&
      addresses.some(
        ({ address }) => address.family === 6 && ((address.words[3] as number) & 0xffffff) === (last & 0xffffff),
      ),
  );
}

/**
 * An interface that is there when forwarding is switched on joins all groups of routers, a later one only that of its
 * link. Source: net/ipv6/addrconf.c dev_forward_change, ipv6_add_dev.
 */
function hasOldInterface({ interfaces }: Host): boolean {
  return interfaces.some(({ name, noArp }) => name !== 'lo' && !noArp);
}

function lookupIpv4(host: Host, query: RouteQuery): RouteResult {
  const { destination, inInterface } = query;
  const multicast = isMulticast(destination);
  const limited = isLimitedBroadcast(destination);
  if (inInterface !== undefined) {
    if (multicast)
      return special(
        'multicast',
        isJoinedGroup(host, destination) ? 'lo' : undefined,
        isJoinedGroup(host, destination),
      );
    if (limited || (isUnspecified(destination) && (query.source === undefined || isUnspecified(query.source))))
      return special('broadcast', 'lo', true);
  } else if (isUnspecified(destination)) {
    return special('local', 'lo', true);
  } else if (
    (multicast || limited) &&
    query.source !== undefined &&
    !isUnspecified(query.source) &&
    query.outInterface === undefined
  ) {
    // A sender that is bound to an address sends from the device that has it, and cannot send where this host has no
    // such address.
    const device = deviceOf(host, query.source);
    if (device === undefined) return special('none', undefined, false);
    return special(multicast ? 'multicast' : 'broadcast', device, limited || isJoinedGroup(host, destination));
  } else if (query.outInterface !== undefined && (limited || isLinkGroup(destination))) {
    return special(
      limited ? 'broadcast' : 'multicast',
      query.outInterface,
      limited || isJoinedGroup(host, destination),
    );
  }
  const found = lookupRules(host, query);
  if (inInterface !== undefined) return found.type === 'broadcast' ? { ...found, device: 'lo' } : found;
  if (query.outInterface !== undefined && FAILURES.has(found.type)) {
    // With a device given and no route the kernel takes the destination to be on that link.
    return special(
      multicast ? 'multicast' : 'unicast',
      query.outInterface,
      multicast && isJoinedGroup(host, destination),
    );
  }
  // Neither has a next hop, except that a route made for multicast keeps its own.
  if (limited && !FAILURES.has(found.type))
    return { ...found, type: 'broadcast', gateway: undefined, toThisHost: true };
  if (multicast && (found.type === 'unicast' || found.type === 'local')) {
    const gateway = (found.route?.prefixLength ?? 0) < 4 ? undefined : found.gateway;
    return { ...found, type: 'multicast', gateway, toThisHost: isJoinedGroup(host, destination) };
  }
  return found;
}

const FAILURES: ReadonlySet<RouteResult['type']> = new Set(['none', 'blackhole', 'unreachable', 'prohibit']);

function lookupIpv6(host: Host, query: RouteQuery): RouteResult {
  const { destination, inInterface, outInterface } = query;
  // Addresses that mean nothing without a link are looked up for the link the packet came from.
  const strict = isMulticast(destination) || isLinkLocal(destination) || isLoopback(destination);
  const device = inInterface === undefined ? outInterface : strict ? inInterface : undefined;
  const found = lookupRules(host, query, device);
  if (found.type !== 'multicast' && !(isMulticast(destination) && found.type === 'unicast')) return found;
  return { ...found, type: 'multicast', toThisHost: isJoinedGroup(host, destination) };
}

function special(type: RouteResult['type'], device: string | undefined, toThisHost: boolean): RouteResult {
  return {
    type,
    device,
    gateway: undefined,
    preferredSource: undefined,
    realm: 0,
    table: undefined,
    toThisHost,
    route: undefined,
    rule: undefined,
  };
}

/**
 * The device that has an address of this host; 127.0.0.6 is on lo although no interface lists it (net/ipv4/devinet.c
 * __ip_dev_find).
 */
function deviceOf(host: Host, address: Address): string | undefined {
  const own = host.interfaces.find(({ addresses }) => addresses.some((entry) => sameAddress(entry.address, address)));
  if (own) return own.name;
  const local = host.routes.filter(
    (route) => route.table === ROUTE_TABLE.local && route.type === 'local' && inBlock(address, route.destination),
  );
  return local.sort((a, b) => b.prefixLength - a.prefixLength)[0]?.device;
}

function lookupRules(
  host: Host,
  query: RouteQuery,
  device = query.inInterface === undefined ? query.outInterface : undefined,
): RouteResult {
  const family = query.destination.family;
  const rules = host.policyRules.filter((rule) => rule.family === family);
  // Until the first rule is added, IPv4 keeps local and main in one trie, so that a longer prefix in main wins over
  // local. Source: net/ipv4/fib_rules.c, fib4_rule_configure.
  const merged = family === 4 && rules.every((rule) => isStandardRule(rule) && isUnconditional(rule));
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i] as PolicyRule;
    if (!ruleMatches(rule, query) || rule.action.kind === 'nop') continue;
    if (rule.action.kind === 'goto') {
      // Only a rule further on can be its target, so that no walk goes in a circle; without one the rule does nothing.
      const { target } = rule.action;
      const at = rules.findIndex(({ preference }) => preference === target);
      if (at > i) i = at - 1;
      continue;
    }
    if (rule.action.kind !== 'lookup') return { ...special(rule.action.kind, undefined, false), rule };
    const { table } = rule.action;
    const tables = merged && table === ROUTE_TABLE.local ? [ROUTE_TABLE.local, ROUTE_TABLE.main] : [table];
    const route = lookupTable(host, query, tables, device);
    if (route === undefined || route.type === 'throw') continue;
    if (rule.suppressPrefixLength !== undefined && route.prefixLength <= rule.suppressPrefixLength) continue;
    return resultOf(route, rule);
  }
  return special('none', undefined, false);
}

function isUnconditional(rule: PolicyRule): boolean {
  const { from, to, mark, iif, oif, tos, ipProtocol, sourcePorts, destinationPorts, uids, not } = rule;
  return (
    !not &&
    [from, to, mark, iif, oif, tos, ipProtocol, sourcePorts, destinationPorts, uids].every((part) => part === undefined)
  );
}

function resultOf(route: Route, rule: PolicyRule): RouteResult {
  const local = route.type === 'local' || route.type === 'anycast';
  return {
    type: local ? 'local' : (route.type as RouteResult['type']),
    device: local ? 'lo' : route.device,
    gateway: route.gateway,
    preferredSource: route.preferredSource,
    realm: route.realm,
    table: route.table,
    toThisHost: local || route.type === 'broadcast',
    route,
    rule,
  };
}

/** net/core/fib_rules.c fib_rule_match; `iif lo` stands for what this host sends. */
function ruleMatches(rule: PolicyRule, query: RouteQuery): boolean {
  const inRange = (range: readonly [number, number] | undefined, value: number | undefined): boolean =>
    range === undefined || (value !== undefined && value >= range[0] && value <= range[1]);
  const matches =
    (rule.iif === undefined || rule.iif === (query.inInterface ?? 'lo')) &&
    (rule.oif === undefined || rule.oif === query.outInterface) &&
    (rule.mark === undefined || (((query.mark ?? 0) ^ rule.mark.value) & rule.mark.mask) === 0) &&
    (rule.from === undefined || inBlock(query.source ?? ANY[query.destination.family], rule.from)) &&
    (rule.to === undefined || inBlock(query.destination, rule.to)) &&
    (!rule.tos || rule.tos === ((query.tos ?? 0) & 0xfc)) &&
    (rule.ipProtocol === undefined || rule.ipProtocol === query.protocol) &&
    inRange(rule.sourcePorts, query.sourcePort) &&
    inRange(rule.destinationPorts, query.destinationPort) &&
    inRange(rule.uids, query.uid ?? 0);
  return matches !== rule.not;
}

const ANY: Readonly<Record<4 | 6, Address>> = { 4: { family: 4, words: [0] }, 6: { family: 6, words: [0, 0, 0, 0] } };

function lookupTable(
  host: Host,
  query: RouteQuery,
  tables: readonly number[],
  device: string | undefined,
): Route | undefined {
  let best: Route | undefined;
  // Of IPv6 routes that are otherwise equal the one by the interface that the packet came in by is taken.
  const prefersDevice = query.destination.family === 6 && query.inInterface !== undefined;
  for (const route of host.routes) {
    if (route.family !== query.destination.family || !tables.includes(route.table)) continue;
    if (!inBlock(query.destination, route.destination)) continue;
    if (route.tos !== 0 && route.tos !== ((query.tos ?? 0) & 0xfc)) continue;
    if (device !== undefined && route.device !== device && !isRefusal(route)) continue;
    if (
      best === undefined ||
      isBetter(route, best) ||
      (prefersDevice && isEqual(route, best) && route.device === query.inInterface && best.device !== route.device)
    )
      best = route;
  }
  return best;
}

function isRefusal({ type }: Route): boolean {
  return type === 'blackhole' || type === 'unreachable' || type === 'prohibit' || type === 'throw';
}

function isEqual(route: Route, best: Route): boolean {
  return route.prefixLength === best.prefixLength && route.table === best.table && route.metric === best.metric;
}

function isBetter(route: Route, best: Route): boolean {
  if (route.prefixLength !== best.prefixLength) return route.prefixLength > best.prefixLength;
  if (route.table !== best.table) return route.table === ROUTE_TABLE.local;
  if (route.tos !== best.tos) return route.tos > best.tos;
  return route.metric < best.metric;
}
