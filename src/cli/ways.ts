import { dumpWithId, type Dump, type FileModel } from '../features/fileModel';
import { scenariosFor } from '../features/scenarios';
import { sharedWaysText, waysHtml, waysMarkdown, waysMermaid, type SharedWays } from '../features/share/sharedWays';
import { isTheme, type PictureTheme } from '../features/share/colours';
import { waysSvg } from '../features/share/waysSvg';
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
  /** A key of `FORMATS`; undefined: for people at a terminal. */
  readonly format: string | undefined;
  readonly theme: string | undefined;
  readonly name: string;
}

/** The same forms as those of one packet. */
const FORMATS: Readonly<Record<string, (ways: SharedWays, theme: PictureTheme) => string>> = {
  text: sharedWaysText,
  markdown: waysMarkdown,
  mermaid: waysMermaid,
  svg: (ways, theme) => waysSvg(ways, theme).svg,
  html: waysHtml,
};

/** `trace --ways`: every way in and out that suits the file, with its legs and the replies to them. */
export function runWays(asked: AskedWays, terminal: Terminal): number {
  const { model, dump, overrides, whatIf, json, format = 'text', theme = 'light', name } = asked;
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
  const make = FORMATS[format] ?? sharedWaysText;
  if (!json) terminal.out(make({ report, file: name, whatIf: tried?.words ?? [] }, isTheme(theme) ? theme : 'light'));
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
