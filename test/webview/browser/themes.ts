import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The default themes of the editor. */
export const THEMES = ['dark', 'light', 'highContrast', 'highContrastLight'] as const;
export type Theme = (typeof THEMES)[number];

/**
 * What `document.documentElement.style` and `document.body.className` are in a webview of the editor; of the variables those
 * that our page and its controls use.
 */
interface Captured {
  /** The editor that the values are from. */
  readonly vscode: string;
  /** The classes of `body`, in the order of `THEMES`. */
  readonly body: readonly string[];
  /** CSS variables of the page in the order of `THEMES`; null where a theme omits one. */
  readonly variables: Readonly<Record<string, readonly (string | null)[]>>;
}

export const captured = JSON.parse(readFileSync(path.join(import.meta.dirname, 'themes.json'), 'utf8')) as Captured;

/** What the editor puts on the root of the page in this theme. */
export function styleOf(theme: Theme): string {
  const at = THEMES.indexOf(theme);
  return Object.entries(captured.variables)
    .flatMap(([name, values]) => (values[at] === null ? [] : [`${name}: ${values[at]};`]))
    .join(' ');
}

export function bodyOf(theme: Theme): string {
  return captured.body[THEMES.indexOf(theme)] ?? '';
}
