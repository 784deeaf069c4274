import type { FileModel } from '../fileModel';
import { contextOfFile } from '../packetInput/contextOfFile';
import { readPacketInput } from '../packetInput/readPacketInput';
import type { FileRange } from '../../core/text/columns';
import type { Expectation, ReadExpectations } from './expectation';
import { placeInFile } from './passedRules';
import { dumpMeant } from './settings';

/** Something wrong with a line, found without tracing a packet. */
export interface ExpectationDiagnostic extends FileRange {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** So many are shown of a file. */
const MOST = 200;

/**
 * What is wrong with the lines of a file. `rulesOf`: the rules that an expectation is about, or why there are none. Never
 * throws.
 */
export function checkExpectations(
  { expectations, errors }: ReadExpectations,
  rulesOf: (expectation: Expectation) => FileModel | { readonly problem: string },
): readonly ExpectationDiagnostic[] {
  const found: ExpectationDiagnostic[] = errors.map((error) => ({ ...error, severity: 'error' }));
  const said = new Set<string>();
  const contexts = new Map<FileModel, ReturnType<typeof contextOfFile>>();
  for (const expectation of expectations) {
    if (found.length >= MOST) break;
    const model = rulesOf(expectation);
    const { line, packetStart, packetEnd } = expectation;
    if ('problem' in model) {
      if (!said.has(model.problem))
        found.push({ line, start: packetStart, end: packetEnd, severity: 'warning', message: model.problem });
      said.add(model.problem);
      continue;
    }
    const dump = model.defaultDump;
    if (!dump) continue;
    const context = contexts.get(model) ?? contextOfFile(model, dump, undefined);
    contexts.set(model, context);
    found.push(...packetProblems(expectation, context), ...placeProblems(expectation, model));
  }
  return found.slice(0, MOST).sort((a, b) => a.line - b.line || a.start - b.start);
}

function packetProblems(
  { packet, line }: Expectation,
  context: ReturnType<typeof contextOfFile>,
): readonly ExpectationDiagnostic[] {
  if (packet.kind !== 'typed') return [];
  const { problems = [] } = readPacketInput(packet.text, context);
  return problems.map(({ start, end, message }) => {
    const from = packet.columnOf(start);
    return { line, start: from, end: Math.max(packet.columnOf(end), from + 1), severity: 'error', message };
  });
}

/** Chains and rules that there are not. */
function placeProblems({ clauses, line, settings }: Expectation, model: FileModel): readonly ExpectationDiagnostic[] {
  const dump = dumpMeant(model, settings);
  if (!dump) return [];
  return clauses.flatMap(({ terms }) =>
    terms.flatMap(({ condition, start, end }): ExpectationDiagnostic[] => {
      // After "by" it may be an interface.
      if (condition.kind !== 'via' && (condition.kind !== 'by' || condition.place.number === undefined)) return [];
      const { missing } = placeInFile(condition.place, model, dump);
      return missing === undefined ? [] : [{ line, start, end, severity: 'warning', message: missing }];
    }),
  );
}
