import * as vscode from 'vscode';
import { replacementFor } from '../features/remedies/withEdits';
import type { FileEdit } from '../features/remedies/fileEdits';

/** Gives a document another text, as one step of undo; only what differs is written. */
export async function restoreText(uri: vscode.Uri, text: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const { start, end, text: part } = replacementFor(document.getText(), text);
  const change = new vscode.WorkspaceEdit();
  change.replace(uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), part);
  if (!(await vscode.workspace.applyEdit(change)))
    void vscode.window.showWarningMessage('The file could not be written. Is it read-only?');
}

/**
 * Writes lines into a document, as one step of undo, and shows the first of them. A file that cannot be written is said
 * to be so.
 */
export async function applyEdits(
  uri: vscode.Uri,
  edits: readonly FileEdit[],
  show: (line: number) => void,
): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  if (
    edits.some(({ beside }) => beside.line >= document.lineCount || document.lineAt(beside.line).text !== beside.text)
  ) {
    void vscode.window.showWarningMessage(
      'The file has changed in the meantime. Try again once the trace is up to date.',
    );
    return;
  }
  const change = new vscode.WorkspaceEdit();
  for (const { line, text } of edits) {
    if (text === undefined) change.delete(uri, document.lineAt(line).rangeIncludingLineBreak);
    else if (line < document.lineCount) change.insert(uri, new vscode.Position(line, 0), `${text}\n`);
    else change.insert(uri, document.lineAt(document.lineCount - 1).range.end, `\n${text}`);
  }
  if (await vscode.workspace.applyEdit(change)) show(Math.min(...edits.map(({ line }) => line)) + 1);
  else
    void vscode.window.showWarningMessage(
      'The rule could not be written into this file. Is it read-only? Copy the command instead.',
    );
}
