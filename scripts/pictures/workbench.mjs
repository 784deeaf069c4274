// A pair of hands on the workbench in a browser: commands, samples, the trace view.

import { extensionBesideServer } from '../host/codeServer.mjs';
import { root } from '../project.mjs';

/** Milliseconds for what takes two seconds on an idle machine. */
const PATIENCE = 120_000;
/** Milliseconds after which nothing moves any more: the editor fades and scrolls for a moment. */
const SETTLED = 700;

export class Workbench {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
  }

  /**
   * @param {import('playwright-core').Browser} browser
   * @param {{ url: (folder: string, payload: [string, string][]) => string, remote: (file: string) => string, kind: string }} server kind: the class of the workbench with the theme that the settings name
   * @param {{ width: number, height: number, scale: number }} size
   */
  static async open(browser, server, { width, height, scale }) {
    const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: scale });
    await page.goto(
      server
        .url(root, [
          ['extensionDevelopmentPath', server.remote(extensionBesideServer())],
          ['skipWelcome', 'true'],
        ])
        .replace(/folder=[^&]*/, 'ew=true'),
      { timeout: PATIENCE },
    );
    await page.waitForSelector('.monaco-workbench .part.editor', { timeout: PATIENCE });
    // Until the extension with the theme is there, the editor has another.
    await page.waitForSelector(`.monaco-workbench.${server.kind}`, { timeout: PATIENCE });
    const workbench = new Workbench(page);
    await workbench.hide();
    return workbench;
  }

  /** What no setting hides: the title of the window, the side bar, notices. */
  async hide() {
    await this.page.addStyleTag({
      content: '.notifications-toasts, .notification-toast-container { display: none !important; }',
    });
    if (await this.page.locator('.part.sidebar').isVisible()) await this.command('View: Close Primary Side Bar');
    if (await this.page.locator('.part.auxiliarybar').isVisible()) await this.command('View: Close Secondary Side Bar');
  }

  /** By its title in the command palette; waits until it is there. @param {string} title */
  async command(title) {
    const { page } = this;
    const row = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    for (const end = Date.now() + PATIENCE; Date.now() < end;) {
      await page.keyboard.press('F1');
      const input = page.locator('.quick-input-box input').first();
      await input.waitFor({ timeout: PATIENCE });
      await input.fill(`>${title}`);
      const found = await row.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
      if (found) {
        await row.click();
        return;
      }
      await page.keyboard.press('Escape');
    }
    throw new Error(`there is no command "${title}"`);
  }

  /** @param {string} file */
  async openSample(file) {
    const { page } = this;
    await this.command('iptables: Open Sample');
    const row = page.locator('.quick-input-list .monaco-list-row', { hasText: file }).first();
    await row.waitFor({ timeout: PATIENCE });
    await row.click();
    await page.locator('.tab.active', { hasText: file }).first().waitFor({ timeout: PATIENCE });
    await page.locator('.view-line').first().waitFor({ timeout: PATIENCE });
    // The links above the chains come a moment later and move the lines.
    await page
      .locator('.codelens-decoration')
      .first()
      .waitFor({ timeout: 10_000 })
      .catch(() => undefined);
    await this.settle();
  }

  /** Opens the trace of the file and sends a packet. @param {string} packet */
  async trace(packet) {
    await this.command('iptables: Trace Packet');
    const frame = await this.traceFrame();
    const box = frame.locator('input.packet');
    // What the view traces first would take the place of what is typed.
    await this.settle();
    await box.fill(packet);
    await box.press('Enter');
    await this.settle();
  }

  /** The page of the trace that is in sight. */
  async traceFrame() {
    for (const end = Date.now() + PATIENCE; Date.now() < end;) {
      for (const frame of this.page.frames().reverse())
        if (
          await frame
            .locator('trace-headline')
            .first()
            .isVisible()
            .catch(() => false)
        )
          return frame;
      await this.page.waitForTimeout(100);
    }
    throw new Error('no trace is shown');
  }

  /** Opens what would have to change, at the top of the view. */
  async showRemedies() {
    const frame = await this.traceFrame();
    const remedy = frame.locator('trace-remedies .remedy').first();
    if (!(await remedy.isVisible())) await frame.getByText('What would have to change?').first().click();
    await remedy.waitFor({ timeout: PATIENCE });
    await this.rest();
  }

  /** Scrolls to the first place with a text. @param {string} text */
  async goToText(text) {
    const { page } = this;
    await page.keyboard.press('Control+f');
    const box = page.locator('.find-widget textarea').first();
    await box.fill(text);
    await box.press('Enter');
    await page.locator('.find-widget .codicon-widget-close').first().click();
    await this.settle();
  }

  /** Points at the first place with a text and waits for the hover. @param {string} text */
  async hover(text) {
    await this.goToText(text);
    await this.command('Show or Focus Hover');
    await this.page.locator('.monaco-hover:visible').first().waitFor({ timeout: PATIENCE });
    await this.settle();
  }

  /** @param {string} key */
  async press(key) {
    await this.page.keyboard.press(key);
    await this.settle();
  }

  /** Takes the mouse to where it changes nothing. */
  async rest() {
    const { width = 0, height = 0 } = this.page.viewportSize() ?? {};
    await this.page.mouse.move(width / 4, height - 3);
    await this.settle();
  }

  /** Of the editors and the views beside them. */
  async picture() {
    return this.page.locator('.part.editor').screenshot();
  }

  async close() {
    await this.page.close();
  }

  async settle() {
    await this.page.waitForTimeout(SETTLED);
  }
}
