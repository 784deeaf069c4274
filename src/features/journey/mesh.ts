import { packs, rangeOf, type JourneyFile, type Mesh, type ProgramPack } from '../../core/knowledge/knowledge';
import { sectionsOf } from '../fileModel';
import { releasesOf } from '../releases';
import { ruleSetView } from '../ruleSetView';
import type { Evaluation } from '../traceSession/evaluate';

const meshes = new WeakMap<Evaluation, { readonly mesh: Mesh | undefined }>();

/** The proxies of the rules that the packet meets; undefined where they lead to none that is known. */
export function meshOf(evaluation: Evaluation): Mesh | undefined {
  let known = meshes.get(evaluation);
  if (known === undefined) {
    const [mesh] = packs.flatMap((pack) => pack.journeys?.in(fileOf(evaluation, pack)) ?? []);
    meshes.set(evaluation, (known = { mesh }));
  }
  return known.mesh;
}

/** Why nothing follows where the file has no rules of a mesh. `stated`: the file says why there are none. */
export function withoutMesh({ setting: { model } }: Evaluation): { readonly end: string; readonly stated: boolean } {
  const found = packs.flatMap(({ journeys }) => journeys?.without({ lines: model.file.lines }) ?? []);
  return found.find(({ stated }) => stated) ?? found[0] ?? { end: '', stated: false };
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
