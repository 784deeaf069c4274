import type { Host } from '../net/host';
import { familyOf, makePacket, socketOwner } from '../net/makePacket';
import type { PacketRequest } from '../net/packetRequest';
import type { RuleSet } from '../ruleset/ruleSet';
import type { HostAnswer, RuleSets, Walked } from './events';
import { paths } from './explore';
import { hostAnswers } from './hostAnswers';
import { priorityOf, type HookOrder } from './hookOrder';
import { outcomeOf } from './outcome';
import type { MadeChange } from './madeChange';
import type { Arrival, WalkContext } from './walkContext';
import type { PremiseUse } from './premiseUse';
import { startChain } from './startChain';
import { unfollowedSysctls } from './unfollowedSysctls';
import { World } from './world';

/** What a packet is sent into. */
export interface TraceSetting {
  readonly ruleSets: RuleSets;
  readonly host: Host;
  /** Outbound packets are written by a raw socket: routing does not know their source yet. As `batch` sends them. */
  readonly rawSockets?: boolean;
  /** Connections and memories at the start; not changed. */
  readonly world?: World;
  /** The user's answers to questions that nothing in the file answers, by `Assumption.key`. */
  readonly answers?: ReadonlyMap<string, boolean>;
  /** What is assumed; omitted: everything that premises cover is known, as with a topology. */
  readonly premises?: PremiseUse;
  /** What the caller changes of the packet on its way. */
  readonly changes?: readonly MadeChange[];
}

/** Every path that a packet may take. One, where everything is known. */
export interface Traced {
  readonly outcomes: readonly Walked[];
  /**
   * There are more paths than are followed (`MOST_OUTCOMES`, or sooner where they are long); those beyond are not
   * shown.
   */
  readonly truncated: boolean;
  /** How many times a rule was asked, on all paths together: what the trace has cost. */
  readonly asked: number;
}

/** How many combinations of unknown answers are followed. */
export const MOST_OUTCOMES = 2048;
/** No further one is begun once this many rules were evaluated, or this much was emitted. */
const MOST_RULES = 200_000;
const MOST_EVENTS = 6_000_000;
const MOST_MATCHED = 200_000;

/** Traces one packet. */
export function tracePacket(request: PacketRequest, setting: TraceSetting): Traced {
  return followInBoth(request, setting, setting.world ?? new World()).traced;
}

/**
 * Traces packets one after the other on the same host: connections and memories go on; from several paths, the first is
 * taken. Only what `then` makes of each is kept: the events of ten thousand packets would fill the memory.
 */
export function tracePackets<Kept>(
  requests: readonly PacketRequest[],
  setting: TraceSetting,
  then: (traced: Traced) => Kept,
): readonly Kept[] {
  let world = setting.world ?? new World();
  return requests.map((request) => {
    const { traced, after } = followInBoth(request, setting, world);
    world = after;
    return then(traced);
  });
}

/**
 * What the host remembers after a path of a packet, which was traced in `setting`, and after its own reply to it: the
 * next packet of a sequence meets it.
 */
export function worldAfter(walked: Walked, request: PacketRequest, setting: TraceSetting): World {
  const world = walked.after ?? setting.world ?? new World();
  const ruleSet = ruleSetOf(request, setting);
  const [first] = possibleOrders(ruleSet, setting.answers ?? NO_ANSWERS, request.newer);
  if (!first) return world;
  const context = contextOf(ruleSet, setting, world, first.order);
  return hostAnswers(walked, { ...context, changes: NO_CHANGES }, setting.rawSockets ?? false);
}

function ruleSetOf(request: PacketRequest, { ruleSets }: TraceSetting): RuleSet | undefined {
  return familyOf(request) === 4 ? ruleSets.v4 : ruleSets.v6;
}

/** For a packet that is not put into a chain. */
function contextOf(ruleSet: RuleSet | undefined, setting: TraceSetting, world: World, order: HookOrder): WalkContext {
  return {
    ruleSet,
    order,
    start: undefined,
    host: setting.host,
    world: world.copy(),
    answers: setting.answers ?? NO_ANSWERS,
    tracking: isTracking(setting.host, ruleSet),
    premises: setting.premises,
    changes: setting.changes ?? NO_CHANGES,
    rawSockets: setting.rawSockets ?? false,
    effort: { rules: 0 },
  };
}

