import { shapeOf } from '../../shape';
import { chainIn, type ChainView, type RuleSetView, type RuleView } from '../../view';
import { sidecarBeside } from '../profile';
import { rangeText, type VersionEvidence, type VersionRange } from '../../releases';

/**
 * Remarks where the rules are not those of one installation: of releases that exclude each other, of a sidecar and of
 * ambient mode, or written twice. Sentences, each with what follows for a packet; the traces themselves are of the
 * rules as they stand.
 */
export function mixedRules(ruleSet: RuleSetView, versions: VersionRange | undefined): readonly string[] {
  const modes = ofTwoModes(ruleSet);
  // Both modes jump to ISTIO_OUTPUT, which is then no sign of a second run.
  return [
    ...(versions?.contradictory === true ? [ofReleases(versions)] : []),
    ...modes,
    ...otherPorts(ruleSet),
    ...(modes.length > 0 ? [] : twice(ruleSet)),
  ];
}

function ofReleases(versions: VersionRange): string {
  const { evidence, from, to } = versions;
  const bounds = [
    evidence.find((each) => each.from !== undefined && each.from === from),
    evidence.find((each) => each.to !== undefined && each.to === to),
  ];
  return (
    `The rules are ${rangeText(versions)}${said(bounds)}: two installations, one written over the other, or ` +
    'rules changed by hand. In each chain the first rule that matches decides. The rules do not show the release ' +
    'of the proxy.'
  );
}

function said(bounds: readonly (VersionEvidence | undefined)[]): string {
  const sources = [...new Set(bounds.filter((each) => each !== undefined))].map(({ text, line }) =>
    line === undefined ? text : `line ${line + 1}: ${text}`,
  );
  return sources.length === 0 ? '' : ` (${sources.join('; ')})`;
}

function ofTwoModes(ruleSet: RuleSetView): readonly string[] {
  if (sidecarBeside(ruleSet) === undefined) return [];
  const [sidecar] = ['ISTIO_INBOUND', 'ISTIO_IN_REDIRECT', 'ISTIO_REDIRECT']
    .map((name) => chainIn(ruleSet, 'nat', name) ?? chainIn(ruleSet, 'mangle', name))
    .filter((chain) => chain !== undefined);
  const ambient = ['nat', 'mangle']
    .map((table) => chainIn(ruleSet, table, 'ISTIO_PRERT'))
    .find((chain) => chain !== undefined);
  return [
    `Rules of a sidecar${chainLine(sidecar)} are mixed with those of ambient mode${chainLine(ambient)}: one of ` +
      'the two is left over. The first rule that matches decides. A port on which nobody listens refuses the ' +
      'connection, and the proxy that runs may not be the intended one.',
  ];
}

function chainLine(chain: ChainView | undefined): string {
  const line = chain?.rules[0]?.line;
  return chain === undefined ? '' : ` (${chain.name}${line === undefined ? '' : `, line ${line + 1}`})`;
}

/** Chains that hold nothing but the port of a listener. */
const REDIRECTING = ['ISTIO_REDIRECT', 'ISTIO_IN_REDIRECT'];

function otherPorts(ruleSet: RuleSetView): readonly string[] {
  return REDIRECTING.flatMap((name) => {
    const redirects = (chainIn(ruleSet, 'nat', name)?.rules ?? []).filter(
      (rule) => shapeOf(rule).target === 'REDIRECT' && shapeOf(rule).form === 'proto',
    );
    const [first, ...others] = redirects.map((rule) => ({
      line: rule.line,
      port: shapeOf(rule).targetOptions.get('--to-ports'),
    }));
    const other = others.find(({ port }) => port !== first?.port);
    return first && other
      ? [
          `${name} names two ports: ${first.port ?? ''} (line ${first.line + 1}) and ${other.port ?? ''} (line ` +
            `${other.line + 1}). The first decides, the second is never reached.`,
        ]
      : [];
  });
}

const BUILTIN_TARGET = /^ISTIO_/;

/** Istio writes no longer chains. */
const MOST_RULES = 2000;

function twice(ruleSet: RuleSetView): readonly string[] {
  const doubles = ruleSet.chains.flatMap((chain) => {
    const rules = chain.builtin
      ? chain.rules.slice(0, MOST_RULES).filter(({ target }) => BUILTIN_TARGET.test(target ?? ''))
      : BUILTIN_TARGET.test(chain.name)
        ? chain.rules.slice(0, MOST_RULES)
        : [];
    const found = firstDouble(rules);
    return found ? [{ chain, ...found }] : [];
  });
  const [first] = doubles;
  if (first === undefined) return [];
  const more =
    doubles.length === 1
      ? ''
      : `, and so ${doubles.length === 2 ? 'is one of another chain' : `are some of ${doubles.length - 1} other chains`}`;
  return [
    `A rule of ${first.chain.name} (${first.chain.table}) is written twice, in lines ${first.first.line + 1} ` +
      `and ${first.second.line + 1}${more}: istio-init or the CNI plugin ran more than once. What the first lets ` +
      'pass, the second lets pass too.',
  ];
}

function firstDouble(rules: readonly RuleView[]): { readonly first: RuleView; readonly second: RuleView } | undefined {
  const seen = new Map<string, RuleView>();
  for (const rule of rules) {
    const first = seen.get(rule.saved);
    if (first) return { first, second: rule };
    seen.set(rule.saved, rule);
  }
  return undefined;
}
