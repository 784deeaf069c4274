import * as vscode from 'vscode';
import type { PacketKind } from '../features/traceSession/keptPackets';
import type { EditorEffect, TraceSession } from '../features/traceSession/traceSession';
import { readMessage } from '../features/traceSession/readMessage';
import type { SaidTables } from '../core/ruleset/oneHost/saidTables';
import type { Picture } from '../features/share/drawing';
import type { Move, ToView } from '../shared/protocol';
import type { FileEdit } from '../features/whatIf/fileEdit';
import { applyEdits, restoreText } from './applyEdits';
import { visibleMessage } from '../features/traceSession/visibleMessage';
import { Captures } from './captures';
import type { ErrorEdge } from './edge';
import { showLine } from './showLine';
import type { ThemeColours } from './themeColours';
import type { ShownMarks, TraceDecorations } from './traceDecorations';
import { tracePage } from './tracePage';
import { fileName } from './fileName';

export const VIEW_TYPE = 'iptables.trace';

/** What all trace views have in common. */
export interface PanelServices {
  readonly extensionUri: vscode.Uri;
  readonly decorations: TraceDecorations;
  readonly edge: ErrorEdge;
  readonly colours: ThemeColours;
}

/** What a trace view leaves to the one who opened it. */
export interface PanelOwner {
  /** Takes over what the user says of tables that the file does not name; undefined takes it back. */
  readonly say: (uri: vscode.Uri, tables: SaidTables | undefined) => void;
  /** Remembers the packets that were traced last, and those that are pinned. */
  readonly remember: (uri: vscode.Uri, which: PacketKind, packets: readonly string[]) => void;
  /** Shows a change in a copy of the file. */
  readonly tryOut: (panel: TracePanel, edits: readonly FileEdit[]) => Promise<void>;
  /** Follows the edits that the session waits for: questions about rules that are gone are dropped. */
  readonly catchUp: (uri: vscode.Uri) => void;
}

