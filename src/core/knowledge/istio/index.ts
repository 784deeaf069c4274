import type { ProgramPack } from '../pack';
import { annotationKnowledge, knownAnnotations } from './annotations';
import { istioChain, istioChainNames, istioChainVariants } from './chains';
import { istioAddresses, istioIds, istioNotes } from './identities';
import { knownLogHeadings, logHeadingKnowledge } from './logHeadings';
import { istioMarks } from './marks';
import { istioNameKnowledge, knownIstioNames } from './otherNames';
import { istioPorts } from './ports';
import { istioMode, istioProfile } from './profile';
import { ruleOfFile } from './ruleOfFile';
import { istioSentence } from './sentences';
import { knownVariables, variableKnowledge } from './variables';
import { knownSettings, settingKnowledge } from './ways';

export const istio: ProgramPack = {
  id: 'istio',
  name: 'Istio',
  prefixes: ['ISTIO_', 'ztunnel-'],
  processes: ['envoy', 'pilot-agent', 'ztunnel', 'pilot-discovery', 'install-cni'],
  otherNames: ['Envoy', 'istiod', 'istio-init', 'istio-cni'],
  families: [],
  chains: {
    knowledge: istioChain,
    variants: istioChainVariants,
    names: istioChainNames,
    familyNames: [
      'Istio sidecar',
      'Istio ambient',
      'Istio ambient pod',
      'Istio ambient host',
      'Istio ambient node',
      'Istio with nftables',
    ],
    isIn: (ruleSet) => istioProfile(ruleSet) !== undefined,
    modeOf: istioMode,
    sentence: istioSentence,
  },
  chainTables: [
    [/^ISTIO_(?:REDIRECT|IN_REDIRECT|OUTPUT_DNS|POSTRT)$/, ['nat']],
    [/^ISTIO_(?:DIVERT|TPROXY|DROP)$/, ['mangle']],
  ],
  rule: ruleOfFile,
  marks: istioMarks,
  ports: istioPorts,
  addresses: istioAddresses,
  ids: istioIds,
  notes: istioNotes,
  names: { knowledge: istioNameKnowledge, names: knownIstioNames },
  variables: { knowledge: variableKnowledge, names: knownVariables },
  annotations: { knowledge: annotationKnowledge, names: knownAnnotations },
  settings: { knowledge: settingKnowledge, names: knownSettings },
  logLines: { knowledge: logHeadingKnowledge, names: knownLogHeadings },
};
