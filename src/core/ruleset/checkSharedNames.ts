import type { Line } from '../syntax/tree';
import type { Columns } from '../text/columns';
import type { LimitedRule } from './checkPlaces';

/**
 * What rules share by its name must be set up alike in all of them, whichever tables they stand in (RATEEST estimators, IDLETIMER timers):
 * the kernel makes it for the first and refuses another that says otherwise (`checkentry` of these targets).
 */
export function checkSharedNames(limited: readonly LimitedRule[], report: (line: Line, at: Columns, code: string, message: string) => void): void {
  const known = new Map<string, { readonly settings: string; readonly rule: LimitedRule }>();
  for (const rule of limited) {
    if (!rule.traits.limits.some(({ extension }) => extension.kind === 'target' && extension.shares !== undefined)) continue;
    const { target } = rule;
    if (target.kind !== 'extension' || !target.extension.shares) continue;
    const { what, settings } = target.extension.shares(target.data);
    const key = `${target.extension.name} ${what}`;
    const first = known.get(key);
    if (!first) known.set(key, { settings, rule });
    else if (first.settings !== settings) {
      const message = `line ${first.rule.line.index + 1} sets ${what} up with ${first.settings}, this rule with ${settings}: use the same, or another name`;
      report(rule.line, target.word, 'bad-options', message);
    }
  }
}
