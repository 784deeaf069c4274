import * as vscode from 'vscode';
import type { QuickFix } from '../features/diagnostics';
import { quickFixes } from '../features/quickFixes';
import type { Diagnostics } from './diagnostics';
import type { Documents } from './documents';
import type { ErrorEdge } from './edge';

/** The light bulb at a problem of a rules file. */
export function registerQuickFixes(documents: Documents, diagnostics: Diagnostics, edge: ErrorEdge): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    provideCodeActions(document, range, context) {
      const file = documents.modelOf(document)?.file;
      if (!file) return [];
      return diagnostics.within(document, range).flatMap((problem) =>
        quickFixes(file, problem).map((fix, i) => {
          const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
          action.edit = editOf(document.uri, fix);
          action.isPreferred = i === 0;
          action.diagnostics = context.diagnostics.filter(
            ({ message, range: { start } }) => message === problem.message && start.line === problem.line - 1,
          );
          return action;
        }),
      );
    },
  };
  return vscode.languages.registerCodeActionsProvider(
    { language: 'iptables' },
    edge.provider('Quick fixes', provider),
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}

function editOf(uri: vscode.Uri, { edits }: QuickFix): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { line, column, endColumn, newText } of edits)
    edit.replace(uri, new vscode.Range(line - 1, column - 1, line - 1, endColumn - 1), newText);
  return edit;
}
