import { bindRules } from '../core/ruleset/bind';
import type { LineProblem } from '../core/ruleset/ruleSet';
import { detectLanguage } from '../core/syntax/detect';
import { parseSourceFile } from '../core/syntax/parse';
import { isRestoreInput, restoreInput } from '../core/syntax/restoreInput';
import { ruleSetOf, type FileModel } from './fileModel';

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
  const section = restoreInput(parseSourceFile(text, { languageId: 'iptables' }), family);
  return inOrder(bindRules(section).problems.map(asDiagnostic));
}

export function asDiagnostic({ line, start, end, severity, code, message }: LineProblem): Diagnostic {
  return { line: line.index + 1, column: start + 1, endColumn: end + 1, severity, code, message };
}

/**
 * The problems of a whole file, ordered by place. A file that is input for iptables-restore and nothing else is checked as such; in a
 * log or in notes the rules of each dump are checked, and what the text around lacks is no error: nobody is going to load it. The name of
 * the file may tell that it is input, whatever stands in its first lines.
 */
export function fileDiagnostics(model: FileModel, fileName = ''): readonly Diagnostic[] {
  const { file, dumps } = model;
  if (isRestoreInput(file, detectLanguage({ fileName }) === 'iptables')) {
    const family = file.family ?? dumps[0]?.section.family ?? 4;
    return inOrder(bindRules(restoreInput(file, family)).problems.map(asDiagnostic));
  }
  const ofText = file.problems.map(asDiagnostic);
  const ofRules = dumps.flatMap(({ section }) => ruleSetOf(section).problems.map(asDiagnostic));
  return inOrder([...ofText, ...ofRules]);
}

function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column);
}
