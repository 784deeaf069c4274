import { expect, test } from 'vitest';
import { istioVersions } from '../../src/core/knowledge/istio/versions';
import { chainKnowledge, ruleKnowledge } from '../../src/core/knowledge/knowledge';
import { chainSpans, ruleSpans } from '../../src/core/knowledge/istio/releases';
import { compareReleases, rangeText, spanText } from '../../src/core/knowledge/releases';
import { releases, type Release } from '../fixtures/istio/releases';
import { closedIpv6, sidecarRules } from '../fixtures/istio/sidecar';
import { ambientNode, insideZtunnel } from './fixtures';
import { met, written } from './istioMet';
import { readView } from './readView';

/** A release within a span; of a minor release without patch number, its first. */
function within(release: Release, span: { readonly since?: string; readonly until?: string }): boolean {
  return (
    (span.since !== undefined || span.until !== undefined) &&
    (span.since === undefined || compareReleases(span.since, release) <= 0) &&
    (span.until === undefined || compareReleases(release, span.until, { b: true }) <= 0)
  );
}

test('every rule and chain of every release has its reason, and its releases hold the one that writes it', () => {
  const wrong: string[] = [];
  for (const { name, release, view } of written) {
    for (const chain of view.chains) {
      const known = chain.builtin ? undefined : chainKnowledge(view, chain.table, chain.name);
      if (!chain.builtin && (known === undefined || !within(release, known)))
        wrong.push(`${name}: chain ${chain.name} of ${chain.table}: ${known?.versions ?? 'nothing known'}`);
      for (const rule of chain.rules) {
        const fact = ruleKnowledge(view, rule);
        if (fact?.variant === undefined || !within(release, fact))
          wrong.push(`${name}: ${rule.table} ${rule.saved}: ${fact?.title ?? 'no reason'}, ${fact?.versions ?? ''}`);
      }
    }
  }
  expect(wrong.slice(0, 10)).toEqual([]);
});

test('the releases of a rule set hold the one that wrote it', () => {
  const wrong = written.flatMap(({ name, release, view }) => {
    const range = istioVersions(view);
    const holds =
      range !== undefined &&
      !range.contradictory &&
      (range.from === undefined || compareReleases(range.from, release) <= 0) &&
      (range.to === undefined || compareReleases(release, range.to, { b: true }) <= 0);
    return holds ? [] : [`${name}: ${range === undefined ? 'no Istio' : rangeText(range)}`];
  });
  expect(wrong).toEqual([]);
});

/**
 * Rules for owners in ISTIO_OUTPUT_DNS are in the sources between two releases; which release has them was not read, so
 * no rule set has.
 */
const elsewhere = (variant: string): boolean => variant === 'ISTIO_OUTPUT_DNS: DNS of the proxy or of a group returns';

test.each(Object.entries({ ...chainSpans, ...ruleSpans }).filter(([variant]) => !elsewhere(variant)))(
  '%s: the rule sets have it in no release before and none after',
  (variant, span) => {
    const { first, last } = met.get(variant) ?? { first: undefined, last: undefined };
    if ('since' in span) expect(first).toBe(span.since);
    else expect(first).toBeDefined();
    // With a list of ports the inbound port was the outbound one for some time longer; how long was not read.
    if (variant === 'ISTIO_IN_REDIRECT: TCP to the outbound port') return;
    const end = 'until' in span ? span.until : undefined;
    const next = releases[releases.findIndex((release) => release === last) + 1];
    if (end === undefined) expect(last).toBe(releases.at(-1));
    else
      expect({
        lastHolds: last !== undefined && compareReleases(last, end, { b: true }) <= 0,
        nextIsBehind: next === undefined || compareReleases(next, end, { b: true }) > 0,
      }).toEqual({ lastHolds: true, nextIsBehind: true });
  },
);

test.each(['0.8', '1.0', '1.1', '1.4'] as const)(
  'IPv6 that Istio %s closes is known by the IPv4 rules beside it, and by nothing else',
  (release) => {
    const sidecar = readView(sidecarRules(release));
    const closed = readView(closedIpv6(release), 6);
    const rules = closed.chains.flatMap((chain) => chain.rules);
    const facts = rules.map((rule) => ruleKnowledge(closed, rule, [sidecar]));
    expect(facts.map((fact) => fact?.title)).toEqual([
      'IPv6 is closed: replies to connections of the pod still come in',
      ...(rules.length === 3 ? ['IPv6 is closed, except for localhost'] : []),
      'IPv6 is closed: everything else is refused',
    ]);
    for (const fact of facts) expect(within(release, fact ?? {})).toBe(true);
    expect(rules.map((rule) => ruleKnowledge(closed, rule))).toEqual(rules.map(() => undefined));
  },
);

test('redirection at the node has its chains and rules, all of 1.18 to 1.20', () => {
  for (const { save } of [ambientNode, insideZtunnel]) {
    const view = readView(save);
    for (const chain of view.chains) {
      if (!chain.builtin)
        expect(chainKnowledge(view, chain.table, chain.name)?.variant).toBe(`node ${chain.table} ${chain.name}`);
      for (const rule of chain.rules) expect(ruleKnowledge(view, rule)).toMatchObject({ since: '1.18', until: '1.20' });
    }
  }
});

test.each([
  [{ since: '1.25' }, 'since 1.25'],
  [{ since: '1.12.2', until: '1.23' }, '1.12.2 to 1.23'],
  [{ since: '1.8', until: '1.8' }, '1.8 only'],
  [{ until: '1.7' }, '1.7 or older'],
])('%o is written %s', (span, text) => expect(spanText(span)).toBe(text));

test.each([
  [{ from: '1.12.2', to: '1.20' }, '1.12.2 to 1.20'],
  [{ from: '1.12.2', to: '1.12' }, '1.12.2 or a later 1.12'],
  [{ from: '1.25' }, '1.25 or newer'],
  [{ to: '1.4' }, '1.4 or older'],
  [{ from: '1.8', to: '1.8' }, '1.8'],
  [{}, 'any release'],
])('the range %o is written %s', (range, text) =>
  expect(rangeText({ ...range, contradictory: false, evidence: [] })).toBe(text),
);
