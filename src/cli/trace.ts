import { lineWords } from '../core/syntax/typedLine';
import { formatPacketExpression, parsePacketExpression } from '../core/net/packetExpression';
import { notesOf } from '../core/netfilter/trace';
import { outcomeOf, type Outcome } from '../core/netfilter/outcome';
import { parseSourceFile } from '../core/syntax/parse';
import type { SourceFile } from '../core/syntax/sourceFile';
import { visible } from '../core/text/visible';
import { dumpFor, dumpWithId, sectionsOf, type Dump, type FileModel } from '../features/fileModel';
import { guessesDecide, scriptGuesses } from '../features/scriptGuesses';
import { packetsOfFile } from '../features/filePackets';
import { kernelTraceOf } from '../features/kernelTrace/kernelTraceOf';
import { loadWarnings } from '../features/loadProblems';
import { contextOfFile } from '../features/packetInput/contextOfFile';
import { readPacketInput } from '../features/packetInput/readPacketInput';
import { findRemedies } from '../features/remedies/findRemedies';
import { remediesText } from '../features/remedies/remediesText';
import { ruleSetNotes, type RuleSetNote } from '../features/ruleSetNotes';
import { evaluate, type Evaluation } from '../features/traceSession/evaluate';
import type { PacketInRules } from '../features/journey/journey';
import { evaluateInRules } from './evaluateInRules';
import { answererOf } from '../features/journey/answerer';
import { journeyOf } from '../features/journey/journey';
import { replyLegs } from '../features/journey/replyLegs';
import { scenariosFor, type Scenario } from '../features/scenarios';
import { traceText } from '../features/traceReport/traceText';
import { sharedJourney } from '../features/share/sharedJourney';
import { ALONE, type SharedTrace } from '../features/share/sharedTrace';
import { unreadText } from './unreadText';
import { isTheme } from '../features/share/colours';
import { checkFormat, FORMATS } from './formats';
import { runWays } from './ways';
import { findingsOf, MOST_REPLIES, replyOf, verdictOfReply, withReplies } from '../features/replies';
import type { TraceInput } from '../features/traceReport/traceInput';
import { unreadLines } from '../features/unread';
import { nothingFound } from './overview';
import { filledText } from './batchPacket';
import { UsageError, oneFile, type Arguments } from './arguments';
import { runCapture } from './capture';
import { runKernelTrace } from './kernelTrace';
import { modelWithTables, settleWords } from './tables';
import { journeyJson, journeyText, type TracedJourney } from './journey';
import type { Terminal } from './terminal';
import { beforeText, triedFile } from './whatIf';

/**
 * Traces one packet through the rules of a file, whatever surrounds them; with --journey also what the proxy sends on,
 * with --reply the reply.
 */
