import { chainNameProblem } from '../core/ruleset/chainName';
import type { SourceFile } from '../core/syntax/sourceFile';
import type { Line } from '../core/syntax/tree';
import { linesWithin } from './embeddedLine';
import type { Diagnostic, QuickFix } from './diagnostics';

/** The changes of the file that mend a problem, the likeliest first; empty where none is plain. */
export function quickFixes(file: SourceFile, problem: Diagnostic): readonly QuickFix[] {
  return [problem.fix, fixOfFile(file, problem)].filter((fix) => fix !== undefined);
}

function fixOfFile(file: SourceFile, problem: Diagnostic): QuickFix | undefined {
  // A line within JSON, or one that a shell reads, is not to be written as it is read.
  const line = file.lines[problem.line - 1];
  if (!line || linesWithin(file, line).length > 0) return undefined;
  switch (problem.code) {
    case 'missing-commit':
      return addCommit(file, problem);
    case 'no-final-newline':
      return addLineBreak(file, problem);
    case 'unknown-chain':
    case 'unknown-target':
      return declareChain(file, problem);
    default:
      return undefined;
  }
}

/** A line after the last declaration of the table that the rule is in. */
function declareChain({ lines }: SourceFile, { line, column, endColumn }: Diagnostic): QuickFix | undefined {
  const name = lines[line - 1]?.text.slice(column - 1, endColumn - 1) ?? '';
  if (
    !/^[^\s"'\\]+$/.test(name) ||
    chainNameProblem(name, 'N', 4) !== undefined ||
    chainNameProblem(name, 'N', 6) !== undefined
  )
    return undefined;
  let table = line - 1;
  while (table >= 0 && lines[table]?.node.kind !== 'table') table--;
  if (table < 0) return undefined;
  let last = table;
  while (lines[last + 1]?.node.kind === 'chain') last++;
  return { title: `Declare chain ${name}`, edits: [lineBehind(lines[last] as Line, `:${name} - [0:0]`)] };
}

/** A line after the last one of the table that the problem is about. */
function addCommit({ lines }: SourceFile, { line }: Diagnostic): QuickFix | undefined {
  let last = line - 1;
  for (let i = line; i < lines.length && lines[i]?.node.kind !== 'table'; i++) {
    if (lines[i]?.node.kind === 'command' || lines[i]?.node.kind === 'chain') last = i;
  }
  const behind = lines[last];
  // iptables-restore requires a line break after it.
  return behind && { title: 'Add COMMIT', edits: [lineBehind(behind, behind.eol === '' ? 'COMMIT\n' : 'COMMIT')] };
}

function addLineBreak({ lines }: SourceFile, { line }: Diagnostic): QuickFix | undefined {
  const last = lines[line - 1];
  return last && { title: 'Add a line break', edits: [lineBehind(last, '')] };
}

/** `text` as a line of its own after another one, with the same end. */
function lineBehind({ index, text: before, eol }: Line, text: string): QuickFix['edits'][number] {
  return { line: index + 1, column: before.length + 1, endColumn: before.length + 1, newText: `${eol || '\n'}${text}` };
}