/** One trace view with its session: passes messages on, and does what the session asks for. */
export class TracePanel implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[];
  private cleared = false;
  /** The view was closed: posting to it then is an error. */
  private gone = false;
  /** The file is a copy that was made to try changes in: they are written into it. */
  isCopy = false;
  /** The id of the theme that the page is shown in. */
  private theme = '';
  /** Waits for the picture that the page was asked to draw. */
  private drawn: ((png: Uint8Array) => void) | undefined;
  readonly captures: Captures;
  private readonly decorations: TraceDecorations;
  private readonly edge: ErrorEdge;
  private readonly colours: ThemeColours;

  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly session: TraceSession,
    public uri: vscode.Uri,
    { extensionUri, decorations, edge, colours }: PanelServices,
    private readonly owner: PanelOwner,
  ) {
    this.decorations = decorations;
    this.edge = edge;
    this.colours = colours;
    this.captures = new Captures(
      () => session.ground,
      (message) => this.post(visibleMessage(message)),
      edge,
    );
    this.subscriptions = [
      panel.webview.onDidReceiveMessage((message: unknown) => {
        const read = readMessage(message);
        if (!read) return;
        if (read.type === 'theme') {
          this.theme = read.id;
          this.colour();
          return;
        }
        if (read.type === 'drawn') return this.drawn?.(read.png);
        this.owner.catchUp(this.uri);
        if (this.captures.handle(read)) return;
        this.ask(`Trace: ${read.type}`, () => session.handle(read));
        if (read.type === 'ready') this.captures.show();
      }),
      this.colours.onDidChange(() => this.colour()),
    ];
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.png');
    panel.webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist')] };
    panel.webview.html = tracePage(panel.webview, extensionUri);
    this.setTitle();
  }

  /**
   * Asks the session something and does what comes out of it. Where that fails, what was shown last stays, and says so.
   */
  ask(feature: string, question: (session: TraceSession) => readonly EditorEffect[]): void {
    this.edge.run(
      feature,
      () => this.apply(question(this.session)),
      () => this.apply(this.session.failed(FAILED)),
    );
  }

  /** Does what came out of a call of the session. */
  apply(effects: readonly EditorEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'post':
          this.post(effect.message);
          if (effect.message.type !== 'state') break;
          this.cleared = false;
          this.captures.rulesShown();
          break;
        case 'marks':
          this.decorations.show(this.uri.toString(), this.cleared ? undefined : this.shownMarks());
          break;
        case 'reveal':
          void this.edge.run(
            'Showing a line',
            () => showLine(this.uri, effect.line, { focus: effect.focus, notIn: this.panel.viewColumn }),
            nothing,
          );
          break;
        case 'edit':
          void this.edge.run(
            'Trying a change',
            () => (this.isCopy ? this.write(effect.edits) : this.owner.tryOut(this, effect.edits)),
            nothing,
          );
          break;
        case 'expect':
          void vscode.commands.executeCommand('iptables.addExpectation', this.uri);
          break;
        case 'share':
          void vscode.commands.executeCommand('iptables.shareTrace', this.uri);
          break;
        case 'restore':
          void this.edge.run('Taking edits back', () => restoreText(this.uri, effect.text), nothing);
          break;
        case 'recent':
        case 'pinned':
          this.owner.remember(this.uri, effect.kind, effect.packets);
          break;
        case 'tables':
          this.owner.say(this.uri, this.session.tables);
          break;
        case 'copy':
          void vscode.env.clipboard
            .writeText(effect.text)
            .then(() => vscode.window.setStatusBarMessage(effect.said, 3000));
          break;
      }
    }
  }

  /** A picture as PNG; undefined where the page cannot draw it, or is hidden and does not answer. */
  async png({ svg, width, height }: Picture): Promise<Uint8Array | undefined> {
    const drawn = new Promise<Uint8Array>((resolve) => {
      this.drawn = resolve;
      setTimeout(resolve, 10_000, new Uint8Array());
    });
    this.post({ type: 'draw', svg, width, height });
    const png = await drawn;
    return png.length > 0 ? png : undefined;
  }

  move(to: Move): void {
    this.cleared = false;
    // The view knows which chains are folded away; without it the session steps by itself.
    if (this.panel.visible) this.post({ type: 'move', to });
    else {
      this.owner.catchUp(this.uri);
      this.ask('Step of the trace', (session) => session.move(to));
    }
  }

  private write(edits: readonly FileEdit[]): Promise<void> {
    const show = (line: number): void => void showLine(this.uri, line, { focus: false, notIn: this.panel.viewColumn });
    return applyEdits(this.uri, edits, show);
  }

  private shownMarks(): ShownMarks {
    const { session } = this;
    return { marks: session.marks, notesIn: (from, to) => session.notesIn(from, to) };
  }

  private post(message: ToView): void {
    if (!this.gone) void this.panel.webview.postMessage(message);
  }

  /** Words of rules look as in the editor. */
  private colour(): void {
    void this.edge.run(
      'Colours of the theme',
      async () => this.post({ type: 'colours', colours: await this.colours.of(this.theme) }),
      nothing,
    );
  }

  /** Takes the marks out of the editor, until something is traced or selected again. */
  clear(): void {
    this.cleared = true;
    this.decorations.show(this.uri.toString(), undefined);
  }

  /** The file has moved. */
  moveTo(uri: vscode.Uri): void {
    this.decorations.show(this.uri.toString(), undefined);
    this.owner.say(this.uri, undefined);
    this.uri = uri;
    this.owner.say(uri, this.session.tables);
    this.setTitle();
    this.ask('Following a file', (session) => session.setFile(uri.toString(), fileName(uri), ''));
  }

  dispose(): void {
    this.gone = true;
    this.captures.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
    this.owner.say(this.uri, undefined);
    this.decorations.show(this.uri.toString(), undefined);
  }

  private setTitle(): void {
    this.panel.title = `Trace: ${fileName(this.uri)}`;
  }
}

async function nothing(): Promise<void> {}

const FAILED =
  'An error in iptables Lens prevented this trace. The view still shows the previous one. The output channel ' +
  '"iptables Lens" says what to report.';
