import type { PacketRequest } from '../core/net/packetRequest';
import type { FilledField } from '../core/net/completePacket';
import { familyOf } from '../core/net/makePacket';
import { formatPacketExpression } from '../core/net/packetExpression';
import type { RuleSets, TraceEvent } from '../core/netfilter/events';
import type { MadeChange } from '../core/netfilter/madeChange';
import { startChain } from '../core/netfilter/startChain';
import type { Traced, TraceSetting } from '../core/netfilter/trace';
import type { World } from '../core/netfilter/world';
import { HostSource } from '../core/ruleset/host/hostFromFile';
import { saidBy } from '../core/ruleset/host/said';
import type { RulesUse } from '../core/ruleset/host/assumptions';
import type { RuleSet } from '../core/ruleset/ruleSet';
import type { SourceFile } from '../core/syntax/sourceFile';
import { worldOfFile } from './fileWorld';
import { ownFactsOf } from './ownFacts';
import { dumpFor, ruleSetsFor, type Dump, type FileModel } from './fileModel';
import { hostAnswersOf, traceHosts, joined, type HostTrace } from './possibleHosts/traceHosts';
import { settingProvisos, usedAssumptions, type UsedAssumption } from './possibleHosts/usedAssumptions';
import { notFollowed } from './nftTables';
import { rulesProvisos, type RulesShown } from './provisos';
import { rulesUseOf } from './rulesUse';

/** A file made ready for tracing: one of its rule sets and the host that the rest of the file describes. */
export interface FileSetting {
  /** With the likeliest host. */
  readonly setting: TraceSetting;
  /** Every host that is possible. */
  readonly source: HostSource;
  /** The file, or the caller, lists the addresses of this host. */
  readonly addressesKnown: Readonly<Record<4 | 6, boolean>>;
  /** Of the rules that were chosen. */
  readonly family: 4 | 6;
  readonly model: FileModel;
  readonly dump: Dump;
  /** What the file states of this host: `model.file` without what it states of others. */
  readonly ownFile: SourceFile;
  /** What of the given host facts cannot be used. */
  readonly problems: readonly string[];
}

export interface SettingOptions {
  /** An object like the contract's `topology`, with `listeners` and `sets` besides. */
  readonly overrides?: unknown;
  readonly answers?: ReadonlyMap<string, boolean>;
  /** Of the packet; undefined: of the rules. */
  readonly family?: 4 | 6 | undefined;
  /** What the caller changes of the packet on its way. */
  readonly changes?: readonly MadeChange[] | undefined;
  /** The packet, which says something of the host; undefined: none yet. */
  readonly packet?: PacketRequest | undefined;
  /** What the host remembers; undefined: the connections that the file lists. */
  readonly world?: World | undefined;
}

export function settingOf(
  model: FileModel,
  dump: Dump,
  {
    overrides,
    answers = new Map<string, boolean>(),
    family = dump.section.family,
    packet,
    world,
    changes,
  }: SettingOptions = {},
): FileSetting {
  const ruleSets = ruleSetsFor(model, dump);
  const { file: ownFile } = ownFactsOf(model, dump);
  const source = new HostSource(
    ownFile,
    overrides,
    { ...rulesUse(ownFile, rulesOfFile(model, dump) ?? ruleSets), ipv6: family === 6 },
    saidBy(packet),
    model.whatIf?.host,
  );
  const { host, problems, known } = source.host(hostAnswersOf(source.host(), answers));
  return {
    setting: { ruleSets, host, answers, ...(changes && { changes }), ...(world ? { world } : worldOfFile(ownFile)) },
    source,
    addressesKnown: known.addresses,
    family: dump.section.family ?? 4,
    model,
    dump,
    ownFile,
    problems: problems.map(({ message }) => message),
  };
}

/** The rules as the file has them, where others are tried; undefined: none are. */
function rulesOfFile({ dumps, whatIf }: FileModel, dump: Dump): RuleSets | undefined {
  const own = whatIf?.of.dumps[dumps.indexOf(dump)];
  return whatIf && own && ruleSetsFor(whatIf.of, own);
}

/**
 * What the rules of each file showed last: it is asked for with every packet, and all rules are looked through for it.
 */
const uses = new WeakMap<
  SourceFile,
  { readonly v4: RuleSet | undefined; readonly v6: RuleSet | undefined; readonly use: RulesUse }
>();

function rulesUse(file: SourceFile, { v4, v6 }: RuleSets): RulesUse {
  let known = uses.get(file);
  // An edit makes another file, whose lines may have other numbers.
  if (known?.v4 !== v4 || known?.v6 !== v6 || !known) uses.set(file, (known = { v4, v6, use: rulesUseOf([v4, v6]) }));
  return known.use;
}

