import { chainKnowledge } from './chains';
import { istioProfile } from './istio/profile';
import type { RuleSetView } from './view';

/**
 * The programs whose chains, marks or processes are in a file: `Istio`, `kube-proxy`, `Docker`. Undefined where there
 * is no file to ask.
 */
export type Programs = ReadonlySet<string> | undefined;

/** The kubelet and kube-proxy share marks, all of Istio's modes their numbers. */
export function programOf(family: string): string {
  if (family.startsWith('Istio')) return 'Istio';
  return family === 'kubelet' || family === 'kube-proxy (ipvs)' ? 'kube-proxy' : family;
}

const known = new WeakMap<RuleSetView, ReadonlySet<string>>();

/** The programs whose chains are in the rule set; a node has thousands of chains, so it is worked out once. */
export function programsIn(ruleSet: RuleSetView): ReadonlySet<string> {
  let programs = known.get(ruleSet);
  if (programs === undefined) {
    const families = ruleSet.chains.flatMap((chain) =>
      chain.builtin ? [] : (chainKnowledge(ruleSet, chain.table, chain.name)?.family ?? []),
    );
    programs = new Set([...families.map(programOf), ...(istioProfile(ruleSet) === undefined ? [] : ['Istio'])]);
    known.set(ruleSet, programs);
  }
  return programs;
}

/**
 * How a meaning that a program gives is told: as it is where the program is there, or where nothing can be asked; else
 * as the program's, `in Istio, …`, so that nobody takes it for a fact about the file.
 */
export function told(meaning: string, program: string | undefined, programs: Programs): string {
  return program === undefined || programs === undefined || programs.has(program)
    ? meaning
    : `in ${program}, ${meaning}`;
}
