import { anyBlock, inBlock, parseAddress, parseBlock, prefixLengthOf, type Address } from './address';
import type { NextHop, PolicyRule, Route, RouteType } from './host';
import { PLAIN, ROUTE_TABLE } from './kernelRoutes';
import { problem, type InputProblem } from './packetRequest';
import { protocolNumber } from './protocols';
import { own } from '../text/own';

/**
 * Reads one route in the words of `ip route add` or `ip route show`: `[-6] [type] prefix [via address] [dev name]
 * [table t] [src address] [metric n] [tos n] [realm n] …`. A gateway without a device leaves by the interface of
 * `known` (the routes so far) that reaches it. Of several `nexthop` parts the first is taken, and all are kept: which
 * one the kernel picks is a hash.
 * `field` names the line in problems.
 */
export function parseRoute(
  text: string,
  known: readonly Route[],
  field: string,
  assumedFamily?: 4 | 6,
): Route | InputProblem {
  const words = text.trim().split(/\s+/);
  let family = takeFamily(words) ?? assumedFamily;
  let type: RouteType = 'unicast';
  if (ROUTE_TYPES.has(words[0] as string)) type = words.shift() as RouteType;
  const prefix = words.shift() ?? '';
  family ??= words.concat(prefix).some((word) => word.includes(':') && parseBlock(word, 6) !== undefined) ? 6 : 4;
  const destination =
    prefix === 'default' || prefix === 'any' || prefix === 'all' ? anyBlock(family) : parseBlock(prefix, family);
  const prefixLength = destination && prefixLengthOf(destination.mask);
  if (destination === undefined || prefixLength === undefined)
    return problem(field, `"${prefix}" is neither "default" nor an IPv${family} prefix`);
  const parts = routeParts(words, family, field);
  if ('kind' in parts) return parts;
  const { hops, ...single } = parts;
  const { gateway } = parts;
  const device =
    parts.device ?? (gateway ? deviceTo(gateway, known) : undefined) ?? (type === 'local' ? 'lo' : undefined);
  if (device === undefined && type === 'unicast')
    return problem(
      field,
      gateway ? 'no interface reaches the gateway; name one with "dev"' : 'a route needs "dev" or "via"',
    );
  return {
    ...PLAIN,
    ...single,
    family,
    type,
    destination,
    prefixLength,
    device,
    metric: parts.metric ?? (family === 6 ? 1024 : 0),
    table: parts.table ?? (LOCAL_TYPES.has(type) ? ROUTE_TABLE.local : ROUTE_TABLE.main),
    ...(hops.length > 1 && {
      hops: hops.map((hop) => ({ ...hop, device: hop.device ?? (hop.gateway && deviceTo(hop.gateway, known)) })),
    }),
  };
}

/**
 * Reads one policy rule in the words of `ip rule add` or `ip rule show`. `preference` is what the kernel would give it
 * where the words do not say (see `nextPreference`).
 */
