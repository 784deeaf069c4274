import * as vscode from 'vscode';
import type { FileEdit } from '../features/whatIf/fileEdit';
import { editedText } from './applyEdits';

/**
 * A copy of a file with lines written into it, beside the file in the diff editor. The file itself stays as it is: it
 * is evidence. undefined where it has changed in the meantime.
 */
export async function tryOnCopy(
  uri: vscode.Uri,
  edits: readonly FileEdit[],
  column: vscode.ViewColumn | undefined,
): Promise<vscode.TextDocument | undefined> {
  const document = await vscode.workspace.openTextDocument(uri);
  const content = editedText(document, edits);
  if (content === undefined) return undefined;
  const copy = await vscode.workspace.openTextDocument({ content, language: document.languageId });
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  await vscode.commands.executeCommand('vscode.diff', uri, copy.uri, `${name} ↔ a copy with the change`, {
    viewColumn: column ?? vscode.ViewColumn.One,
    preserveFocus: true,
    preview: false,
  });
  return copy;
}
