// A page of the real workbench, driven to the end of the suite that runs in its extension host.

import { chromium as playwright } from 'playwright-core';
import { chromium } from './debian.mjs';

const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Milliseconds for what takes two seconds on an idle machine. */
const patience = 300_000;

/** @returns {Promise<import('playwright-core').Browser>} */
export async function launchBrowser() {
  return playwright.launch({ executablePath: await chromium(), args: browserArguments, timeout: patience });
}

/**
 * Opens the workbench and waits until its extension test runner reports the end.
 * The workbench calls the two functions exposed here, as it does for @vscode/test-web.
 * @param {string} url @param {(line: string) => void} log @param {number} timeout milliseconds
 * @returns {Promise<number>} the exit code of the suite
 */
export async function runInBrowser(url, log, timeout) {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    return await new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`no answer within ${timeout / 1000} s`)), timeout).unref();
      page.on('crash', () => reject(new Error('the browser page crashed')));
      const ready = (async () => {
        await page.exposeFunction('codeAutomationLog', (/** @type {string} */ _type, /** @type {unknown[]} */ args) =>
          log(args.map(String).join(' ')),
        );
        await page.exposeFunction('codeAutomationExit', (/** @type {number} */ code) => resolve(code));
        await page.goto(url, { timeout: patience });
      })();
      ready.catch(reject);
    });
  } finally {
    await browser.close();
  }
}
