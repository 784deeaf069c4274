import * as vscode from 'vscode';
import type { Api } from '../../../src/extension';
import type { Testing } from '../../../src/host/testing';

/** Opens a file of the sample folder in an editor. Works by URI: in the web the folder is not a folder of a disk. */
export async function openSample(name: string): Promise<vscode.TextEditor> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert(folder, 'no folder is open');
  return show(await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, name)));
}

/** Shows a document. Commands are about the active editor, of which the extension host hears by a message of its own. */
export async function show(
  document: vscode.TextDocument,
  options: vscode.TextDocumentShowOptions = {},
): Promise<vscode.TextEditor> {
  const editor = await vscode.window.showTextDocument(document, options);
  await until(
    'the editor is the active one',
    () => vscode.window.activeTextEditor?.document.uri.toString() === document.uri.toString(),
  );
  return editor;
}

/** What the hovers say `into` characters after the start of the first occurrence of `needle`; waits for a provider. */
export async function hoverText(document: vscode.TextDocument, needle: string, into: number): Promise<string> {
  const offset = document.getText().indexOf(needle);
  assert(offset >= 0, `${needle} is not in the file`);
  const position = document.positionAt(offset + into);
  let text = '';
  await until('a hover appears', async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      position,
    );
    text = hovers
      .flatMap((hover) => hover.contents.map((content) => (typeof content === 'string' ? content : content.value)))
      .join('\n');
    return text !== '';
  });
  return text;
}

/** Milliseconds that a condition may take, which is a second on an idle machine: it ends only where something hangs. */
const patience = 300_000;

/** Waits until the condition holds; `what` says in the error what did not come true. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + patience; Date.now() < end;) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited without success until ${what}`);
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** The extension’s own view of itself; see src/host/testing.ts. */
export async function testing(): Promise<Testing> {
  const extension = vscode.extensions.getExtension<Api>('iptables-lens.iptables-lens');
  assert(extension, 'the extension is not installed');
  return (await extension.activate()).testing;
}

/**
 * Closes what a case has opened. The name of an untitled document is given again to the next one, which must not meet the
 * trace of the one before: the editor tells of a closed view later than it closes it.
 */
export async function closeAllEditors(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const own = await testing();
  await until('every trace is closed', () => own.openTraces === 0);
}

/** A document of its own, in an editor. */
export async function openText(content: string, language = 'iptables'): Promise<vscode.TextEditor> {
  return show(await untitled({ content, language }));
}

/**
 * A document without a file. It gets the name of one that was closed, and the editor takes the text out of the backup of
 * that one where it has not been deleted yet, which is done in the background. The next one has another name then.
 */
export async function untitled(options: {
  readonly content: string;
  readonly language?: string;
}): Promise<vscode.TextDocument> {
  let document: vscode.TextDocument | undefined;
  await until('a document has the text that it was made with', async () => {
    document = await vscode.workspace.openTextDocument(options);
    return document.getText() === options.content;
  });
  assert(document, 'there is no document');
  return document;
}

/** Edits a document by its editor. */
export async function edit(editor: vscode.TextEditor, build: (made: vscode.TextEditorEdit) => void): Promise<void> {
  assert(await editor.edit(build), 'the editor refuses the edit');
}

/** Sets a setting of the extension, and waits until the extension host has heard of it. */
export async function set(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('iptables').update(name, value, vscode.ConfigurationTarget.Global);
  await until(
    `iptables.${name} is set`,
    () => vscode.workspace.getConfiguration('iptables').inspect(name)?.globalValue === value,
  );
}

/** The first line, 0-based, that holds a text, from a line that holds another one on. */
export function lineWith(document: vscode.TextDocument, text: string, behind = ''): number {
  const start = document.getText().indexOf(behind);
  const offset = start < 0 ? -1 : document.getText().indexOf(text, start);
  assert(offset >= 0, `${text} is not in the file`);
  return document.positionAt(offset).line;
}
