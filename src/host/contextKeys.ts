import * as vscode from 'vscode';
import { debounced } from './debounced';
import type { Documents } from './documents';
import type { ErrorEdge } from './edge';
import type { TracePanels } from './tracePanels';

/** Milliseconds after an edit before it is looked whether there are rules in the file now. */
const PAUSE = 300;

/** Keeps `iptables.hasRules` and `iptables.traceVisible` true to what is on the screen, for menus and keys. */
export function registerContextKeys(documents: Documents, panels: TracePanels, edge: ErrorEdge): vscode.Disposable {
  const shown = new Map<string, boolean>();
  const set = (key: string, value: boolean): void => {
    if (shown.get(key) === value) return;
    shown.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  const update = edge.event('Context of menus and keys', (): void => {
    const editor = vscode.window.activeTextEditor;
    const inTrace = panels.all.some(({ panel }) => panel.active);
    // With the focus in the trace the buttons of the file beside it stay where they are.
    if (editor || !inTrace) set('iptables.hasRules', editor !== undefined && documents.hasRules(editor.document));
    set(
      'iptables.traceVisible',
      panels.all.some(
        ({ panel, uri }) =>
          panel.visible ||
          vscode.window.visibleTextEditors.some(({ document }) => document.uri.toString() === uri.toString()),
      ),
    );
  });
  const soon = debounced(update);
  // Not at once: looking for rules in a large file would delay the activation.
  soon.call('', 0, undefined);
  return vscode.Disposable.from(
    soon,
    vscode.window.onDidChangeActiveTextEditor(update),
    vscode.window.onDidChangeVisibleTextEditors(update),
    vscode.workspace.onDidOpenTextDocument(update),
    panels.onDidChange(update),
    documents.onDidChange((document) => {
      if (document === vscode.window.activeTextEditor?.document) soon.call('', PAUSE, undefined);
    }),
  );
}
