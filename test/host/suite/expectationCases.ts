import * as vscode from 'vscode';
import type { HostCase } from './cases';
import { assert, hoverText, openSample, openText, show, testing, until } from './editor';

const RULES =
  '*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i eth0 -p tcp --dport 22 -j ACCEPT\nCOMMIT\n';

/** Expectations: the language, the Testing view, and those that are made of a trace. */
export const expectationCases: readonly HostCase[] = [
  {
    name: 'the expectations of the sample are listed, hold, and have hovers and completion',
    run: async () => {
      const { document } = await openSample('docker-host.iptest');
      assert(document.languageId === 'iptest', `its language is ${document.languageId}`);
      const editor = await testing();
      await until('the Testing view lists them', () => editor.expectationsOf(document.uri).length === 6);
      const hover = await hoverText(document, 'tcp office', 5);
      assert(hover.includes('holds'), `the hover says ${hover}`);
      const at = document.positionAt(document.getText().indexOf('nat/DOCKER'));
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        at,
      );
      const labels = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      assert(labels.includes('DOCKER-USER'), `after via come ${labels.slice(0, 5).join()}`);
      await untilRun('they have run', (ended) => ended.length === 6);
      const failed = (await testing()).lastRun.filter((each) => !each.endsWith(' holds'));
      assert(failed.length === 0, `these do not hold: ${failed.join()}`);
    },
  },
  {
    name: 'a line that is wrong has an error, and lines among the rules are listed',
    run: async () => {
      const { document } = await openText(
        `# expect: in eth0 tcp > :22 => LOCAL\n# expect: in eth0 tcp > :23 => LOCAL\n# expect: in tcp => LOCL\n${RULES}`,
      );
      await until('there is an error on line 3', () =>
        vscode.languages.getDiagnostics(document.uri).some(({ range }) => range.start.line === 2),
      );
      const editor = await testing();
      await until('the Testing view lists them', () => editor.expectationsOf(document.uri).length === 3);
    },
  },
  {
    name: 'a trace of an untitled file becomes an expectation in another',
    run: async () => {
      const { document } = await openText(RULES);
      await vscode.commands.executeCommand('iptables.tracePacket', document.uri);
      const editor = await testing();
      editor.send(document.uri, { type: 'trace', expression: 'in eth0 tcp 192.0.2.9 > 198.51.100.1:22 own' });
      await until('it is traced', () => editor.stateOf(document.uri)?.trace !== undefined);
      await vscode.commands.executeCommand('iptables.addExpectation', document.uri);
      const made = vscode.window.activeTextEditor?.document;
      const text = made?.getText() ?? '';
      assert(made?.languageId === 'iptest' && text.startsWith('@file untitled:'), `it is ${text}`);
      assert(text.includes('=> LOCAL :22 by filter/INPUT'), `it is ${text}`);
      const hover = await hoverText(made, '192.0.2.9', 2);
      assert(hover.includes('holds'), `the hover says ${hover}`);
    },
  },
  {
    name: 'a line that does not hold is reported, with the rule of another file that decided',
    run: async () => {
      const { document } = await openText(
        '@file iptables-sample:/docker-host.iptables-save\nin ens18 tcp 192.0.2.77 > :22 own => LOCAL\n',
        'iptest',
      );
      const editor = await testing();
      await until('the Testing view lists it', () => editor.expectationsOf(document.uri).length === 1);
      await show(document);
      await untilRun('it has run', (ended) => ended.join() === '2 fails');
    },
  },
  {
    name: 'a file that opens while it is being looked for stays listed, although it was not found',
    run: async () => {
      const file = vscode.Uri.parse('iptables-late:/late.iptest');
      const files = new LateFiles('@file rules\nin tcp > :22 => LOCAL\n');
      const registered = vscode.workspace.registerFileSystemProvider('iptables-late', files);
      try {
        const editor = await testing();
        const asked = editor.readExpectations(file);
        await until('the file is being read', () => files.waits);
        await show(await vscode.workspace.openTextDocument(file));
        files.failTheFirst(file);
        await asked;
        await until('the Testing view lists it', () => editor.expectationsOf(file).length === 1);
      } finally {
        registered.dispose();
      }
    },
  },
];

/** One file whose first reading takes until it is told to fail. */
class LateFiles implements vscode.FileSystemProvider {
  readonly onDidChangeFile: vscode.Event<vscode.FileChangeEvent[]> = () => new vscode.Disposable(() => {});
  private readonly bytes: Uint8Array;
  private first: { readonly reject: (error: Error) => void } | undefined;

  constructor(text: string) {
    this.bytes = new TextEncoder().encode(text);
  }

  get waits(): boolean {
    return this.first !== undefined;
  }

  failTheFirst(file: vscode.Uri): void {
    this.first?.reject(vscode.FileSystemError.FileNotFound(file));
  }

  readFile(): Uint8Array | Promise<Uint8Array> {
    if (this.first) return this.bytes;
    return new Promise((_, reject) => {
      this.first = { reject };
    });
  }

  stat(): vscode.FileStat {
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: this.bytes.length };
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(): void {}
  writeFile(): void {}
  delete(): void {}
  rename(): void {}
}

/**
 * Runs the expectations of the active editor. The editor hears of new ones some time after they are listed, and until
 * then the command does nothing.
 */
async function untilRun(what: string, ended: (results: readonly string[]) => boolean): Promise<void> {
  const { lastRun: before } = await testing();
  await until(what, async () => {
    const own = await testing();
    if (own.lastRun === before) await vscode.commands.executeCommand('testing.runCurrentFile');
    return ended(own.lastRun);
  });
}
