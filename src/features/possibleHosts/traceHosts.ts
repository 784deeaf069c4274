import { formatAddress, sameAddress } from '../../core/net/address';
import { completePacket, type FilledField } from '../../core/net/completePacket';
import { familyOf, packetProblem } from '../../core/net/makePacket';
import type { NextHop, Route } from '../../core/net/host';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { HostAnswer, Walked } from '../../core/netfilter/events';
import { MOST_OUTCOMES, type Traced, type TraceSetting } from '../../core/netfilter/trace';
import type { HostAnswers, HostFacts, HostSource } from '../../core/ruleset/host/hostFromFile';
import type { PremiseId } from '../../core/xtables/premise';
import { traceDoubting } from './doubts';
import { resultKey } from './resultKey';
import { groupKey, ownKey, wayKey } from './hostKeys';

/** A packet traced on one of the hosts that are possible. */
export interface HostTrace {
  readonly facts: HostFacts;
  /** The packet with all that was filled in on that host. */
  readonly request: PacketRequest;
  readonly filled: readonly FilledField[];
  readonly traced: Traced;
  /** What the trace assumes of the packet and the host, and what decides nothing. */
  readonly rests: readonly PremiseId[];
  /** What was answered to have this host; empty where nothing is in doubt that matters. */
  readonly answers: readonly HostAnswer[];
}

/** A packet is traced as leaving by at most this many interfaces, one after the other, where nothing states which. */
const MOST_WAYS = 5;

/** What the traces on all hosts have in common. */
interface Common {
  readonly request: PacketRequest;
  readonly source: HostSource;
  readonly setting: TraceSetting;
  readonly answers: ReadonlyMap<string, boolean>;
  /** Of the rules that were chosen. */
  readonly family: 4 | 6;
}

/** The user's answers to what is open on a host. */
export function hostAnswersOf(
  { open: { own, group, ways } }: HostFacts,
  answers: ReadonlyMap<string, boolean>,
): HostAnswers {
  return {
    own: own && answers.get(ownKey(formatAddress(own.address))),
    joined: group && answers.get(groupKey(formatAddress(group))),
    way: [...ways[4], ...ways[6]].find((name) => answers.get(wayKey(name)) === true),
  };
}

/**
 * Traces a packet on every host that the file leaves possible, as far as they differ in what becomes of it: the
 * likelier first. One trace where all of them do the same. A string says why the packet cannot be traced.
 */
export function traceHosts(common: Common): readonly HostTrace[] | string {
  const first = common.source.host(hostAnswersOf(common.source.host(), common.answers));
  const bad = packetProblem(completePacket(common.request, first.host, { preferred: common.family }).request);
  if (bad) return bad.message;
  const { own, group } = first.open;
  if (group) return byMembership(common, formatAddress(group));
  if (!own) return tracesWith(common, {}, []);
  const address = formatAddress(own.address);
  const said = common.answers.get(ownKey(address));
  const answerOf = (value: boolean): HostAnswer => ({
    what: `${address} is an address of this host`,
    value,
    choice: false,
    words: {
      question: `Is ${address} an address of this host?`,
      yes: `${address} is this host`,
      no: `${address} is another host`,
    },
    key: ownKey(address),
    word: value ? 'own' : 'forward',
    reason: 'the file does not list the addresses of this host',
  });
  if (said !== undefined) return tracesWith(common, { own: said }, [answerOf(said)]);
  const [likelier, other] = [own.own, !own.own].map((value) =>
    tracesWith(common, { own: value }, [answerOf(value)]),
  ) as [readonly HostTrace[], readonly HostTrace[]];
  return differentOrFirst(likelier, other);
}

/**
 * What goes to a multicast group is for this host where a program of it has joined the group, and no listing says so.
 */