export function runTrace(given: Arguments, terminal: Terminal): number {
  const name = oneFile(given, 'trace');
  const typed = given.values.packet === '-' ? packetFromInput(name, terminal) : given.values.packet;
  const kernelTrace = given.values['kernel-trace'];
  if (kernelTrace !== undefined && (typed !== undefined || given.values.scenario !== undefined))
    throw new UsageError('--kernel-trace has the packets: --packet and --scenario do not go with it');
  const read = parseSourceFile(terminal.read(name), { fileName: name });
  checkFormat(given);
  const none = typed === undefined && given.values.scenario === undefined;
  const several = runSeveral(given, { read, name, none }, terminal);
  if (several !== undefined) return several;
  if ((typed === undefined) === (given.values.scenario === undefined))
    throw new UsageError(
      'trace needs --packet, such as --packet "in eth0 tcp 10.0.0.9:41522 > 10.0.0.1:80 syn new", or ' +
        '--scenario, and not both',
    );
  const model = modelWithTables(read, given.values.table, name);
  const dump = chooseDump(model, given.values.dump, name);
  const scenario =
    given.values.scenario === undefined ? undefined : chooseScenario(model, dump, given.values.scenario, name);
  const packet = typed ?? scenario?.expression ?? '';
  const overrides = readHost(given.values.host, terminal);
  const input = readPacketInput(packet, contextOfFile(model, dump, overrides));
  const plain = input.request ? input.expression : packet;
  const expression = given.values.chain === undefined ? plain : `${plain} at ${given.values.chain}`;
  const tried = triedFile(model, dump, given.lists['what-if'] ?? [], overrides);
  const ground = tried ?? { model, dump };
  const evaluations = new Map<string, Evaluation>();
  // A journey asks for the legs that are printed afterwards.
  const evaluation = ({ expression: text, dump: id }: PacketInRules): Evaluation => {
    const key = `${id} ${text}`;
    const known =
      evaluations.get(key) ?? evaluateInRules(ground, id, { expression: text, overrides, whatIf: tried?.words });
    evaluations.set(key, known);
    return known;
  };
  const trace = (packet: PacketInRules): TracedFile => {
    const traced = evaluated(evaluation(packet), given.values.host ?? name);
    const rules = dumpWithId(model, packet.dump) ?? dump;
    return { ...traced, notes: ruleSetNotes(model, rules, traced.input.family, '--dump N selects it', settleWords) };
  };
  const alone = { ...trace({ expression, dump: dump.id }), readNotes: input.request ? input.notes : [] };
  const reply = given.flags.has('reply');
  // Followed in any case: that it is a loop belongs to the answer.
  const whole = journeyOf(alone.evaluation, expression, evaluation, { ownService: scenario?.ownService === true });
  const first = { ...alone, loops: [...new Set(whole.loops.map(({ words }) => words))] };
  const journey = given.flags.has('journey') ? withLegs(whole, trace, evaluation) : undefined;
  const before = tried && evaluate(model, dump, { expression, outcome: 0, answers: {}, overrides });
  const unread = unreadLines(model);
  if (given.values.format !== undefined) terminal.out(inFormat(first, journey, given.values, name));
  else if (given.flags.has('json'))
    terminal.json({
      id: null,
      ...resultOf(first, reply),
      ...(tried && before ? { whatIf: { changes: tried.words, before: beforeJson(before, first, reply) } } : {}),
      ...(journey ? journeyJson(journey, (traced) => resultOf(traced, false)) : {}),
      ...(unread.length > 0 ? { unread } : {}),
    });
  else
    terminal.out(
      (before ? beforeText(before) : '') +
        plainText(first, journey, reply) +
        (reply && !journey ? repliesText(first) : '') +
        unreadText(unread, name),
    );
  return 0;
}

/** The packets of a capture, of a kernel's trace or of all ways; undefined where one packet is asked for. */
function runSeveral(
  given: Arguments,
  { read, name, none }: { readonly read: SourceFile; readonly name: string; readonly none: boolean },
  terminal: Terminal,
): number | undefined {
  const kernelTrace = given.values['kernel-trace'];
  const { capture, iface } = given.values;
  const json = given.flags.has('json');
  const ground = (): { readonly model: FileModel; readonly dump: Dump; readonly overrides: unknown } => {
    const model = modelWithTables(read, given.values.table, name);
    return {
      model,
      dump: chooseDump(model, given.values.dump, name),
      overrides: readHost(given.values.host, terminal),
    };
  };
  if (capture !== undefined) return runCapture({ ...ground(), file: capture, iface, json }, terminal);
  if (given.flags.has('ways')) {
    const { format, theme } = given.values;
    return runWays({ ...ground(), whatIf: given.lists['what-if'] ?? [], json, format, theme, name }, terminal);
  }
  if (kernelTrace !== undefined || (none && kernelTraceOf(read).packets.length > 0))
    return runKernelTrace({ ...ground(), file: kernelTrace, name, json }, terminal);
  return undefined;
}

/** The trace in a form for others, with everything that was assumed. */
function inFormat(
  first: TracedFile,
  journey: TracedJourney<TracedFile> | undefined,
  { format = '', theme = 'light' }: Arguments['values'],
  file: string,
): string {
  const shared: SharedTrace = {
    input: first.input,
    assumed: warningsOf(first),
    file,
    journey: journey
      ? sharedJourney(journey.journey, journey.replies, (packet) => {
          const traced = journey.rest.find(({ leg }) => leg === packet)?.traced ?? first;
          return { input: traced.input, assumed: warningsOf(traced) };
        })
      : ALONE,
  };
  return FORMATS[format]?.(shared, isTheme(theme) ? theme : 'light') ?? '';
}

