import * as vscode from 'vscode';
import type { FileEdit } from '../features/whatIf/fileEdit';
import { replacementFor, withEdits } from '../features/whatIf/withEdits';

/** Gives a document another text, as one step of undo; only what differs is written. */
export async function restoreText(uri: vscode.Uri, text: string): Promise<void> {
  await write(uri, text, 'The file could not be written. Is it read-only?');
}

/** Writes lines into a document, as one step of undo, and shows the first of them. */
export async function applyEdits(
  uri: vscode.Uri,
  edits: readonly FileEdit[],
  show: (line: number) => void,
): Promise<void> {
  const text = editedText(await vscode.workspace.openTextDocument(uri), edits);
  if (text === undefined) return;
  const refused = 'The rule could not be written into this file. Is it read-only? Copy the command instead.';
  if (await write(uri, text, refused)) show(Math.min(...edits.map(({ line }) => line)) + 1);
}

/** The text of a document with lines written into it; undefined where it is another one by now, which is said. */
export function editedText(document: vscode.TextDocument, edits: readonly FileEdit[]): string | undefined {
  const text = withEdits(document.getText(), edits);
  if (text === undefined)
    void vscode.window.showWarningMessage(
      'The file has changed in the meantime. Try again once the trace is up to date.',
    );
  return text;
}

/** Whether it was written; `refused`: what to say where it cannot be. */
async function write(uri: vscode.Uri, text: string, refused: string): Promise<boolean> {
  const document = await vscode.workspace.openTextDocument(uri);
  const { start, end, text: part } = replacementFor(document.getText(), text);
  const change = new vscode.WorkspaceEdit();
  change.replace(uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), part);
  const written = await vscode.workspace.applyEdit(change);
  if (!written) void vscode.window.showWarningMessage(refused);
  return written;
}