export function parsePolicyRule(
  text: string,
  preference: (family: 4 | 6) => number,
  field: string,
  assumedFamily?: 4 | 6,
): PolicyRule | InputProblem {
  const words = text.trim().split(/\s+/);
  let family = takeFamily(words) ?? assumedFamily;
  const rule: { -readonly [K in keyof PolicyRule]?: PolicyRule[K] } = {};
  const numbered = /^([0-9]+):$/.exec(words[0] ?? '');
  if (numbered) {
    rule.preference = Number(numbered[1]);
    words.shift();
  }
  family ??= words.some((word) => word.includes(':') && parseBlock(word, 6) !== undefined) ? 6 : 4;
  while (words.length > 0) {
    const word = words.shift() as string;
    if (word === 'not') rule.not = true;
    else if (word === 'blackhole' || word === 'unreachable' || word === 'prohibit' || word === 'nop')
      rule.action = { kind: word };
    else if (word === 'type') rule.action = { kind: (words.shift() ?? '') as 'blackhole' };
    else {
      const part = own(RULE_PARTS, word);
      const value = words.shift();
      if (part === undefined) return problem(field, `"${word}" is not a word of "ip rule add" that is understood here`);
      if (value === undefined) return problem(field, `"${word}" needs a value`);
      const message = part(rule, value, family);
      if (message !== undefined) return problem(field, message);
    }
  }
  if (rule.action === undefined) return problem(field, 'the rule has no table: add "lookup" and its name or number');
  return {
    family,
    preference: rule.preference ?? preference(family),
    not: rule.not ?? false,
    from: rule.from,
    to: rule.to,
    mark: rule.mark,
    iif: rule.iif,
    oif: rule.oif,
    tos: rule.tos,
    ipProtocol: rule.ipProtocol,
    sourcePorts: rule.sourcePorts,
    destinationPorts: rule.destinationPorts,
    uids: rule.uids,
    ...(rule.suppressPrefixLength === undefined ? {} : { suppressPrefixLength: rule.suppressPrefixLength }),
    action: rule.action,
  };
}

/**
 * The preference that the kernel gives a rule without one: one below the second rule (net/core/fib_rules.c,
 * fib_default_rule_pref).
 */
export function nextPreference(rules: readonly PolicyRule[], family: 4 | 6): number {
  const second = sortedRules(rules.filter((rule) => rule.family === family))[1];
  return second !== undefined && second.preference > 0 ? second.preference - 1 : 0;
}

/** In the order the kernel tries them: by preference, of equal ones the older first. */
export function sortedRules(rules: readonly PolicyRule[]): PolicyRule[] {
  return [...rules].sort((a, b) => a.preference - b.preference);
}

/** The rules that every host has: local, main and, for IPv4, default. */
export function standardRules(): PolicyRule[] {
  return [
    plainRule(4, 0, ROUTE_TABLE.local),
    plainRule(4, 32766, ROUTE_TABLE.main),
    plainRule(4, 32767, ROUTE_TABLE.default),
    plainRule(6, 0, ROUTE_TABLE.local),
    plainRule(6, 32766, ROUTE_TABLE.main),
  ];
}

/** True for a rule that every host has, as `ip rule show` lists it among the others. */
export function isStandardRule(rule: PolicyRule): boolean {
  const { action } = rule;
  return standardRules().some(
    (standard) =>
      standard.family === rule.family &&
      standard.preference === rule.preference &&
      action.kind === 'lookup' &&
      standard.action.kind === 'lookup' &&
      standard.action.table === action.table,
  );
}

function plainRule(family: 4 | 6, preference: number, table: number): PolicyRule {
  return {
    family,
    preference,
    not: false,
    from: undefined,
    to: undefined,
    mark: undefined,
    iif: undefined,
    oif: undefined,
    tos: undefined,
    ipProtocol: undefined,
    sourcePorts: undefined,
    destinationPorts: undefined,
    uids: undefined,
    action: { kind: 'lookup', table },
  };
}

const ROUTE_TYPES: ReadonlySet<string> = new Set([
  'unicast',
  'local',
  'broadcast',
  'multicast',
  'anycast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
]);
const LOCAL_TYPES: ReadonlySet<RouteType> = new Set(['local', 'broadcast', 'anycast']);
/** Words of a route, alone or with a value, that have no effect on where a packet goes. */
const IDLE_FLAGS: ReadonlySet<string> = new Set([
  'onlink',
  'pervasive',
  'linkdown',
  'dead',
  'offload',
  'trap',
  'cache',
  'offload_failed',
  'rt_offload_failed',
]);
const IDLE_PARTS: ReadonlySet<string> = new Set([
  'proto',
  'protocol',
  'scope',
  'mtu',
  'advmss',
  'window',
  'rtt',
  'rttvar',
  'cwnd',
  'initcwnd',
  'initrwnd',
  'ssthresh',
  'reordering',
  'hoplimit',
  'pref',
  'expires',
  'error',
  'weight',
  'nhid',
  'features',
  'quickack',
  'congctl',
  'rto_min',
  'fastopen_no_cookie',
  'users',
  'used',
  'age',
  'uid',
  'flags',
  'ttl-propagate',
]);

