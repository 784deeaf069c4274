import * as vscode from 'vscode';
import type { RuleCoverage } from '../../features/expectations/ruleCoverage';
import type { RulesFound } from './testSources';

/** What the editor asks for when a file with coverage is shown. */
export type CoverageDetails = WeakMap<vscode.FileCoverage, readonly vscode.StatementCoverage[]>;

/**
 * The coverage of a file with rules: a rule is a statement that was executed as often as it matched. Its branch is
 * whether it was evaluated, so that a rule which packets come to and pass by differs from one that none comes to.
 */
export function coverageOfFile(
  { uri, model }: RulesFound,
  coverage: RuleCoverage,
): { readonly file: vscode.FileCoverage; readonly details: readonly vscode.StatementCoverage[] } {
  const rules = coverage.rules();
  const details = rules.map(({ line, evaluated, matched }) => {
    const text = model.file.lines[line - 1]?.text ?? '';
    const start = text.length - text.trimStart().length;
    const range = new vscode.Range(line - 1, start, line - 1, text.trimEnd().length);
    return new vscode.StatementCoverage(matched, range, [
      new vscode.BranchCoverage(evaluated, range, `evaluated ${evaluated} ×, matched ${matched} ×`),
    ]);
  });
  const covered = rules.filter(({ matched }) => matched > 0).length;
  return {
    // Its percentage is that of the rules which matched: of the branches only the details speak.
    file: new vscode.FileCoverage(uri, new vscode.TestCoverageCount(covered, rules.length)),
    details,
  };
}
