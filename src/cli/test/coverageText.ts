import { visible } from '../../core/text/visible';
import { coverageSummary, type CoveredRule, type RuleCoverage } from '../../features/expectations/ruleCoverage';

/** By the name of the file with the rules. */
type Covered = ReadonlyMap<string, RuleCoverage>;

/** The rules that no expectation reached, and those that were evaluated and never matched, each with its line. */
export function coverageTable(covered: Covered): string {
  const lines: string[] = [];
  for (const [name, coverage] of covered) {
    const rules = coverage.rules();
    lines.push(`${visible(name)}: ${coverageSummary(rules)}`);
    for (const { line, evaluated, matched, text } of rules)
      if (matched === 0)
        lines.push(
          `  ${String(line).padStart(6)}  ` +
            `${(evaluated === 0 ? 'never reached' : `evaluated ${evaluated}×`).padEnd(16)}  ${visible(text)}`,
        );
  }
  return `${lines.join('\n')}\n`;
}

/** `{"files":[{"file","rules":[{"line","place","evaluated","matched","text"}]}]}`. */
export function coverageJson(covered: Covered): {
  readonly files: readonly { readonly file: string; readonly rules: readonly CoveredRule[] }[];
} {
  return { files: [...covered].map(([file, coverage]) => ({ file, rules: coverage.rules() })) };
}

/**
 * A tracefile as `lcov` and its readers take it (geninfo(1)): a line counts how often its rules matched, and has two
 * branches, that they matched and that they were evaluated and did not.
 */
export function coverageLcov(covered: Covered): string {
  const lines: string[] = [];
  for (const [file, coverage] of covered) {
    const byLine = new Map<number, { evaluated: number; matched: number }>();
    for (const { line, evaluated, matched } of coverage.rules()) {
      const sum = byLine.get(line) ?? { evaluated: 0, matched: 0 };
      sum.evaluated += evaluated;
      sum.matched += matched;
      byLine.set(line, sum);
    }
    lines.push('TN:', `SF:${visible(file)}`);
    let branches = 0;
    for (const [line, { evaluated, matched }] of byLine) {
      const others = evaluated - matched;
      const taken = (count: number): string => (evaluated === 0 ? '-' : String(count));
      lines.push(`BRDA:${line},0,0,${taken(matched)}`, `BRDA:${line},0,1,${taken(others)}`);
      branches += (matched > 0 ? 1 : 0) + (others > 0 ? 1 : 0);
    }
    lines.push(`BRF:${byLine.size * 2}`, `BRH:${branches}`);
    for (const [line, { matched }] of byLine) lines.push(`DA:${line},${matched}`);
    lines.push(
      `LF:${byLine.size}`,
      `LH:${[...byLine.values()].filter(({ matched }) => matched > 0).length}`,
      'end_of_record',
    );
  }
  return `${lines.join('\n')}\n`;
}
