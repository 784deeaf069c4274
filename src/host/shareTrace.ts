import * as vscode from 'vscode';
import { utf8Bytes } from '../core/text/utf8';
import type { Shareable } from '../features/traceSession/shareOf';
import type { PictureTheme } from '../features/share/colours';
import type { ErrorEdge } from './edge';
import type { TracePanel } from './tracePanel';
import type { TracePanels } from './tracePanels';
import { fileName } from './fileName';

interface Form extends vscode.QuickPickItem {
  readonly id: Exclude<keyof Shareable, 'picture' | 'what'> | 'svg' | 'png';
}

type Offered = Form | (vscode.QuickPickItem & { readonly id?: undefined });

const FORMS: readonly Offered[] = [
  { label: 'Copy', kind: vscode.QuickPickItemKind.Separator },
  { id: 'text', label: '$(copy) Text', description: 'every step, for a terminal or a mail' },
  { id: 'markdown', label: '$(markdown) Markdown', description: 'for an issue or a message' },
  { id: 'mermaid', label: '$(type-hierarchy) Mermaid', description: 'a sequence diagram, with the whole journey' },
  { id: 'command', label: '$(terminal) Command line', description: 'the same trace in a shell' },
  { label: 'Save', kind: vscode.QuickPickItemKind.Separator },
  { id: 'html', label: '$(globe) HTML report', description: 'card, steps and the whole journey in one file' },
  { id: 'svg', label: '$(file-media) SVG', description: 'what is shown, as a picture' },
  { id: 'png', label: '$(file-media) PNG', description: 'the same, as pixels' },
];

/** Copies what the trace view shows, or saves it, in a form that is asked for. `about`: the form, from a test. */
export function registerShareTrace(panels: TracePanels, edge: ErrorEdge): vscode.Disposable {
  return vscode.commands.registerCommand(
    'iptables.shareTrace',
    edge.command('Copy or Save the Trace', async (about) => {
      const panel = panels.current;
      if (!panel?.session.shared) return;
      const form = typeof about === 'string' ? FORMS.find(({ id }) => id === about) : await askForm();
      if (form?.id !== undefined) await share(panel, form.id);
    }),
  );
}

function askForm(): Thenable<Offered | undefined> {
  return vscode.window.showQuickPick(FORMS, { title: 'Copy or Save the Trace as…', matchOnDescription: true });
}

async function share(panel: TracePanel, id: Form['id']): Promise<void> {
  const { shared } = panel.session;
  if (!shared) return;
  const theme = pictureTheme();
  switch (id) {
    case 'html':
      return save(panel, shared, 'html', utf8Bytes(shared.html()));
    case 'svg':
      return save(panel, shared, 'svg', utf8Bytes(shared.picture(theme).svg));
    case 'png': {
      const png = await panel.png(shared.picture(theme));
      if (png) return save(panel, shared, 'png', png);
      void vscode.window.showWarningMessage('The picture could not be drawn: show the trace view, or save it as SVG.');
      return;
    }
    default:
      await vscode.env.clipboard.writeText(shared[id]());
      vscode.window.setStatusBarMessage('The trace is on the clipboard', 3000);
  }
}

/** Asks where to, beside the file with the rules. */
async function save(
  { uri }: TracePanel,
  { what }: Shareable,
  extension: 'html' | 'svg' | 'png',
  bytes: Uint8Array,
): Promise<void> {
  const name = `${fileName(uri).replace(/\.[^.]*$/, '')}-${what}.${extension}`;
  const kind = extension === 'html' ? 'Web pages' : 'Pictures';
  const beside = uri.scheme === 'untitled' ? undefined : vscode.Uri.joinPath(uri, '..', name);
  const target = await vscode.window.showSaveDialog({
    title: 'Save the Trace',
    filters: { [kind]: [extension] },
    ...(beside ? { defaultUri: beside } : {}),
  });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, bytes);
  vscode.window.setStatusBarMessage(`Saved ${fileName(target)}`, 3000);
}

/** A picture has the colours of the editor that it is taken in. */
function pictureTheme(): PictureTheme {
  switch (vscode.window.activeColorTheme.kind) {
    case vscode.ColorThemeKind.Dark:
      return 'dark';
    case vscode.ColorThemeKind.HighContrast:
      return 'highContrast';
    case vscode.ColorThemeKind.HighContrastLight:
      return 'highContrastLight';
    default:
      return 'light';
  }
}
