import type { KernelPacket, KernelTrace } from '../../core/net/kernelTrace/kernelPackets';
import { formatPacketExpression, parsePacketExpression } from '../../core/net/packetExpression';
import { namedProtocol, type PacketRequest } from '../../core/net/packetRequest';
import { familyOf } from '../../core/net/makePacket';
import { World } from '../../core/netfilter/world';
import { worldOfFile } from '../fileWorld';
import { ownFactsOf } from '../ownFacts';
import type { Dump, FileModel } from '../fileModel';
import { selectPath } from '../traceReport/traceInput';
import { evaluate, type Evaluation, type Wanted } from '../traceSession/evaluate';
import type { RuleSet } from '../../core/ruleset/ruleSet';
import { chainOf } from './difference';
import { compareWithKernel, type KernelComparison } from './kernelComparison';
import { connectionsFor } from './knownConnection';
import { natVisit } from './natVisit';

/** A packet of a kernel's trace, traced here, with both laid over each other. */
export interface TracedAgainst {
  readonly kernel: KernelPacket;
  readonly evaluation: Evaluation;
  /** What was traced: with it and `world` the same can be traced again. */
  readonly expression: string;
  readonly world: World;
  /** The path that goes along with the kernel's trace the longest, an index of the outcomes. */
  readonly outcome: number;
  /** undefined: the packet cannot be traced. */
  readonly comparison: KernelComparison | undefined;
  /** What the trace of the kernel implies about the packet, a sentence each. */
  readonly implied: readonly string[];
}

/** At most this many paths of a packet are compared. */
const MOST_PATHS = 64;

export interface AgainstOptions {
  readonly answers?: Wanted['answers'];
  readonly overrides?: unknown;
}

/** Traces the packets of a kernel's trace one after the other on the same host, and compares each. */
export function* traceAllAgainst(
  model: FileModel,
  dump: Dump,
  { packets }: KernelTrace,
  options: AgainstOptions = {},
): Generator<TracedAgainst> {
  let { world = new World() } = worldOfFile(ownFactsOf(model, dump).file);
  for (const kernel of packets) {
    const traced = traceAgainst(model, dump, kernel, world, options);
    world = worldAfter(traced);
    yield traced;
  }
}

/** Earlier packets that a later one may depend on are searched among this many before it. */
const MOST_BEFORE = 2_000;
/** At most this many of them are traced. */
const MOST_RELATED = 32;

/** Traces one packet of a trace, after those before it that share an end of its connection. */
export function traceOneAgainst(
  model: FileModel,
  dump: Dump,
  { packets }: KernelTrace,
  index: number,
  options: AgainstOptions = {},
): TracedAgainst | undefined {
  const wanted = packets[index];
  if (!wanted) return undefined;
  const ends = new Set(endsOf(wanted.packet.request));
  const before = packets
    .slice(Math.max(0, index - MOST_BEFORE), index)
    .filter(({ packet }) => endsOf(packet.request).some((end) => ends.has(end)));
  const related = before.length <= MOST_RELATED ? before : [...before.slice(0, 4), ...before.slice(4 - MOST_RELATED)];
  let { world = new World() } = worldOfFile(ownFactsOf(model, dump).file);
  for (const kernel of related) world = worldAfter(traceAgainst(model, dump, kernel, world, options));
  return traceAgainst(model, dump, wanted, world, options);
}

/** Both ends of a packet; NAT changes one of them. */
function endsOf({ proto, src, sport, dst, dport, icmpId }: PacketRequest): readonly string[] {
  return [`${proto} ${src} ${sport ?? icmpId}`, `${proto} ${dst} ${dport ?? icmpId}`];
}

function worldAfter({ evaluation, outcome, world }: TracedAgainst): World {
  return evaluation.input?.traced.outcomes[outcome]?.after ?? world;
}

