import { knownAnnotations } from './annotations';
import { knownChainNames } from './chains';
import { knownAddresses } from './identities';
import { knownVariables } from './variables';
import { knownPorts } from './ports';
import { tableNames } from './builtins';
import { knownIstioNames } from './istio/otherNames';
import { knownSettings } from './istio/ways';

/** The facts by subject. Everything here is data; nothing evaluates a packet. */
export { annotationKnowledge, knownAnnotations } from './annotations';
export { builtinChainKnowledge, tableKnowledge, tableNames } from './builtins';
export { chainKnowledge, familyOfChain, knownChainNames } from './chains';
export { describeChainInFile } from './describe';
export type { ChainKnowledge, Change, Fact, Paragraph, RuleKnowledge } from './facts';
export { addressKnowledge, idKnowledge, knownAddresses, knownIds } from './identities';
export { istioVersions, rangeOf, rangeText, type VersionEvidence, type VersionRange } from './istio/versions';
export { ofProxyItself, withoutIstio } from './istio/journey/direct';
export { onward } from './istio/journey/onward';
export type { Mesh, NextPacket, Onward, Taken } from './istio/journey/packets';
export { isProxyPort, looksLikeProxy, ownPlace, podPlace, proxyIdentity, receiverAt } from './istio/journey/pod';
export { podSaid, type PodSaid } from './istio/journey/podSaid';
export { mixedRules } from './istio/journey/mixedRules';
export { istioProfile, sidecarBeside, type IstioMode, type IstioProfile } from './istio/profile';
export { knownLogHeadings, logHeadingKnowledge } from './logHeadings';
export { markKnowledge, type MarkContext } from './marks';
export { knownPorts, portKnowledge, type PortContext } from './ports';
export { programOf, programsIn, type Programs } from './programs';
export { ruleKnowledge } from './rules';
export { istioChainVariants } from './istio/chains';
export { istioNameKnowledge, knownIstioNames } from './istio/otherNames';
export { knownSettings, namesOfChanges, settingKnowledge } from './istio/ways';
export { knownVariables, variableKnowledge } from './variables';
export type { ChainView, JumpView, RuleSetView, RuleView } from './view';

/** Every name that something is known of by itself, for completion and for `explain`; sorted. */
export function knownNames(): readonly string[] {
  const names = [
    ...knownChainNames(),
    ...knownVariables(),
    ...knownAnnotations(),
    ...knownSettings(),
    ...knownIstioNames(),
    ...tableNames,
    ...knownPorts().map(String),
    ...knownAddresses(),
    '1337',
    '2102',
    'istio-proxy',
  ];
  return [...new Set(names)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
