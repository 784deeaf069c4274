import * as vscode from 'vscode';
import type { Documents } from './documents';
import type { ErrorEdge } from './edge';
import { isEnabled } from './settings';
import type { TracePanels } from './tracePanels';

/** Where the setting says so, the trace opens beside a file with rules when the file is first shown. */
export function registerOpenAutomatically(
  documents: Documents,
  panels: TracePanels,
  edge: ErrorEdge,
): vscode.Disposable {
  const seen = new Set<string>();
  const look = edge.event('Opening the trace with its file', (editor: vscode.TextEditor | undefined): void => {
    const document = editor?.document;
    if (!document || !isEnabled('trace.openAutomatically', document.uri) || !documents.hasRules(document)) return;
    const key = document.uri.toString();
    if (seen.has(key)) return;
    seen.add(key);
    panels.open(document);
  });
  // Not at once: the activation does not wait for this.
  const first = setTimeout(() => look(vscode.window.activeTextEditor), 0);
  return vscode.Disposable.from(
    { dispose: () => clearTimeout(first) },
    vscode.window.onDidChangeActiveTextEditor(look),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => void seen.delete(uri.toString())),
  );
}
