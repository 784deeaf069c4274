import { ruleSetOf, type FileModel } from './fileModel';
import { bindRules } from '../core/ruleset/bind';
import type { LineProblem } from '../core/ruleset/ruleSet';
import { rulesOfText } from './rulesOfText';

/** A problem with its place; line and column are 1-based, as in the command line's output. */
export interface Diagnostic {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  readonly severity: 'error' | 'warning' | 'info';
  readonly code: string;
  readonly message: string;
}

/** What iptables-restore would refuse (errors), and what it accepts but is hardly meant (warnings). */
export function checkRules(text: string, family: 4 | 6): readonly Diagnostic[] {
  return bindRules(rulesOfText(text, family)).problems.map(asDiagnostic);
}

export function asDiagnostic({ line, start, end, severity, code, message }: LineProblem): Diagnostic {
  return { line: line.index + 1, column: start + 1, endColumn: end + 1, severity, code, message };
}

/** The problems of a whole file: of the text, and of each rule set in it. Ordered by place. */
export function fileDiagnostics(model: FileModel): readonly Diagnostic[] {
  const ofText = model.file.problems.map(asDiagnostic);
  const ofRules = model.dumps.flatMap(({ section }) => ruleSetOf(section).problems.map(asDiagnostic));
  return [...ofText, ...ofRules].sort((a, b) => a.line - b.line || a.column - b.column);
}
