import type { Host } from '../../core/net/host';
import type { MadeChange } from '../../core/netfilter/madeChange';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { World } from '../../core/netfilter/world';
import type { RuleSet } from '../../core/ruleset/ruleSet';
import { visible } from '../../core/text/visible';
import type { Dump, FileModel } from '../fileModel';
import { sectionsOf } from '../fileModel';
import { scenariosFor } from '../scenarios';
import { assumedFacts } from '../traceSession/assumedFacts';
import { evaluateChanged } from '../traceSession/evaluateChanged';
import type { HostChanges } from '../traceSession/hostFields';
import type { TraceInput } from '../traceReport/traceInput';
import { BreakpointLines } from './breakpoints';

/** What is debugged: a packet on the host that a file describes. */
export interface Debuggee {
  /** As the client names the file in sources of breakpoints. */
  readonly path: string;
  /** The last part of it. */
  readonly name: string;
  readonly model: FileModel;
  readonly dump: Dump;
  /** What stands for a packet (`readPacketInput`); undefined: the first one that makes sense for the rules. */
  readonly packet: string | undefined;
  /** What the user has answered and changed in the trace view. */
  readonly answers: Readonly<Record<string, boolean>>;
  readonly hostChanges: HostChanges;
  /** What the host remembers of earlier packets; undefined: the connections that the file lists. */
  readonly world?: World | undefined;
}

/** Its trace. */
export interface DebugTrace {
  readonly input: TraceInput;
  readonly host: Host;
  /** The packet in the packet language, as it is sent. */
  readonly packet: string;
  readonly request: PacketRequest;
  /** How the packet was read, where it is not an expression. */
  readonly notes: readonly string[];
  readonly assumed: readonly { readonly message: string; readonly line: number | undefined }[];
  readonly lines: BreakpointLines;
  /** Whether a line, 1-based, belongs to rules of the file that the packet does not meet. */
  readonly foreign: (line: number) => boolean;
}

/** Traces it. A string says why it cannot be traced. `changes`: what is changed of the packet on its way. */
export function traceOf(
  { model, dump, packet, answers, hostChanges, world }: Debuggee,
  changes: readonly MadeChange[] = [],
): DebugTrace | string {
  const expression = packet ?? scenariosFor(model, dump)[0]?.expression ?? '';
  const wanted = { expression, outcome: 0, answers, world, ...(changes.length > 0 && { changes }) };
  const { evaluation } = evaluateChanged({ model, dump, made: [] }, wanted, hostChanges);
  const { input, problems, setting, request } = evaluation;
  if (!input || !request) return visible(problems[0]?.message ?? 'the packet cannot be traced');
  const met = ruleSetsOf(input);
  return {
    input,
    host: setting.setting.host,
    packet: input.packet,
    request,
    notes: [...evaluation.notes, ...evaluation.contradictions],
    assumed: assumedFacts(model, dump, evaluation),
    lines: new BreakpointLines(met),
    foreign: foreignLines(model, met),
  };
}

/** The rules that the packet meets on any of its paths. */
function ruleSetsOf({ ruleSet, family, traced }: TraceInput): readonly RuleSet[] {
  const found = new Set<RuleSet>();
  if (ruleSet) found.add(ruleSet);
  for (const { on } of traced.outcomes) {
    const other = family === 4 ? on?.ruleSets?.v4 : on?.ruleSets?.v6;
    if (other) found.add(other);
  }
  return [...found];
}

function foreignLines(model: FileModel, met: readonly RuleSet[]): (line: number) => boolean {
  const own = new Set(met.flatMap(({ section, beside }) => [section, ...(beside ? [beside.section] : [])]));
  let lines: Set<number> | undefined;
  return (line) => {
    lines ??= new Set(
      model.dumps
        .flatMap((dump) => sectionsOf(dump))
        .filter((section) => !own.has(section))
        .flatMap((section) => section.lines.map(({ index }) => index + 1)),
    );
    return lines.has(line);
  };
}
