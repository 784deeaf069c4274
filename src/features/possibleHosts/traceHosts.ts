import { formatAddress, sameAddress } from '../../core/net/address';
import { completePacket, type FilledField } from '../../core/net/completePacket';
import { familyOf, packetProblem } from '../../core/net/makePacket';
import type { Host, Route } from '../../core/net/host';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { HostAnswer, Walked } from '../../core/netfilter/events';
import { MOST_OUTCOMES, type Traced, type TraceSetting } from '../../core/netfilter/trace';
import type { HostAnswers, HostFacts, HostSource } from '../../core/ruleset/host/hostFromFile';
import type { PremiseId } from '../../core/xtables/premise';
import { traceDoubting } from './doubts';
import { resultKey } from './resultKey';
import { groupAnswer, hopAnswer, hopKey, ownAnswer, wayAnswer } from './answerWords';
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
  /** Another answer to one question, which makes no difference for this packet: how it was answered, and the hosts. */
  readonly alike?: { readonly answer: HostAnswer | undefined; readonly hosts: readonly Host[] };
}

/**
 * Where nothing states the way out, a packet is traced as leaving by at most this many interfaces or next hops, and so
 * many that differ are shown.
 */
const MOST_TRIED = 16;
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
  const first = common.source.host();
  const bad = packetProblem(completePacket(common.request, first.host, { preferred: common.family }).request);
  if (bad) return bad.message;
  const { own, group } = first.open;
  if (group) return byMembership(common, formatAddress(group));
  if (!own) return tracesWith(common, {}, []);
  const address = formatAddress(own.address);
  const said = common.answers.get(ownKey(address));
  const answerOf = (value: boolean): HostAnswer => ownAnswer(address, value, first.lists);
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
    tracesWith(common, { joined }, [groupAnswer(group, joined)]);
  const said = common.answers.get(groupKey(group));
  return said === undefined ? differentOrFirst(tracesFor(false), tracesFor(true)) : tracesFor(said);
}

/** Both, each with the answer that makes it; the likelier one without it where the answer makes no difference. */
function differentOrFirst(likelier: readonly HostTrace[], other: readonly HostTrace[]): readonly HostTrace[] {
  if (keysOf(likelier) !== keysOf(other)) return [...likelier, ...other];
  const [chosen, rest] = likelier.some(sendsFromDestination) ? [other, likelier] : [likelier, other];
  const hosts = rest.map(({ facts }) => facts.host);
  return chosen.map((hostTrace) => {
    const [answer, ...answers] = hostTrace.answers;
    return { ...hostTrace, answers, alike: { answer, hosts } };
  });
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
        to === undefined ? answers : [...answers, wayAnswer(common.request, [said], to, asked.facts.lists)],
      ),
    ];
  if (ways.length === 0 || to === undefined) return byNextHop(common, asked);
  const { found, complete } = differing(ways, (name) => traceOn(common, { ...given, way: name }, answers));
  if (found.length === 1) return [complete ? asked : withoutSome(asked)];
  const shown = found.map(({ of, hostTrace }) => ({
    ...hostTrace,
    answers: [...answers, wayAnswer(common.request, of, to, asked.facts.lists)],
  }));
  return complete ? shown : shown.map(withoutSome);
}

interface Differing<Possible> {
  readonly found: readonly { readonly of: readonly Possible[]; readonly hostTrace: HostTrace }[];
  /** Every possibility is in it. */
  readonly complete: boolean;
}

/** The first few possibilities that lead to different things, each with the others that lead to the same. */
function differing<Possible>(
  possible: readonly Possible[],
  traceFor: (each: Possible) => HostTrace,
): Differing<Possible> {
  const found = new Map<string, { readonly of: Possible[]; readonly hostTrace: HostTrace }>();
  for (const each of possible.slice(0, MOST_TRIED)) {
    const hostTrace = traceFor(each);
    const key = resultKey(hostTrace.traced, hostTrace.facts);
    const same = found.get(key);
    if (same) same.of.push(each);
    else found.set(key, { of: [each], hostTrace });
  }
  const all = [...found.values()];
  const ends = all.map(({ hostTrace }) => hostTrace.traced.outcomes.map(({ end }) => end.outcome).join());
  // Better one more that ends otherwise than one more that leaves by another interface.
  const shown = new Set(
    [...new Set([...all.filter((_, i) => ends.indexOf(ends[i] ?? '') === i), ...all])].slice(0, MOST_WAYS),
  );
  return {
    found: all.filter((each) => shown.has(each)),
    complete: possible.length <= MOST_TRIED && all.length <= MOST_WAYS,
  };
}

/** There are more outcomes than are shown. */
function withoutSome(hostTrace: HostTrace): HostTrace {
  return { ...hostTrace, traced: { ...hostTrace.traced, truncated: true } };
}

/** Where a route of several next hops leads the packet: a trace for each that makes a difference. */
function byNextHop(common: Common, asked: HostTrace): readonly HostTrace[] {
  const route = routeOfHops(asked);
  if (!route?.hops) return [asked];
  const { hops: all, ...single } = route;
  const said = all.find((hop) => common.answers.get(hopKey(hop)) === true);
  const named = asked.request.oface;
  const possible = said ? [said] : named === undefined ? all : all.filter(({ device }) => device === named);
  const { found, complete } = differing(possible.length === 0 ? all : possible, (hop) => {
    const routes = asked.facts.host.routes.map((each) =>
      each === route ? { ...(possible.length === 1 ? single : route), ...hop } : each,
    );
    return traceWith(common, { ...asked.facts, host: { ...asked.facts.host, routes } }, asked.answers);
  });
  const shown =
    found.length === 1 && !said
      ? found.map(({ hostTrace }) => hostTrace)
      : found.map(({ of, hostTrace }) => ({
          ...hostTrace,
          answers: [...hostTrace.answers, hopAnswer(common.request, route, of)],
        }));
  return complete ? shown : shown.map(withoutSome);
}

function routeOfHops({ traced }: HostTrace): Route | undefined {
  for (const { events } of traced.outcomes)
    for (const event of events) if (event.kind === 'route' && event.by?.hops) return event.by;
  return undefined;
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
  const outcomes: Walked[] = hostTraces.flatMap(({ traced, answers, facts, alike }) =>
    answers.length === 0 && !alike
      ? traced.outcomes
      : traced.outcomes.map((walked) => ({
          ...walked,
          on: {
            ...walked.on,
            host: facts.host,
            answers: [...answers, ...(walked.on?.answers ?? [])],
            ...(alike && { alike: alike.hosts }),
          },
        })),
  );
  return {
    outcomes: outcomes.slice(0, MOST_OUTCOMES),
    truncated: outcomes.length > MOST_OUTCOMES || hostTraces.some(({ traced }) => traced.truncated),
    asked: hostTraces.reduce((sum, { traced }) => sum + traced.asked, 0),
  };
}
