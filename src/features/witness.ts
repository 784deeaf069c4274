import { addToAddress, formatAddress, type AddressBlock } from '../core/net/address';
import { completePacket } from '../core/net/completePacket';
import type { Host } from '../core/net/host';
import { TCP_FLAGS } from '../core/net/packet';
import { formatPacketExpression } from '../core/net/packetExpression';
import { isProblem, namedProtocol, readPacketRequest, type PacketRequest } from '../core/net/packetRequest';
import { tracePacket, type Traced } from '../core/netfilter/trace';
import { reachingHooks } from '../core/ruleset/checkPlaces';
import { allTables, type Chain, type Rule, type RuleSet, type Table } from '../core/ruleset/ruleSet';
import type { PacketSuggestion } from '../core/xtables/extension';
import type { Hook } from '../core/xtables/view';

/** How many packets are tried before giving up, and how many rules they may be asked by together. */
const MOST_TRIES = 24;
const MOST_ASKED = 400_000;

export interface WitnessOptions {
  /** What is taken for what the rules leave open. */
  readonly wish?: PacketRequest;
  /**
   * Whether the addresses of the host are known; of those that are made up the expression says that they are its own.
   */
  readonly addressesKnown: boolean;
}

/**
 * A packet that reaches a rule and is matched by it, as an expression. Built from what the rule and the jumps that lead
 * to it ask, then traced: what is given back was seen to arrive. Where no candidate arrives, the best one is given back
 * all the same for the user to change. undefined only where no chain of jumps leads to the rule.
 */
export function packetReaching(
  host: Host,
  ruleSet: RuleSet,
  rule: Rule,
  { wish = {}, addressesKnown }: WitnessOptions,
): string | undefined {
  const table = allTables(ruleSet).find(({ name }) => name === rule.chain.table);
  if (!table) return undefined;
  let best: PacketRequest | undefined;
  let tries = 0;
  let asked = 0;
  for (const hook of reachingHooks(rule.chain)) {
    for (const path of pathsTo(table, rule, hook)) {
      const { request } = completePacket({ ...wish, ...requestFor([...path, rule], hook, host) }, host, {
        marksOwn: !addressesKnown,
      });
      best ??= request;
      if (tries++ >= MOST_TRIES || asked > MOST_ASKED) return formatPacketExpression(best);
      const traced = tracePacket(request, { ruleSets: ruleSet.family === 4 ? { v4: ruleSet } : { v6: ruleSet }, host });
      if (arrives(traced, rule)) return formatPacketExpression(request);
      asked += traced.asked;
    }
  }
  return best && formatPacketExpression(best);
}

function arrives({ outcomes }: Traced, rule: Rule): boolean {
  return outcomes.some(({ events }) =>
    events.some((event) => event.kind === 'rule' && event.matched && event.rule === rule),
  );
}

/**
 * The rules that lead from the built-in chain to the chain of `rule`, one list for each way, shortest first, at most a
 * few.
 */
function pathsTo(table: Table, rule: Rule, hook: Hook): readonly (readonly Rule[])[] {
  const start = table.chains.get(hook);
  if (!start) return [];
  const found: (readonly Rule[])[] = [];
  const queue: Reached[] = [{ chain: start, by: undefined, from: undefined }];
  const visits = new Map<string, number>();
  const callers = callersOf(table, rule.chain.name);
  for (const reached of queue) {
    if (found.length >= 4) break;
    const { chain } = reached;
    if (chain.name === rule.chain.name) {
      found.push(jumpsTo(reached));
      continue;
    }
    for (const each of chain.rules) {
      const { jump } = each;
      if (!jump?.to || jump.refused || !callers.has(jump.chain)) continue;
      const seen = visits.get(jump.chain) ?? 0;
      if (seen >= 4) continue;
      visits.set(jump.chain, seen + 1);
      queue.push({ chain: jump.to, by: each, from: reached });
    }
  }
  return found;
}

/** A chain on a way to the wanted rule, the jump that led to it, and where that stands. */
interface Reached {
  readonly chain: Chain;
  readonly by: Rule | undefined;
  readonly from: Reached | undefined;
}

