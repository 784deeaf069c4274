import { mixedRules } from '../../core/knowledge/istio/journey/mixedRules';
import type { Mesh } from '../../core/knowledge/istio/journey/packets';
import { podSaid, type PodSaid } from '../../core/knowledge/istio/journey/podSaid';
import { istioProfile, sidecarBeside } from '../../core/knowledge/istio/profile';
import { istioVersions, type VersionRange } from '../../core/knowledge/istio/versions';
import type { SourceFile } from '../../core/syntax/tree';
import { sectionsOf } from '../fileModel';
import { istioReleasesOf } from '../istioReleases';
import { ruleSetView } from '../ruleSetView';
import { profileOf, type Evaluation } from '../traceSession/evaluate';

const said = new WeakMap<SourceFile, PodSaid>();

/** What the file says of the pod beside its rules. Read once for a file. */
export function saidIn({
  setting: {
    model: { file },
  },
}: Evaluation): PodSaid {
  let found = said.get(file);
  if (found === undefined) said.set(file, (found = podSaid(file.lines)));
  return found;
}

/** The Istio of the rules that the packet meets, for what its proxy does; undefined where they are none of Istio's. */
export function meshOf(evaluation: Evaluation, ownService: boolean): Mesh | undefined {
  const profile = profileOf(evaluation);
  const view = evaluation.input?.knowledge;
  return (
    profile &&
    view && {
      profile,
      sidecarBeside: sidecarBeside(view),
      versions: versionsOf(evaluation),
      said: saidIn(evaluation),
      ownService,
    }
  );
}

/** By all that the file shows of the host: a log beside the rules may tell more than they do. */
function versionsOf({ setting: { model, dump }, input }: Evaluation): VersionRange | undefined {
  const own = input?.knowledge && istioVersions(input.knowledge);
  return own?.contradictory === true
    ? own
    : (sectionsOf(dump)
        .map((section) => istioReleasesOf(model, section))
        .find((range) => range !== undefined) ?? own);
}

/** Sentences on rules that are not those of one installation. */
export function remarksOf(evaluation: Evaluation): readonly string[] {
  const { input } = evaluation;
  const profile = profileOf(evaluation);
  if (!input?.knowledge || !profile) return [];
  const beside = input.ruleSet?.beside;
  const other = beside && istioProfile(ruleSetView(beside));
  const { noInterception } = saidIn(evaluation);
  const captures = profile.inbound !== 'none' || profile.outbound !== 'none';
  return [
    ...mixedRules(input.knowledge, versionsOf(evaluation)),
    ...(other
      ? [
          'Both back ends hold rules of Istio, iptables-legacy and iptables-nft: a packet meets both, and NAT of the one that comes first decides.',
        ]
      : []),
    ...(noInterception !== undefined && captures
      ? [
          `Line ${noInterception} sets interceptionMode NONE, and yet these rules capture: they are of another pod, or from before that.`,
        ]
      : []),
  ];
}
