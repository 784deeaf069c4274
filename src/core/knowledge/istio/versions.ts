import { shapeOf, valueOf, type RuleShape } from '../shape';
import { rangeOf, type ReleaseSpan, type VersionEvidence, type VersionRange } from '../releases';
import { chainIn, type ChainView, type RuleSetView, type RuleView } from '../view';
import { istioChain } from './chains';
import { istioProfile, type IstioProfile } from './profile';
import { istioRule } from './rules';

const known = new WeakMap<RuleSetView, VersionRange>();

/** Which releases of Istio write these rules; undefined where none did. Worked out once for a rule set. */
export function istioVersions(ruleSet: RuleSetView): VersionRange | undefined {
  const profile = istioProfile(ruleSet);
  if (profile === undefined) return undefined;
  let range = known.get(ruleSet);
  if (range === undefined) {
    range = rangeOf([...shown(ruleSet), ...(profile.mode.startsWith('sidecar') ? missing(ruleSet, profile) : [])]);
    known.set(ruleSet, range);
  }
  return range;
}

/** Built-in chains may hold anything; after this many rules of other programs the search for Istio's ends. */
const MOST_RULES = 5000;

/** Each chain and rule by its own releases. The absence of one says nothing here: it may depend on a setting. */
function shown(ruleSet: RuleSetView): readonly VersionEvidence[] {
  const found = new Map<string, VersionEvidence>();
  const add = (text: string, span: Partial<ReleaseSpan>, at: RuleView | undefined): void => {
    if (span.since === undefined && span.until === undefined) return;
    const key = `${span.since ?? ''} ${span.until ?? ''}`;
    if (found.has(key)) return;
    const range = {
      ...(span.since === undefined ? {} : { from: span.since }),
      ...(span.until === undefined ? {} : { to: span.until }),
    };
    found.set(key, placed({ text, ...range }, at));
  };
  for (const chain of ruleSet.chains) {
    if (!chain.builtin) {
      const fact = istioChain(ruleSet, chain.table, chain.name);
      if (fact === undefined) continue;
      add(`chain ${chain.name} of ${chain.table}`, fact, chain.rules[0]);
    } else if (!['nat', 'mangle', 'raw', 'filter'].includes(chain.table)) continue;
    for (const rule of chain.builtin ? chain.rules.slice(0, MOST_RULES) : chain.rules) {
      const fact = istioRule(ruleSet, rule);
      if (fact !== undefined) add(fact.title, fact, rule);
    }
  }
  return [...found.values()];
}

/** The line is asked for anew each time: lines move when the file is edited elsewhere, and what is known here stays. */
function placed(evidence: VersionEvidence, rule: RuleView | undefined): VersionEvidence {
  return rule === undefined
    ? evidence
    : Object.defineProperty(evidence, 'line', { get: () => rule.line, enumerable: true });
}

/** What would be there whatever the settings, in the parts of the rules that are there. */
function missing(ruleSet: RuleSetView, profile: IstioProfile): readonly VersionEvidence[] {
  const found: VersionEvidence[] = [];
  const say = (text: string, range: { readonly from?: string; readonly to?: string }, rule?: RuleView): void => {
    found.push(placed({ text, ...range, absent: true }, rule));
  };
  const output = chainIn(ruleSet, 'nat', 'ISTIO_OUTPUT');
  const inbound = chainIn(ruleSet, 'nat', 'ISTIO_INBOUND');
  if (
    chainIn(ruleSet, 'nat', 'ISTIO_REDIRECT') !== undefined &&
    inbound === undefined &&
    chainIn(ruleSet, 'mangle', 'ISTIO_INBOUND') === undefined &&
    profile.inbound === 'all'
  )
    say('no chain ISTIO_INBOUND', { to: '0.4' });
  if (
    inbound !== undefined &&
    chainIn(ruleSet, 'nat', 'ISTIO_REDIRECT') !== undefined &&
    chainIn(ruleSet, 'nat', 'ISTIO_IN_REDIRECT') === undefined
  )
    say('no chain ISTIO_IN_REDIRECT', { to: '0.8' });
  if (output !== undefined && calls(output) && output.rules.length > 0) {
    if (!has(output, (shape) => shape.form === 'out src' && shape.target === 'RETURN'))
      say('no rule for the source 127.0.0.6', { to: '1.2' }, output.rules[0]);
    const ranges = output.rules.filter(
      (rule) => shapeOf(rule).target === 'ISTIO_REDIRECT' && shapeOf(rule).form === 'dst',
    );
    if (ranges.length > 0 && !has(output, (shape) => shape.form === '' && shape.target === 'RETURN'))
      say('no last RETURN after the list of ranges', { from: '1.23' }, ranges.at(-1));
    if (
      inbound !== undefined &&
      !has(
        inbound,
        (shape, rule) =>
          rule.number === 1 &&
          shape.form === 'dport proto' &&
          shape.target === 'RETURN' &&
          valueOf(shape, 'dport') === String(profile.tunnelPort ?? 15008),
      )
    )
      say('port 15008 is not left alone', { to: '1.6' }, output.rules[0]);
  }
  const capturing = chainIn(ruleSet, profile.mode === 'sidecar TPROXY' ? 'mangle' : 'nat', 'ISTIO_INBOUND');
  const all = capturing?.rules.find(
    (rule) =>
      shapeOf(rule).form === 'proto' &&
      ['ISTIO_IN_REDIRECT', 'ISTIO_TPROXY', 'ISTIO_REDIRECT'].includes(shapeOf(rule).target ?? ''),
  );
  if (
    all !== undefined &&
    !has(
      capturing,
      (shape) => shape.form === 'dport proto' && shape.target === 'RETURN' && valueOf(shape, 'dport') === '22',
    )
  )
    say('no rule for port 22', { from: '1.13' }, all);
  return found;
}

function calls(chain: ChainView): boolean {
  return chain.jumpedFrom.length > 0;
}

function has(chain: ChainView | undefined, test: (shape: RuleShape, rule: RuleView) => boolean): boolean {
  return chain?.rules.some((rule) => test(shapeOf(rule), rule)) === true;
}
