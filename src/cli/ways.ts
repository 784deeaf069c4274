import type { Dump, FileModel } from '../features/fileModel';
import { scenariosFor } from '../features/scenarios';
import { assumedFacts } from '../features/traceSession/assumedFacts';
import { evaluate } from '../features/traceSession/evaluate';
import { tracedWays } from '../features/ways/waysReport';
import { wayJson } from '../features/ways/wayJson';
import { waysText } from '../features/ways/waysText';
import type { Terminal } from './terminal';

interface AskedWays {
  readonly model: FileModel;
  readonly dump: Dump;
  readonly overrides: unknown;
  readonly json: boolean;
}

/** `trace --ways`: every way in and out that suits the file, with its legs and the answers to them. */
export function runWays({ model, dump, overrides, json }: AskedWays, terminal: Terminal): number {
  const { report } = tracedWays(
    scenariosFor(model, dump),
    (expression) => evaluate(model, dump, { expression, outcome: 0, answers: {}, overrides }),
    (evaluation) => assumedFacts(model, dump, evaluation).map(({ message }) => message),
  );
  if (!json) terminal.out(waysText(report));
  else
    terminal.json({
      id: null,
      ways: report.ways.map(wayJson),
      waysAssumed: report.assumed,
      ...(report.remarks.length > 0 ? { waysRemarks: report.remarks } : {}),
    });
  return 0;
}
