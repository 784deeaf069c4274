import * as vscode from 'vscode';
import { fileDiagnostics, type Diagnostic } from '../features/diagnostics';
import { visible } from '../core/text/visible';
import { debounced, type Debounced } from './debounced';
import type { Documents } from './documents';
import type { ErrorEdge } from './edge';

/** Milliseconds of silence before a file is checked; for a large one longer. */
const PAUSE = 250;
const LONG_PAUSE = 1000;
const LARGE = 20_000;
/** At most this many are shown of a file; a file that is not a rules file at all would have one a line. */
const MOST = 500;

/** Problems of rules files. Notes and logs get none: what is in them is not meant to be loaded. */
export class Diagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('iptables');
  private readonly found = new Map<string, { readonly version: number; readonly problems: readonly Diagnostic[] }>();
  private readonly soon: Debounced<vscode.TextDocument>;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly documents: Documents,
    edge: ErrorEdge,
  ) {
    this.soon = debounced(edge.event('Problems', (document: vscode.TextDocument) => this.check(document)));
    for (const document of vscode.workspace.textDocuments) this.checkSoon(document, 0);
    this.subscription = vscode.Disposable.from(
      this.collection,
      this.soon,
      vscode.workspace.onDidOpenTextDocument((document) => this.checkSoon(document, 0)),
      documents.onDidChange((document) => this.checkSoon(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.forget(uri)),
    );
  }

  /** The problems shown that touch a range; none while they are out of date. */
  within(document: vscode.TextDocument, range: vscode.Range): readonly Diagnostic[] {
    const found = this.found.get(document.uri.toString());
    if (found?.version !== document.version) return [];
    return found.problems.filter((problem) => rangeOf(document, problem).intersection(range) !== undefined);
  }

  /** Whether the problems of a document are those of what it says; true of a document that is never checked. */
  isChecked(document: vscode.TextDocument): boolean {
    return document.languageId !== 'iptables' || this.found.get(document.uri.toString())?.version === document.version;
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private check(document: vscode.TextDocument): void {
    const model =
      document.isClosed || document.languageId !== 'iptables' ? undefined : this.documents.modelOf(document);
    if (!model) return;
    const problems = fileDiagnostics(model, document.uri.path).slice(0, MOST);
    this.found.set(document.uri.toString(), { version: document.version, problems });
    this.collection.set(
      document.uri,
      problems.map((problem) => asDiagnostic(document, problem)),
    );
  }

  private checkSoon(document: vscode.TextDocument, pause = document.lineCount > LARGE ? LONG_PAUSE : PAUSE): void {
    if (document.languageId === 'iptables') this.soon.call(document.uri.toString(), pause, document);
  }

  private forget(uri: vscode.Uri): void {
    this.found.delete(uri.toString());
    this.collection.delete(uri);
  }
}

function rangeOf(document: vscode.TextDocument, { line, column, endColumn }: Diagnostic): vscode.Range {
  return document.validateRange(new vscode.Range(line - 1, column - 1, line - 1, endColumn - 1));
}

function asDiagnostic(document: vscode.TextDocument, problem: Diagnostic): vscode.Diagnostic {
  const made = new vscode.Diagnostic(
    rangeOf(document, problem),
    visible(problem.message),
    SEVERITIES[problem.severity],
  );
  made.code = problem.code;
  made.source = 'iptables';
  return made;
}

const SEVERITIES: Readonly<Record<Diagnostic['severity'], vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};
