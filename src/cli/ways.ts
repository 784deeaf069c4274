import { dumpWithId, type Dump, type FileModel } from '../features/fileModel';
import { scenariosFor } from '../features/scenarios';
import { sharedWaysText, waysHtml, waysMarkdown, waysMermaid, type SharedWays } from '../features/share/sharedWays';
import { assumedFacts } from '../features/traceSession/assumedFacts';
import { evaluateInRules } from './evaluateInRules';
import { tracedWays } from '../features/ways/waysReport';
import { wayJson } from '../features/ways/wayJson';
import type { Terminal } from './terminal';
import { triedFile } from './whatIf';

interface AskedWays {
  readonly model: FileModel;
  readonly dump: Dump;
  readonly overrides: unknown;
  /** Changes that are tried on the file. */
  readonly whatIf: readonly string[];
  readonly json: boolean;
  /** A key of `WAYS_FORMATS`; undefined: for people at a terminal. */
  readonly format: string | undefined;
  readonly name: string;
}

/** Forms for others than this terminal. */
export const WAYS_FORMATS: Readonly<Record<string, (ways: SharedWays) => string>> = {
  text: sharedWaysText,
  markdown: waysMarkdown,
  mermaid: waysMermaid,
  html: waysHtml,
};

/** `trace --ways`: every way in and out that suits the file, with its legs and the replies to them. */
export function runWays(asked: AskedWays, terminal: Terminal): number {
  const { model, dump, overrides, whatIf, json, format = 'text', name } = asked;
  const tried = triedFile(model, dump, whatIf, overrides);
  const ground = tried ?? { model, dump };
  const { report } = tracedWays(
    scenariosFor(model, dump),
    dump.id,
    ({ expression, dump: id }) => evaluateInRules(ground, id, { expression, overrides, whatIf: tried?.words }),
    (evaluation) =>
      assumedFacts(model, dumpWithId(model, evaluation.setting.dump.id) ?? dump, evaluation).map(
        ({ message }) => message,
      ),
  );
  if (!json) terminal.out((WAYS_FORMATS[format] ?? sharedWaysText)({ report, file: name, whatIf: tried?.words ?? [] }));
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
