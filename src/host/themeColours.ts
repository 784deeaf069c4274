import { parse } from 'jsonc-parser';
import * as vscode from 'vscode';
import { customRules, tokenColours, type TokenColours } from '../features/themeColours';
import { kindOfType, TOKEN_TYPES } from '../features/tokenTypes';
import type { TokenKind } from '../shared/traceReport';

/** A theme may include another one, and that another; more are a circle. */
const MOST_INCLUDES = 10;

/**
 * The colours that words of rules have in the editor. A web page cannot ask for them, so they are read from the theme:
 * from the file that its extension brings along.
 */
export class ThemeColours implements vscode.Disposable {
  private readonly known = new Map<string, Promise<readonly unknown[]>>();
  private readonly scopes: Partial<Record<TokenKind, string>>;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: readonly vscode.Disposable[];
  /** The user has other colours now. */
  readonly onDidChange = this.changed.event;

  /** `packageJson`: ours, which names the scope of each kind of word. */
  constructor(packageJson: unknown) {
    this.scopes = scopesOf(packageJson);
    this.subscriptions = [
      this.changed,
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SETTING)) this.changed.fire();
      }),
      vscode.extensions.onDidChange(() => {
        this.known.clear();
        this.changed.fire();
      }),
    ];
  }

  /** Those of a theme, by its id. Nothing of a theme that cannot be read: the page has colours of its own. */
  async of(theme: string): Promise<TokenColours> {
    const rules = this.known.get(theme) ?? this.read(theme);
    this.known.set(theme, rules);
    const custom = customRules(vscode.workspace.getConfiguration().get(SETTING), theme);
    return tokenColours([...(await rules), ...custom], this.scopes);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async read(theme: string): Promise<readonly unknown[]> {
    for (const { extensionUri, packageJSON } of vscode.extensions.all) {
      const found = themesOf(packageJSON).find(({ id, label }) => (id ?? label) === theme);
      // A theme that cannot be read is not an error of ours, and the page looks well without it.
      if (found) return rulesOf(vscode.Uri.joinPath(extensionUri, found.path), 0).catch(() => []);
    }
    return [];
  }
}

const SETTING = 'editor.tokenColorCustomizations';

/** The rules of a theme file, those of what it includes first. */
async function rulesOf(uri: vscode.Uri, depth: number): Promise<readonly unknown[]> {
  const theme = parse(await textOf(uri)) as { readonly include?: unknown; readonly tokenColors?: unknown } | undefined;
  const { include, tokenColors } = theme ?? {};
  const beside = (file: unknown): Promise<readonly unknown[]> =>
    typeof file === 'string' && depth < MOST_INCLUDES
      ? rulesOf(vscode.Uri.joinPath(uri, '..', file), depth + 1)
      : Promise.resolve([]);
  const included = await beside(include);
  const own = Array.isArray(tokenColors) ? (tokenColors as readonly unknown[]) : await beside(tokenColors);
  return [...included, ...own];
}

/** Themes of the web host lie on the server that the editor comes from. */
async function textOf(uri: vscode.Uri): Promise<string> {
  if (uri.scheme === 'http' || uri.scheme === 'https') {
    const answer = await fetch(uri.toString(true));
    return answer.ok ? answer.text() : '';
  }
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}

interface ContributedTheme {
  readonly id?: string;
  readonly label?: string;
  readonly path: string;
}

function themesOf(packageJson: unknown): readonly ContributedTheme[] {
  const { contributes } = (packageJson ?? {}) as { readonly contributes?: { readonly themes?: unknown } };
  return Array.isArray(contributes?.themes)
    ? (contributes.themes as readonly ContributedTheme[]).filter(({ path }) => typeof path === 'string')
    : [];
}

function scopesOf(packageJson: unknown): Partial<Record<TokenKind, string>> {
  const { contributes } = packageJson as {
    readonly contributes: { readonly semanticTokenScopes: readonly [{ readonly scopes: Record<string, string[]> }] };
  };
  const [{ scopes }] = contributes.semanticTokenScopes;
  return Object.fromEntries(TOKEN_TYPES.map((type) => [kindOfType(type), scopes[type]?.[0]]));
}
