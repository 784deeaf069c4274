import { formatAddress, parseAddress, type Address } from '../../core/net/address';
import { isRecord } from '../../core/net/jsonFields';
import { formatPacketExpression } from '../../core/net/packetExpression';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { Walked } from '../../core/netfilter/events';
import { replyRequest } from '../../core/netfilter/reply';
import { worldAfter } from '../../core/netfilter/trace';
import type { World } from '../../core/netfilter/world';
import { sysctlsOf } from '../../core/ruleset/host/fileSysctls';
import type { RuleSet } from '../../core/ruleset/ruleSet';
import type { SourceFile } from '../../core/syntax/sourceFile';
import type { Dump, FileModel } from '../fileModel';
import { ownFactsOf } from '../ownFacts';
import { answererOf } from '../journey/answerer';
import { contextOfFile } from '../packetInput/contextOfFile';
import { isUnknown } from '../packetInput/names';
import { groupKey, ownKey } from '../possibleHosts/hostKeys';
import { replyOf } from '../replies';
import { settingOfPath } from '../settingOfPath';
import { evaluate, type Evaluation } from '../traceSession/evaluate';
import { isExcluded } from './assumedPaths';
import { didYouMean } from './conditionWords';
import { badResult, failedResult, verdictOn, type TracedPath } from './expectationVerdict';
import type { ExpectationResult } from './expectationResult';
import type { Expectation } from './expectation';
import { PassedRules, placeInFile } from './passedRules';
import { rulePlace } from './readConditions';
import type { RuleCoverage } from './ruleCoverage';
import { dumpMeant, modelMeant, type Settings } from './settings';

/** The object of a file that `@host` names, or why there is none. */
export type HostFile = { readonly value: unknown } | { readonly problem: string };

/** The next packet is followed on each path of the earlier ones, up to this many. */
const MOST_PATHS = 64;

/** A path that an expectation has judged: the next packet of a flow continues from there. */
interface FlowPath {
  readonly walked: Walked;
  readonly evaluation: Evaluation;
  /** What was answered on the way here. */
  readonly answers: Readonly<Record<string, boolean>>;
}

/** Where the packet of an expectation starts. */
interface Start {
  readonly expression: string;
  readonly answers: Readonly<Record<string, boolean>>;
  readonly world: World | undefined;
}

/** The rules of a file under test: bound once, for all expectations about them. */
export class ExpectationRunner {
  private readonly overridden = new WeakMap<Settings, { readonly value: unknown } | { readonly problem: string }>();
  /** Of the expectation before: a later packet goes on from there and from nowhere else. */
  private ends: { readonly of: Expectation; readonly paths: readonly FlowPath[] } | undefined;

  /** `hostFile`: of a name after `@host`. `coverage`: gets every path that is judged. */
  constructor(
    readonly model: FileModel,
    private readonly hostFile: (name: string) => HostFile = () => ({ problem: 'it cannot be read here' }),
    private readonly coverage?: RuleCoverage,
  ) {}

  /** Traces the packet and says whether everything holds on every possible path. Never throws. */
  run(expectation: Expectation): ExpectationResult {
    const { settings } = expectation;
    const model = modelMeant(this.model, settings);
    const dump = dumpOf(model, settings);
    if (typeof dump === 'string') return badResult(expectation, dump);
    this.coverage?.about(model, dump);
    const overrides = this.overridesOf(settings, ownFactsOf(model, dump).file);
    if ('problem' in overrides) return badResult(expectation, `@host: ${overrides.problem}`);
    const starts = this.startsOf(expectation);
    const noRule = wrongPlace(settings, model, dump);
    if (noRule !== undefined) return failedResult(expectation, noRule);
    if (typeof starts === 'string') return failedResult(expectation, starts);
    const paths: TracedPath[] = [];
    const ends: FlowPath[] = [];
    let truncated = false;
    let count = 0;
    for (const { expression, answers, world } of starts) {
      const evaluation = evaluate(model, dump, { expression, outcome: 0, answers, overrides: overrides.value, world });
      const wrong = problemOf(expectation, evaluation);
      if (wrong) return wrong;
      const { traced } = evaluation.input ?? { traced: { outcomes: [], truncated: false } };
      truncated ||= traced.truncated;
      for (const walked of traced.outcomes) {
        count++;
        if (isExcluded(walked, settings)) continue;
        this.coverage?.add(walked);
        paths.push({ evaluation, path: judgedPath(walked, evaluation, model, dump) });
        ends.push({ walked, evaluation, answers });
      }
    }
    this.ends = { of: expectation, paths: ends };
    return verdictOn(expectation, paths, { truncated, excluded: count - paths.length });
  }

  /** The host as the lines state it. Settings of the kernel are added to those of the file. */
  private overridesOf(
    settings: Settings,
    file: SourceFile,
  ): { readonly value: unknown } | { readonly problem: string } {
    const known = this.overridden.get(settings) ?? this.readOverrides(settings, file);
    this.overridden.set(settings, known);
    return known;
  }

  private readOverrides(
    { host, sysctls }: Settings,
    file: SourceFile,
  ): { readonly value: unknown } | { readonly problem: string } {
    const given = host === undefined ? { value: undefined } : 'path' in host ? this.hostFile(host.path) : host;
    if ('problem' in given || sysctls.size === 0) return given;
    if (given.value !== undefined && !isRecord(given.value)) return given;
    const own = given.value ?? {};
    const before = isRecord(own['sysctls']) ? own['sysctls'] : listedSysctls(file);
    return { value: { ...own, sysctls: { ...before, ...Object.fromEntries(sysctls) } } };
  }

