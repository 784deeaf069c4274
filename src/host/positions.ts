import * as vscode from 'vscode';
import type { FileRange } from '../core/text/columns';

/** A range within one line, 0-based like the editor's own. */
export function rangeOf({ line, start, end }: FileRange): vscode.Range {
  return new vscode.Range(line, start, line, end);
}

/** Whole lines, 0-based, both included. */
export function linesRange(from: number, to: number): vscode.Range {
  return new vscode.Range(from, 0, to, Number.MAX_SAFE_INTEGER);
}

/** A line as people and the trace count, from 1. */
export function lineRange(line: number): vscode.Range {
  return new vscode.Range(line - 1, 0, line - 1, 0);
}

/** The end of a line, counted from 1: what is to come after the text. */
export function endOfLine(line: number): vscode.Range {
  return new vscode.Range(line - 1, Number.MAX_SAFE_INTEGER, line - 1, Number.MAX_SAFE_INTEGER);
}
