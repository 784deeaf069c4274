import type { ShownTrace } from '../../../src/features/expectations/generate';
import type { FileModel } from '../../../src/features/fileModel';
import { evaluate } from '../../../src/features/traceSession/evaluate';

/** What the trace view shows of a packet, as a new expectation is made of it. */
export function shownTrace(
  model: FileModel,
  expression: string,
  outcome = 0,
  answers: Readonly<Record<string, boolean>> = {},
): ShownTrace {
  const { defaultDump } = model;
  if (!defaultDump) throw new Error('no rules');
  const evaluation = evaluate(model, defaultDump, { expression, outcome, answers, overrides: undefined });
  return { evaluation, reply: undefined, overrides: undefined };
}
