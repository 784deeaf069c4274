import type axe from 'axe-core';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../architecture/sources';
import { BrowserPage, builtPage } from './browserPage';
import { VIEWS } from './pages';
import { captured, THEMES } from './themes';

/** Beside the editor, in a column of its own, and alone. */
const WIDTHS = [400, 700, 1400];

/** Presses of the tab key from the top of the page to the steps, as long as nothing was opened. */
const MOST_STOPS = 8;

let browser: Browser;
let script: string;
let checker: string;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  script = await builtPage();
  checker = readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
});
afterAll(async () => browser?.close());

/** What axe-core finds, one line for each element. */
async function violations({ tab }: BrowserPage, colours: boolean): Promise<readonly string[]> {
  const { violations: found } = await tab.evaluate(
    async (options) => (globalThis as unknown as { axe: typeof axe }).axe.run(document, options),
    {
      resultTypes: ['violations'],
      ...(colours ? { runOnly: ['color-contrast', 'link-in-text-block'] } : {}),
    } as axe.RunOptions,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => `${id}: ${target.flat().join(' ')} ${any[0]?.message ?? ''}`),
  );
}

/** Elements that something is said by the opacity of. */
async function faded({ tab }: BrowserPage): Promise<readonly string[]> {
  return tab.evaluate(() => {
    const below = (at: Document | ShadowRoot): readonly Element[] =>
      [...at.querySelectorAll('*')].flatMap((each) => [each, ...(each.shadowRoot ? below(each.shadowRoot) : [])]);
    return below(document)
      .filter((each) => getComputedStyle(each).opacity !== '1')
      .map((each) => `${each.localName} ${each.className}`);
  });
}

/** How often the tab key is pressed before the steps have the focus, with the controls that have it on the way. */
async function stopsBeforeSteps({ tab }: BrowserPage): Promise<readonly string[]> {
  const stops: string[] = [];
  for (let i = 0; i < 40; i++) {
    await tab.keyboard.press('Tab');
    const at = await tab.evaluate(() => {
      let focused = document.activeElement;
      while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
      return { role: focused?.getAttribute('role'), name: focused?.getAttribute('aria-label') ?? focused?.textContent };
    });
    if (at.role === 'tree') return stops;
    stops.push(at.name?.replace(/\s+/g, ' ').trim() ?? '');
  }
  return ['the steps never get the focus', ...stops];
}

/** Rows of the steps of which a screen reader gets less than they show, or not the hook and the table. */
async function badNames({ tab }: BrowserPage): Promise<readonly string[]> {
  const session = await tab.context().newCDPSession(tab);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const names = nodes.flatMap(({ role, name }) => (role?.value === 'treeitem' ? [String(name?.value)] : []));
  const rows = await tab.locator('[role=treeitem]').evaluateAll((all) => {
    const own = (element: Element | null | undefined): string =>
      [...(element?.childNodes ?? [])].map((node) => (node.nodeType === 3 ? node.textContent : '')).join('');
    return all.map((row) => {
      const heading = row.closest('.tree')?.previousElementSibling;
      const place = heading?.localName === 'h3' ? heading : row.querySelector('.where');
      return [place, ...row.querySelectorAll('.rule.note, .rule [class^=t-], .why')].map((part) => own(part).trim());
    });
  });
  // Chromium has names in the capitals that a style makes.
  const said = (row: readonly string[]): boolean =>
    names.some((name) => row.every((text) => name.toLowerCase().includes(text.toLowerCase())));
  return rows.filter((row) => !said(row)).map((row) => row.join(' '));
}

describe('each view', () => {
  test.each(VIEWS)('$name', async (view) => {
    const page = await BrowserPage.open(browser, script, view);
    await page.tab.addScriptTag({ content: checker });
    const stops = view.steps === false ? [] : await stopsBeforeSteps(page);
    expect(stops.length, `tab stops before the steps: ${stops.join(' | ')}`).toBeLessThanOrEqual(MOST_STOPS);
    expect(view.steps === false ? [] : await badNames(page)).toEqual([]);
    for (const name of view.press ?? []) await page.click(name);
    if (view.keys) await page.keys(view.keys);
    if (view.seek !== undefined) await page.seek(view.seek);
    const found: string[] = [];
    for (const width of WIDTHS)
      for (const theme of THEMES) {
        await page.look(theme, width);
        // What is not about colours is the same in every theme.
        for (const each of await violations(page, theme !== THEMES[0])) found.push(`${theme} ${width}: ${each}`);
        if (/^highContrast/.test(theme))
          for (const each of await faded(page)) found.push(`${theme} ${width}: opacity of ${each}`);
      }
    await page.close();
    expect(found).toEqual([]);
  });
});

test('the themes have every variable that has no default in the page', () => {
  const without = [...script.matchAll(/var\(\s*(--vscode-[\w-]+)\s*\)/g)].map(([, name]) => name ?? '');
  const lacking = without.filter((name) => captured.variables[name]?.every((value) => value !== null) !== true);
  expect([...new Set(lacking)]).toEqual([]);
});
