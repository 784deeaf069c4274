import * as vscode from 'vscode';
import { pastedToo } from '../core/knowledge/knowledge';
import { parseSourceFile } from '../core/syntax/parse';
import { visible } from '../core/text/visible';
import type { Hook } from '../core/xtables/view';
import { directionOf } from '../features/codeLens';
import { innerPlace, linesWithin } from '../features/embeddedLine';
import { modelOf, ruleSetOf } from '../features/fileModel';
import { rulesOfLine } from '../features/rulesOfLine';
import { sectionOf } from '../features/sectionOfLine';
import { settingOf, tracedInFile } from '../features/fileTrace';
import { findWords } from '../features/findPacket/findWords';
import { findPacket } from '../features/findPacket/findPacket';
import { firstUnread } from '../features/unread';
import type { Move } from '../shared/protocol';
import type { Documents } from './documents';
import type { ErrorEdge } from './edge';
import type { TracePanels } from './tracePanels';
import { fileName } from './fileName';

/** What a link above a chain, or above a line that shows a packet, asks for. */
export interface TraceRequest {
  readonly uri: vscode.Uri;
  readonly dump: string;
  readonly hook: Hook | undefined;
  /** The text of the line. */
  readonly packet?: string | undefined;
}

export function registerTraceCommands(documents: Documents, panels: TracePanels, edge: ErrorEdge): vscode.Disposable {
  const register = (command: string, title: string, work: (about?: unknown) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(command, edge.command(title, work));
  const step = (command: string, title: string, to: Move): vscode.Disposable =>
    register(command, title, () => panels.current?.move(to));
  return vscode.Disposable.from(
    register('iptables.tracePacket', 'Trace Packet', (about) => tracePacket(documents, panels, about)),
    register('iptables.traceCapture', 'Trace a Capture', (about) => traceCapture(documents, panels, about)),
    register('iptables.traceToRule', 'Find a Packet for This Rule', (about) => traceToRule(documents, panels, about)),
    step('iptables.nextStep', 'Next Step of the Trace', 'next'),
    step('iptables.previousStep', 'Previous Step of the Trace', 'previous'),
    step('iptables.firstStep', 'First Step of the Trace', 'first'),
    step('iptables.lastStep', 'Last Step of the Trace', 'last'),
    register('iptables.traceReply', 'Trace the Reply', () => traceReply(panels)),
    register('iptables.useLanguage', 'Change Language to iptables', useLanguage),
    register('iptables.clearTrace', 'Clear the Trace from the Editor', () => panels.current?.clear()),
  );
}

/** Shows the reply to the packet that is shown, or goes back to it. */
function traceReply(panels: TracePanels): void {
  const { current } = panels;
  const reply = current?.session.shown?.reply;
  if (!current || !reply) return;
  if (reply.kind === 'none')
    void vscode.window.showInformationMessage(
      visible(reply.why === '' ? 'There is no reply: nobody receives the packet.' : `There is no reply: ${reply.why}.`),
    );
  else current.ask('Trace the reply', (session) => session.showReply(reply.kind === 'offered'));
}

/** For a paste whose language is plain text: the document that a link or the active editor shows. */
async function useLanguage(about: unknown): Promise<void> {
  const document =
    about instanceof vscode.Uri
      ? await vscode.workspace.openTextDocument(about)
      : vscode.window.activeTextEditor?.document;
  if (document) await vscode.languages.setTextDocumentLanguage(document, 'iptables');
}

/**
 * Opens the trace of the file; from a link above a chain with a packet that comes by there, from one above a packet
 * with that.
 */
async function tracePacket(documents: Documents, panels: TracePanels, about: unknown): Promise<void> {
  const document = await documentOf(documents, panels, about);
  if (!document) return;
  const panel = panels.open(document);
  if (!isRequest(about)) return;
  const { packet } = about;
  if (packet !== undefined) {
    panel.ask('Trace', (session) => session.tracePacket(packet, about.dump));
    return;
  }
  const { scenarios = [] } = panel.session.shown ?? {};
  const direction = about.hook && directionOf(about.hook);
  if (direction === undefined) {
    if (panel.session.shown?.dump !== about.dump)
      panel.ask('Choosing the rule set', (session) => session.handle({ type: 'choose-dump', id: about.dump }));
    return;
  }
  const found = scenarios.find(({ expression }) => expression.split(' ')[0] === direction);
  panel.ask('Trace', (session) => session.tracePacket(found?.expression ?? direction, about.dump));
}

/**
 * Asks for a capture, and traces it through the rules of the file; `about` may be the capture, from its own menu or a
 * test.
 */
async function traceCapture(documents: Documents, panels: TracePanels, about: unknown): Promise<void> {
  const document = await documentOf(documents, panels, undefined);
  if (!document) return;
  const chosen =
    about instanceof vscode.Uri
      ? about
      : (
          await vscode.window.showOpenDialog({
            title: 'Trace a Capture',
            openLabel: 'Trace',
            filters: { Captures: ['pcap', 'pcapng', 'cap', 'dmp', 'txt', 'log'], 'All files': ['*'] },
          })
        )?.[0];
  if (!chosen) return;
  const panel = panels.open(document);
  const bytes = await readCapture(chosen);
  if (bytes) await panel.captures.open(fileName(chosen), bytes);
}

/** undefined where it cannot be read, which a message says. */
async function readCapture(uri: vscode.Uri): Promise<Uint8Array | undefined> {
  try {
    return await vscode.workspace.fs.readFile(uri);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`${fileName(uri)} cannot be read: ${why}`);
    return undefined;
  }
}

