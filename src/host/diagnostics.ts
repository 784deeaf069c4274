import * as vscode from 'vscode';
import { fileDiagnostics, type Diagnostic } from '../features/diagnostics';
import { debounced } from './debounced';
import type { Documents } from './documents';

/** Milliseconds of silence before a file is checked; for a large one longer. */
const PAUSE = 250;
const LONG_PAUSE = 1000;
const LARGE = 20_000;
/** So many are shown of a file; a file that is no rules file at all would have one a line. */
const MOST = 500;

/** Problems of rules files. Notes and logs get none: what stands in them is not meant to be loaded. */
export function registerDiagnostics(documents: Documents): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('iptables');
  const check = debounced((document: vscode.TextDocument) => {
    const model = document.isClosed || document.languageId !== 'iptables' ? undefined : documents.modelOf(document);
    if (model) collection.set(document.uri, fileDiagnostics(model, document.uri.path).slice(0, MOST).map((problem) => asDiagnostic(document, problem)));
  });
  const soon = (document: vscode.TextDocument, pause = document.lineCount > LARGE ? LONG_PAUSE : PAUSE): void => {
    if (document.languageId === 'iptables') check.call(document.uri.toString(), pause, document);
  };
  for (const document of vscode.workspace.textDocuments) soon(document, 0);
  return vscode.Disposable.from(
    collection, check,
    vscode.workspace.onDidOpenTextDocument((document) => soon(document, 0)),
    documents.onDidChange((document) => soon(document)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => collection.delete(uri)),
  );
}

function asDiagnostic(document: vscode.TextDocument, { line, column, endColumn, severity, code, message }: Diagnostic): vscode.Diagnostic {
  const range = document.validateRange(new vscode.Range(line - 1, column - 1, line - 1, endColumn - 1));
  const made = new vscode.Diagnostic(range, message, SEVERITIES[severity]);
  made.code = code;
  made.source = 'iptables';
  return made;
}

const SEVERITIES: Readonly<Record<Diagnostic['severity'], vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error, warning: vscode.DiagnosticSeverity.Warning, info: vscode.DiagnosticSeverity.Information,
};
