import * as vscode from 'vscode';

/** The settings of package.json. Read each time they are needed, so that a change holds at once. */
export type Setting = 'codeLens.enabled' | 'hover.enabled' | 'decorations.enabled' | 'trace.openAutomatically';

export function isEnabled(setting: Setting, scope?: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration('iptables', scope ?? null).get(setting, true);
}

export function onDidChangeSetting(setting: Setting, listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(`iptables.${setting}`)) listener();
  });
}
