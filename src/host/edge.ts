import * as vscode from 'vscode';
import { ErrorEdge } from '../features/errorEdge';

export type { ErrorEdge } from '../features/errorEdge';

/** The edge of this editor: internal errors go to the output channel "iptables Lens", made with the first of them. */
export function editorEdge(version: string): { readonly edge: ErrorEdge; readonly disposable: vscode.Disposable } {
  let channel: vscode.LogOutputChannel | undefined;
  const log = (): vscode.LogOutputChannel =>
    (channel ??= vscode.window.createOutputChannel('iptables Lens', { log: true }));
  const edge = new ErrorEdge(version, {
    log: (text) => log().error(text),
    notify: (text) =>
      void vscode.window.showErrorMessage(text, SHOW_LOG).then((chosen) => {
        if (chosen === SHOW_LOG) log().show();
      }),
  });
  return { edge, disposable: { dispose: () => channel?.dispose() } };
}

const SHOW_LOG = 'Show Log';