export interface FileTraced {
  readonly traced: Traced;
  /** The packet with all that was filled in. */
  readonly request: PacketRequest;
  readonly filled: readonly FilledField[];
  /** What was asked for and is not so: the packet leaves by another interface. */
  readonly contradictions: readonly string[];
  /** What the trace relies on that neither the file nor the packet states. */
  readonly assumed: readonly UsedAssumption[];
  /** On each host that is possible. */
  readonly hostTraces: readonly HostTrace[];
}

/**
 * Traces a packet as a person gives it: what is missing is filled in and listed. A string says why it cannot be traced.
 */
export function traceInFile(
  request: PacketRequest,
  { setting, source, family, model, dump }: FileSetting,
): FileTraced | string {
  const hostTraces = traceHosts({ request, source, setting, family, answers: setting.answers ?? new Map() });
  if (typeof hostTraces === 'string') return hostTraces;
  const { at } = request;
  const { v4, v6 } = setting.ruleSets;
  if (at !== undefined && !startChain(at, v4) && !startChain(at, v6))
    return `at ${at}: there is no such chain in these rules`;
  const [first] = hostTraces;
  if (!first) return 'it cannot be traced';
  const asked = familyOf(first.request);
  const shown: RulesShown = {
    file: model.file,
    family: asked,
    dump,
    met: dumpFor(model, dump, asked),
    unfollowed: notFollowed(model.file),
  };
  const traced = joined(hostTraces.map((hostTrace) => withProvisos(hostTrace, asked === 4 ? v4 : v6, shown)));
  return {
    traced,
    request: first.request,
    filled: first.filled,
    contradictions: contradictionsOf(first.request, traced),
    assumed: usedAssumptions(hostTraces),
    hostTraces,
  };
}

/** The trace with what the end of each path depends on. */
export function withProvisos(hostTrace: HostTrace, ruleSet: RuleSet | undefined, shown: RulesShown): HostTrace {
  const outcomes = hostTrace.traced.outcomes.map((walked) => {
    const provided = [...rulesProvisos(shown, walked), ...settingProvisos(hostTrace, walked, ruleSet)];
    return provided.length === 0 ? walked : { ...walked, provided };
  });
  return { ...hostTrace, traced: { ...hostTrace.traced, outcomes } };
}

/** Its first route where that leads out and no rule has changed the destination. */
function awayAsSent(events: readonly TraceEvent[]): Extract<TraceEvent, { readonly kind: 'route' }> | undefined {
  const first = events.find(
    (event) => event.kind === 'route' || (event.kind === 'translate' && event.half === 'destination'),
  );
  return first?.kind === 'route' && first.phase === 'input' && first.type === 'unicast' ? first : undefined;
}

function contradictionsOf(request: PacketRequest, { outcomes }: Traced): readonly string[] {
  const { iface, ...rest } = request;
  const { oface, own, dir, at } = rest;
  if (dir === 'in' && iface === 'lo' && at === undefined) {
    const sent: PacketRequest = { ...rest, dir: 'out', oface: 'lo' };
    return [
      'The packet is stated to arrive by lo as if others had sent it. What this host sends to itself is traced from ' +
        `where it is sent: ${formatPacketExpression(sent)}`,
    ];
  }
  const routes = outcomes.flatMap(({ events }) => events.filter((event) => event.kind === 'route').slice(0, 1));
  // It is the destination that it was sent to of which that is stated, not the one that NAT gives it.
  const away = own === true && outcomes.map(({ events }) => awayAsSent(events)).find((event) => event !== undefined);
  if (away) return [`The packet is stated to be for this host, but routing sends it out by ${away.device}.`];
  if (oface === undefined) return [];
  const others = routes.filter(
    (event) => event.device !== oface || (event.phase === 'input' && event.type !== 'unicast'),
  );
  const [other] = others;
  if (!other) return [];
  const always = others.length === outcomes.length;
  const instead =
    other.phase === 'input' && other.type !== 'unicast'
      ? `it ${always ? 'is' : 'may be'} delivered to this host`
      : `routing ${always ? 'sends' : 'may send'} it out by ${other.device}`;
  return [`The packet is stated to leave by ${oface}, but ${instead}.`];
}

/** The paths of a packet on every host that is possible; undefined where it cannot be traced. */
export function tracedInFile(model: FileModel, dump: Dump, packet: PacketRequest): Traced | undefined {
  const traced = traceInFile(packet, settingOf(model, dump, { packet, family: familyOf(packet) }));
  return typeof traced === 'string' ? undefined : traced.traced;
}
