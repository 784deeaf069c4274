import { dumpWithId, type Dump, type FileModel } from '../features/fileModel';
import { evaluate, type Evaluation, type Wanted } from '../features/traceSession/evaluate';

/**
 * Traces a packet in a rule set of a file, by its `Dump.id`. What is said of the host or tried on it is said of the
 * one that was chosen, `ground.dump`, and of no other.
 */
export function evaluateInRules(
  { model, dump }: { readonly model: FileModel; readonly dump: Dump },
  id: string,
  { expression, ...said }: Pick<Wanted, 'expression' | 'overrides' | 'whatIf'>,
): Evaluation {
  const there = id === dump.id ? undefined : dumpWithId(model, id);
  return evaluate(model, there ?? dump, {
    expression,
    outcome: 0,
    answers: {},
    ...(there ? { overrides: undefined } : said),
  });
}