function jumpsTo(last: Reached): readonly Rule[] {
  const jumps: Rule[] = [];
  for (let at: Reached | undefined = last; at?.by; at = at.from) jumps.push(at.by);
  return jumps.reverse();
}

/** The chains from which the wanted one can be reached, itself included. */
function callersOf(table: Table, wanted: string): ReadonlySet<string> {
  const jumps = new Map<string, Set<string>>();
  for (const chain of table.chains.values()) {
    for (const { jump } of chain.rules) {
      if (!jump) continue;
      const set = jumps.get(jump.chain) ?? new Set<string>();
      jumps.set(jump.chain, set.add(chain.name));
    }
  }
  const reached = new Set([wanted]);
  for (const name of reached) for (const caller of jumps.get(name) ?? []) reached.add(caller);
  return reached;
}

function requestFor(rules: readonly Rule[], hook: Hook, host: Host): PacketRequest {
  const outbound = hook === 'OUTPUT' || hook === 'POSTROUTING';
  const wish: Record<string, unknown> = { dir: outbound ? 'out' : 'in' };
  for (const rule of rules) {
    const { header } = rule;
    if (header.protocol && !header.protocol.inverted && header.protocol.value !== 0) wish.proto = header.protocol.value;
    if (header.source) wish.src = addressFor(header.source);
    if (header.destination) wish.dst = addressFor(header.destination);
    if (header.inInterface && !header.inInterface.inverted && !outbound)
      wish.iface = interfaceFor(header.inInterface.value, host);
    if (
      header.outInterface &&
      !header.outInterface.inverted &&
      header.outInterface.value === 'lo' &&
      outbound &&
      wish.dst === undefined
    )
      wish.dst = loopbackOf(rule.family);
    for (const { extension, data } of rule.matches) Object.assign(wish, suggested(extension.suggest?.(data)));
  }
  if (!outbound) for (const key of ['uid', 'gid']) delete wish[key];
  const read = readPacketRequest(wish);
  return isProblem(read) ? { dir: outbound ? 'out' : 'in' } : read;
}

function suggested(suggestion: PacketSuggestion | undefined): Record<string, unknown> {
  if (!suggestion) return {};
  const {
    protocol,
    source,
    destination,
    sourcePort,
    destinationPort,
    inInterface,
    mark,
    uid,
    gid,
    tcpFlags,
    icmpType,
    icmpCode,
    ttl,
    tos,
    length,
    state,
    sourceMac,
  } = suggestion;
  const wish: Record<string, unknown> = {
    proto: typeof protocol === 'string' ? namedProtocol(protocol) : protocol,
    src: source,
    dst: destination,
    sport: sourcePort,
    dport: destinationPort,
    iface: inInterface,
    mark,
    uid,
    gid,
    flags: tcpFlags?.reduce((bits, name) => bits | (TCP_FLAGS[name as keyof typeof TCP_FLAGS] ?? 0), 0),
    icmpType,
    icmpCode,
    ttl,
    tos,
    length,
    ctstate: state,
    srcMac: sourceMac,
  };
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
}

/** An address within the block, or one outside of it where the rule negates: networks give their first host. */
function addressFor({
  value,
  inverted,
}: {
  readonly value: AddressBlock;
  readonly inverted: boolean;
}): string | undefined {
  const single = value.mask.words.every((word) => word === 0xffffffff);
  if (inverted)
    return value.mask.words.every((word) => word === 0)
      ? undefined
      : formatAddress(addToAddress(value.address, single ? 1 : -9));
  if (value.mask.words.every((word) => word === 0)) return undefined;
  return formatAddress(single ? value.address : addToAddress(value.address, 9));
}

function interfaceFor(pattern: string, host: Host): string | undefined {
  if (!pattern.endsWith('+')) return pattern;
  return (
    host.interfaces.find(({ name }) => name !== 'lo' && name.startsWith(pattern.slice(0, -1)))?.name ??
    `${pattern.slice(0, -1)}0`
  );
}

function loopbackOf(family: 4 | 6): string {
  return family === 4 ? '127.0.0.1' : '::1';
}
