import * as vscode from 'vscode';
import { decodeUtf8 } from '../../core/text/utf8';
import { parseSourceFile } from '../../core/syntax/parse';
import { modelOf } from '../../features/fileModel';
import { pathInFolder } from '../../features/modelTools/pathInFolder';
import type { ToolFile } from '../../features/modelTools/toolFile';
import type { ToolInput, ToolProblem } from '../../features/modelTools/toolInput';
import type { Documents } from '../documents';
import { fileName } from '../fileName';
import type { TracePanels } from '../tracePanels';

/** In bytes: what is larger is not read from disk. */
const LARGEST = 100_000_000;
const MOST_LISTED = 10;

/** The texts that tools may be about: open documents, files of the workspace, and what the model gives itself. */
export class ToolFiles {
  constructor(
    private readonly documents: Documents,
    private readonly panels: TracePanels,
  ) {}

  /** What of the user's files would be given away, by name; undefined: nothing. */
  asked(input: ToolInput): string | undefined {
    return input.text('rules') === undefined ? (input.text('file') ?? this.shown()?.name) : undefined;
  }

  /** The text that an input is about; undefined where it names none and none is shown. */
  async of(input: ToolInput): Promise<ToolFile | ToolProblem | undefined> {
    const rules = input.text('rules');
    const file = input.text('file');
    if (rules !== undefined && file !== undefined) return { problem: 'give "file" or "rules", not both' };
    if (rules !== undefined) return { name: 'the given rules', model: modelOf(parseSourceFile(rules)) };
    if (file === undefined) return this.shown();
    return this.openFile(file) ?? (await this.workspaceFile(file)) ?? this.noFile(file);
  }

  private shown(): ToolFile | undefined {
    const shown = [
      vscode.window.activeTextEditor?.document,
      vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === this.panels.current?.uri.toString()),
      ...vscode.window.visibleTextEditors.map(({ document }) => document),
      ...vscode.workspace.textDocuments.toReversed(),
    ];
    const document = shown.find((each) => each && !each.isClosed && this.documents.hasRules(each));
    return document && this.asFile(document);
  }

  /** By its URI, its path, or the end of its path. */
  private openFile(written: string): ToolFile | undefined {
    const open = vscode.workspace.textDocuments.filter((document) => !document.isClosed);
    const end = written.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
    const document =
      open.find(({ uri }) => uri.toString() === written || uri.fsPath === written || uri.path === end) ??
      open.find(({ uri }) => uri.path.endsWith(`/${end}`) || (uri.scheme === 'untitled' && uri.path === end));
    return document && this.asFile(document);
  }

  private asFile(document: vscode.TextDocument): ToolFile {
    const { fileName: name, languageId } = document;
    const model = this.documents.modelOf(document);
    return {
      name: fileName(document.uri),
      model: model ?? modelOf(parseSourceFile(document.getText(), { fileName: name, languageId })),
    };
  }

  /** A file of the workspace, and of nothing else. */
  private async workspaceFile(written: string): Promise<ToolFile | undefined> {
    for (const { uri: folder } of vscode.workspace.workspaceFolders ?? []) {
      const path = pathInFolder(folder.path, written);
      if (path === undefined) continue;
      const uri = folder.with({ path });
      try {
        if ((await vscode.workspace.fs.stat(uri)).size > LARGEST) continue;
        const text = decodeUtf8(await vscode.workspace.fs.readFile(uri));
        return { name: written, model: modelOf(parseSourceFile(text, { fileName: path })) };
      } catch {
        // It is not in this folder.
      }
    }
    return undefined;
  }

  private noFile(written: string): ToolProblem {
    const open = vscode.workspace.textDocuments
      .filter((document) => !document.isClosed && this.documents.hasRules(document))
      .map(({ uri }) => vscode.workspace.asRelativePath(uri))
      .slice(0, MOST_LISTED);
    const list = open.length === 0 ? '' : `; open files with rules: ${open.join(', ')}`;
    return { problem: `"${written}" is not an open file, nor one of the workspace${list}` };
  }
}