function byMembership(common: Common, group: string): readonly HostTrace[] {
  const tracesFor = (joined: boolean): readonly HostTrace[] =>
    tracesWith(common, { joined }, [
      {
        what: `a program of this host has joined ${group}`,
        value: joined,
        choice: false,
        words: {
          question: `Has a program of this host joined the multicast group ${group}?`,
          yes: `a program of this host has joined ${group}`,
          no: `no program of this host has joined ${group}`,
        },
        key: groupKey(group),
        word: '',
        reason: 'the file does not list the multicast groups of this host',
      },
    ]);
  const said = common.answers.get(groupKey(group));
  return said === undefined ? differentOrFirst(tracesFor(false), tracesFor(true)) : tracesFor(said);
}

/** Both, each with the answer that makes it; the likelier one without it where the answer makes no difference. */
function differentOrFirst(likelier: readonly HostTrace[], other: readonly HostTrace[]): readonly HostTrace[] {
  if (keysOf(likelier) !== keysOf(other)) return [...likelier, ...other];
  const chosen = likelier.some(sendsFromDestination) ? other : likelier;
  return chosen.map((hostTrace) => ({ ...hostTrace, answers: hostTrace.answers.slice(1) }));
}

/**
 * NAT gives a packet its own first destination as its source. The address of a Service is never on an interface of the
 * node that translates it: the other host has an address that is listed as assumed.
 */
function sendsFromDestination({ facts, traced }: HostTrace): boolean {
  const { own } = facts.open;
  return (
    own?.own === true &&
    traced.outcomes.some(
      ({ end, events }) =>
        sameAddress(end.packet.source, own.address) &&
        !sameAddress(end.packet.destination, own.address) &&
        events.some((event) => event.kind === 'translate' && event.half === 'source'),
    )
  );
}

function keysOf(hostTraces: readonly HostTrace[]): string {
  return hostTraces.map(({ traced, facts }) => resultKey(traced, facts)).join('\n');
}

/** The traces with the question of the destination answered: one for each way out that makes a difference. */
function tracesWith(common: Common, given: HostAnswers, answers: readonly HostAnswer[]): readonly HostTrace[] {
  const asked = traceOn(common, given, answers);
  const ways = asked.facts.open.ways[familyOf(asked.request)];
  const said = ways.find((name) => common.answers.get(wayKey(name)) === true);
  const to = goesElsewhere(asked);
  if (said !== undefined)
    return [
      traceOn(
        common,
        { ...given, way: said },
        to === undefined ? answers : [...answers, wayAnswer(common.request, [said], to)],
      ),
    ];
  if (ways.length === 0 || to === undefined) return byNextHop(common, asked);
  const found = differing(ways, (name) => traceOn(common, { ...given, way: name }, answers));
  if (found.length === 1) return [asked];
  return found.map(({ of, hostTrace }) => ({ ...hostTrace, answers: [...answers, wayAnswer(common.request, of, to)] }));
}

/** The first few possibilities, those together that lead to the same. */
function differing<Possible>(
  possible: readonly Possible[],
  traceFor: (each: Possible) => HostTrace,
): readonly { readonly of: readonly Possible[]; readonly hostTrace: HostTrace }[] {
  const found = new Map<string, { readonly of: Possible[]; readonly hostTrace: HostTrace }>();
  for (const each of possible.slice(0, MOST_WAYS)) {
    const hostTrace = traceFor(each);
    const key = resultKey(hostTrace.traced, hostTrace.facts);
    const same = found.get(key);
    if (same) same.of.push(each);
    else found.set(key, { of: [each], hostTrace });
  }
  return [...found.values()];
}

/** Where a route of several next hops leads the packet: a trace for each that makes a difference. */
function byNextHop(common: Common, asked: HostTrace): readonly HostTrace[] {
  const route = routeOfHops(asked);
  if (!route?.hops) return [asked];
  const { hops: all, ...single } = route;
  const said = all.find((hop) => common.answers.get(hopKey(hop)) === true);
  const named = asked.request.oface;
  const possible = said ? [said] : named === undefined ? all : all.filter(({ device }) => device === named);
  const found = differing(possible.length === 0 ? all : possible, (hop) => {
    const routes = asked.facts.host.routes.map((each) =>
      each === route ? { ...(possible.length === 1 ? single : route), ...hop } : each,
    );
    return traceWith(common, { ...asked.facts, host: { ...asked.facts.host, routes } }, asked.answers);
  });
  if (found.length === 1 && !said) return found.map(({ hostTrace }) => hostTrace);
  return found.map(({ of, hostTrace }) => ({ ...hostTrace, answers: [...hostTrace.answers, hopAnswer(route, of)] }));
}

