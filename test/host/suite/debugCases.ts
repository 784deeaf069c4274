import * as vscode from 'vscode';
import type { HostCase } from './cases';
import { assert, edit, lineWith, openSample, openText, show, until } from './editor';

/** Requests of the Debug Adapter Protocol give what they give. */
interface Stop {
  readonly reason: string;
  readonly threadId: number;
}

/** A session of the debugger, as the editor sees it. */
class Watched implements vscode.Disposable {
  readonly stops: Stop[] = [];
  session: vscode.DebugSession | undefined;
  ended = false;
  private readonly subscriptions: vscode.Disposable[];

  constructor() {
    this.subscriptions = [
      vscode.debug.registerDebugAdapterTrackerFactory('iptables', {
        createDebugAdapterTracker: (session) => {
          this.session = session;
          return {
            onDidSendMessage: (message: { readonly type: string; readonly event?: string; readonly body?: Stop }) => {
              if (message.type === 'event' && message.event === 'stopped' && message.body)
                this.stops.push(message.body);
            },
          };
        },
      }),
      vscode.debug.onDidTerminateDebugSession(() => (this.ended = true)),
    ];
  }

  /**
   * Waits until the session has stopped so many times in all, and the editor has it: a command to step does
   * nothing before.
   */
  async stopped(times: number): Promise<Stop> {
    await until(`the packet stops for the ${times}. time`, () => this.stops.length >= times);
    await until('the editor is in the session', () => vscode.debug.activeStackItem?.session.id === this.session?.id);
    return this.stops[times - 1] as Stop;
  }

  async line(): Promise<number> {
    const { stackFrames } = (await this.session?.customRequest('stackTrace', {
      threadId: this.stops.at(-1)?.threadId,
    })) as { readonly stackFrames: readonly { readonly id: number; readonly line: number }[] };
    return stackFrames[0]?.line ?? 0;
  }

  /** The name of the file that it is in. */
  async source(): Promise<string> {
    const { stackFrames } = (await this.session?.customRequest('stackTrace', {
      threadId: this.stops.at(-1)?.threadId,
    })) as { readonly stackFrames: readonly { readonly source?: { readonly name: string } }[] };
    return stackFrames[0]?.source?.name ?? '';
  }

  async chains(): Promise<string> {
    const { stackFrames } = (await this.session?.customRequest('stackTrace', {
      threadId: this.stops.at(-1)?.threadId,
    })) as { readonly stackFrames: readonly { readonly name: string }[] };
    return stackFrames.map(({ name }) => name).join(' < ');
  }

  async value(expression: string): Promise<string> {
    const { result } = (await this.session?.customRequest('evaluate', { expression, context: 'watch' })) as {
      readonly result: string;
    };
    return result;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
  }
}

async function end(watched: Watched): Promise<void> {
  await vscode.debug.stopDebugging(watched.session);
  await until('the session is over', () => watched.ended);
}

