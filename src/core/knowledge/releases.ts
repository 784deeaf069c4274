/** The first and the last release that makes something so: `1.23`, or `1.12.2` where it came with a patch release. */
export interface ReleaseSpan {
  /** Absent where the first release was not read. */
  readonly since?: string;
  /** Absent where the newest release that was read still does. */
  readonly until?: string;
}

/** The releases of a program that write such rules; an end is absent where nothing in the rules bounds it. */
export interface VersionRange {
  readonly from?: string;
  readonly to?: string;
  /** True where the findings exclude each other: two installations, or rules changed by hand. */
  readonly contradictory: boolean;
  readonly evidence: readonly VersionEvidence[];
}

/** One finding; `line` is the 0-based line of the rule that shows it. */
export interface VersionEvidence {
  readonly text: string;
  readonly from?: string;
  readonly to?: string;
  readonly line?: number;
  /** True where it is that something is missing: it says nothing of rules that are only a part of what the host has. */
  readonly absent?: true;
}

/** `since 1.25`, `1.12.2 to 1.23`, `1.8 only`, `1.7 or older`. */
export function spanText({ since, until }: ReleaseSpan): string {
  if (since === undefined) return until === undefined ? 'releases not known' : `${until} or older`;
  if (until === undefined) return `since ${since}`;
  return since === until ? `${since} only` : `${since} to ${until}`;
}

/** What several findings leave of the releases. */
export function rangeOf(evidence: readonly VersionEvidence[]): VersionRange {
  let from: string | undefined;
  let to: string | undefined;
  for (const each of evidence) {
    if (each.from !== undefined && (from === undefined || compareReleases(each.from, from) > 0)) from = each.from;
    if (each.to !== undefined && (to === undefined || compareReleases(each.to, to, { a: true, b: true }) < 0))
      to = each.to;
  }
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    contradictory: from !== undefined && to !== undefined && compareReleases(from, to, { b: true }) > 0,
    evidence,
  };
}

/** `1.5 to 1.12`, `1.25 or newer`, `1.4 or older`, `1.12.2 or a later 1.12`. */
export function rangeText({ contradictory, from, to }: VersionRange): string {
  if (contradictory) return `of several releases: ${from ?? ''} or newer, but also ${to ?? ''} or older`;
  if (from !== undefined && to !== undefined) {
    if (from === to) return from;
    return from.startsWith(`${to}.`) ? `${from} or a later ${to}` : `${from} to ${to}`;
  }
  if (from !== undefined) return `${from} or newer`;
  return to === undefined ? 'any release' : `${to} or older`;
}

/**
 * Negative where `a` is the older release. A release without a patch number is the first of its minor release, as an
 * end the last.
 */
export function compareReleases(
  a: string,
  b: string,
  ends: { readonly a?: boolean; readonly b?: boolean } = {},
): number {
  return order(a, ends.a === true) - order(b, ends.b === true);
}

function order(release: string, end: boolean): number {
  const [major = '0', minor = '0', patch] = release.split('.');
  return Number(major) * 1e6 + Number(minor) * 1e3 + (patch === undefined ? (end ? 999 : 0) : Number(patch));
}