/** Traces a packet that reaches the rule at the cursor. */
async function traceToRule(documents: Documents, panels: TracePanels, about: unknown): Promise<void> {
  const document = await documentOf(documents, panels, about);
  const editor = vscode.window.visibleTextEditors.find((each) => each.document === document);
  const model = document && documents.modelOf(document);
  if (!document || !model || !editor) return;
  const { line: at, character } = editor.selection.active;
  const outer = model.file.lines[at];
  const here = outer && innerPlace(model.file, outer, character).line;
  // Beside the rules of a JSON log line its first one is meant.
  const lines = here ? [here, ...linesWithin(model.file, here)] : [];
  const found = lines.flatMap((line) => {
    const section = sectionOf(model, line);
    const dump = model.dumps.find((each) => each.section === section || each.beside === section);
    const ruleSet = section?.kind === 'rules' ? ruleSetOf(section) : undefined;
    const rule = ruleSet && rulesOfLine(ruleSet, line)[0];
    return dump && rule ? [{ dump, rule, ruleSet }] : [];
  });
  const { dump, rule, ruleSet } = found[0] ?? {};
  if (!dump || !rule || !ruleSet) {
    void vscode.window.showInformationMessage(
      `Line ${at + 1} is not a rule. Put the cursor on a rule, such as "-A INPUT -p tcp --dport 22 -j ACCEPT".`,
    );
    return;
  }
  const { setting, addressesKnown } = settingOf(model, dump);
  const packet = findPacket(setting.host, ruleSet, rule, {
    addressesKnown,
    hostFor: (request) => settingOf(model, dump, { packet: request }).setting.host,
    onEveryHost: (request) => tracedInFile(model, dump, request),
  });
  const message = findWords(packet, rule);
  if (message !== undefined) void vscode.window.showInformationMessage(visible(message));
  const expression =
    packet.kind === 'found' ? packet.expression : packet.kind === 'unreachable' ? undefined : packet.nearest;
  if (expression === undefined) return;
  const panel = panels.open(document);
  const answers = packet.kind === 'found' ? packet.answers : undefined;
  panel.ask('Trace', (session) => session.tracePacket(expression, dump.id, answers));
  panel.ask('Selecting a step', (session) => session.selectLine(at + 1));
}

/**
 * The document that a command is about: what the menu says, the active editor, or the one that the active trace belongs
 * to.
 */
async function documentOf(
  documents: Documents,
  panels: TracePanels,
  about: unknown,
): Promise<vscode.TextDocument | undefined> {
  const named = about instanceof vscode.Uri ? about : isRequest(about) ? about.uri : undefined;
  const uri =
    named ??
    vscode.window.activeTextEditor?.document.uri ??
    panels.current?.uri ??
    vscode.window.visibleTextEditors.find(({ document }) => documents.hasRules(document))?.document.uri;
  const document = uri ? await vscode.workspace.openTextDocument(uri) : await documentBehind(documents);
  if (document && documents.hasRules(document)) return document;
  const unread = document ? firstUnread(modelOf(parseSourceFile(document.getText()))) : '';
  const hint = `Open a file with the output of iptables-save${pastedToo(', or ')}.`;
  void noRules(`There are no iptables rules to trace here. ${hint} ${unread}`.trimEnd());
  return undefined;
}

/**
 * Where no text is in sight, such as in a walkthrough: a document with rules whose tab is open, brought to the front.
 */
async function documentBehind(documents: Documents): Promise<vscode.TextDocument | undefined> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const open = new Set(
    tabs.flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri.toString()] : [])),
  );
  const document = vscode.workspace.textDocuments.findLast(
    (each) => open.has(each.uri.toString()) && documents.hasRules(each),
  );
  if (document) await vscode.window.showTextDocument(document, { preview: false });
  return document;
}

async function noRules(message: string): Promise<void> {
  if ((await vscode.window.showInformationMessage(message, OPEN_SAMPLE)) === OPEN_SAMPLE)
    await vscode.commands.executeCommand('iptables.openSample');
}

const OPEN_SAMPLE = 'Open a Sample';

function isRequest(about: unknown): about is TraceRequest {
  return typeof about === 'object' && about !== null && 'dump' in about && typeof about.dump === 'string';
}
