import * as vscode from 'vscode';
import type { Api } from '../../../src/extension';
import type { Testing } from '../../../src/host/testing';

/** Opens a file of the sample folder in an editor. Works by URI: in the web the folder is not a folder of a disk. */
export async function openSample(name: string): Promise<vscode.TextEditor> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert(folder, 'no folder is open');
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, name)));
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

/** Milliseconds that a condition may take on a machine that is busy with other things. */
const patience = 90_000;

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
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content, language }));
}

/** The first line, 0-based, that holds a text, from a line that holds another one on. */
export function lineWith(document: vscode.TextDocument, text: string, behind = ''): number {
  const start = document.getText().indexOf(behind);
  const offset = start < 0 ? -1 : document.getText().indexOf(text, start);
  assert(offset >= 0, `${text} is not in the file`);
  return document.positionAt(offset).line;
}
