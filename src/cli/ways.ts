import { visible } from '../core/text/visible';
import type { Dump, FileModel } from '../features/fileModel';
import { scenariosFor } from '../features/scenarios';
import { assumedFacts } from '../features/traceSession/assumedFacts';
import { evaluate } from '../features/traceSession/evaluate';
import { WHAT_IF } from '../features/traceReport/traceText';
import { tracedWays } from '../features/ways/waysReport';
import { wayJson } from '../features/ways/wayJson';
import { waysText } from '../features/ways/waysText';
import type { Terminal } from './terminal';
import { triedFile } from './whatIf';

interface AskedWays {
  readonly model: FileModel;
  readonly dump: Dump;
  readonly overrides: unknown;
  /** Changes that are tried on the file. */
  readonly whatIf: readonly string[];
  readonly json: boolean;
}

/** `trace --ways`: every way in and out that suits the file, with its legs and the answers to them. */
export function runWays({ model, dump, overrides, whatIf, json }: AskedWays, terminal: Terminal): number {
  const tried = triedFile(model, dump, whatIf, overrides);
  const ground = tried ?? { model, dump };
  const { report } = tracedWays(
    scenariosFor(model, dump),
    (expression) =>
      evaluate(ground.model, ground.dump, { expression, outcome: 0, answers: {}, overrides, whatIf: tried?.words }),
    (evaluation) => assumedFacts(model, dump, evaluation).map(({ message }) => message),
  );
  if (!json)
    terminal.out(
      `${tried ? `${WHAT_IF}\n${tried.words.map((each) => `  ${visible(each)}\n`).join('')}\n` : ''}${waysText(report)}`,
    );
  else
    terminal.json({
      id: null,
      ...(tried ? { whatIf: { changes: tried.words } } : {}),
      ways: report.ways.map(wayJson),
      waysAssumed: report.assumed,
      ...(report.remarks.length > 0 ? { waysRemarks: report.remarks } : {}),
    });
  return 0;
}