/** Whether connection tracking runs for a family: the host has it on, or a rule enables it. */
function isTracking(host: Host, ruleSet: RuleSet | undefined): boolean {
  return (
    host.conntrack === 'on' ||
    (ruleSet?.needsConntrack ?? false) ||
    (ruleSet?.beside?.needsConntrack ?? false) ||
    (ruleSet?.native?.needsConntrack ?? false)
  );
}

/** What the paths take for granted of the programs and the settings of this host. */
export function notesOf(outcomes: readonly Walked[]): readonly string[] {
  return [...new Set(outcomes.flatMap(({ notes }) => notes))];
}

interface Followed {
  readonly traced: Traced;
  readonly after: World;
}

/** Under these keys the user says which of the tables of a host were made later. */
const NEWER_KEY = 'host/newer/nft';
const NATIVE_KEY = 'host/newer/nftables';

/** An order in which rules of the same priority may be asked, and what has to be so for it. */
interface PossibleOrder {
  readonly order: HookOrder;
  readonly answers: readonly HostAnswer[];
}

/**
 * Of chains with the same priority those that were made later are evaluated first, and nothing in a file states which
 * of two back ends, or of iptables and nftables, they are: every order is followed, and makes paths of its own where
 * the outcome differs.
 */
function followInBoth(request: PacketRequest, setting: TraceSetting, world: World): Followed {
  const ruleSet = ruleSetOf(request, setting);
  const orders = possibleOrders(ruleSet, setting.answers ?? NO_ANSWERS, request.newer);
  const [first, ...others] = orders;
  if (!first) throw new Error('there is an order');
  const likelier = follow(request, setting, world, first.order);
  const said =
    first.answers.some(({ key: asked }) => setting.answers?.has(asked)) ||
    (request.newer !== undefined && first.answers.length > 0);
  // What there is to compare costs more than the trace where a Service has a thousand endpoints.
  if (others.length === 0)
    return said ? { ...likelier, traced: inOrder(likelier.traced, setting, first.answers) } : likelier;
  const key = ({ traced }: Followed): string => traced.outcomes.map(resultOf).join('\n');
  const seen = new Map([[key(likelier), { ...likelier, answers: first.answers }]]);
  for (const { order, answers } of others) {
    const followed = follow(request, setting, world, order);
    if (!seen.has(key(followed))) seen.set(key(followed), { ...followed, answers });
  }
  if (seen.size === 1 && !said) return likelier;
  const ordered = [...seen.values()].map(({ traced, answers }) => inOrder(traced, setting, answers));
  return {
    traced: {
      outcomes: ordered.flatMap(({ outcomes }) => outcomes),
      truncated: ordered.some(({ truncated }) => truncated),
      asked: ordered.reduce((sum, { asked }) => sum + asked, 0),
    },
    after: likelier.after,
  };
}

/** The likeliest first. */
function possibleOrders(
  ruleSet: RuleSet | undefined,
  said: ReadonlyMap<string, boolean>,
  wanted: PacketRequest['newer'],
): readonly PossibleOrder[] {
  const newer = ruleSet?.beside ? answersTo(said.get(NEWER_KEY) ?? (wanted && wanted === 'nft')) : [undefined];
  const native = ruleSet && haveSamePriority(ruleSet) ? answersTo(said.get(NATIVE_KEY)) : [undefined];
  return newer.flatMap((nft) =>
    native.map((later): PossibleOrder => ({
      order: { newer: nft === undefined ? undefined : nft ? 'nft' : 'legacy', nativeNewer: later ?? true },
      answers: [
        ...(nft === undefined ? [] : [madeLater(['nft', 'legacy'], nft, NEWER_KEY, `newer ${nft ? 'nft' : 'legacy'}`)]),
        ...(later === undefined ? [] : [madeLater(['nftables', 'iptables'], later, NATIVE_KEY)]),
      ],
    })),
  );
}

function answersTo(said: boolean | undefined): readonly boolean[] {
  return said === undefined ? [true, false] : [said];
}

