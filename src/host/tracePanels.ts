import * as vscode from 'vscode';
import { KeptPackets } from '../features/traceSession/keptPackets';
import { isKept } from '../features/traceSession/readMessage';
import { TraceSession } from '../features/traceSession/traceSession';
import { debounced, type Debounced } from './debounced';
import type { Documents } from './documents';
import type { FileEdit } from '../features/whatIf/fileEdit';
import { tryOnCopy } from './tryOnCopy';
import { completeStep } from './walkthrough';
import { TracePanel, VIEW_TYPE, type PanelOwner, type PanelServices } from './tracePanel';
import { fileName } from './fileName';

/** Milliseconds of silence after an edit before the packet is traced again; for a file of very many lines longer. */
const PAUSE = 150;
const LONG_PAUSE = 600;
const LARGE = 20_000;

/** The trace views, one for each file. */
export class TracePanels implements vscode.Disposable, vscode.WebviewPanelSerializer {
  private readonly panels = new Map<string, TracePanel>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];
  private readonly packets: KeptPackets;
  private readonly owner: PanelOwner;
  private readonly follow: Debounced<vscode.TextDocument>;
  private last: TracePanel | undefined;
  /** A view was opened, closed, shown or hidden. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly services: PanelServices,
    private readonly documents: Documents,
    memory: vscode.Memento,
  ) {
    const { edge } = services;
    this.packets = new KeptPackets(memory);
    this.owner = {
      say: (uri, tables) => this.documents.say(uri, tables),
      remember: (uri, which, packets) => this.packets.remember(uri.toString(), which, packets),
      tryOut: (panel, edits) => this.tryOnCopy(panel, edits),
      catchUp: (uri) => this.follow.flush(uri.toString()),
    };
    this.follow = debounced(edge.event('Following a file', (document: vscode.TextDocument) => this.update(document)));
    const on = <T>(listener: (event: T) => void): ((event: T) => void) => edge.event('Following a file', listener);
    this.subscriptions = [
      this.changed,
      this.follow,
      vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this),
      documents.onDidChange((document) => {
        if (this.of(document.uri))
          this.follow.call(document.uri.toString(), document.lineCount > LARGE ? LONG_PAUSE : PAUSE, document);
      }),
      vscode.workspace.onDidOpenTextDocument(on((document) => this.opened(document))),
      vscode.workspace.onDidCloseTextDocument(on((document) => this.closed(document))),
      vscode.workspace.onDidRenameFiles(
        on(({ files }) =>
          files.forEach(({ oldUri, newUri }) => {
            this.packets.renamed(oldUri.toString(), newUri.toString());
            this.renamed(oldUri, newUri);
          }),
        ),
      ),
      vscode.window.onDidChangeTextEditorSelection(
        on(({ textEditor, selections }) => this.selectLine(textEditor.document.uri, selections[0]?.active.line)),
      ),
    ];
  }

  of(uri: vscode.Uri): TracePanel | undefined {
    return this.panels.get(uri.toString());
  }

  /** The view that a command is about: the one with the focus, that of the active editor, or the last one used. */
  get current(): TracePanel | undefined {
    const all = [...this.panels.values()];
    const editor = vscode.window.activeTextEditor;
    return all.find(({ panel }) => panel.active) ?? (editor && this.of(editor.document.uri)) ?? this.last ?? all[0];
  }

  get all(): readonly TracePanel[] {
    return [...this.panels.values()];
  }

  /** The view of a file: the one that there is, else a new one beside the editor. */
  open(document: vscode.TextDocument): TracePanel {
    const known = this.of(document.uri);
    if (known) {
      known.panel.reveal(undefined, true);
      this.last = known;
      return known;
    }
    const column = { viewColumn: this.columnFor(document.uri), preserveFocus: true };
    const panel = vscode.window.createWebviewPanel(VIEW_TYPE, fileName(document.uri), column, { enableScripts: true });
    const made = this.add(panel, document.uri);
    made.ask('Trace', (session) => session.setModel(this.documents.modelOf(document)));
    const line = made.session.firstLine;
    if (line !== undefined) made.apply([{ kind: 'reveal', line, focus: false }]);
    return made;
  }

  /**
   * Where other traces are, else beside the editor: in the group that there is, and in a new one only where there is
   * none.
   */
  private columnFor(uri: vscode.Uri): vscode.ViewColumn {
    const traces = [...this.panels.values()].flatMap(({ panel }) => panel.viewColumn ?? []);
    const own = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
    const column = own?.viewColumn ?? vscode.window.tabGroups.activeTabGroup.viewColumn;
    if (traces[0] !== undefined) return traces.find((each) => each !== column) ?? traces[0];
    const others = vscode.window.tabGroups.all.map(({ viewColumn }) => viewColumn).filter((each) => each !== column);
    return others.find((each) => each > column) ?? others.at(-1) ?? vscode.ViewColumn.Beside;
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const uri = isKept(state) ? vscode.Uri.parse(state.uri) : undefined;
    if (!isKept(state) || uri === undefined || this.of(uri)) {
      panel.dispose();
      return;
    }
    const made = this.add(panel, uri);
    try {
      const document = await vscode.workspace.openTextDocument(uri);
      made.ask('Trace', (session) => session.setModel(this.documents.modelOf(document)));
      made.ask('Trace after a reload', (session) => session.restore(state));
    } catch (error) {
      made.ask('Following a file', (session) =>
        session.setFile(
          uri.toString(),
          fileName(uri),
          `The file can no longer be opened: ${error instanceof Error ? error.message : String(error)}`,
        ),
      );
    }
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const panel of this.panels.values()) panel.dispose();
  }

  private add(panel: vscode.WebviewPanel, uri: vscode.Uri): TracePanel {
    const session = new TraceSession(uri.toString(), fileName(uri), this.packets.of(uri.toString()));
    const made = new TracePanel(panel, session, uri, this.services, this.owner);
    this.panels.set(uri.toString(), made);
    this.last = made;
    panel.onDidDispose(() => {
      this.panels.delete(made.uri.toString());
      if (this.last === made) this.last = undefined;
      made.dispose();
      this.changed.fire();
    });
    panel.onDidChangeViewState(() => {
      if (panel.active) this.last = made;
      this.changed.fire();
    });
    this.changed.fire();
    return made;
  }

  /** Traces the same packet in a copy of the file with a change in it, beside what it came to without. */
  private async tryOnCopy(panel: TracePanel, edits: readonly FileEdit[]): Promise<void> {
    const { session, uri } = panel;
    const { shown, baseline, leftOfCopy: left } = session;
    const column = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
    const copy = await tryOnCopy(uri, edits, column?.viewColumn);
    completeStep('iptables.remedyTried');
    if (!copy || !shown || !baseline) return;
    const made = this.open(copy);
    made.isCopy = true;
    made.ask('Trace', (own) => own.restore({ ...shown.keep, whatIf: left, uri: copy.uri.toString(), step: undefined }));
    made.ask('Trace', (own) => own.compareWith(baseline));
  }

  private update(document: vscode.TextDocument): void {
    const found = this.of(document.uri);
    if (found && !document.isClosed)
      found.ask('Following a file', (session) => session.setModel(this.documents.modelOf(document)));
  }

  private opened(document: vscode.TextDocument): void {
    const found = this.of(document.uri);
    if (!found) return;
    found.ask('Following a file', (session) => session.setFile(document.uri.toString(), fileName(document.uri), ''));
    this.update(document);
  }

  private closed({ uri }: vscode.TextDocument): void {
    const found = this.of(uri);
    // A change of language closes the document and opens it again at once.
    if (
      !found ||
      vscode.workspace.textDocuments.some(
        (document) => document.uri.toString() === uri.toString() && !document.isClosed,
      )
    )
      return;
    found.ask('Following a file', (session) =>
      session.setFile(
        uri.toString(),
        fileName(uri),
        'The file was closed. The trace shows it as it was; selecting a step opens it again.',
      ),
    );
  }

  private renamed(from: vscode.Uri, to: vscode.Uri): void {
    for (const [key, panel] of [...this.panels]) {
      const rest = panel.uri.path.slice(from.path.length);
      if (
        panel.uri.scheme !== from.scheme ||
        !panel.uri.path.startsWith(from.path) ||
        (rest !== '' && !rest.startsWith('/'))
      )
        continue;
      this.panels.delete(key);
      panel.moveTo(to.with({ path: to.path + rest }));
      this.panels.set(panel.uri.toString(), panel);
      const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === panel.uri.toString());
      if (document) this.update(document);
    }
  }

  private selectLine(uri: vscode.Uri, line: number | undefined): void {
    const found = this.of(uri);
    if (found && line !== undefined) found.ask('Following a file', (session) => session.selectLine(line + 1));
  }
}
