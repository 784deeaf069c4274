import * as vscode from 'vscode';
import { DebugAdapter, type LaunchArguments } from '../../features/debugger/adapter/debugAdapter';
import { linesEdit } from '../../features/debugger/adapter/linesEdit';
import type { Debuggee } from '../../features/debugger/debuggee';
import { debounced } from '../debounced';
import type { Documents } from '../documents';
import type { ErrorEdge } from '../edge';
import type { TracePanels } from '../tracePanels';
import { programPath, programUri } from './program';
import { fileName } from '../fileName';

/** Milliseconds of silence after an edit before the packet is sent again. */
const PAUSE = 600;

/** One debugging session: passes messages on, and follows the file that it is about. */
export class InlineAdapter implements vscode.DebugAdapter {
  private readonly sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  private readonly adapter: DebugAdapter;
  private readonly subscriptions: vscode.Disposable[];
  private document: vscode.TextDocument | undefined;
  /** Files that were renamed during the session, by the URI that they had. */
  private readonly moved = new Map<string, vscode.Uri>();
  /** The text that was traced last. */
  private traced = '';
  readonly onDidSendMessage = this.sent.event;

  constructor(
    private readonly documents: Documents,
    private readonly panels: TracePanels,
    edge: ErrorEdge,
    private readonly folder: vscode.WorkspaceFolder | undefined,
  ) {
    this.adapter = new DebugAdapter(
      (launch) => this.open(launch),
      (message) => this.sent.fire(message),
      (error) => edge.run<unknown>('Debugger', () => rethrow(error), nothing),
    );
    const again = debounced<vscode.TextDocument>(edge.event('Debugger', (document) => this.reopen(document)));
    this.subscriptions = [
      this.sent,
      again,
      vscode.workspace.onDidChangeTextDocument(
        edge.event('Debugger', ({ document, contentChanges }: vscode.TextDocumentChangeEvent) => {
          if (!this.isProgram(document) || contentChanges.length === 0) return;
          this.adapter.edited(contentChanges.map(({ range, text }) => linesEdit(range.start, range.end, text)));
        }),
      ),
      // Also where the user says of which table the lines are.
      documents.onDidChange(
        edge.event('Debugger', (document: vscode.TextDocument) => {
          if (!this.isProgram(document)) return;
          this.adapter.edited([]);
          again.call('', PAUSE, document);
        }),
      ),
      vscode.workspace.onDidOpenTextDocument(
        edge.event('Debugger', (document: vscode.TextDocument) => {
          if (!this.isProgram(document)) return;
          this.document = document;
          if (textOf(document) !== this.traced) this.reopen(document);
        }),
      ),
      vscode.workspace.onDidRenameFiles(
        edge.event('Debugger', ({ files }: vscode.FileRenameEvent) => this.follow(files)),
      ),
    ];
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    void this.adapter.handle(message);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async open({ program, packet, ruleSet }: LaunchArguments): Promise<Debuggee | string> {
    const uri = this.nowAt(programUri(program, this.folder));
    if (!uri) return 'No file is open: put the file with the rules as "program" into the launch configuration.';
    let document: vscode.TextDocument;
    try {
      document = await vscode.workspace.openTextDocument(uri);
    } catch (error) {
      return `${program ?? uri.toString()} cannot be opened: ${error instanceof Error ? error.message : String(error)}`;
    }
    const model = this.documents.modelOf(document);
    const asked = this.panels.of(document.uri)?.session.asked;
    const dump =
      ruleSet === undefined
        ? (model?.dumps.find(({ id }) => id === asked?.dump) ?? model?.defaultDump)
        : model?.dumps.find(({ id, label }) => id === ruleSet || label === ruleSet);
    if (!model || model.dumps.length === 0) return 'There are no iptables rules in this file.';
    if (!dump)
      return (
        `There is no rule set "${ruleSet ?? ''}" in this file; there are ` +
        `${model.dumps.map(({ label }) => `"${label}"`).join(', ')}.`
      );
    this.document = document;
    this.traced = textOf(document);
    const wanted = packet === undefined || packet.trim() === '' ? undefined : packet;
    return {
      path: programPath(document.uri),
      name: fileName(document.uri),
      model,
      dump,
      packet: wanted ?? asked?.expression,
      // What was answered in the trace view is about the packet there.
      answers: wanted === undefined ? (asked?.answers ?? {}) : {},
      hostChanges: wanted === undefined ? (asked?.hostChanges ?? {}) : {},
      world: wanted === undefined ? asked?.world : undefined,
    };
  }

  private reopen(document: vscode.TextDocument): void {
    if (document.isClosed) return;
    this.traced = textOf(document);
    this.adapter.reopen(this.documents.modelOf(document));
  }

  /** Goes on with the file under its other name, also where a folder above it was renamed. */
  private async follow(files: vscode.FileRenameEvent['files']): Promise<void> {
    const before = this.document?.uri;
    const uri = before && renamedTo(before, files);
    if (!before || !uri) return;
    // A name that is taken again leads nowhere else, so that this ends.
    this.moved.delete(uri.toString());
    this.moved.set(before.toString(), uri);
    const document = await vscode.workspace.openTextDocument(uri);
    this.document = document;
    this.adapter.renamed(programPath(uri), fileName(uri));
    if (textOf(document) !== this.traced) this.reopen(document);
  }

  /** Where a file is that was renamed during the session: its configuration has the name that it had. */
  private nowAt(uri: vscode.Uri | undefined): vscode.Uri | undefined {
    let at = uri;
    for (let next = at; next; next = this.moved.get(next.toString())) at = next;
    return at;
  }

  private isProgram({ uri }: vscode.TextDocument): boolean {
    return this.document?.uri.toString() === uri.toString();
  }
}

/** Where a file is after a renaming, of itself or of a folder above it; undefined: where it was. */
function renamedTo(uri: vscode.Uri, files: vscode.FileRenameEvent['files']): vscode.Uri | undefined {
  for (const { oldUri, newUri } of files) {
    if (oldUri.scheme !== uri.scheme || oldUri.authority !== uri.authority) continue;
    if (uri.path === oldUri.path) return newUri;
    if (uri.path.startsWith(`${oldUri.path}/`))
      return vscode.Uri.joinPath(newUri, uri.path.slice(oldUri.path.length + 1));
  }
  return undefined;
}

function textOf(document: vscode.TextDocument): string {
  return document.getText();
}

function rethrow(error: unknown): never {
  throw error;
}

function nothing(): void {
  return undefined;
}
