import { Shape } from '../core/syntax/shape';
import type { LineProblem, RuleSet } from '../core/ruleset/ruleSet';
import { rulesOfLine } from './rulesOfLine';

/** What iptables refuses of the rules that are traced, and what the trace makes of it. */
export interface LoadProblem {
  readonly message: string;
  /** 1-based; undefined where it is about the rules as a whole. */
  readonly line: number | undefined;
}

/** The errors of a rule set, and what a listing leaves open, the first `most` of them line by line. */
export function loadProblems(ruleSet: RuleSet, most: number): readonly LoadProblem[] {
  const errors = ruleSet.problems.filter(({ severity, code }) => severity === 'error' || isOfListing(code));
  if (errors.length === 0) return [];
  const listed: LoadProblem[] = errors
    .slice(0, most)
    .map((problem) => ({ message: wordsOf(ruleSet, problem), line: problem.line.index + 1 }));
  if (errors.length > most)
    listed.push({ message: `${errors.length - most} more errors in these rules.`, line: undefined });
  if (errors.every(({ code }) => isOfListing(code))) return listed;
  const { asInput, form } = ruleSet.section;
  const restored = errors.some(({ line }) => line.shape !== Shape.ProgramCommand);
  if (restored && (asInput || form === 'save' || form === 'restore'))
    listed.push({
      message:
        'iptables-restore does not load a table that has an error: the rules that were loaded before stay. The ' +
        'trace shows what the rest of the text means.',
      line: undefined,
    });
  return listed;
}

/** What a listing of `iptables -L` does not say, or not in words that are understood. */
function isOfListing(code: string): boolean {
  return code === 'listing-interfaces' || code === 'listing-unread';
}

/** At most this many lines are named in a list. */
const MOST_LINES = 10;

/** The same as one sentence each, for a list. */
export function loadWarnings(ruleSet: RuleSet): readonly string[] {
  return loadProblems(ruleSet, MOST_LINES).map(({ message, line }) =>
    line === undefined ? message : `line ${line}: ${message}`,
  );
}

function wordsOf(ruleSet: RuleSet, problem: LineProblem): string {
  const message = /[.?]$/.test(problem.message) ? problem.message : `${problem.message}.`;
  if (isOfListing(problem.code)) return message;
  if (isRefusedJump(ruleSet, problem)) return `${message} The trace goes on as if that rule were not there.`;
  return rulesOfLine(ruleSet, problem.line).length === 0
    ? `${message} The trace goes on as if that line were not there.`
    : isMadeBelow(ruleSet, problem)
      ? `${message} The trace takes the chain as declared, because it has rules.`
      : `${message} The rule is traced without that part.`;
}

/** A chain that is not declared, of which the text has rules. */
function isMadeBelow(ruleSet: RuleSet, { line, code }: LineProblem): boolean {
  if (code !== 'unknown-target' && code !== 'unknown-chain') return false;
  return rulesOfLine(ruleSet, line).every(({ chain, jump }) =>
    code === 'unknown-chain' ? chain.line === undefined : jump?.to !== undefined,
  );
}

function isRefusedJump(ruleSet: RuleSet, { line, code }: LineProblem): boolean {
  return (
    (code === 'loop' || code === 'unknown-target') &&
    rulesOfLine(ruleSet, line).some(({ jump }) => jump?.refused !== undefined)
  );
}
