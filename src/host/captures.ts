import * as vscode from 'vscode';
import { CaptureTable, ROWS_AT_ONCE, type CaptureGround } from '../features/capture/captureTable';
import type { ToEditor, ToView } from '../shared/protocol';
import type { ErrorEdge } from './edge';

/** Milliseconds between two updates of a capture that is still being traced. */
const BETWEEN = 250;

/** The capture that is shown in one trace view. */
export class Captures {
  private table: CaptureTable | undefined;
  private shown = 0;
  private stale = false;

  constructor(
    private readonly ground: () => CaptureGround | undefined,
    private readonly post: (message: ToView) => void,
    private readonly edge: ErrorEdge,
  ) {}

  /** Reads a capture and traces it, without keeping the editor from other work. */
  async open(name: string, bytes: Uint8Array): Promise<void> {
    const ground = this.ground();
    if (!ground) {
      void vscode.window.showInformationMessage('There are no rules here through which a capture could be traced.');
      return;
    }
    this.table?.stop();
    const table = (this.table = new CaptureTable(name));
    this.show();
    await table.read(bytes, ground, () => this.pause(table));
    this.showIf(table);
  }

  /** Whether a message is about captures; it is answered then. */
  handle(message: ToEditor): boolean {
    const { table } = this;
    switch (message.type) {
      case 'capture-file':
        void this.edge.run('A dropped capture', () => this.open(message.name, message.bytes), nothing);
        return true;
      case 'capture-rows':
        if (table)
          this.post({ type: 'capture-rows', from: message.from, rows: table.rows(message.from, ROWS_AT_ONCE) });
        return true;
      case 'capture-iface': {
        const ground = this.ground();
        if (!table || !ground) return true;
        table.iface = message.name === '' ? undefined : message.name;
        void this.edge.run('A capture', () => this.again(table, ground), nothing);
        return true;
      }
      case 'capture-again': {
        const ground = this.ground();
        if (table && ground) void this.edge.run('A capture', () => this.again(table, ground), nothing);
        return true;
      }
      case 'close-capture':
        this.close();
        return true;
      default:
        return false;
    }
  }

  private async again(table: CaptureTable, ground: CaptureGround): Promise<void> {
    await table.trace(ground, () => this.pause(table));
    this.showIf(table);
  }

  /** The trace is another one: the rules may be. */
  rulesShown(): void {
    if (this.table && this.table.isStale(this.ground()) !== this.stale) this.show();
  }

  /** Again, as the page was loaded. */
  show(): void {
    this.shown = Date.now();
    const capture = this.table?.view(this.ground());
    this.stale = capture?.stale === true;
    if (capture) this.post({ type: 'capture', capture });
  }

  close(): void {
    this.dispose();
    this.post({ type: 'capture', capture: undefined });
  }

  /** The view is gone, so there is no one to notify. */
  dispose(): void {
    this.table?.stop();
    this.table = undefined;
  }

  private showIf(table: CaptureTable): void {
    if (table === this.table) this.show();
  }

  private async pause(table: CaptureTable): Promise<void> {
    if (Date.now() - this.shown > BETWEEN) this.showIf(table);
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
}

async function nothing(): Promise<void> {}