function traceAgainst(
  model: FileModel,
  dump: Dump,
  kernel: KernelPacket,
  world: World,
  { answers = {}, overrides }: AgainstOptions,
): TracedAgainst {
  const { expression, request, implied } = packetOf(kernel);
  const state = kernel.state && /^(?:RELATED|INVALID|UNTRACKED)$/.test(kernel.state) ? kernel.state : undefined;
  const tried = (text: string, on: World, more: readonly string[]): TracedAgainst => {
    const evaluation = evaluate(model, dump, { expression: text, outcome: 0, answers, overrides, world: on });
    return {
      kernel,
      evaluation,
      expression: text,
      world: on,
      implied: [...implied, ...more],
      ...bestPath(kernel, evaluation),
    };
  };
  const stated = state && ` ${state.toLowerCase()}`;
  let best = tried(expression + (stated ?? ''), world, stated ? [`The trace says that it is ${state}.`] : []);
  const ruleSet = best.evaluation.input?.ruleSet;
  /** Whether nothing more has to be tried. */
  const consider = (next: TracedAgainst): boolean => {
    if (isBetter(next.comparison, best.comparison)) best = next;
    return best.comparison?.difference === undefined;
  };
  if (!best.comparison?.difference) return best;
  const way = wayOf(kernel, request, ruleSet);
  let [base, implies]: readonly [string, readonly string[]] = [expression, []];
  if (way) {
    const led = tried(way.expression + (stated ?? ''), world, [way.words]);
    if (isBetter(led.comparison, best.comparison)) [base, implies] = [way.expression, [way.words]];
    if (consider(led)) return best;
  }
  const nat = stated ? 'unknown' : natVisit(kernel, ruleSet, familyOf(request));
  if (nat === 'visited')
    consider(tried(base, new World(), [...implies, 'It visits nat, so it is the first of its connection.']));
  if (nat !== 'passed') return best;
  const why = 'It does not visit nat, so it is not the first of its connection';
  for (const connection of connectionsFor(kernel, request)) {
    const known = world.copy();
    if (!connection.addTo(known)) continue;
    if (consider(tried(base, known, [...implies, `${why}: ${connection.words}.`]))) return best;
  }
  for (const word of ['invalid', 'related', 'untracked'])
    if (consider(tried(`${base} ${word}`, world, [...implies, `${why}: it is taken as ${word.toUpperCase()}.`])))
      return best;
  return best;
}

/** What the trace shows of the routing of a packet that arrives, which the file may leave open. */
function wayOf(
  { steps, last }: KernelPacket,
  request: PacketRequest,
  ruleSet: RuleSet | undefined,
): { readonly expression: string; readonly words: string } | undefined {
  if (request.dir !== 'in' || request.inner) return undefined;
  const hooks = new Set(steps.flatMap((step) => chainOf(step, ruleSet, familyOf(request))?.hook ?? []));
  const { oface } = last.request;
  if (hooks.has('FORWARD') && oface !== undefined)
    return {
      expression: formatPacketExpression({ ...request, oface }),
      words: `The trace shows that it is forwarded to ${oface}.`,
    };
  return hooks.has('INPUT') && last.request.dst === request.dst
    ? {
        expression: formatPacketExpression({ ...request, own: true }),
        words: 'The trace shows that it is for this host.',
      }
    : undefined;
}

/** Later disagreements are better, and those that need fewer assumptions. */
function isBetter(a: KernelComparison | undefined, b: KernelComparison | undefined): boolean {
  if (!a || !b) return a !== undefined;
  if (!a.difference !== !b.difference) return !a.difference;
  return a.agreed > b.agreed;
}

function bestPath(kernel: KernelPacket, { input }: Evaluation): Pick<TracedAgainst, 'outcome' | 'comparison'> {
  let best: Pick<TracedAgainst, 'outcome' | 'comparison'> = { outcome: 0, comparison: undefined };
  if (!input) return best;
  for (const [outcome, walked] of input.traced.outcomes.slice(0, MOST_PATHS).entries()) {
    const { ruleSet, family } = selectPath(input, outcome);
    const comparison = compareWithKernel(kernel, walked, ruleSet, family);
    if (isBetter(comparison, best.comparison)) best = { outcome, comparison };
    if (!best.comparison?.difference) break;
  }
  return best;
}

/** The packet as it is traced. xtables-monitor prints no protocol: the rules that matched may ask for one. */
function packetOf({ packet, text, steps }: KernelPacket): {
  readonly expression: string;
  readonly request: PacketRequest;
  readonly implied: readonly string[];
} {
  const { request } = packet;
  if (request.inner) return { expression: text, request, implied: [] };
  if (request.proto !== undefined) return { expression: packet.expression, request, implied: [] };
  const name = steps
    .map((step) => / -p ([\w-]{1,20})(?: |$)/.exec(step.text ?? '')?.[1])
    .find((each) => each !== undefined);
  const proto = name === undefined ? undefined : namedProtocol(name);
  if (proto === undefined) return { expression: packet.expression, request, implied: [] };
  const complete = { ...request, proto };
  const expression = formatPacketExpression(complete);
  return {
    expression,
    request: parsePacketExpression(expression).request ?? complete,
    implied: [`The trace does not show its protocol: ${name}, as a rule that matched requires it.`],
  };
}
