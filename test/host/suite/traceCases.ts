import * as vscode from 'vscode';
import type { HostCase } from './cases';
import { assert, edit, hoverText, lineWith, openSample, openText, set, show, testing, until } from './editor';

/**
 * VS Code for the web loads the pages of extensions from a server of its own on the internet, which the tests do not
 * have.
 */
const pagesLoad = typeof process === 'object';

const pageCase: HostCase = {
  name: 'the page of the trace is alive: it selects the step that decided, and stepping moves on from there',
  run: async () => {
    const { document } = await openSample('istio-sidecar.md');
    await vscode.commands.executeCommand('iptables.tracePacket');
    const own = await testing();
    const decisive = lineWith(document, '-A ISTIO_IN_REDIRECT', 'Command output') + 1;
    await until('the page selects the step that decided', () => own.selectedLine(document.uri) === decisive);
    await vscode.commands.executeCommand('iptables.previousStep');
    await until('the step before is selected', () => own.selectedLine(document.uri) === decisive - 1);
    await vscode.commands.executeCommand('iptables.nextStep');
    await until('the step that decided is selected again', () => own.selectedLine(document.uri) === decisive);
  },
};

/** The trace of the sample note and of small rule sets, as commands and edits make it. */
export const traceCases: readonly HostCase[] = [
  ...(pagesLoad ? [pageCase] : []),
  {
    name: 'the trace of the note says that Envoy receives the packet, and marks the rules it passed',
    run: async () => {
      const { document } = await openSample('istio-sidecar.md');
      await vscode.commands.executeCommand('iptables.tracePacket');
      const own = await testing();
      const verdict = own.stateOf(document.uri)?.trace?.outcome.verdictText ?? '';
      assert(/^Envoy.s inbound listener receives it/.test(verdict), `the verdict is ${JSON.stringify(verdict)}`);
      const decisive = lineWith(document, '-A ISTIO_IN_REDIRECT', 'Command output') + 1;
      const marks = own.marksOf(document.uri)?.marks ?? [];
      assert(
        marks.some(({ line, kind }) => line === decisive && kind === 'redirected'),
        `the marks are ${JSON.stringify(marks)}`,
      );
    },
  },
  {
    name: 'where something fails inside, the view keeps what it shows and says so, and everything else goes on',
    run: async () => {
      const { document } = await openSample('istio-sidecar.md');
      await vscode.commands.executeCommand('iptables.tracePacket');
      const own = await testing();
      const before = own.stateOf(document.uri)?.trace;
      own.fail(document.uri);
      const state = own.stateOf(document.uri);
      assert(before !== undefined && state?.trace === before, 'the trace is gone');
      assert(
        /error in iptables Lens/.test(state.assumed[0]?.message ?? ''),
        `the view says ${JSON.stringify(state.assumed[0])}`,
      );
      const failing = vscode.languages.registerHoverProvider(
        { language: 'iptables' },
        own.edge.provider<vscode.HoverProvider>('A hover that fails on purpose', {
          provideHover: () => {
            throw new TypeError('on purpose');
          },
        }),
      );
      const { document: rules } = await openText('*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n');
      assert((await hoverText(rules, ':INPUT', 2)).includes('INPUT'), 'the other hovers are gone');
      failing.dispose();
      own.send(document.uri, { type: 'trace', expression: 'tcp > :8080 syn' });
      await until('the view traces again', () => own.stateOf(document.uri)?.trace !== before);
    },
  },
  {
    name: 'the cursor on a traced rule selects its step',
    run: async () => {
      const editor = await openSample('istio-sidecar.md');
      const { document } = editor;
      await vscode.commands.executeCommand('iptables.tracePacket');
      const own = await testing();
      const line = lineWith(document, '--dport 9102', 'Command output');
      await show(document, {
        selection: new vscode.Range(line, 0, line, 0),
        viewColumn: editor.viewColumn ?? vscode.ViewColumn.One,
      });
      await until('the step of the line is selected', () => own.selectedLine(document.uri) === line + 1);
    },
  },
  {
    name: 'an edit of the file is traced anew',
    run: async () => {
      const editor = await openText(
        '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j DROP\nCOMMIT\n',
      );
      const { document } = editor;
      await vscode.commands.executeCommand('iptables.tracePacket');
      const own = await testing();
      const badge = (): string => own.stateOf(document.uri)?.trace?.outcome.badge.text ?? '';
      assert(badge() === 'DROPPED', `it ends in ${badge()}`);
      const shown = await show(document, { viewColumn: editor.viewColumn ?? vscode.ViewColumn.One });
      await edit(shown, (build) => build.replace(new vscode.Range(2, 35, 2, 37), '23'));
      await until(`the packet gets through, now ${badge()}`, () => badge() === 'DELIVERED :22');
      await vscode.commands.executeCommand('undo');
      await until('the packet is dropped again', () => badge() === 'DROPPED');
    },
  },
  {
    name: 'what would have to change is tried in a copy, and the packet gets through there',
    run: async () => {
      const { document } = await openText('*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n');
      await vscode.commands.executeCommand('iptables.tracePacket');
      const own = await testing();
      own.send(document.uri, { type: 'trace', expression: 'in eth0 tcp 9.9.9.9 > :80' });
      const revision = own.stateOf(document.uri)?.revision ?? 0;
      const badge = (): string => own.stateOf(document.uri)?.trace?.outcome.badge.text ?? '';
      assert(badge() === 'DROPPED', `it ends in ${badge()}`);
      const before = document.getText();
      const RULE = '-A INPUT -s 9.9.9.9/32 -p tcp -m tcp --dport 80 -j ACCEPT';
      own.send(document.uri, { type: 'try-remedy', revision, index: 0 });
      const copy = (): vscode.TextDocument | undefined =>
        vscode.workspace.textDocuments.find((each) => each !== document && each.getText().includes(RULE));
      await until('the rule stands in a copy', () => copy()?.lineAt(3).text === RULE);
      const state = (): ReturnType<typeof own.stateOf> => {
        const { uri } = copy() ?? {};
        return uri && own.stateOf(uri);
      };
      await until('the packet gets through', () => state()?.trace?.outcome.badge.text === 'DELIVERED :80');
      await until('beside what it came to in the file', () => state()?.compared?.badge.text === 'DROPPED');
      assert(document.getText() === before && badge() === 'DROPPED', 'the file itself was changed');
      await vscode.commands.executeCommand('iptables.clearTrace');
    },
  },
  {
    name: 'the reply is shown in place of the packet, and the way back leads to it',
    run: async () => {
      const { document } = await openText(
        '*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT DROP [0:0]\n-A OUTPUT -p tcp -m tcp --sport 443 -j ACCEPT\nCOMMIT\n',
      );
      await vscode.commands.executeCommand('iptables.tracePacket');
      const own = await testing();
      const state = (): ReturnType<typeof own.stateOf> => own.stateOf(document.uri);
      own.send(document.uri, { type: 'trace', expression: 'in eth0 tcp 9.9.9.9 > :80' });
      await until('the reply is offered', () => state()?.reply.kind === 'offered');
      await vscode.commands.executeCommand('iptables.traceReply');
      await until('the reply is shown', () => state()?.reply.kind === 'shown');
      const reply = state()?.reply;
      assert(
        reply?.kind === 'shown' && !reply.comesBack && /policy of filter OUTPUT/.test(reply.findings.join(' ')),
        `it says ${JSON.stringify(reply)}`,
      );
      assert(
        own.marksOf(document.uri)?.marks.some(({ line, text }) => line === 3 && /^reply/.test(text)),
        'the policy has no mark',
      );
      await vscode.commands.executeCommand('iptables.traceReply');
      await until(
        'the packet is shown again',
        () => state()?.reply.kind === 'offered' && state()?.trace?.outcome.badge.text === 'DELIVERED :80',
      );
      own.send(document.uri, { type: 'trace', expression: 'in eth0 tcp 9.9.9.9 > :443' });
      own.send(document.uri, { type: 'show-reply', shown: true });
      const back = state()?.reply;
      assert(back?.kind === 'shown' && back.comesBack, `it says ${JSON.stringify(back)}`);
    },
  },
  {
    name: 'a table that nothing tells is settled by a click, for the whole editor, and until it is taken back or the trace is closed',
    run: async () => {
      const { document } = await openText(
        '-A OUTPUT -d 10.40.0.0/16 -j ACCEPT\n-A POSTROUTING -o ens5 -j MASQUERADE\n-A OUTPUT -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128\n',
        'plaintext',
      );
      await vscode.commands.executeCommand('iptables.tracePacket');
      const own = await testing();
      const tabs = (): number => own.stateOf(document.uri)?.trace?.tabs.length ?? 0;
      const badge = (): string => own.stateOf(document.uri)?.trace?.outcome.badge.text ?? '';
      const names = (symbols: readonly vscode.DocumentSymbol[]): string =>
        symbols.map(({ name, children }) => `${name} ${names(children)}`).join(' ');
      const outline = async (): Promise<string> =>
        names(
          await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
            'vscode.executeDocumentSymbolProvider',
            document.uri,
          ),
        );
      own.send(document.uri, { type: 'trace', expression: 'out tcp > 10.40.7.7:80' });
      assert(tabs() === 2, `there are ${tabs()} outcomes`);
      assert(/filter/.test(await outline()), `the outline is ${await outline()}`);
      const question = own.stateOf(document.uri)?.trace?.questions[0];
      assert(question?.choices[1]?.text === 'nat', `it asks ${JSON.stringify(question)}`);
      own.send(document.uri, { type: 'answer', question: question.id, chosen: 1 });
      assert(tabs() === 1 && badge() === 'SENT ens5', `there are ${tabs()} outcomes, ${badge()}`);
      const more = new vscode.WorkspaceEdit();
      more.insert(document.uri, new vscode.Position(0, 0), '-A OUTPUT -d 10.41.0.0/16 -j ACCEPT\n');
      assert(await vscode.workspace.applyEdit(more), 'the file cannot be edited');
      await until(
        'the edit is traced as it was said',
        () => own.stateOf(document.uri)?.trace?.questions[0]?.line === 1 && tabs() === 1 && badge() === 'SENT ens5',
      );
      assert(!/filter/.test(await outline()), `the outline is ${await outline()}`);
      own.send(document.uri, { type: 'answer', question: question.id, chosen: undefined });
      assert(tabs() === 2, `there are ${tabs()} outcomes again`);
    },
  },
  {
    name: 'Find a Packet for This Rule finds one and selects the rule',
    run: async () => {
      const editor = await openSample('docker-host.iptables-save');
      const { document } = editor;
      const line = lineWith(document, ' DNAT ', '*nat');
      editor.selection = new vscode.Selection(line, 0, line, 0);
      await vscode.commands.executeCommand('iptables.traceToRule');
      const own = await testing();
      await until('the rule is selected', () => own.selectedLine(document.uri) === line + 1);
      const marks = own.marksOf(document.uri)?.marks ?? [];
      assert(
        marks.some((mark) => mark.line === line + 1),
        `the marks are ${JSON.stringify(marks)}`,
      );
    },
  },
  {
    name: 'a link above a chain traces a packet that comes by there',
    run: async () => {
      const { document } = await openSample('istio-sidecar.md');
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        document.uri,
      );
      const command = lenses.find((lens) => lens.command?.title === 'Trace a packet through OUTPUT')?.command;
      assert(command, 'there is no link above OUTPUT');
      await vscode.commands.executeCommand(command.command, ...((command.arguments ?? []) as unknown[]));
      const state = (await testing()).stateOf(document.uri);
      assert(state, 'there is no trace');
      assert(state.packet.expression.startsWith('out '), `the packet is ${state.packet.expression}`);
      assert(state.trace?.outcome.badge.text === 'REDIRECT :15001', `it ends in ${state.trace?.outcome.badge.text}`);
    },
  },
  {
    name: 'clearing takes the marks out of the editor, the next packet brings them back',
    run: async () => {
      const { document } = await openSample('istio-sidecar.md');
      await vscode.commands.executeCommand('iptables.tracePacket');
      const own = await testing();
      assert(own.marksOf(document.uri), 'there are no marks');
      await vscode.commands.executeCommand('iptables.clearTrace');
      assert(own.marksOf(document.uri) === undefined, 'the marks are still there');
      own.send(document.uri, { type: 'choose-scenario', id: 'app-outside' });
      assert(own.marksOf(document.uri), 'there are no marks');
    },
  },
  {
    name: 'closing the trace takes everything of it away',
    run: async () => {
      const { document } = await openSample('istio-sidecar.md');
      await vscode.commands.executeCommand('iptables.tracePacket');
      const own = await testing();
      const tabs = (): readonly vscode.Tab[] =>
        vscode.window.tabGroups.all
          .flatMap((group) => group.tabs)
          .filter((tab) => tab.input instanceof vscode.TabInputWebview);
      await until('the trace has a tab', () => tabs().length > 0);
      await vscode.commands.executeCommand('iptables.tracePacket', document.uri);
      assert(tabs().length === 1, `there are ${tabs().length} traces of one file`);
      await vscode.window.tabGroups.close(tabs());
      await until(
        'nothing is left',
        () => own.stateOf(document.uri) === undefined && own.marksOf(document.uri) === undefined,
      );
    },
  },
  {
    name: 'where the setting says so, the trace opens with the file',
    run: async () => {
      await set('trace.openAutomatically', true);
      try {
        const { document } = await openSample('docker-host.iptables-save');
        const own = await testing();
        await until('the trace is there without a command', () => own.stateOf(document.uri)?.phase === 'ready');
        const tabs = (): readonly vscode.Tab[] =>
          vscode.window.tabGroups.all
            .flatMap((group) => group.tabs)
            .filter((tab) => tab.input instanceof vscode.TabInputWebview);
        await until('it has a tab', () => tabs().length > 0);
        await vscode.window.tabGroups.close(tabs());
        await until('it stays closed', () => own.stateOf(document.uri) === undefined);
      } finally {
        await set('trace.openAutomatically', undefined);
      }
    },
  },
  {
    name: 'a message says that a file has no rules, and no view opens',
    run: async () => {
      const { document } = await openText('nothing here\n', 'plaintext');
      await vscode.commands.executeCommand('iptables.tracePacket', document.uri);
      assert((await testing()).stateOf(document.uri) === undefined, 'a view opened');
    },
  },
];
