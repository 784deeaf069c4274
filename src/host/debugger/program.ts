import * as vscode from 'vscode';

/** The file that a configuration is about: a URI, or a path, which may be relative to the folder. */
export function programUri(
  program: string | undefined,
  folder: vscode.WorkspaceFolder | undefined,
): vscode.Uri | undefined {
  if (program === undefined || program.trim() === '') return vscode.window.activeTextEditor?.document.uri;
  // One letter is the drive of a path.
  if (/^[a-zA-Z][a-zA-Z0-9+.-]+:/.test(program)) return vscode.Uri.parse(program);
  if (/^(?:[a-zA-Z]:)?[/\\]/.test(program)) return vscode.Uri.file(program);
  const root = folder ?? vscode.workspace.workspaceFolders?.[0];
  return root && vscode.Uri.joinPath(root.uri, program);
}

/** As the editor names a file in the sources of breakpoints. */
export function programPath(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString();
}
