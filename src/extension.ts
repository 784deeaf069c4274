import type * as vscode from 'vscode';
import { registerCodeLens } from './host/codeLens';
import { registerCompletion } from './host/completion';
import { registerContextKeys } from './host/contextKeys';
import { registerDebugger } from './host/debugger/registerDebugger';
import { Diagnostics } from './host/diagnostics';
import { Documents } from './host/documents';
import { editorEdge } from './host/edge';
import { Expectations } from './host/expectations/expectations';
import { registerFolding } from './host/folding';
import { registerHover } from './host/hover';
import { registerModelTools } from './host/modelTools/registerModelTools';
import { registerNavigation } from './host/navigation';
import { registerOpenAutomatically } from './host/openAutomatically';
import { registerQuickFixes } from './host/quickFixes';
import { registerSamples } from './host/samples/openSample';
import { registerSemanticTokens } from './host/semanticTokens';
import { registerStatusItem } from './host/statusItem';
import { registerSymbols } from './host/symbols';
import { ThemeColours } from './host/themeColours';
import { testing, type Testing } from './host/testing';
import { registerShareTrace } from './host/shareTrace';
import { registerTraceCommands } from './host/traceCommands';
import { TraceDecorations } from './host/traceDecorations';
import { TracePanels } from './host/tracePanels';

/** What `activate` gives back, for the suite that runs in a real editor. */
export interface Api {
  readonly testing: Testing;
}

export function activate(context: vscode.ExtensionContext): Api {
  const { edge, disposable } = editorEdge(
    String((context.extension.packageJSON as { readonly version?: unknown }).version),
  );
  const documents = new Documents(edge);
  const diagnostics = new Diagnostics(documents, edge);
  const colours = new ThemeColours(context.extension.packageJSON);
  const decorations = new TraceDecorations(edge);
  const panels = new TracePanels(
    { extensionUri: context.extensionUri, decorations, edge, colours },
    documents,
    context.workspaceState,
  );
  const expectations = new Expectations(documents, panels, edge);
  context.subscriptions.push(
    disposable,
    documents,
    diagnostics,
    colours,
    decorations,
    panels,
    expectations,
    registerHover(documents, panels, edge),
    registerCompletion(documents, edge),
    registerSymbols(documents, edge),
    registerNavigation(documents, edge),
    registerFolding(documents, edge),
    registerCodeLens(documents, edge),
    registerQuickFixes(documents, diagnostics, edge),
    registerTraceCommands(documents, panels, edge),
    registerShareTrace(panels, edge),
    registerContextKeys(documents, panels, edge),
    registerOpenAutomatically(documents, panels, edge),
    registerSemanticTokens(documents, edge),
    registerDebugger(documents, panels, edge),
    registerStatusItem(documents, edge),
    registerSamples(context.extensionUri, edge),
    registerModelTools(documents, panels, edge),
  );
  return { testing: testing(documents, decorations, panels, diagnostics, expectations, edge) };
}
