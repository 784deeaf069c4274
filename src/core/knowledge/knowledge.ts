import { tableNames } from './builtins';
import { knownChainNames } from './chains';
import { knownAddresses } from './identities';
import { knownAnnotations, knownOwnNames, knownSettings, knownVariables } from './names';
import { packs } from './packs';
import { knownPorts } from './ports';

/** The facts by subject. Everything here is data; nothing evaluates a packet. */
export { builtinChainKnowledge, tableKnowledge, tableNames } from './builtins';
export { listedInterfaces } from './listedInterfaces';
export { usualRules } from './usualRules';
export { chainKnowledge, chainVariants, familyOfChain, isDistinctiveName, packOfFamily, tablesOfChain } from './chains';
export { describeChainInFile } from './describe';
export type { ChainKnowledge, ChangedBy, Fact, RuleKnowledge } from './facts';
export { addressKnowledge, idKnowledge, knownAddresses, knownIds } from './identities';
export type { JourneyFile, Proxies, NextPacket, Taken } from './journey';
export { markKnowledge } from './marks';
export {
  annotatedRules,
  annotationKnowledge,
  knownAnnotations,
  knownLogHeadings,
  knownSettings,
  knownVariables,
  logHeadingKnowledge,
  ownNameKnowledge,
  settingKnowledge,
  variableKnowledge,
} from './names';
export type { ProgramPack, WordFile } from './pack';
export { packs } from './packs';
export { journeysOf, pastedToo } from './help';
export { ownPlace, podPlace } from './podPlace';
export { knownPorts, portKnowledge } from './ports';
export { programOfProcess, programsIn } from './programs';
export { rangeOf, rangeText, type VersionEvidence, type VersionRange } from './releases';
export { ruleKnowledge } from './rules';
export { scenario, type Scenario, type ScenarioEntry, type ScenarioPlace } from './scenario';
export type { Programs } from './attribution';
export { chainIn, type RuleSetView, type RuleView } from './view';

/** Every name that something is known of by itself, for completion and for `explain`; sorted. */
export function knownNames(): readonly string[] {
  const names = [
    ...knownChainNames(),
    ...knownVariables(),
    ...knownAnnotations(),
    ...knownSettings(),
    ...knownOwnNames(),
    ...tableNames,
    ...knownPorts().map(String),
    ...knownAddresses(),
    ...packs.flatMap(({ ids = {} }) => Object.keys(ids)),
  ];
  return [...new Set(names)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
