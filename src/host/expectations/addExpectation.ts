import * as vscode from 'vscode';
import { visible } from '../../core/text/visible';
import { generateExpectation } from '../../features/expectations/generate';
import { expectationFileFor } from '../../features/expectations/rulesBeside';
import type { ErrorEdge } from '../edge';
import type { TracePanels } from '../tracePanels';
import { filesIn, folderOf, openDocument, textOf } from './testSources';
import type { TestTree } from './testTree';
import { fileName } from '../fileName';

/** Where the lines go. */
interface Target {
  /** undefined: nothing can be written beside the rules, so that it is an untitled file. */
  readonly uri: vscode.Uri | undefined;
  readonly existing: string;
  readonly exists: boolean;
}

export function registerAddExpectation(panels: TracePanels, tree: TestTree, edge: ErrorEdge): vscode.Disposable {
  return vscode.commands.registerCommand(
    'iptables.addExpectation',
    edge.command('Add This Trace as an Expectation', (about?: unknown) => addExpectation(panels, tree, about)),
  );
}

/** Writes what a trace view shows as lines at the end of the file of expectations beside the rules, and shows them. */
async function addExpectation(panels: TracePanels, tree: TestTree, about: unknown): Promise<void> {
  const panel = (about instanceof vscode.Uri ? panels.of(about) : undefined) ?? panels.current;
  const traced = panel?.session.traced;
  if (!panel || !traced?.evaluation.input) {
    void vscode.window.showInformationMessage('Nothing is traced. Run "iptables: Trace Packet" first.');
    return;
  }
  const { uri } = panel;
  const target = await targetFor(uri);
  const { model } = traced.evaluation.setting;
  const made = generateExpectation(traced, model, target.existing, 'iptest');
  if ('problem' in made) {
    void vscode.window.showWarningMessage(visible(`This trace makes no expectation that is certain: ${made.problem}`));
    return;
  }
  const shown = await write(target, made.lines, uri);
  if (shown) await tree.refresh(shown);
}

/** The file of expectations about rules: the one that there is, else one beside them. */
async function targetFor(rules: vscode.Uri): Promise<Target> {
  const writable = rules.scheme !== 'untitled' && vscode.workspace.fs.isWritableFileSystem(rules.scheme) === true;
  const untitled = vscode.workspace.textDocuments.find(
    (document) => document.isUntitled && !document.isClosed && document.languageId === 'iptest',
  );
  if (!writable)
    return {
      uri: untitled?.uri,
      existing: untitled?.getText() ?? `@file ${rules.toString()}\n`,
      exists: untitled !== undefined,
    };
  const folder = folderOf(rules);
  const siblings = await filesIn(folder);
  const name = expectationFileFor(fileName(rules), siblings);
  const uri = vscode.Uri.joinPath(folder, name);
  const exists = siblings.includes(name);
  const existing = openDocument(uri)?.getText() ?? (exists ? await textOf(uri) : undefined);
  return { uri, existing: existing ?? '', exists: existing !== undefined };
}

/** The lines, after those that are there; shown with the cursor before the last of them. */
async function write(
  { uri, existing, exists }: Target,
  lines: readonly string[],
  rules: vscode.Uri,
): Promise<vscode.Uri | undefined> {
  const added = `${lines.join('\n')}\n`;
  if (!uri) {
    const document = await vscode.workspace.openTextDocument({ language: 'iptest', content: `${existing}${added}` });
    await show(document);
    return document.uri;
  }
  const edit = new vscode.WorkspaceEdit();
  if (!exists) edit.createFile(uri, { ignoreIfExists: true });
  const last = existing.split('\n');
  const end = new vscode.Position(last.length - 1, last.at(-1)?.length ?? 0);
  edit.insert(uri, end, `${existing === '' || existing.endsWith('\n') ? '' : '\n'}${added}`);
  if (!(await vscode.workspace.applyEdit(edit))) {
    // The folder cannot be written to: the lines are there all the same.
    const document = await vscode.workspace.openTextDocument({
      language: 'iptest',
      content: `@file ${rules.toString()}\n${existing}${added}`,
    });
    await show(document);
    return document.uri;
  }
  await show(await vscode.workspace.openTextDocument(uri));
  return uri;
}

async function show(document: vscode.TextDocument): Promise<void> {
  const line = Math.max(0, document.lineCount - 2);
  // At its beginning: the packet is what one looks for.
  const at = new vscode.Position(line, 0);
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(at, at),
    preview: false,
    viewColumn: vscode.ViewColumn.One,
  });
}
