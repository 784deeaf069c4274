import * as vscode from 'vscode';
import { lineRange } from './positions';

/**
 * Shows a line (1-based) of a file in the editor that has it, else opens the file beside the trace. Without `focus`
 * neither the cursor nor the focus moves, and a line that can be seen already stays where it is.
 */
export async function showLine(
  uri: vscode.Uri,
  line: number,
  { focus, notIn }: { readonly focus: boolean; readonly notIn: vscode.ViewColumn | undefined },
): Promise<void> {
  const visible = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
  if (visible && !focus) {
    visible.revealRange(lineRange(line), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    return;
  }
  try {
    const document = await vscode.workspace.openTextDocument(uri);
    const column = visible?.viewColumn ?? columnOf(uri) ?? anotherColumn(notIn);
    const range = document.validateRange(lineRange(line));
    const editor = await vscode.window.showTextDocument(document, {
      viewColumn: column,
      preserveFocus: !focus,
      ...(focus ? { selection: range } : {}),
    });
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  } catch (error) {
    void vscode.window.showErrorMessage(
      `The file of this trace cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** The group in which the file has a tab. */
function columnOf(uri: vscode.Uri): vscode.ViewColumn | undefined {
  return vscode.window.tabGroups.all.find(({ tabs }) =>
    tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString()),
  )?.viewColumn;
}

function anotherColumn(than: vscode.ViewColumn | undefined): vscode.ViewColumn {
  return (
    vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn !== than)?.viewColumn ??
    (than === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One)
  );
}
