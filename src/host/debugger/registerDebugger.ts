import * as vscode from 'vscode';
import { pastedToo } from '../../core/knowledge/knowledge';
import { visible } from '../../core/text/visible';
import { hoverExpression } from '../../features/debugger/hoverExpression';
import { scenariosFor } from '../../features/scenarios';
import { SELECTOR, type Documents } from '../documents';
import type { ErrorEdge } from '../edge';
import type { TracePanels } from '../tracePanels';
import { InlineAdapter } from './inlineAdapter';
import { programPath } from './program';

const TYPE = 'iptables';

/** The debugger for packets: configurations, sessions, what the mouse is over, and the command that starts it. */
export function registerDebugger(documents: Documents, panels: TracePanels, edge: ErrorEdge): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.debug.registerDebugAdapterDescriptorFactory(TYPE, {
      createDebugAdapterDescriptor: ({ workspaceFolder }) =>
        new vscode.DebugAdapterInlineImplementation(new InlineAdapter(documents, panels, edge, workspaceFolder)),
    }),
    vscode.debug.registerDebugConfigurationProvider(
      TYPE,
      edge.provider<vscode.DebugConfigurationProvider>('Debugger', {
        resolveDebugConfiguration: (_folder, given) => resolve(documents, panels, given),
      }),
    ),
    vscode.debug.registerDebugConfigurationProvider(
      TYPE,
      edge.provider<vscode.DebugConfigurationProvider>('Debugger', {
        provideDebugConfigurations: () => configurations(documents),
      }),
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    vscode.languages.registerEvaluatableExpressionProvider(
      SELECTOR,
      edge.provider<vscode.EvaluatableExpressionProvider>('Debugger', {
        provideEvaluatableExpression(document, { line, character }) {
          const found = hoverExpression(document.lineAt(line).text, character);
          return (
            found &&
            new vscode.EvaluatableExpression(new vscode.Range(line, found.start, line, found.end), found.expression)
          );
        },
      }),
    ),
    vscode.commands.registerCommand(
      'iptables.debugPacket',
      edge.command('Debug Packet', (about: unknown) => debugPacket(documents, panels, about)),
    ),
    vscode.commands.registerCommand(
      'iptables.askForPacket',
      edge.command('Debug Packet', () => askForPacket(documents)),
    ),
  );
}

/** Fills in what is missing: pressing F5 without a configuration debugs a packet through the file that is shown. */
function resolve(
  documents: Documents,
  panels: TracePanels,
  given: vscode.DebugConfiguration,
): vscode.DebugConfiguration | undefined {
  const program: unknown = given['program'];
  if (typeof program === 'string' && program !== '') return named(given, program);
  const document = shownDocument(documents, panels);
  if (document) return named(given, programPath(document.uri));
  void vscode.window.showInformationMessage(
    'There are no iptables rules to debug a packet in. Open a file with the output of ' +
      `iptables-save${pastedToo(', or ')}.`,
  );
  return undefined;
}

function named(given: vscode.DebugConfiguration, program: string): vscode.DebugConfiguration {
  return { ...given, type: TYPE, request: 'launch', name: given.name || 'Debug Packet', program };
}

/** The document of the active editor, of the active trace, or the only one with rules that is in sight. */
function shownDocument(documents: Documents, panels: TracePanels): vscode.TextDocument | undefined {
  const active = vscode.window.activeTextEditor?.document;
  if (active && documents.hasRules(active)) return active;
  const traced = panels.current?.uri.toString();
  return (
    vscode.workspace.textDocuments.find((each) => each.uri.toString() === traced && documents.hasRules(each)) ??
    vscode.window.visibleTextEditors.map(({ document }) => document).find((each) => documents.hasRules(each))
  );
}

/** The packets that make sense for the rules of the active editor, one configuration each. */
function configurations(documents: Documents): vscode.DebugConfiguration[] {
  const document = vscode.window.activeTextEditor?.document;
  const model = document && documents.modelOf(document);
  const dump = model?.defaultDump;
  if (!document || !model || !dump) return [];
  return scenariosFor(model, dump).map(({ label, expression }) => ({
    type: TYPE,
    request: 'launch',
    name: visible(label),
    program: programPath(document.uri),
    packet: expression,
  }));
}

async function debugPacket(documents: Documents, panels: TracePanels, about: unknown): Promise<void> {
  const document =
    about instanceof vscode.Uri ? await vscode.workspace.openTextDocument(about) : shownDocument(documents, panels);
  await vscode.debug.startDebugging(
    document && vscode.workspace.getWorkspaceFolder(document.uri),
    { type: TYPE, request: 'launch', name: 'Debug Packet', ...(document && { program: programPath(document.uri) }) },
    // The packet goes through what is shown, and a paste need not become a file for it.
    { suppressSaveBeforeStart: true },
  );
}

/** `${command:AskForPacket}` of a launch configuration. */
function askForPacket(documents: Documents): Thenable<string | undefined> {
  const [first] = configurations(documents);
  return vscode.window.showInputBox({
    title: 'Debug Packet',
    prompt: 'The packet to send through the rules, a URL, or a command such as curl',
    value: typeof first?.['packet'] === 'string' ? first['packet'] : '',
    ignoreFocusOut: true,
  });
}
