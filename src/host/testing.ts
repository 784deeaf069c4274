import type * as vscode from 'vscode';
import type { LineMarks } from '../features/traceSession/lineMarks';
import type { ToEditor, ViewState } from '../shared/protocol';
import type { Diagnostics } from './diagnostics';
import type { Documents } from './documents';
import type { ErrorEdge } from './edge';
import type { Expectations } from './expectations/expectations';
import type { TraceDecorations } from './traceDecorations';
import type { TracePanels } from './tracePanels';

/** What the suite in a real editor cannot see from outside. */
export interface Testing {
  /** What the trace view of a file shows. */
  stateOf(uri: vscode.Uri): ViewState | undefined;
  /** How many trace views there are. */
  readonly openTraces: number;
  /** The line of the selected step, 1-based. */
  selectedLine(uri: vscode.Uri): number | undefined;
  marksOf(uri: vscode.Uri): LineMarks | undefined;
  /** Whether the tree kept for a document says what the document says. */
  isInStep(document: vscode.TextDocument): boolean;
  /** The expectations of a file as the Testing view lists them, and what became of those that ran last. */
  expectationsOf(uri: vscode.Uri): readonly string[];
  readonly lastRun: readonly string[];
  /** As if the Testing view asked for the expectations of a file. */
  readExpectations(uri: vscode.Uri): Promise<unknown>;
  /** Whether the problems shown of a document are those of what it says. */
  isChecked(document: vscode.TextDocument): boolean;
  /** As if the view had sent it. */
  send(uri: vscode.Uri, message: ToEditor): void;
  /** As if something failed while the view of a file asked for it. */
  fail(uri: vscode.Uri): void;
  /** The edge that everything goes through. */
  readonly edge: ErrorEdge;
}

export function testing(
  documents: Documents,
  decorations: TraceDecorations,
  panels: TracePanels,
  diagnostics: Diagnostics,
  expectations: Expectations,
  edge: ErrorEdge,
): Testing {
  return {
    expectationsOf: (uri) => [...(expectations.tree.itemOf(uri)?.children ?? [])].map(([, { label }]) => label),
    readExpectations: (uri) => expectations.tree.refresh(uri),
    get lastRun() {
      return expectations.runs.last;
    },
    stateOf: (uri) => panels.of(uri)?.session.shown,
    get openTraces() {
      return panels.all.length;
    },
    selectedLine: (uri) => panels.of(uri)?.session.selectedLine,
    marksOf: (uri) => decorations.shownIn(uri.toString()),
    isInStep: (document) => documents.isInStep(document),
    isChecked: (document) => diagnostics.isChecked(document),
    edge,
    fail: (uri) =>
      panels.of(uri)?.ask('A feature that fails on purpose', () => {
        throw new TypeError('on purpose');
      }),
    send: (uri, message) => {
      const panel = panels.of(uri);
      panel?.ask('Trace', (session) => session.handle(message));
    },
  };
}
