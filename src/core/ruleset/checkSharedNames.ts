import { lineWords } from '../syntax/typedLine';
import type { Line } from '../syntax/tree';
import type { Columns } from '../text/columns';
import type { LimitedRule } from './checkPlaces';

/** What a rule shares by its name with others: an estimator of RATEEST, a timer of IDLETIMER. */
export interface SharedName {
  readonly key: string;
  readonly what: string;
  readonly settings: string;
  readonly line: Line;
  readonly at: Columns;
}

export function sharedNames(limited: readonly LimitedRule[]): readonly SharedName[] {
  return limited.flatMap((rule): readonly SharedName[] => {
    if (!rule.traits.limits.some(({ extension }) => extension.kind === 'target' && extension.shares !== undefined))
      return [];
    const { target, line } = rule;
    if (target.kind !== 'extension' || !target.extension.shares) return [];
    const { what, settings } = target.extension.shares(target.data);
    return [{ key: `${target.extension.name} ${what}`, what, settings, line, at: target.word }];
  });
}

/**
 * What rules share by its name must be set up alike in all of them, in all tables: the kernel makes it for the first
 * and refuses another that disagrees (`checkentry` of these targets). `reported` keeps the lines that were reported.
 */
export function checkSharedNames(
  names: readonly SharedName[],
  reported: Set<Line>,
  report: (line: Line, at: Columns, code: string, message: string) => void,
): void {
  const known = new Map<string, SharedName>();
  for (const each of names) {
    const first = known.get(each.key);
    if (!first) known.set(each.key, each);
    else if (first.settings !== each.settings && !reported.has(each.line)) {
      reported.add(each.line);
      report(
        each.line,
        each.at,
        'bad-options',
        `${lineWords(first.line)} sets up ${each.what} with ${first.settings}, this rule with ` +
          `${each.settings}: use the same settings, or another name`,
      );
    }
  }
}
