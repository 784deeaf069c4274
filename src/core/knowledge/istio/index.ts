import type { ProgramPack } from '../pack';
import { annotationKnowledge, knownAnnotations } from './annotations';
import { istioChain, istioChainNames, istioChainVariants } from './chains';
import { istioAddresses, istioIds, istioNotes } from './identities';
import { knownLogHeadings, logHeadingKnowledge } from './logHeadings';
import { interfacesOfIstio } from './interfaces';
import { istioJourneys } from './journey';
import { istioAnnotated } from './annotated';
import { leaveOut, takeIn } from './leaveOut';
import { istioMarks } from './marks';
import { directions } from './directions';
import { istioNameKnowledge, knownIstioNames } from './otherNames';
import { istioPorts } from './ports';
import { istioMode, istioProfile } from './profile';
import { ruleOfFile } from './ruleOfFile';
import { istioReleases } from './releasesOfFile';
import { istioScenarios } from './scenarios';
import { istioSentence } from './sentences';
import { knownVariables, variableKnowledge } from './variables';
import { knownSettings, settingKnowledge } from './ways';

/**
 * The mark by which ambient mode sends packets back to ztunnel, and its mask. Source:
 * istio/istio:cni/pkg/iptables/iptables.go.
 */
const AMBIENT_MARK = { mark: 0x111, mask: 0xfff };

export const istio: ProgramPack = {
  id: 'istio',
  name: 'Istio',
  nftTables: /^inet istio-(?:proxy|ambient)-(?:nat|mangle|raw)$/,
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
  always: [
    'nat ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
    'nat ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006',
    ...['nat', 'mangle'].flatMap((table) => [
      `${table} PREROUTING -p tcp -j ISTIO_INBOUND`,
      `${table} PREROUTING -j ISTIO_PRERT`,
      `${table} OUTPUT -j ISTIO_OUTPUT`,
    ]),
    'nat POSTROUTING -j ISTIO_POSTRT',
  ],
  rule: ruleOfFile,
  interfaces: interfacesOfIstio,
  marks: istioMarks,
  ports: istioPorts,
  addresses: istioAddresses,
  ids: istioIds,
  notes: istioNotes,
  names: { knowledge: istioNameKnowledge, names: knownIstioNames },
  variables: { knowledge: variableKnowledge, names: knownVariables },
  annotations: { knowledge: annotationKnowledge, names: knownAnnotations },
  settings: { knowledge: settingKnowledge, names: knownSettings },
  words: directions,
  pasted: 'the log of istio-init',
  commandLines: [
    {
      word: 'istio-iptables',
      pattern: /^\s*(?:- +)?["']?istio-iptables["']?(?:\s*$|\s+-)/,
      program: 'Istio',
      what: 'The command line of istio-init',
    },
  ],
  releases: istioReleases,
  scenarios: istioScenarios,
  journeys: istioJourneys,
  owners(ruleSet) {
    const profile = istioProfile(ruleSet);
    return [...(profile?.proxyUids ?? []), ...(profile?.proxyGids ?? [])];
  },
  hostFacts(ruleSet) {
    const mode = istioProfile(ruleSet)?.mode;
    return {
      pod: mode === 'ambient pod' || mode?.startsWith('sidecar') === true,
      localMarks: mode === 'ambient pod' ? [AMBIENT_MARK] : [],
    };
  },
  annotated: istioAnnotated,
  leave: leaveOut,
  capture: takeIn,
  logLines: { knowledge: logHeadingKnowledge, names: knownLogHeadings },
};
