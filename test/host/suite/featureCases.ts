import * as vscode from 'vscode';
import type { HostCase } from './cases';
import { assert, edit, hoverText, lineWith, openSample, openText, set, show, testing, until, untitled } from './editor';

const BROKEN = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 99999 -j ACCEPT\n-A INPUT -j NOWHERE\nCOMMIT\n';

/** Language features over files of the sample folder and over texts of their own. */
export const featureCases: readonly HostCase[] = [
  ...(['shellscript', 'yaml', 'plaintext', 'markdown'] as const).map((language) => ({
    name: `words of rules have colours in a document of the language ${language}`,
    run: async () => {
      const { document } = await openText('so we ran\niptables -A INPUT -p tcp -j DROP\n', language);
      const range = new vscode.Range(0, 0, 2, 0);
      const colours = async (): Promise<number> => {
        const tokens = await vscode.commands.executeCommand<vscode.SemanticTokens | undefined>(
          'vscode.provideDocumentRangeSemanticTokens',
          document.uri,
          range,
        );
        return (tokens?.data.length ?? 0) / 5;
      };
      await until('seven words have colours', async () => (await colours()) === 7);
    },
  })),
  {
    name: 'a broken rules file has errors on its lines, and a repaired one has none',
    run: async () => {
      const { document } = await openText(BROKEN);
      const errorLines = (): readonly number[] =>
        vscode.languages
          .getDiagnostics(document.uri)
          .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error)
          .map(({ range }) => range.start.line);
      await until('there are errors on lines 3 and 4', () => errorLines().join() === '2,3');
      const repair = new vscode.WorkspaceEdit();
      repair.replace(document.uri, new vscode.Range(2, 0, 4, 0), '-A INPUT -p tcp --dport 443 -j ACCEPT\n');
      assert(await vscode.workspace.applyEdit(repair), 'the file cannot be repaired');
      await until('there are no errors', () => errorLines().length === 0);
      assert((await testing()).isInStep(document), 'the tree is not what the document says');
    },
  },
  {
    name: 'the light bulb at an error offers the fix, and the fix mends it',
    run: async () => {
      const { document } = await openText('*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -dport 80 -j WEB\nCOMMIT\n');
      const offered = async (title: string): Promise<vscode.CodeAction | undefined> => {
        const range = document.lineAt(document.lineCount > 5 ? 3 : 2).range;
        return (
          await vscode.commands.executeCommand<vscode.CodeAction[]>(
            'vscode.executeCodeActionProvider',
            document.uri,
            range,
          )
        ).find((action) => action.title === title);
      };
      for (const title of ['Declare chain WEB', 'Change to --dport']) {
        await until(`"${title}" is offered`, async () => (await offered(title)) !== undefined);
        const action = await offered(title);
        assert(action?.edit, `"${title}" changes nothing`);
        assert(await vscode.workspace.applyEdit(action.edit), `"${title}" cannot be applied`);
      }
      const text = document.getText();
      assert(
        text === '*filter\n:INPUT ACCEPT [0:0]\n:WEB - [0:0]\n-A INPUT -p tcp --dport 80 -j WEB\nCOMMIT\n',
        `the file is ${JSON.stringify(text)}`,
      );
      await until('there are no problems', () => vscode.languages.getDiagnostics(document.uri).length === 0);
    },
  },
  ...['kube-node.iptables-save', 'docker-host.iptables-save', 'istio-sidecar.md'].map((name) => ({
    name: `${name} has no problems`,
    run: async () => {
      const { document } = await openSample(name);
      await hoverText(document, name.endsWith('.md') ? ':ISTIO_OUTPUT ' : ':PREROUTING ', 2);
      const own = await testing();
      await until('the file is checked', () => own.isChecked(document));
      const found = vscode.languages
        .getDiagnostics(document.uri)
        .map(({ message, range }) => `${range.start.line + 1}: ${message}`);
      assert(found.length === 0, `it has: ${found.join('; ')}`);
    },
  })),
  {
    name: 'the outline of the note names its rule sets and chains',
    run: async () => {
      const { document } = await openSample('istio-sidecar.md');
      const names = (symbols: readonly vscode.DocumentSymbol[]): readonly string[] =>
        symbols.flatMap(({ name, children }) => [name, ...names(children)]);
      await until('ISTIO_IN_REDIRECT is in the outline', async () => {
        const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
          'vscode.executeDocumentSymbolProvider',
          document.uri,
        );
        const found = names(symbols ?? []);
        return ['nat', 'PREROUTING', 'ISTIO_IN_REDIRECT'].every((name) => found.includes(name));
      });
    },
  },
  {
    name: 'a jump leads to the declaration of its chain, and from there to every rule of it',
    run: async () => {
      const { document } = await openSample('kube-node.iptables-save');
      const line = lineWith(document, '-A PREROUTING');
      const at = new vscode.Position(line, document.lineAt(line).text.indexOf('KUBE-SERVICES') + 3);
      const [definition] = await vscode.commands.executeCommand<vscode.Location[]>(
        'vscode.executeDefinitionProvider',
        document.uri,
        at,
      );
      assert(
        definition && document.lineAt(definition.range.start.line).text.startsWith(':KUBE-SERVICES '),
        'it leads elsewhere',
      );
      const references = await vscode.commands.executeCommand<vscode.Location[]>(
        'vscode.executeReferenceProvider',
        document.uri,
        definition.range.start.translate(0, 1),
      );
      assert(
        references.length > 3 && references.every(({ range }) => document.getText(range) === 'KUBE-SERVICES'),
        `there are ${references.length} references`,
      );
    },
  },
  {
    name: 'behind -j come targets and chains of the table, with the documentation of the hover',
    run: async () => {
      const { document } = await openText('*filter\n:INPUT ACCEPT [0:0]\n:SSH - [0:0]\n-A INPUT -p tcp -j \nCOMMIT\n');
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        document.lineAt(3).range.end,
        ' ',
        100,
      );
      const named = (name: string): vscode.CompletionItem | undefined =>
        items.find(({ label }) => (typeof label === 'string' ? label : label.label) === name);
      assert(
        named('SSH') && !named('DNAT'),
        `it proposes ${items.map(({ label }) => (typeof label === 'string' ? label : label.label)).join(' ')}`,
      );
      const documentation = named('REJECT')?.documentation;
      assert(
        typeof documentation === 'object' && documentation.value.includes('reject-with'),
        'REJECT is not explained',
      );
    },
  },
  {
    name: 'an option of a match that is not loaded brings its -m along',
    run: async () => {
      const editor = await openText('*filter\n:INPUT ACCEPT [0:0]\n-A INPUT --ctst\nCOMMIT\n');
      const { document } = editor;
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        document.lineAt(2).range.end,
      );
      const item = items.find(({ insertText }) => insertText === '-m conntrack --ctstate ');
      assert(
        item?.range instanceof vscode.Range && document.getText(item.range) === '--ctst',
        'it does not replace the word',
      );
    },
  },
  {
    name: 'links stand above the built-in chains, unless the setting takes them away',
    run: async () => {
      const { document } = await openSample('docker-host.iptables-save');
      const titles = async (): Promise<readonly string[]> =>
        (await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri)).map(
          ({ command }) => command?.title ?? '',
        );
      await until('there is a link above FORWARD', async () =>
        (await titles()).includes('Trace a packet through FORWARD'),
      );
      await set('codeLens.enabled', false);
      try {
        await until('there are no links', async () => (await titles()).length === 0);
      } finally {
        await set('codeLens.enabled', undefined);
      }
    },
  },
  {
    name: 'hovers can be turned off',
    run: async () => {
      const { document } = await openSample('docker-host.iptables-save');
      await hoverText(document, ':FORWARD ', 2);
      await set('hover.enabled', false);
      try {
        await until(
          'there is no hover',
          async () =>
            (
              await vscode.commands.executeCommand<vscode.Hover[]>(
                'vscode.executeHoverProvider',
                document.uri,
                document.positionAt(document.getText().indexOf(':FORWARD ') + 2),
              )
            ).length === 0,
        );
      } finally {
        await set('hover.enabled', undefined);
      }
    },
  },
  {
    name: 'a note without rules gets nothing from us',
    run: async () => {
      const { document } = await openText('# Notes\n\n- buy nat tables\n- PREROUTING the trip\n', 'markdown');
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        new vscode.Position(3, 4),
      );
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        document.uri,
      );
      assert(hovers.length === 0 && lenses.length === 0, `it got ${hovers.length} hovers and ${lenses.length} links`);
    },
  },
  ...(
    [
      ['tables of nft', 'table inet f {\n\tchain in {\n\t\ttype filter hook input priority 0;\n\t}\n}\n'],
      ['rules in the words of a program', 'rule added {filter INPUT [-p udp --dport 5300 -j DROP]}\n'],
    ] as const
  ).map(([what, content]) => ({
    name: `a note with nothing but ${what} gets links`,
    run: async () => {
      const document = await untitled({ language: 'plaintext', content });
      await show(document);
      await until('there is a link to trace a packet', async () => {
        const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          'vscode.executeCodeLensProvider',
          document.uri,
        );
        return lenses.some(({ command }) => command?.command === 'iptables.tracePacket');
      });
    },
  })),
  {
    name: 'a paste that is a dump can be given the language',
    run: async () => {
      // The editor reads the first line itself, also where a language is given.
      const document = await untitled({
        language: 'plaintext',
        content: '# from node 3\n*filter\n-A INPUT -p tcp -j DROP\nCOMMIT\n',
      });
      assert(document.languageId === 'plaintext', `it opens as ${document.languageId}`);
      await show(document);
      await until('there is a link for it', async () => {
        const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          'vscode.executeCodeLensProvider',
          document.uri,
        );
        return lenses.some(({ command }) => command?.command === 'iptables.useLanguage');
      });
      await vscode.commands.executeCommand('iptables.useLanguage', document.uri);
      await until('the language is iptables', () =>
        vscode.workspace.textDocuments.some(
          ({ uri, languageId }) => uri.toString() === document.uri.toString() && languageId === 'iptables',
        ),
      );
    },
  },
  {
    name: 'the tree follows edits of every kind',
    run: async () => {
      const editor = await openText('*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j ACCEPT\nCOMMIT\n');
      const { document } = editor;
      const own = await testing();
      await hoverText(document, ':PREROUTING ', 2);
      const inStep = (after: string): void =>
        assert(own.isInStep(document), `the tree is not what the document says after ${after}`);
      await edit(editor, (build) => {
        build.insert(new vscode.Position(0, 0), '# a\n');
        build.insert(new vscode.Position(3, 0), '-A PREROUTING -p udp -j RETURN\n');
        build.delete(new vscode.Range(2, 0, 2, 1));
      });
      inStep('several edits at once');
      await vscode.commands.executeCommand('undo');
      inStep('undo');
      await edit(editor, (build) => build.setEndOfLine(vscode.EndOfLine.CRLF));
      await hoverText(document, ':PREROUTING ', 2);
      inStep('other line ends');
      await edit(editor, (build) => build.insert(new vscode.Position(2, 0), '-A PREROUTING -p tcp -j ACCEPT\n'));
      inStep('a line with other line ends');
      await edit(editor, (build) => build.replace(new vscode.Range(0, 0, 99, 0), ''));
      inStep('deleting everything');
    },
  },
  {
    name: 'a sample opens as a file that cannot be changed, and can be traced',
    run: async () => {
      await vscode.commands.executeCommand('iptables.openSample', 'nat-gateway.md');
      const document = vscode.window.activeTextEditor?.document;
      assert(document?.uri.toString() === 'iptables-sample:/nat-gateway.md', `it opened ${document?.uri.toString()}`);
      assert(document.languageId === 'markdown', `its language is ${document.languageId}`);
      assert(vscode.workspace.fs.isWritableFileSystem('iptables-sample') === false, 'it can be written to');
      await vscode.commands.executeCommand('iptables.tracePacket', document.uri);
      const editor = await testing();
      editor.send(document.uri, { type: 'trace', expression: 'in wan0 tcp 198.51.100.9:50000 > 203.0.113.5:80 syn' });
      await until('it is traced', () => editor.stateOf(document.uri)?.trace !== undefined);
      await vscode.commands.executeCommand('iptables.openSample', 'docker-host.iptest');
      const tests = vscode.window.activeTextEditor?.document;
      assert(tests?.languageId === 'iptest', `its language is ${tests?.languageId}`);
      const hover = await hoverText(tests, 'tcp office', 5);
      assert(hover.includes('holds'), `the rules beside it are not found: ${hover}`);
    },
  },
  {
    name: 'a language model is given a trace, and told what is wrong with its question',
    run: async () => {
      // Before VS Code 1.95 there are no tools, and the extension works without.
      if (Number(vscode.version.split('.')[1]) < 95) return;
      const { lm } = vscode as unknown as {
        readonly lm?: {
          readonly tools?: readonly { readonly name: string }[];
          readonly invokeTool?: (name: string, options: object) => Thenable<{ readonly content: readonly unknown[] }>;
        };
      };
      assert(lm?.invokeTool, 'there are no tools');
      await testing();
      const ours = (lm.tools ?? []).map(({ name }) => name).filter((name) => name.startsWith('iptables_'));
      assert(ours.length === 3, `there are ${ours.join()}`);
      const rules = '*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n';
      const ask = async (input: object): Promise<string> => {
        const options = { input, toolInvocationToken: undefined };
        const { content } = (await lm.invokeTool?.('iptables_trace_packet', options)) ?? { content: [] };
        return content.map((part) => (part as { readonly value?: string }).value ?? '').join('');
      };
      const answer = await ask({ packet: 'in eth0 tcp 192.0.2.9 > :22 own', rules });
      assert(answer.includes('let through by line 3') || answer.includes('decided by line 3'), `it says ${answer}`);
      const wrong = await ask({ packet: 'in eth0 tpc > :22', rules }).catch((error: unknown) => String(error));
      assert(wrong.includes('did you mean "tcp"'), `it says ${wrong}`);
    },
  },
];
