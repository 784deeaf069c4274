import type * as vscode from 'vscode';
import { registerCodeLens } from './host/codeLens';
import { registerCompletion } from './host/completion';
import { registerContextKeys } from './host/contextKeys';
import { Diagnostics } from './host/diagnostics';
import { Documents } from './host/documents';
import { registerFolding } from './host/folding';
import { registerHover } from './host/hover';
import { registerNavigation } from './host/navigation';
import { registerOpenAutomatically } from './host/openAutomatically';
import { registerQuickFixes } from './host/quickFixes';
import { registerSymbols } from './host/symbols';
import { testing, type Testing } from './host/testing';
import { registerTraceCommands } from './host/traceCommands';
import { TraceDecorations } from './host/traceDecorations';
import { TracePanels } from './host/tracePanels';

/** What `activate` gives back, for the suite that runs in a real editor. */
export interface Api {
  readonly testing: Testing;
}

export function activate(context: vscode.ExtensionContext): Api {
  const documents = new Documents();
  const diagnostics = new Diagnostics(documents);
  const decorations = new TraceDecorations();
  const panels = new TracePanels(context.extensionUri, documents, decorations);
  context.subscriptions.push(
    documents, diagnostics, decorations, panels,
    registerHover(documents), registerCompletion(documents), registerSymbols(documents), registerNavigation(documents), registerFolding(documents),
    registerCodeLens(documents), registerQuickFixes(documents, diagnostics), registerTraceCommands(documents, panels), registerContextKeys(documents, panels),
    registerOpenAutomatically(documents, panels),
  );
  return { testing: testing(documents, decorations, panels) };
}
