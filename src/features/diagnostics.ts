import { setsOfFile } from '../core/ruleset/fileSets';
import type { LineProblem } from '../core/ruleset/ruleSet';
import { detectLanguage } from '../core/syntax/detect';
import type { SourceFile } from '../core/syntax/sourceFile';
import type { Fix } from '../core/syntax/tree';
import { outerSpan } from './embeddedLine';
import { ruleSetOf, sectionsOf, type FileModel } from './fileModel';
import { inputRules, isInput } from './inputRules';
import { lostBytes } from './lostBytes';
import { rulesFile } from './rulesOfText';

/** A problem with its place; line and column are 1-based, as in the command line's output. */
export interface Diagnostic {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  readonly severity: 'error' | 'warning' | 'info';
  readonly code: string;
  readonly message: string;
  /** The change of that line that mends it, where one is plain; `quickFixes` knows those of the whole file too. */
  readonly fix?: QuickFix;
}

/**
 * A change of the file. The parts do not overlap; lines and columns are 1-based, `endColumn` is the one after the
 * last.
 */
export interface QuickFix {
  readonly title: string;
  readonly edits: readonly {
    readonly line: number;
    readonly column: number;
    readonly endColumn: number;
    readonly newText: string;
  }[];
}

/** What iptables-restore would refuse (errors), and what it accepts but is hardly meant (warnings). */
export function checkRules(text: string, family: 4 | 6): readonly Diagnostic[] {
  return checkFile(rulesFile(text), family);
}

/** The same of a text that was read as nothing but rules. */
export function checkFile(file: SourceFile, family: 4 | 6): readonly Diagnostic[] {
  return inOrder(inputRules(file, family).problems.map(asDiagnostic));
}

function asDiagnostic({ line, start, end, severity, code, message, fix }: LineProblem): Diagnostic {
  const at = line.index + 1;
  // Words that are taken away take the blank after them along.
  const endOf = (edit: Fix['edits'][number]): number =>
    edit.newText === '' && line.text.charAt(edit.end) === ' ' ? edit.end + 1 : edit.end;
  const edits = fix?.edits.map((edit) => ({
    line: at,
    column: edit.start + 1,
    endColumn: endOf(edit) + 1,
    newText: edit.newText,
  }));
  // The quotes of a line within JSON are not those of the file: it can have no fix.
  const place = outerSpan(line, { start, end });
  return {
    line: place.line + 1,
    column: place.start + 1,
    endColumn: place.end + 1,
    severity,
    code,
    message,
    ...(fix && edits && !('toOuter' in line) && { fix: { title: fix.title, edits } }),
  };
}

/**
 * The problems of a whole file, ordered by place. A file that is input for iptables-restore and nothing else is checked
 * as such; in a log or in notes the rules of each dump are checked, and what the text around lacks is not an error:
 * nobody is going to load it. The name of the file may state that it is input, whatever is in its first lines.
 */
export function fileDiagnostics(model: FileModel, fileName = ''): readonly Diagnostic[] {
  const { file, dumps } = model;
  if (isInput(file, detectLanguage({ fileName }) === 'iptables')) {
    const family = file.family ?? dumps[0]?.section.family ?? 4;
    return inOrder([...inputRules(file, family).problems, ...lostBytes(file.lines)].map(asDiagnostic));
  }
  const ofText = file.problems.map(asDiagnostic);
  const ofRules = dumps.flatMap(sectionsOf).flatMap((section) => ruleSetOf(section).problems.map(asDiagnostic));
  const lost = dumps.flatMap(sectionsOf).flatMap(({ lines }) => lostBytes(lines).map(asDiagnostic));
  return inOrder([...ofText, ...ofRules, ...setDiagnostics(model), ...lost]);
}

/**
 * What ipset would refuse of the sets in a file. A trace skips them, which is why it is reported, but nothing is loaded
 * from here.
 */
function setDiagnostics({ file }: FileModel): readonly Diagnostic[] {
  const problems = setsOfFile(file)?.problems ?? [];
  return problems.map(({ line, message }) =>
    asDiagnostic({
      line,
      start: line.contentStart,
      end: line.text.length,
      severity: 'warning',
      code: 'set-line',
      message,
    }),
  );
}

function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column);
}
