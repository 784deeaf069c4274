import type { Columns } from '../text/columns';
import type { Problem } from '../syntax/tree';
import type { Complaint } from '../xtables/backend';
import { adviceOf, type Advice } from './advice';

/** What is wrong with one rule, in the order in which it was found. */
export class RuleProblems {
  private readonly found: Problem[] = [];

  get list(): readonly Problem[] {
    return this.found.length === 0 ? NO_PROBLEMS : this.found;
  }

  report(
    at: Columns,
    code: string,
    advice: string | Advice | (() => string | Advice),
    severity: Problem['severity'],
  ): void {
    if (this.hasRoom(at))
      this.found.push({
        ...adviceOf(typeof advice === 'function' ? advice() : advice),
        severity,
        code,
        start: at.start,
        end: at.end,
      });
  }

  add(at: Columns, complaint: Complaint): void {
    if (this.hasRoom(at)) this.found.push({ ...complaint, start: at.start, end: at.end });
  }

  /** A line of 100,000 wrong words is not a rule: what is wrong with the first of them is enough. */
  private hasRoom({ start, end }: Columns): boolean {
    const { length } = this.found;
    if (length === MOST_PROBLEMS)
      this.found.push({
        severity: 'info',
        code: 'more-problems',
        message: `the first ${MOST_PROBLEMS} problems of this rule are listed`,
        start,
        end,
      });
    return length < MOST_PROBLEMS;
  }
}

const NO_PROBLEMS: readonly Problem[] = [];
const MOST_PROBLEMS = 100;