interface RouteParts {
  gateway: Address | undefined;
  device: string | undefined;
  preferredSource: Address | undefined;
  metric: number | undefined;
  table: number | undefined;
  realm: number;
  tos: number;
  readonly hops: Hop[];
}

type Hop = { -readonly [Key in keyof NextHop]: NextHop[Key] };

function routeParts(words: string[], family: 4 | 6, field: string): RouteParts | InputProblem {
  const parts: RouteParts = {
    gateway: undefined,
    device: undefined,
    preferredSource: undefined,
    metric: undefined,
    table: undefined,
    realm: 0,
    tos: 0,
    hops: [],
  };
  let hop: Hop | undefined;
  while (words.length > 0) {
    const word = words.shift() as string;
    if (IDLE_FLAGS.has(word)) continue;
    if (word === 'nexthop') {
      hop = { gateway: undefined, device: undefined };
      parts.hops.push(hop);
      continue;
    }
    let value = words.shift();
    if (value !== undefined && (value === 'inet' || value === 'inet6' || value === 'lock')) value = words.shift();
    if (value === undefined) return problem(field, `"${word}" needs a value`);
    if (IDLE_PARTS.has(word)) continue;
    const address = word === 'via' || word === 'src' ? parseAddress(value) : undefined;
    const number = readNumber(value);
    if (word === 'via' && address) {
      if (hop) hop.gateway = address;
      if (parts.hops.length < 2) parts.gateway = address;
    } else if (word === 'src' && address?.family === family) parts.preferredSource = address;
    else if (word === 'dev' || word === 'oif') {
      if (hop) hop.device = value;
      if (parts.hops.length < 2) parts.device = value;
    } else if (word === 'table') {
      parts.table = readTable(value);
      if (parts.table === undefined)
        return problem(field, `"${value}" is not a table: a number, or local, main, default`);
    } else if ((word === 'metric' || word === 'priority' || word === 'preference') && number !== undefined)
      parts.metric = number;
    else if ((word === 'tos' || word === 'dsfield') && readTos(value) !== undefined)
      parts.tos = readTos(value) as number;
    else if ((word === 'realm' || word === 'realms') && readRealm(value) !== undefined) {
      parts.realm = readRealm(value) as number;
    } else return problem(field, `"${word} ${value}" is not a part of a route that is understood here`);
  }
  return parts;
}

function deviceTo(gateway: Address, known: readonly Route[]): string | undefined {
  const reaching = known.filter(
    (route) => route.type === 'unicast' && route.gateway === undefined && inBlock(gateway, route.destination),
  );
  return reaching.sort((a, b) => b.prefixLength - a.prefixLength)[0]?.device;
}

type Mutable = { -readonly [K in keyof PolicyRule]?: PolicyRule[K] };
/** Takes the value into the rule, or says what is wrong with it. */
type RulePart = (rule: Mutable, value: string, family: 4 | 6) => string | undefined;

const preferencePart: RulePart = (rule, value) =>
  taken(readNumber(value), (n) => (rule.preference = n), `"${value}" is not a preference`);
const tablePart: RulePart = (rule, value) =>
  taken(
    readTable(value),
    (table) => (rule.action = { kind: 'lookup', table }),
    `"${value}" is not a table: a number, or local, main, default`,
  );
const tosPart: RulePart = (rule, value) => taken(readTos(value), (n) => (rule.tos = n), `"${value}" is not a tos byte`);
const suppressPart: RulePart = (rule, value) =>
  taken(readNumber(value), (n) => (rule.suppressPrefixLength = n), `"${value}" is not a prefix length`);
const iifPart: RulePart = (rule, value) => taken(value, (name) => (rule.iif = name), '');

