import type * as vscode from 'vscode';
import type { LineMarks } from '../features/traceSession/lineMarks';
import type { ToEditor, ViewState } from '../shared/protocol';
import type { Documents } from './documents';
import type { TraceDecorations } from './traceDecorations';
import type { TracePanels } from './tracePanels';

/** What the suite in a real editor cannot see from outside. */
export interface Testing {
  /** What the trace view of a file shows. */
  stateOf(uri: vscode.Uri): ViewState | undefined;
  /** The line of the selected step, 1-based. */
  selectedLine(uri: vscode.Uri): number | undefined;
  marksOf(uri: vscode.Uri): LineMarks | undefined;
  /** Whether the tree kept for a document says what the document says. */
  isInStep(document: vscode.TextDocument): boolean;
  /** As if the view had sent it. */
  send(uri: vscode.Uri, message: ToEditor): void;
}

export function testing(documents: Documents, decorations: TraceDecorations, panels: TracePanels): Testing {
  return {
    stateOf: (uri) => panels.of(uri)?.session.shown,
    selectedLine: (uri) => panels.of(uri)?.session.selectedLine,
    marksOf: (uri) => decorations.shownIn(uri.toString()),
    isInStep: (document) => documents.isInStep(document),
    send: (uri, message) => {
      const panel = panels.of(uri);
      panel?.apply(panel.session.handle(message));
    },
  };
}
