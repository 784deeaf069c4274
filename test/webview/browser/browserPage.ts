import esbuild from 'esbuild';
import path from 'node:path';
import type { Browser, Page as Tab } from 'playwright-core';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { modelOf } from '../../../src/features/fileModel';
import { TraceSession, type EditorEffect } from '../../../src/features/traceSession/traceSession';
import type { ToEditor } from '../../../src/shared/protocol';
import { root } from '../../architecture/sources';
import type { View } from './pages';
import { bodyOf, styleOf, type Theme } from './themes';

/** What webview.js is built from, with the icon font beside it. */
export async function builtPage(): Promise<string> {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['src/webview/main.ts'],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    write: false,
    outdir: 'dist',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
  });
  return outputFiles.find(({ path: file }) => file.endsWith('.js'))?.text ?? '';
}

const origin = 'http://trace.test';
const icons = path.join(root, 'node_modules/@vscode/codicons/dist');

/** What the editor puts around a page of its own beside the theme, as far as it reaches ours. */
const EDITOR_STYLE =
  'body { margin: 0; color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family) }';

const HTML = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Packet trace</title>
<link rel="stylesheet" href="codicon.css"><style>${EDITOR_STYLE}</style></head>
<body><script src="webview.js"></script></body></html>`;

/** The trace view in a real browser, with a real session. */
export class BrowserPage {
  /** What the page has said and the session has not answered to the end. */
  private readonly answers = new Set<Promise<void>>();
  /** How often the page has said something. */
  private said = 0;

  private constructor(
    readonly tab: Tab,
    private readonly session: TraceSession,
  ) {}

  /** Opens the page on a text; its `expression` is traced in place of the first scenario. */
  static async open(browser: Browser, script: string, view: View): Promise<BrowserPage> {
    const { text, expression, failure, capture, tried, pinned = [] } = view;
    const tab = await browser.newPage();
    const page = new BrowserPage(tab, new TraceSession('file:///notes.md', 'notes.md'));
    await tab.route(`${origin}/**`, (route) => {
      const name = path.basename(new URL(route.request().url()).pathname);
      if (name === 'webview.js') return route.fulfill({ contentType: 'text/javascript', body: script });
      if (name.startsWith('codicon.')) return route.fulfill({ path: path.join(icons, name) });
      return route.fulfill({ contentType: 'text/html', body: HTML });
    });
    await tab.exposeFunction('toEditor', (message: ToEditor) => page.answer(message));
    await tab.addInitScript(() => {
      const { toEditor } = globalThis as unknown as { toEditor: (message: unknown) => void };
      Object.assign(globalThis, {
        acquireVsCodeApi: () => ({ postMessage: toEditor, getState: () => undefined, setState: () => undefined }),
      });
    });
    page.session.setModel(modelOf(parseSourceFile(text, { fileName: 'notes.md' })));
    await tab.goto(`${origin}/`);
    if (expression !== undefined) await page.take(page.session.handle({ type: 'trace', expression }));
    if (tried !== undefined) await page.take(page.session.handle({ type: 'what-if', text: tried }));
    for (const each of pinned) await page.take(page.session.handle({ type: 'pin', expression: each, pinned: true }));
    if (capture) await page.take([{ kind: 'post', message: { type: 'capture', capture } }]);
    if (failure !== undefined) await page.take(page.session.failed(failure));
    await page.settled();
    return page;
  }

  private answer(message: ToEditor): Promise<void> {
    this.said++;
    const answer = this.take(this.session.handle(message)).finally(() => this.answers.delete(answer));
    this.answers.add(answer);
    return answer;
  }

  /** What the session wants to be done; only messages to the page reach it here. */
  async take(effects: readonly EditorEffect[]): Promise<void> {
    const messages = effects.flatMap((effect) => (effect.kind === 'post' ? [effect.message] : []));
    await this.tab.evaluate((all) => all.forEach((message) => window.postMessage(message)), messages);
  }

  async look(theme: Theme, width: number): Promise<void> {
    await this.tab.setViewportSize({ width, height: 900 });
    await this.tab.evaluate(
      ([style, body]) => {
        document.documentElement.style.cssText = style;
        document.body.className = body;
      },
      [styleOf(theme), bodyOf(theme)] as const,
    );
    // The second frame is drawn with what the first one measured.
    await this.tab.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }

  /** Waits until what was said is answered and drawn, and the page says nothing more. */
  async settled(): Promise<void> {
    let heard;
    do {
      heard = this.said;
      await Promise.all(this.answers);
      // Messages are tasks of their own, and the second frame is drawn with what the first one measured.
      await this.tab.evaluate(
        () =>
          new Promise((resolve) =>
            setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))),
          ),
      );
    } while (this.said > heard || this.answers.size > 0);
  }

  async click(name: string): Promise<void> {
    await this.tab.locator('button', { hasText: name }).first().click();
    await this.settled();
  }

  /** Presses keys in the packet box. */
  async keys(keys: readonly string[]): Promise<void> {
    await this.tab.getByLabel('Packet', { exact: true }).focus();
    for (const key of keys) await this.tab.keyboard.press(key);
    await this.settled();
  }

  /** Looks for a text in the steps. */
  async seek(text: string): Promise<void> {
    await this.tab.getByRole('searchbox').fill(text);
    await this.settled();
  }

  async close(): Promise<void> {
    await this.tab.close();
  }
}
