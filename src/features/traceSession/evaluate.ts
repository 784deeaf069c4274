import type { FilledField } from '../../core/net/completePacket';
import { familyOf } from '../../core/net/makePacket';
import { formatPacketExpression } from '../../core/net/packetExpression';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { SourceFile } from '../../core/syntax/sourceFile';
import type { World } from '../../core/netfilter/world';
import type { ExpressionProblem } from '../../shared/protocol';
import type { MadeChange } from '../../core/netfilter/madeChange';
import { addressNames } from '../addressNames';
import { modelSaying, type Dump, type FileModel } from '../fileModel';
import { notFollowed, type NotFollowed } from '../nftTables';
import { contextOfFile } from '../packetInput/contextOfFile';
import { readPacketInput } from '../packetInput/readPacketInput';
import { settingOf, traceInFile, type FileSetting } from '../fileTrace';
import type { HostTrace } from '../possibleHosts/traceHosts';
import type { UsedAssumption } from '../possibleHosts/usedAssumptions';
import { ownerOfRules } from '../ruleSetName';
import { ruleSetView } from '../ruleSetView';
import { dumpLike } from '../openTables';
import { traceTableReadings } from '../tableReadings';
import { unknownInterfaces, unknownInterfaceWords, type UnknownInterface } from './unknownInterface';
import { selectPath, type TraceInput } from '../traceReport/traceInput';

/**
 * What is traced: an expression, or what stands for one (`readPacketInput`), on the host that the file describes, as
 * the user has changed it.
 */
export interface Wanted {
  readonly expression: string;
  readonly outcome: number;
  /** By `Assumption.key`. */
  readonly answers: Readonly<Record<string, boolean>>;
  /** An object like the contract's `topology`; undefined: the host as the file states it. */
  readonly overrides: unknown;
  /** What the host remembers of earlier packets; undefined: the connections that the file lists. */
  readonly world?: World | undefined;
  /** What is tried, in words; undefined: nothing is. */
  readonly whatIf?: readonly string[] | undefined;
  /** What the user changes of the packet on its way. */
  readonly changes?: readonly MadeChange[];
}

export interface Evaluation {
  readonly setting: FileSetting;
  /** The packet in the packet language; as it was given, where that is an expression or cannot be read. */
  readonly expression: string;
  /**
   * What the packet was read from where that is not an expression, what was assumed in reading and what was ignored.
   */
  readonly notes: readonly string[];
  /** What the expression says, and with all that was filled in. undefined where it cannot be read. */
  readonly given: PacketRequest | undefined;
  readonly request: PacketRequest | undefined;
  readonly filled: readonly FilledField[];
  /** What was asked for and is not so. */
  readonly contradictions: readonly string[];
  /** They are among the contradictions too. */
  readonly unknownInterfaces: readonly UnknownInterface[];
  /** What the trace relies on that neither the file nor the packet states. */
  readonly assumed: readonly UsedAssumption[];
  readonly hostTraces: readonly HostTrace[];
  readonly problems: readonly ExpressionProblem[];
  /** undefined where there are problems. */
  readonly input: TraceInput | undefined;
}

