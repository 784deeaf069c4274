import type { Line, RunCondition } from '../syntax/tree';

/** Which commands of a script have succeeded, for those that are run only then, or only otherwise. */
export class CommandOutcomes {
  private readonly known = new Map<Line, boolean>();

  note(line: Line, succeeded: boolean): void {
    if ('toOuter' in line) this.known.set(line, succeeded);
  }

  holds(condition: RunCondition): boolean {
    switch (condition.kind) {
      case 'succeeded':
        return this.known.get(condition.line) ?? succeedsElsewhere(condition.line);
      case 'not':
        return !this.holds(condition.of);
      case 'all':
        return condition.of.every((each) => this.holds(each));
      case 'any':
        return condition.of.some((each) => this.holds(each));
    }
  }
}

/**
 * A command that is not among these rules, such as one of the other family: a question finds nothing, a change
 * succeeds.
 */
function succeedsElsewhere({ node }: Line): boolean {
  return (
    node.kind !== 'command' ||
    (node.operation !== 'C' && ((node.operation !== 'L' && node.operation !== 'S') || node.chain === undefined))
  );
}

/** Problems about what exists already, or does not. A command that may fail expects them, so they are not reported. */
export const MAY_FAIL: ReadonlySet<string> = new Set([
  'no-such-rule',
  'chain-exists',
  'unknown-chain',
  'chain-in-use',
  'rule-number',
]);
