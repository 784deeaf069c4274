import { packs, rangeOf, type JourneyFile, type Proxies, type ProgramPack } from '../../core/knowledge/knowledge';
import { sectionsOf } from '../fileModel';
import { releasesOf } from '../releases';
import { ruleSetView } from '../ruleSetView';
import type { Evaluation } from '../traceSession/evaluate';

const found = new WeakMap<Evaluation, { readonly proxies: Proxies | undefined }>();

/** The proxies of the rules that the packet meets; undefined where they redirect to no known one. */
export function proxiesOf(evaluation: Evaluation): Proxies | undefined {
  let known = found.get(evaluation);
  if (known === undefined) {
    const [proxies] = packs.flatMap((pack) => pack.journeys?.in(fileOf(evaluation, pack)) ?? []);
    found.set(evaluation, (known = { proxies }));
  }
  return known.proxies;
}

/** Why no proxy is concerned, where the file itself says so. */
export function saidWithoutProxies({ setting: { model } }: Evaluation): string | undefined {
  for (const { journeys } of packs) {
    const said = journeys?.without?.({ lines: model.file.lines });
    if (said !== undefined) return said;
  }
  return undefined;
}

function fileOf(evaluation: Evaluation, pack: ProgramPack): JourneyFile {
  const { setting, input } = evaluation;
  const beside = input?.ruleSet?.beside;
  return {
    rules: input?.knowledge,
    beside: beside && ruleSetView(beside),
    lines: setting.model.file.lines,
    /** By all that the file shows of the host: a log beside the rules may show more than they do. */
    releases() {
      const evidence = input?.knowledge && pack.releases?.evidence(input.knowledge);
      const own = evidence && rangeOf(evidence);
      return own?.contradictory === true
        ? own
        : (sectionsOf(setting.dump)
            .map((section) => releasesOf(pack, setting.model, section))
            .find((range) => range !== undefined) ?? own);
    },
  };
}