/** The result without what is tried; null where the packet cannot be traced then. */
function beforeJson(
  evaluation: Evaluation,
  { notes, readNotes }: TracedFile,
  reply: boolean,
): ReturnType<typeof resultOf> | null {
  const { input } = evaluation;
  return input ? resultOf({ evaluation, input, notes, ...(readNotes && { readNotes }) }, reply) : null;
}

function withLegs(
  journey: TracedJourney<TracedFile>['journey'],
  trace: (packet: PacketInRules) => TracedFile,
  evaluation: (packet: PacketInRules) => Evaluation,
): TracedJourney<TracedFile> {
  return {
    journey,
    rest: journey.legs.slice(1).map((leg) => ({ leg, traced: trace(leg) })),
    replies: replyLegs(journey, evaluation),
  };
}

/** A packet of the list that the trace view offers for the file. */
function chooseScenario(model: FileModel, dump: Dump, wanted: string, name: string): Scenario {
  const list = scenariosFor(model, dump);
  const found = list.find(({ id }) => id === wanted);
  if (!found)
    throw new UsageError(
      `--scenario ${wanted}: for ${name} there are ${list.map(({ id, label }) => `${id} (${label})`).join(', ')}`,
    );
  return found;
}

/** An expression or a line that shows a packet, from standard input; of several lines the first that shows one. */
function packetFromInput(file: string, terminal: Terminal): string {
  if (file === '-') throw new UsageError('standard input can be the file or the packet, not both');
  const text = terminal.read('-').trim();
  if (text === '')
    throw new UsageError(
      '--packet -: standard input is empty; it takes a packet such as "in eth0 tcp > :80", or a line of a log ' +
        'or a capture that shows one',
    );
  return parsePacketExpression(text).request ? text : (packetsOfFile(parseSourceFile(text), 1)[0]?.text ?? text);
}

interface TracedFile {
  /** What was assumed and ignored in reading the packet. */
  readonly readNotes?: readonly string[];
  /** That a proxy gets back what it has sent, in sentences. */
  readonly loops?: readonly string[];
  readonly evaluation: Evaluation;
  readonly input: TraceInput;
  readonly notes: readonly RuleSetNote[];
}

function evaluated(evaluation: Evaluation, hostName: string): Omit<TracedFile, 'notes'> {
  const [problem] = evaluation.problems;
  if (problem) throw new UsageError(`--packet: column ${problem.start + 1}: ${problem.message}`);
  const [hostProblem] = evaluation.setting.problems;
  if (hostProblem !== undefined) throw new UsageError(`${hostName}: ${hostProblem}`);
  if (!evaluation.input) throw new UsageError('--packet: it cannot be traced');
  return { evaluation, input: evaluation.input };
}

function chooseDump(model: FileModel, wanted: string | undefined, name: string): Dump {
  if (!model.defaultDump) throw new UsageError(nothingFound(name, model));
  if (wanted === undefined) return model.defaultDump;
  const dump = model.dumps[Number(wanted) - 1];
  if (dump) return dump;
  const list = model.dumps.map(({ label, detail }, i) => `${i + 1} (${label}, ${detail})`).join(', ');
  throw new UsageError(`--dump ${wanted}: ${name} has these rule sets: ${list}`);
}

