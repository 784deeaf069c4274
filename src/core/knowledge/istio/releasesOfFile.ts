import type { Releases } from '../pack';
import { variableKnowledge } from './variables';
import { istioVersions } from './versions';

/** The releases of Istio by its rules, and by the keys of istio-init's log that not every release prints. */
export const istioReleases: Releases = {
  evidence: (ruleSet) => istioVersions(ruleSet)?.evidence,
  ofKey(key, heading) {
    const text = `${key} in the log`;
    // It has been below “Environment” since 1.3, before that below “Variables”.
    if (key === 'INBOUND_CAPTURE_PORT') return heading === 'environment' ? { text, from: '1.3' } : { text, to: '1.2' };
    const fact = variableKnowledge(key);
    if (fact?.since === undefined && fact?.until === undefined) return undefined;
    return {
      text,
      ...(fact.since === undefined ? {} : { from: fact.since }),
      ...(fact.until === undefined ? {} : { to: fact.until }),
    };
  },
};