const RULE_PARTS: Readonly<Record<string, RulePart>> = {
  from: (rule, value, family) => blockPart(value, family, (block) => (rule.from = block)),
  to: (rule, value, family) => blockPart(value, family, (block) => (rule.to = block)),
  fwmark: (rule, value) => {
    const [mark, mask] = value.split('/').map(readNumber);
    if (mark === undefined || (value.includes('/') && mask === undefined))
      return `"${value}" is not a mark with an optional mask`;
    rule.mark = { value: mark, mask: mask ?? 0xffffffff };
    return undefined;
  },
  iif: iifPart,
  dev: iifPart,
  oif: (rule, value) => taken(value, (name) => (rule.oif = name), ''),
  tos: tosPart,
  dsfield: tosPart,
  pref: preferencePart,
  preference: preferencePart,
  priority: preferencePart,
  order: preferencePart,
  table: tablePart,
  lookup: tablePart,
  ipproto: (rule, value) => taken(protocolNumber(value), (n) => (rule.ipProtocol = n), `"${value}" is not a protocol`),
  sport: (rule, value) =>
    taken(readRange(value), (range) => (rule.sourcePorts = range), `"${value}" is not a port or a range of ports`),
  dport: (rule, value) =>
    taken(readRange(value), (range) => (rule.destinationPorts = range), `"${value}" is not a port or a range of ports`),
  uidrange: (rule, value) =>
    taken(readRange(value), (range) => (rule.uids = range), `"${value}" is not a range of user ids`),
  suppress_prefixlength: suppressPart,
  suppress_prefix: suppressPart,
  sup_pl: suppressPart,
  goto: (rule, value) =>
    taken(readNumber(value), (target) => (rule.action = { kind: 'goto', target }), `"${value}" is not a preference`),
  proto: () => undefined,
  protocol: () => undefined,
};

function taken<T>(value: T | undefined, take: (value: T) => void, message: string): string | undefined {
  if (value === undefined) return message;
  take(value);
  return undefined;
}

function blockPart(value: string, family: 4 | 6, take: (block: PolicyRule['from']) => void): string | undefined {
  const all = value === 'all' || value === 'any' || value === 'default';
  const block = all ? undefined : parseBlock(value, family);
  if (!all && block === undefined) return `"${value}" is neither "all" nor an IPv${family} prefix`;
  take(block);
  return undefined;
}

function takeFamily(words: string[]): 4 | 6 | undefined {
  if (words[0] !== '-4' && words[0] !== '-6') return undefined;
  return words.shift() === '-4' ? 4 : 6;
}

function readNumber(text: string): number | undefined {
  return /^(0x[0-9a-f]{1,8}|[0-9]{1,10})$/i.test(text) && Number(text) <= 0xffffffff ? Number(text) : undefined;
}

function readTos(text: string): number | undefined {
  const value = readNumber(/^0x/i.test(text) ? text : `0x${text}`);
  return own(TOS_NAMES, text) ?? (value !== undefined && value <= 255 ? value : undefined);
}

/** Names of /etc/iproute2/rt_dsfield that are in use. */
const TOS_NAMES: Readonly<Record<string, number>> = { default: 0, lowdelay: 0x10, throughput: 8, reliability: 4 };

function readTable(text: string): number | undefined {
  return readNumber(text) ?? own<number>(ROUTE_TABLE, text);
}

function readRange(text: string): readonly [number, number] | undefined {
  const [first, last = first] = text.split('-').map(readNumber);
  return first !== undefined && last !== undefined && first <= last ? [first, last] : undefined;
}

/** `to` or `from/to`, each 16 bits; as the kernel keeps them in one word. */
function readRealm(text: string): number | undefined {
  const parts = text.split('/').map(readNumber);
  const [first, second] = parts;
  if (parts.length > 2 || first === undefined || (parts.length === 2 && second === undefined)) return undefined;
  return second === undefined ? first : ((first << 16) | second) >>> 0;
}
