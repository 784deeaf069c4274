/**
 * What the file says of the pod itself: annotations of its manifest and variables of its log that change which rules
 * there are, or whose packets they meet.
 */
export interface PodSaid {
  /** `interceptionMode: NONE`: the line that says so, from 1. */
  readonly noInterception?: number;
  /** `capNetBindService: "true"`: the line that says so, from 1. */
  readonly capNetBindService?: number;
}

export const NOTHING_SAID: PodSaid = {};

/**
 * An annotation in YAML, in JSON (also in JSON within JSON, with its quotes escaped), in the output of `kubectl
 * describe`, a field of meshConfig, or a variable of istio-init's log. Source:
 * istio/istio:manifests/charts/istio-control/istio-discovery/files/injection-template.yaml, which reads both
 * annotations, and tools/istio-iptables/pkg/cmd/root.go for the variables.
 */
const NO_INTERCEPTION = /(?:interceptionMode|INTERCEPTION_MODE)\\*["']?\s*[:=]\s*\\*["']?NONE\b/;
const CAP_NET_BIND_SERVICE = /capNetBindService\\*["']?\s*[:=]\s*\\*["']?true\b/;

/**
 * Reads it from the lines of a file, the first of each counts. Comments are skipped: what is commented out does not
 * apply.
 */
export function podSaid(lines: Iterable<{ readonly index: number; readonly text: string }>): PodSaid {
  let noInterception: number | undefined;
  let capNetBindService: number | undefined;
  for (const { index, text } of lines) {
    // Two words that are in few lines; only these are read.
    if (noInterception === undefined && text.includes('NONE') && !isComment(text) && NO_INTERCEPTION.test(text))
      noInterception = index + 1;
    if (
      capNetBindService === undefined &&
      text.includes('capNetBind') &&
      !isComment(text) &&
      CAP_NET_BIND_SERVICE.test(text)
    )
      capNetBindService = index + 1;
  }
  return {
    ...(noInterception === undefined ? {} : { noInterception }),
    ...(capNetBindService === undefined ? {} : { capNetBindService }),
  };
}

const known = new WeakMap<object, PodSaid>();

/** The same, read once for the lines of a file. */
export function podSaidIn(lines: readonly { readonly index: number; readonly text: string }[]): PodSaid {
  let said = known.get(lines);
  if (said === undefined) known.set(lines, (said = podSaid(lines)));
  return said;
}

function isComment(text: string): boolean {
  return /^\s*#/.test(text);
}
