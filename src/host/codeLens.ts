import * as vscode from 'vscode';
import { isRestoreInput } from '../core/syntax/restoreInput';
import { lensesOf } from '../features/codeLens';
import { SELECTOR, type Documents } from './documents';
import type { ErrorEdge } from './edge';
import { isEnabled, onDidChangeSetting } from './settings';
import type { TraceRequest } from './traceCommands';

/** Links above chains, rule sets and lines that show a packet. */
export function registerCodeLens(documents: Documents, edge: ErrorEdge): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  return vscode.Disposable.from(
    changed,
    onDidChangeSetting('codeLens.enabled', () => changed.fire()),
    vscode.languages.registerCodeLensProvider(
      SELECTOR,
      edge.provider<vscode.CodeLensProvider>('Links above chains', {
        onDidChangeCodeLenses: changed.event,
        provideCodeLenses(document, token) {
          if (!isEnabled('codeLens.enabled', document.uri)) return [];
          const model = documents.modelOf(document);
          if (!model || token.isCancellationRequested) return [];
          // A paste that is a rules file and nothing else: as a file of that language it has completion, checks and
          // folding as well.
          const offer =
            document.languageId === 'plaintext' && isRestoreInput(model.file, false)
              ? [
                  new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
                    title: 'Change the language of this file to iptables',
                    command: 'iptables.useLanguage',
                    arguments: [document.uri],
                  }),
                ]
              : [];
          return [
            ...offer,
            ...lensesOf(model, { dumps: document.languageId !== 'iptables' }).flatMap(
              ({ line, dump, chain, packet, title, note }) => {
                const range = new vscode.Range(line, 0, line, 0);
                const request: TraceRequest = { uri: document.uri, dump, hook: chain?.hook, packet };
                return [
                  new vscode.CodeLens(range, { title, command: 'iptables.tracePacket', arguments: [request] }),
                  new vscode.CodeLens(range, { title: note, command: '' }),
                ];
              },
            ),
          ];
        },
      }),
    ),
  );
}