/** The debugger for packets, started as the editor starts it. */
export const debugCases: readonly HostCase[] = [
  {
    name: 'without a configuration, a packet is debugged through the note: breakpoint, call stack, values, back, end',
    run: async () => {
      const { document } = await openSample('istio-sidecar.md');
      const line = lineWith(document, '-A ISTIO_IN_REDIRECT', 'Command output');
      const watched = new Watched();
      try {
        vscode.debug.addBreakpoints([
          new vscode.SourceBreakpoint(
            new vscode.Location(document.uri, new vscode.Position(line, 0)),
            true,
            'packet.proto == tcp',
          ),
        ]);
        await vscode.commands.executeCommand('iptables.debugPacket');
        const stop = await watched.stopped(1);
        assert(stop.reason === 'breakpoint', `it stops for ${stop.reason}`);
        assert((await watched.line()) === line + 1, `it stops at line ${await watched.line()}`);
        const chains = await watched.chains();
        assert(
          /^ISTIO_IN_REDIRECT rule 1 < ISTIO_INBOUND rule \d+ < nat PREROUTING rule 1$/.test(chains),
          `the call stack is ${chains}`,
        );
        assert((await watched.value('connection.state')) === 'NEW', 'the connection is not new');
        const before = await watched.value('packet.dport');
        await vscode.commands.executeCommand('workbench.action.debug.stepBack');
        await watched.stopped(2);
        assert((await watched.line()) < line + 1, 'it did not step back');
        await vscode.commands.executeCommand('workbench.action.debug.continue');
        await watched.stopped(3);
        assert((await watched.line()) === line + 1, 'it does not come to the breakpoint again');
        await vscode.commands.executeCommand('workbench.action.debug.continue');
        await watched.stopped(4);
        const after = await watched.value('packet.dport');
        assert(before !== after && after === '15006', `the port was ${before} and is ${after}`);
        await vscode.commands.executeCommand('workbench.action.debug.continue');
        await until('the session is over', () => watched.ended);
      } finally {
        watched.dispose();
      }
    },
  },
  {
    name: 'an edit of the file that is debugged sends the packet again through what it says',
    run: async () => {
      const editor = await openText(
        '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p udp -j DROP\n-A INPUT -p tcp -m tcp --dport 22 -j DROP\nCOMMIT\n',
      );
      const { document } = editor;
      const watched = new Watched();
      try {
        await vscode.debug.startDebugging(
          undefined,
          {
            type: 'iptables',
            request: 'launch',
            name: 'an edit',
            program: document.uri.toString(),
            packet: 'in eth0 tcp 10.0.0.9:4000 > 10.0.0.1:22 syn',
            stopOnEntry: true,
          },
          { suppressSaveBeforeStart: true },
        );
        await watched.stopped(1);
        assert((await watched.line()) === 3, `it stops at line ${await watched.line()}`);
        const shown = await show(document);
        await edit(shown, (build) => build.insert(new vscode.Position(0, 0), '# a comment\n'));
        await watched.stopped(2);
        assert((await watched.line()) === 4, `after the edit it stops at line ${await watched.line()}`);
        await end(watched);
      } finally {
        watched.dispose();
      }
    },
  },
  {
    name: 'a file that is renamed goes on being debugged',
    run: async () => {
      const folder = await writableFolder();
      // On the web there is no such folder.
      if (!folder) return;
      const [before, after] = ['before.rules', 'after.rules'].map((name) => vscode.Uri.joinPath(folder, name));
      assert(before && after, 'there are no names');
      const rules = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p udp -j DROP\n-A INPUT -p tcp -j DROP\nCOMMIT\n';
      await vscode.workspace.fs.writeFile(before, new TextEncoder().encode(rules));
      const document = await vscode.workspace.openTextDocument(before);
      await show(await vscode.languages.setTextDocumentLanguage(document, 'iptables'));
      const watched = new Watched();
      try {
        await vscode.debug.startDebugging(
          undefined,
          {
            type: 'iptables',
            request: 'launch',
            name: 'a renaming',
            program: before.fsPath,
            packet: 'in eth0 tcp 10.0.0.9:4000 > 10.0.0.1:22 syn',
            stopOnEntry: true,
          },
          { suppressSaveBeforeStart: true },
        );
        await watched.stopped(1);
        const renaming = new vscode.WorkspaceEdit();
        renaming.renameFile(before, after);
        assert(await vscode.workspace.applyEdit(renaming), 'the file cannot be renamed');
        await until('the call stack is in the renamed file', async () => (await watched.source()) === 'after.rules');
        await vscode.commands.executeCommand('workbench.action.debug.stepInto');
        await watched.stopped(2);
        assert((await watched.line()) === 4, `it stops at line ${await watched.line()}`);
        await vscode.commands.executeCommand('workbench.action.debug.restart');
        await watched.stopped(3);
        assert((await watched.source()) === 'after.rules', `it starts again in ${await watched.source()}`);
        await end(watched);
      } finally {
        watched.dispose();
        await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
        await vscode.workspace.fs.delete(folder, { recursive: true });
      }
    },
  },
];

/** A folder that files can be written to; undefined where there is none. */
async function writableFolder(): Promise<vscode.Uri | undefined> {
  const extension = vscode.extensions.getExtension('iptables-lens.iptables-lens');
  if (extension?.extensionUri.scheme !== 'file') return undefined;
  const folder = vscode.Uri.joinPath(extension.extensionUri, '.vscode-test', 'renamed');
  await vscode.workspace.fs.createDirectory(folder);
  return folder;
}