/** Whether the tables of the first were made after those of the second. */
function madeLater([first, second]: readonly [string, string], value: boolean, key: string, word = ''): HostAnswer {
  const yes = `the tables of ${first} were made after those of ${second}`;
  return {
    what: yes,
    value,
    choice: false,
    words: {
      question: `Were the tables of ${first} made after those of ${second}?`,
      yes,
      no: `the tables of ${first} were made before those of ${second}`,
    },
    key,
    word,
    reason: 'the file does not state which were made first, and those made later are evaluated first',
  };
}

/** Whether a chain of iptables with rules and one of nftables are registered at one hook at one priority. */
function haveSamePriority({ tables, native, beside }: RuleSet): boolean {
  if (!native) return false;
  const chains = [...tables.values(), ...(beside?.tables.values() ?? [])].flatMap((table) => [
    ...table.chains.values(),
  ]);
  return native.bases.some(({ hook, base }) =>
    chains.some(
      (chain) =>
        chain.hook === hook &&
        (chain.rules.length > 0 || chain.policy === 'DROP') &&
        (base.type === 'nat') === (chain.table === 'nat') &&
        base.priority === priorityOf(chain.table, hook, 'legacy'),
    ),
  );
}

function inOrder(traced: Traced, { host }: TraceSetting, answers: readonly HostAnswer[]): Traced {
  return {
    ...traced,
    outcomes: traced.outcomes.map((walked) => ({
      ...walked,
      on: { ...walked.on, host: walked.on?.host ?? host, answers: [...(walked.on?.answers ?? []), ...answers] },
    })),
  };
}

/** What becomes of the packet and what decides it, regardless of the rules that it has passed before. */
function resultOf(walked: Walked): string {
  const { outcome, verdict, dropBy, outIface, finalPacket, assumptions, ctstate } = outcomeOf(walked);
  return JSON.stringify({ outcome, verdict, dropBy, outIface, finalPacket, assumptions, ctstate });
}

function follow(
  request: PacketRequest,
  setting: TraceSetting,
  world: World,
  order: HookOrder,
): { readonly traced: Traced; readonly after: World } {
  const ruleSet = ruleSetOf(request, setting);
  const arrival: Arrival = {
    packet: makePacket(request, setting.host),
    direction: request.dir ?? 'in',
    iface: request.dir === 'out' ? boundDevice(request) : request.iface,
    socket: request.dir === 'out' ? socketOwner(request) : undefined,
    state: request.ctstate,
    raw: setting.rawSockets ?? false,
  };
  const context: WalkContext = {
    ...contextOf(ruleSet, setting, world, order),
    start: request.at === undefined ? undefined : startChain(request.at, ruleSet),
  };
  const { effort } = context;
  const unfollowed = unfollowedSysctls(setting.host);
  const outcomes: Walked[] = [];
  let after = world;
  let truncated = false;
  let events = 0;
  let matched = 0;
  for (const path of paths(arrival, context)) {
    if (outcomes.length === 0) {
      after = hostAnswers(path.walked, { ...context, world: path.after.copy() }, arrival.raw);
    } else if (
      outcomes.length >= MOST_OUTCOMES ||
      effort.rules > MOST_RULES ||
      events > MOST_EVENTS ||
      matched > MOST_MATCHED
    ) {
      truncated = true;
      break;
    }
    outcomes.push({
      ...path.walked,
      after: path.after,
      ...(setting.premises && setting.premises.doubted.size > 0 && { premises: setting.premises }),
      notes: unfollowed.length === 0 ? path.walked.notes : [...path.walked.notes, ...unfollowed],
    });
    events += path.walked.events.length;
    for (const { kind } of path.walked.milestones) if (kind === 'rule') matched++;
  }
  return { traced: { outcomes, truncated, asked: effort.rules }, after };
}

/** A socket that is bound to a device asks for a route by that device alone. */
function boundDevice({ oface, bindOface }: PacketRequest): string | undefined {
  return bindOface ? oface : undefined;
}

const NO_ANSWERS: ReadonlyMap<string, boolean> = new Map();
const NO_CHANGES: readonly MadeChange[] = [];
