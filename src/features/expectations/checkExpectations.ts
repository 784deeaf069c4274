import type { Host } from '../../core/net/host';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { Dump, FileModel } from '../fileModel';
import { settingOf } from '../fileTrace';
import type { InputContext } from '../packetInput/inputContext';
import { contextOfFile } from '../packetInput/contextOfFile';
import { readPacketInput } from '../packetInput/readPacketInput';
import type { FileRange } from '../../core/text/columns';
import { unknownInterfaces, unknownInterfaceWords } from '../traceSession/unknownInterface';
import type { Expectation, ExpectedPacket, ReadExpectations } from './expectation';
import { placeInFile } from './passedRules';
import { dumpMeant, modelMeant } from './settings';

/** Something wrong with a line, found without tracing a packet. */
export interface ExpectationDiagnostic extends FileRange {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** At most this many are shown of a file. */
const MOST = 200;

/**
 * What is wrong with the lines of a file. `rulesOf`: the rules that an expectation is about, or why there are none.
 * Never throws.
 */
export function checkExpectations(
  { expectations, errors }: ReadExpectations,
  rulesOf: (expectation: Expectation) => FileModel | { readonly problem: string },
): readonly ExpectationDiagnostic[] {
  const found: ExpectationDiagnostic[] = errors.map((error) => ({ ...error, severity: 'error' }));
  const said = new Set<string>();
  const files = new Map<Dump, CheckedFile>();
  for (const expectation of expectations) {
    if (found.length >= MOST) break;
    const asWritten = rulesOf(expectation);
    const { line, packetStart, packetEnd, settings } = expectation;
    if ('problem' in asWritten) {
      if (!said.has(asWritten.problem))
        found.push({ line, start: packetStart, end: packetEnd, severity: 'warning', message: asWritten.problem });
      said.add(asWritten.problem);
      continue;
    }
    const model = modelMeant(asWritten, settings);
    const dump = dumpMeant(model, settings);
    if (!dump) continue;
    const file = files.get(dump) ?? new CheckedFile(model, dump);
    files.set(dump, file);
    found.push(...packetProblems(expectation, file), ...placeProblems(expectation, file));
  }
  return found.slice(0, MOST).sort((a, b) => a.line - b.line || a.start - b.start);
}

/** What is read of a file, once for all expectations about it. */
class CheckedFile {
  readonly context: InputContext;
  private known: Host | undefined;

  constructor(
    readonly model: FileModel,
    readonly dump: Dump,
  ) {
    this.context = contextOfFile(model, dump, undefined);
  }

  get host(): Host {
    return (this.known ??= settingOf(this.model, this.dump).setting.host);
  }
}

function packetProblems(expectation: Expectation, file: CheckedFile): readonly ExpectationDiagnostic[] {
  const { packet, line } = expectation;
  if (packet.kind !== 'typed') return [];
  const { problems, request } = readPacketInput(packet.text, file.context);
  if (!problems) return interfaceProblems(expectation, packet, request, file);
  return problems.map(({ start, end, message }) => {
    const from = packet.columnOf(start);
    return { line, start: from, end: Math.max(packet.columnOf(end), from + 1), severity: 'error', message };
  });
}

/** Interfaces that there are not, unless a line says so. */
function interfaceProblems(
  { line, settings, packetStart, packetEnd }: Expectation,
  { text, columnOf }: Extract<ExpectedPacket, { readonly kind: 'typed' }>,
  request: PacketRequest,
  { model, host }: CheckedFile,
): readonly ExpectationDiagnostic[] {
  // What a file with facts of the host says of them is seen when it runs.
  if (settings.host) return [];
  return unknownInterfaces(request, model.file, host, undefined)
    .filter(({ name }) => settings.interfaces.get(name) === undefined)
    .map((unknown) => {
      const at = [...text.matchAll(/\S+/g)].find(([word]) => word === unknown.name)?.index;
      const [start, end] =
        at === undefined ? [packetStart, packetEnd] : [columnOf(at), columnOf(at + unknown.name.length)];
      return { line, start, end, severity: 'warning', message: unknownInterfaceWords(unknown) };
    });
}

/** Chains and rules that there are not. */
function placeProblems({ clauses, line }: Expectation, { model, dump }: CheckedFile): readonly ExpectationDiagnostic[] {
  return clauses.flatMap(({ terms }) =>
    terms.flatMap(({ condition, start, end }): ExpectationDiagnostic[] => {
      // After "by" it may be an interface.
      if (condition.kind !== 'via' && (condition.kind !== 'by' || condition.place.number === undefined)) return [];
      const { missing } = placeInFile(condition.place, model, dump);
      return missing === undefined ? [] : [{ line, start, end, severity: 'warning', message: missing }];
    }),
  );
}