function readHost(file: string | undefined, terminal: Terminal): unknown {
  if (file === undefined) return undefined;
  try {
    return JSON.parse(terminal.read(file));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file}: is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function warningsOf({ evaluation, input, notes, readNotes = [], loops = [] }: TracedFile): readonly string[] {
  const { assumed, filled, contradictions } = evaluation;
  const { outcomes } = input.traced;
  // With several outcomes each names what it assumes; with one that would be stated nowhere else.
  const presumed = outcomes.length === 1 ? (outcomes[0]?.assumptions ?? []) : [];
  const { ruleSet } = input;
  return [
    ...loops,
    ...notes.map(({ message, line }) => (line === undefined ? message : `line ${line}: ${message}`)),
    ...(ruleSet ? loadWarnings(ruleSet) : []),
    ...(ruleSet?.beside ? loadWarnings(ruleSet.beside) : []),
    ...presumed.map(
      ({ rule, match, value, reason }) =>
        `${rule ? `${lineWords(rule.line)}: ` : ''}${match}: ${value ? 'yes' : 'no'} (${reason})`,
    ),
    ...notesOf(outcomes),
    ...readNotes,
    ...contradictions,
    ...assumed.map(({ message, line }) => (line === undefined ? message : `line ${line + 1}: ${message}`)),
    ...filled.map(filledText),
  ];
}

function resultOf(
  traced: TracedFile,
  reply: boolean,
): {
  readonly packet: string;
  readonly outcomes: readonly Outcome[];
  readonly assumed: readonly AssumedJson[];
  readonly warnings: readonly string[];
} {
  const { outcomes } = traced.input.traced;
  return {
    packet: traced.input.packet,
    outcomes: reply
      ? withReplies(
          outcomes,
          traced.evaluation.setting.setting,
          (walked) => answererOf(traced.evaluation, walked),
          traced.input,
        )
      : outcomes.map(outcomeOf),
    assumed: assumedOf(traced),
    warnings: warningsOf(traced),
  };
}

/** What was assumed of the host and of the packet, and used. */
interface AssumedJson {
  readonly what: string;
  readonly value: string | number | boolean;
  readonly decides: boolean;
  /** Of the file, from 1. */
  readonly line?: number;
}

/** What was guessed of the script that makes the rules. */
function guessesOf({ setting: { model, dump } }: Evaluation, { family, traced }: TraceInput): readonly AssumedJson[] {
  const sections = sectionsOf(dumpFor(model, dump, family) ?? dump);
  const decides = guessesDecide(sections, traced.outcomes);
  return scriptGuesses(model, sections).map(({ message, line }) => ({ what: 'script', value: message, decides, line }));
}

function assumedOf({ evaluation, input }: TracedFile): readonly AssumedJson[] {
  const { assumed, filled } = evaluation;
  const { tables = [] } = input;
  return [
    ...tables
      .filter(({ open }) => !open.said)
      .map(({ open, decides }) => ({
        what: `table of ${open.place}`,
        value: open.table,
        decides,
        line: (open.lines[0]?.index ?? 0) + 1,
      })),
    ...guessesOf(evaluation, input),
    ...assumed.map(({ what, value, decides, line }) => ({
      what,
      value,
      decides,
      ...(line === undefined ? {} : { line: line + 1 }),
    })),
    ...filled.map(({ field, value }) => ({ what: `packet: ${field}`, value, decides: false })),
  ];
}

function plainText(first: TracedFile, journey: TracedJourney<TracedFile> | undefined, reply: boolean): string {
  const loops = (first.loops ?? []).map((words) => `${visible(words)}\n`).join('');
  const trace = [
    traceText(first.input),
    loops === '' ? '' : `\n${loops}`,
    remediesText(findRemedies(first.evaluation)),
    takenForGranted(first),
  ].join('');
  return journey ? journeyText(journey, trace, reply) : trace;
}

/** The reply on each path of the packet, one after the other. */
function repliesText({ evaluation, input }: TracedFile): string {
  const { outcomes } = input.traced;
  return outcomes
    .slice(0, MOST_REPLIES)
    .map((walked, i) => {
      const reply = replyOf(walked, evaluation.setting.setting, answererOf(evaluation, walked), input);
      const title = `\n## The reply${outcomes.length > 1 ? `, outcome ${i + 1}` : ''}\n\n`;
      if (reply.kind === 'none') return `${title}There is none: ${visible(reply.why)}.\n`;
      const text = traceText({
        ...input,
        traced: reply.traced,
        packet: formatPacketExpression(reply.request),
        selected: 0,
      });
      return `${title}${[verdictOfReply(reply), ...findingsOf(reply)].map(visible).join('\n')}\n\n${text}`;
    })
    .join('');
}

function takenForGranted(traced: TracedFile): string {
  const warnings = warningsOf({ ...traced, loops: [] });
  return warnings.length === 0
    ? ''
    : `\nTaken for granted:\n${warnings.map((warning) => `  ${visible(warning)}\n`).join('')}`;
}
