import { chainKnowledge, ruleKnowledge, type RuleSetView } from '../../src/core/knowledge/knowledge';
import { before, from, releases, type Release } from '../fixtures/istio/releases';
import { ruleSetsOfReleases, type RuleSetOfRelease } from '../fixtures/istio/ruleSets';
import { closedIpv6, sidecarRules } from '../fixtures/istio/sidecar';
import { ambientNode, insideZtunnel } from './fixtures';
import { readView } from './readView';

export interface WrittenRuleSet extends RuleSetOfRelease {
  readonly view: RuleSetView;
}

/** Where a variant of a chain or rule was met among the rule sets of all releases. */
export interface Met {
  readonly first: Release;
  readonly last: Release;
  readonly releases: ReadonlySet<Release>;
  /** A chain or rule as the newest of them writes it, and what is said of it. */
  readonly example: string;
  readonly title: string;
}

export const written: readonly WrittenRuleSet[] = ruleSetsOfReleases().map((each) => ({
  ...each,
  view: readView(each.save, each.family),
}));

export const met: ReadonlyMap<string, Met> = findVariants();

function findVariants(): ReadonlyMap<string, Met> {
  const found = new Map<string, Met & { releases: Set<Release> }>();
  const add = (variant: string | undefined, release: Release, example: string, title: string): void => {
    if (variant === undefined) return;
    const known = found.get(variant);
    const releases = known?.releases ?? new Set<Release>();
    releases.add(release);
    found.set(variant, { first: known?.first ?? release, last: release, releases, example, title });
  };
  for (const { release, family, view, beside } of [...written.map((each) => ({ ...each, beside: [] })), ...others()]) {
    // What IPv4 has reads easier.
    const isNew = (variant: string | undefined): boolean => family === 4 || found.get(variant ?? '')?.last !== release;
    for (const chain of view.chains) {
      if (!chain.builtin) {
        const fact = chainKnowledge(view, chain.table, chain.name);
        if (isNew(fact?.variant)) add(fact?.variant, release, `${chain.table} ${chain.name}`, fact?.title ?? '');
      }
      for (const rule of chain.rules) {
        const fact = ruleKnowledge(view, rule, beside);
        if (isNew(fact?.variant)) add(fact?.variant, release, rule.saved, fact?.title ?? '');
      }
    }
  }
  return found;
}

interface Other extends Pick<RuleSetOfRelease, 'release' | 'family'> {
  readonly view: RuleSetView;
  readonly beside: readonly RuleSetView[];
}

/** IPv6 that is closed, known by the rules of IPv4 beside it, and redirection at the node. */
function others(): readonly Other[] {
  const closed = releases
    .filter((release) => from(release, '0.8') && before(release, '1.5'))
    .map((release) => ({
      release,
      family: 6 as const,
      view: readView(closedIpv6(release), 6),
      beside: [readView(sidecarRules(release))],
    }));
  const node = releases
    .filter((release) => from(release, '1.18') && before(release, '1.21'))
    .flatMap((release) =>
      [ambientNode, insideZtunnel].map(({ save }) => ({
        release,
        family: 4 as const,
        view: readView(save),
        beside: [],
      })),
    );
  return [...closed, ...node];
}