function routeOfHops({ traced }: HostTrace): Route | undefined {
  for (const { events } of traced.outcomes)
    for (const event of events) if (event.kind === 'route' && event.by?.hops) return event.by;
  return undefined;
}

function hopKey({ gateway, device }: NextHop): string {
  return `host/hop/${gateway ? formatAddress(gateway) : ''} ${device ?? ''}`;
}

/** `via 192.0.2.1 dev eth1`. */
export function hopText({ gateway, device }: NextHop): string {
  return `${gateway ? `via ${formatAddress(gateway)} ` : ''}dev ${device ?? '?'}`;
}

const NEXT_HOP = 'the next hop is ';

function hopAnswer(route: Route, hops: readonly NextHop[]): HostAnswer {
  const [first] = hops as readonly [NextHop, ...NextHop[]];
  return {
    what: `${NEXT_HOP}${hops.map(hopText).join(' or ')}`,
    stem: NEXT_HOP,
    value: true,
    choice: true,
    key: hopKey(first),
    word: `out ${first.device ?? ''}`,
    reason: `the route has ${route.hops?.length ?? 0} next hops, and the kernel picks one by a hash`,
  };
}

function wayAnswer({ dir, iface }: PacketRequest, names: readonly string[], to: string): HostAnswer {
  const [name = ''] = names;
  const stem = `${to} is reached by `;
  return {
    what: `${stem}${names.join(' or ')}`,
    stem,
    value: true,
    choice: true,
    key: wayKey(name),
    word: dir === 'out' ? `out ${name}` : `forward ${iface ?? 'IN'} ${name}`,
    reason: 'the file does not list the routes of this host',
  };
}

/** Where the packet goes by the route that is assumed; undefined where it is not led by it. */
function goesElsewhere({ facts, traced }: HostTrace): string | undefined {
  const assumed = facts.assumptions.flatMap(({ code, use }) =>
    code === 'default-route' && use.kind === 'routes' ? use.routes : [],
  );
  for (const { events } of traced.outcomes) {
    for (const event of events)
      if (event.kind === 'route' && event.by !== undefined && assumed.includes(event.by))
        return formatAddress(event.packet.destination);
  }
  return undefined;
}

function traceOn(
  { request, source, setting, family }: Common,
  given: HostAnswers,
  answers: readonly HostAnswer[],
): HostTrace {
  return traceWith({ request, source, setting, family }, source.host(given), answers);
}

function traceWith(
  { request, setting, family }: Omit<Common, 'answers'>,
  facts: HostFacts,
  answers: readonly HostAnswer[],
): HostTrace {
  const { request: complete, filled } = completePacket(request, facts.host, {
    preferred: family,
    addressesKnown: facts.known.addresses,
  });
  return {
    facts,
    request: complete,
    filled,
    answers,
    ...traceDoubting(complete, request, { ...setting, host: facts.host }),
  };
}

/** All traces as one. */
export function joined(hostTraces: readonly HostTrace[]): Traced {
  const outcomes: Walked[] = hostTraces.flatMap(({ traced, answers, facts }) =>
    answers.length === 0
      ? traced.outcomes
      : traced.outcomes.map((walked) => ({
          ...walked,
          on: { ...walked.on, host: facts.host, answers: [...answers, ...(walked.on?.answers ?? [])] },
        })),
  );
  return {
    outcomes: outcomes.slice(0, MOST_OUTCOMES),
    truncated: outcomes.length > MOST_OUTCOMES || hostTraces.some(({ traced }) => traced.truncated),
    asked: hostTraces.reduce((sum, { traced }) => sum + traced.asked, 0),
  };
}