  /** Where the packet starts, once for each path of those before it; a text says why nowhere. */
  private startsOf({ packet, after, settings }: Expectation): readonly Start[] | string {
    const said = Object.fromEntries([
      ...[...settings.own].map(([address, value]) => [ownKey(address), value] as const),
      ...[...settings.joined].map(([group, value]) => [groupKey(group), value] as const),
    ]);
    if (after === undefined)
      return [{ expression: packet.kind === 'typed' ? packet.text : '', answers: said, world: undefined }];
    const before = this.ends?.of === after ? this.ends.paths : [];
    if (before.length === 0) return 'the packet before it could not be traced';
    if (before.length > MOST_PATHS)
      return (
        `the packets before it may take ${before.length} paths, which are too many to follow (${MOST_PATHS}): ` +
        'state more of them, or of the host'
      );
    const starts: Start[] = [];
    for (const { walked, evaluation, answers } of before) {
      const setting = settingOfPath(walked, evaluation.setting.setting);
      const request = evaluation.request ?? {};
      let expression = packet.kind === 'typed' ? packet.text : evaluation.expression;
      if (packet.kind === 'reply') {
        const reply = replyRequest(walked, setting);
        if (typeof reply === 'string') return `there is no reply: ${reply}`;
        expression = formatPacketExpression({
          ...reply,
          ...(reply.dir === 'out' ? answererOf(evaluation, walked) : {}),
        });
      }
      starts.push({
        expression,
        answers: { ...answers, ...said, ...learnt(walked, evaluation.given, packet.kind === 'again') },
        world: worldAfter(walked, request, setting),
      });
    }
    return starts;
  }
}

/** What a path says of the host, and for the same packet once more, of everything that does not change by itself. */
function learnt(walked: Walked, given: PacketRequest | undefined, again: boolean): Readonly<Record<string, boolean>> {
  const answers: Record<string, boolean> = {};
  for (const { key, value } of walked.on?.answers ?? []) answers[key] = value;
  if (given?.dst !== undefined && given.own !== undefined) answers[ownKey(given.dst)] = given.own;
  // Nobody sends from an address of this host but this host.
  const start = walked.events.find((event) => event.kind === 'start');
  if (start && (start.direction === 'out' || start.iface !== 'lo'))
    answers[ownKey(formatAddress(start.packet.source))] = start.direction === 'out';
  for (const { key, value, choice, probability, premise } of again ? walked.assumptions : [])
    if (!choice && probability === undefined && premise === undefined) answers[key] = value;
  return answers;
}

function dumpOf(model: FileModel, settings: Settings): Dump | string {
  const { dumps, defaultDump } = model;
  const { set } = settings;
  if (!defaultDump) return 'there are no rules in the file';
  const dump = dumpMeant(model, settings);
  if (dump) return dump;
  const list = dumps.map(({ label, detail }, i) => `${i + 1} (${label}, ${detail})`).join(', ');
  return `@set ${set}: the file has these rule sets: ${list}`;
}

function problemOf(expectation: Expectation, { problems, setting, input }: Evaluation): ExpectationResult | undefined {
  const [problem] = problems;
  const { packet } = expectation;
  if (problem)
    return badResult(
      expectation,
      `${problem.message}${packet.kind === 'typed' ? nameMeant(packet.text.slice(problem.start, problem.end), expectation.settings) : ''}`,
      packet.kind === 'typed'
        ? { start: packet.columnOf(problem.start), end: packet.columnOf(problem.end) }
        : { start: expectation.packetStart, end: expectation.packetEnd },
    );
  const [ofHost] = setting.problems;
  if (ofHost !== undefined) return badResult(expectation, `@host: ${ofHost}`);
  return input ? undefined : badResult(expectation, 'the packet cannot be traced');
}

/** A rule that is said to match, and that there is not. */
function wrongPlace({ assumed }: Settings, model: FileModel, dump: Dump): string | undefined {
  for (const { rule } of assumed.values()) {
    if (rule === undefined) continue;
    const { missing } = placeInFile(rulePlace(rule), model, dump);
    if (missing !== undefined) return `assume ${rule}: ${missing}`;
  }
  return undefined;
}

/** A name of the file that is probably meant. */
function nameMeant(word: string, { names }: Settings): string {
  return didYouMean(word.replace(/:.*$/, ''), names.keys());
}

function judgedPath(walked: Walked, evaluation: Evaluation, model: FileModel, dump: Dump): TracedPath['path'] {
  const { setting } = evaluation.setting;
  const family = evaluation.input?.family ?? 4;
  const ruleSets = walked.on?.ruleSets ?? setting.ruleSets;
  const ruleSet: RuleSet | undefined = family === 4 ? ruleSets.v4 : ruleSets.v6;
  return {
    walked,
    ruleSet,
    passed: new PassedRules(walked),
    reply: () => replyOf(walked, setting, answererOf(evaluation, walked)),
    addressesOf: (name) => addressesOf(name, model, dump),
    interfaces: () => (walked.on?.host ?? setting.host).interfaces.map((each) => each.name),
  };
}

function addressesOf(name: string, model: FileModel, dump: Dump): readonly Address[] | string {
  const found = contextOfFile(model, dump, undefined).names().resolve(name);
  return isUnknown(found) ? found.message : found.addresses.flatMap((each) => parseAddress(each) ?? []);
}

function listedSysctls({ sections }: SourceFile): Readonly<Record<string, number>> {
  const listed = sections.flatMap((section) => (section.kind === 'sysctls' ? section.sysctls : []));
  return Object.fromEntries(sysctlsOf(listed));
}