/** Reads and traces an expression. Never throws; what is wrong is in `problems`. */
export function evaluate(
  asGiven: FileModel,
  dumpGiven: Dump,
  { expression, outcome, answers, overrides, world, changes, whatIf }: Wanted,
): Evaluation {
  const answerMap = new Map(Object.entries(answers));
  const parsed = readPacketInput(expression, contextOfFile(asGiven, dumpGiven, overrides));
  const { model, dump } = withTableOfStart(asGiven, dumpGiven, parsed.request?.at);
  const settingIn = (readModel: FileModel, readDump: Dump): FileSetting =>
    settingOf(readModel, readDump, {
      overrides,
      answers: answerMap,
      family: parsed.request && familyAsked(parsed.request),
      packet: parsed.request,
      world,
      changes,
    });
  const setting = settingIn(model, dump);
  if (parsed.problems !== undefined) return notTraced(setting, expression, undefined, parsed.problems);
  const given = parsed.request;
  const result = traceInFile(given, setting);
  if (typeof result === 'string')
    return notTraced(setting, parsed.expression, given, [{ start: 0, end: expression.length, message: result }]);
  const { request, filled, contradictions, assumed, hostTraces } = result;
  const family = familyOf(request);
  const { traced, tables } = traceTableReadings(
    model,
    dump,
    family,
    { traced: result.traced, setting: setting.setting },
    (otherModel, otherDump) => {
      const other = settingIn(otherModel, otherDump);
      const found = traceInFile(given, other);
      return typeof found === 'string' ? undefined : { traced: found.traced, setting: other.setting };
    },
  );
  const { ruleSets, host } = setting.setting;
  const ruleSet = family === 4 ? ruleSets.v4 : ruleSets.v6;
  const unfollowed = notFollowed(model.file);
  const unknown = unknownInterfaces(given, model.file, host, overrides);
  const input = selectPath(
    {
      tables,
      traced,
      ruleSet,
      family,
      packet: formatPacketExpression(request),
      selected: outcome,
      answers: answerMap,
      listenersFrom: host.listenersKnown ? listenersFrom(setting.ownFile) : undefined,
      listeners: host.listeners,
      names: addressNames(model.file, ownerOfRules(model, dump)),
      knowledge: ruleSet && ruleSetView(ruleSet),
      given,
      filled,
      hosts: hostTraces.map(({ facts }) => facts),
      whatIf,
    },
    outcome,
  );
  return {
    setting,
    expression: parsed.expression,
    notes: parsed.notes,
    given,
    request,
    filled,
    contradictions: [...contradictions, ...unknown.map(unknownInterfaceWords)],
    unknownInterfaces: unknown,
    assumed: unfollowed ? [assumedOf(unfollowed), ...assumed] : assumed,
    hostTraces,
    problems: [],
    input,
  };
}

function notTraced(
  setting: FileSetting,
  expression: string,
  given: PacketRequest | undefined,
  problems: readonly ExpressionProblem[],
): Evaluation {
  return {
    setting,
    expression,
    notes: [],
    given,
    request: undefined,
    filled: [],
    contradictions: [],
    unknownInterfaces: [],
    assumed: [],
    hostTraces: [],
    problems,
    input: undefined,
  };
}

/** A packet that begins in `nat/WEB` states that WEB is in nat. */
function withTableOfStart(
  model: FileModel,
  dump: Dump,
  at: string | undefined,
): { readonly model: FileModel; readonly dump: Dump } {
  const [, table, chain] = /^([^/]+)\/(.+)$/.exec(at ?? '') ?? [];
  if (table === undefined || chain === undefined) return { model, dump };
  const said = modelSaying(model, { [chain]: table, ...model.tables });
  const found = dumpLike(said, dump);
  return found ? { model: said, dump: found } : { model, dump };
}

function assumedOf({ words, line }: NotFollowed): UsedAssumption {
  return {
    code: 'nft',
    what: 'rules of nft',
    value: 'let it pass unchanged',
    message:
      `There are rules of nft that are not followed: ${words}. They see every packet too, and are assumed to let ` +
      'it pass unchanged.',
    line,
    decides: false,
  };
}

/** undefined where nothing in the packet shows it. */
function familyAsked(request: PacketRequest): 4 | 6 | undefined {
  return request.src === undefined && request.dst === undefined && familyOf(request) === 4
    ? undefined
    : familyOf(request);
}

/** `the ss output in this file`; undefined where the user gave the sockets. */
function listenersFrom({ sections }: SourceFile): string | undefined {
  const section = sections.find(({ kind }) => kind === 'sockets');
  if (!section) return undefined;
  const first = section.lines[0]?.text ?? '';
  if (/\bState\s/.test(first) && !/\bProto\b/.test(first)) return 'the ss output in this file';
  return /\bProto\b|\bnetstat\b|^Active Internet/.test(first)
    ? 'the netstat output in this file'
    : 'the list of sockets in this file';
}
