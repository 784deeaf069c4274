// @vitest-environment happy-dom
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { ToEditor } from '../../../src/shared/protocol';
import { TraceApp } from '../../../src/webview/traceApp';
import { sampleText } from '../../features/sample';
import { outline, Page, spoken, words } from './page';
import { LONG, NAT, NAT_PACKET, SERVICE_PACKET, serviceOf, WEB, WEB_PACKET } from './texts';

// Controls of a library, which need more of a browser than there is here. Without them their elements are plain ones.
vi.mock('@vscode-elements/elements/dist/vscode-button/index.js', () => ({}));
vi.mock('@vscode-elements/elements/dist/vscode-single-select/index.js', () => ({}));
vi.mock('@vscode-elements/elements/dist/vscode-option/index.js', () => ({}));
vi.mock('@vscode-elements/elements/dist/vscode-textfield/index.js', () => ({}));

/**
 * Compares parts of a page with a file of golden/, as a screen reader has them.
 * `UPDATE_GOLDEN=1 npx vitest run test/webview` writes the files anew; they are read in review.
 */
function golden(name: string, page: Page, ...parts: readonly string[]): void {
  const file = path.join(import.meta.dirname, 'golden', `${name}.txt`);
  const text = parts
    .flatMap((part) => page.all(part))
    .flatMap((element) => [`== ${element.localName}`, ...outline(element), ''])
    .join('\n');
  if (process.env.UPDATE_GOLDEN || !existsSync(file)) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

describe('what is there', () => {
  test('a packet with a question', async () => {
    const page = await Page.open(WEB, WEB_PACKET);
    golden(
      'question',
      page,
      'trace-toolbar',
      'trace-chips',
      'trace-headline',
      'trace-verdict',
      'trace-questions',
      'trace-path',
      'trace-steps',
      'trace-detail',
    );
  });

  test('everything that can be opened', async () => {
    const page = await Page.open(WEB, WEB_PACKET);
    for (const button of ['What would have to change?', 'Assumed:', 'Read:', 'Fields'])
      await page.click('button', button);
    golden('opened', page, 'trace-fields', 'trace-verdict', 'trace-remedies');
  });

  test('a packet that is translated and forwarded, and its reply', async () => {
    const page = await Page.open(NAT, NAT_PACKET);
    golden('forwarded', page, 'trace-headline', 'trace-verdict', 'trace-path', 'trace-steps', 'trace-detail');
    await page.click('button', 'Trace the reply');
    golden('reply', page, 'trace-reply', 'trace-headline', 'trace-verdict', 'trace-path');
  });

  test('the journey through a mesh', async () => {
    const page = await Page.open(sampleText('istio-sidecar.md'));
    golden('journey', page, 'trace-journey');
  });

  test('all ways in and out, a packet of which is one click away', async () => {
    const page = await Page.open(sampleText('istio-sidecar.md'));
    await page.click('button', 'Inbound');
    golden('ways', page, 'trace-ways');
    expect(document.activeElement?.shadowRoot?.activeElement?.shadowRoot?.activeElement?.textContent.trim()).toMatch(
      /Back to the packet$/,
    );
    await page.click('button.leg', '2 tcp 127.0.0.6');
    expect(page.session.shown).toMatchObject({ ways: { shown: undefined }, scenario: 'client-app' });
    expect(page.session.shown?.packet.expression).toMatch(/^out tcp 127\.0\.0\.6/);
  });

  test.each([
    ['no rules', '# Shopping\n', undefined],
    ['a packet that cannot be read', WEB, 'in eth0 tpc > :80'],
  ])('%s', async (name, text, expression) => {
    const page = await Page.open(text, expression);
    golden(name.replaceAll(' ', '-'), page, 'trace-toolbar', '[role=status]');
  });

  test('before there is anything it says that it loads', async () => {
    const app = new TraceApp();
    document.body.replaceChildren(app);
    await app.updateComplete;
    expect([...app.renderRoot.children].flatMap((each) => outline(each))).toEqual([
      'div.busy [aria-label="Loading" role="progressbar"]',
    ]);
  });
});

type Act = (page: Page) => Promise<unknown>;
const click =
  (selector: string, text = ''): Act =>
  (page) =>
    page.click(selector, text);
const key =
  (selector: string, ...keys: readonly string[]): Act =>
  async (page) => {
    for (const each of keys) await page.key(selector, each);
  };
const steps = (...keys: readonly string[]): Act => key('.tree', ...keys);

/** What the page posts, without the revision that it is about and without asking for details. */
function said(page: Page): readonly unknown[] {
  return page
    .posted()
    .filter(({ type }) => type !== 'select' && type !== 'complete')
    .map((message) => Object.fromEntries(Object.entries(message).filter(([name]) => name !== 'revision')));
}

describe('wishes', () => {
  test.each<[string, Act, readonly ToEditor[] | readonly unknown[]]>([
    ['a line of the verdict', click('trace-verdict button.link', 'line'), [{ type: 'open-line', line: 10 }]],
    [
      'write down as an expectation',
      click('button[aria-label="Add this trace as an expectation"]'),
      [{ type: 'add-expectation' }],
    ],
    ['copy as text', click('button[aria-label="Copy the trace as text"]'), [{ type: 'copy', format: 'text' }]],
    [
      'copy as Markdown',
      click('button[aria-label="Copy the trace as Markdown"]'),
      [{ type: 'copy', format: 'markdown' }],
    ],
    ['copy or save', click('button[aria-label="Copy or save the trace as…"]'), [{ type: 'share' }]],
    ['the other outcome', click('.tab[aria-selected=false]'), [{ type: 'choose-outcome', index: 1 }]],
    ['the other outcome by key', key('.tab[aria-selected=true]', 'ArrowRight'), [{ type: 'choose-outcome', index: 1 }]],
    ['no outcome before the first', key('.tab[aria-selected=true]', 'ArrowLeft'), []],
    ['no outcome by another key', key('.tab[aria-selected=true]', 'ArrowDown'), []],
    [
      'there and back',
      key('.tab[aria-selected=true]', 'ArrowRight', 'ArrowLeft'),
      [
        { type: 'choose-outcome', index: 1 },
        { type: 'choose-outcome', index: 0 },
      ],
    ],
    [
      'no outcome after the last',
      key('.tab[aria-selected=true]', 'ArrowRight', 'ArrowRight'),
      [{ type: 'choose-outcome', index: 1 }],
    ],
    [
      'the reply and back',
      async (page) => {
        await page.click('.tab[aria-selected=false]');
        await page.click('button', 'Trace the reply');
        await page.click('button', 'Back to the packet');
      },
      [
        { type: 'choose-outcome', index: 1 },
        { type: 'show-reply', shown: true },
        { type: 'show-reply', shown: false },
      ],
    ],
    ['remedies', click('button', 'What would have to change?'), [{ type: 'ask-remedies' }]],
    [
      'copy a remedy',
      async (page) => {
        await page.click('button', 'What would have to change?');
        await page.click('trace-remedies button[title=Copy]');
      },
      [{ type: 'ask-remedies' }, { type: 'copy-remedy', index: 0 }],
    ],
    ['a question about its line', click('trace-questions button.link'), [{ type: 'open-line', line: 10 }]],
    ['a scenario', select('Scenario', 'ssh'), [{ type: 'choose-scenario', id: 'ssh' }]],
    ['the own packet, which is there already', select('Scenario', '\u0000own'), []],
    ['a field', change('dport', ' 80 '), [{ type: 'set-field', name: 'dport', value: '80' }]],
    [
      'a field given back',
      async (page) => {
        await page.click('button', 'Fields');
        await page.click('button[aria-label="Reset Destination port"]');
      },
      [{ type: 'set-field', name: 'dport', value: '' }],
    ],
    [
      'another packet',
      typed('out tcp > 203.0.113.9:443 '),
      [{ type: 'trace', expression: 'out tcp > 203.0.113.9:443' }],
    ],
    ['typing only', typed('out tcp', false), []],
    ['a step in the editor', steps('Enter'), [{ type: 'open-line', line: 10 }]],
    [
      'a step in the editor by mouse',
      async (page) => page.all('.row.d0').at(-2)?.dispatchEvent(new MouseEvent('dblclick')),
      [{ type: 'open-line', line: 7 }],
    ],
    ['the line of the detail', click('trace-detail header button'), [{ type: 'open-line', line: 10 }]],
  ])('%s', async (_, act, expected) => {
    const page = await Page.open(WEB, WEB_PACKET);
    await act(page);
    await page.settled();
    expect(said(page)).toEqual(expected);
  });

  test('an answer settles the outcome, and can be taken back', async () => {
    const page = await Page.open(WEB, WEB_PACKET);
    const checked = (): readonly string[] => page.all('[role=radio][aria-checked=true]').map(words);
    expect([checked(), page.all('.tab').length]).toEqual([['open'], 2]);
    await page.click('[role=radio]', 'no');
    expect([checked(), page.all('.tab').length, words(page.get('.said')).slice(-11)]).toEqual([
      ['no'],
      0,
      'said by you',
    ]);
    await page.click('[role=radio]', 'take back');
    expect([checked(), page.all('.tab').length, page.all('.said').length]).toEqual([['open'], 2, 0]);
  });
});

/** Chooses in a list of the toolbar. */
function select(label: string, id: string): Act {
  return async (page) => {
    const list = page.get(`vscode-single-select[aria-label="${label}"]`);
    Object.assign(list, { value: id });
    list.dispatchEvent(new Event('change'));
  };
}

function change(name: string, value: string): Act {
  return async (page) => {
    await page.click('button', 'Fields');
    const field = page.get(`[data-name="${name}"]`);
    Object.assign(field, { value });
    field.dispatchEvent(new Event('change'));
  };
}

function typed(text: string, enter = true): Act {
  return async (page) => {
    const input = page.get('input.packet') as HTMLInputElement;
    input.value = text;
    input.dispatchEvent(new Event('input'));
    await page.settled();
    if (enter) await page.click('vscode-button');
  };
}

describe('the steps', () => {
  /** Keys change nothing of the trace, so one page is enough for most cases. */
  let web: Page | undefined;
  const opened = async (): Promise<Page> => (web = web ? await web.again() : await Page.open(WEB, WEB_PACKET));

  test.each<[string, readonly string[], RegExp]>([
    ['the one that decides is selected first', [], /^line 10: /],
    ['up', ['ArrowUp'], /^line 8: /],
    ['k is up', ['k'], /^line 8: /],
    ['down', ['ArrowUp', 'ArrowDown'], /^line 10: /],
    ['j is down', ['k', 'j'], /^line 10: /],
    ['to the first', ['Home'], /^(?!.*\bline \d)/],
    ['not beyond the first', ['Home', 'ArrowUp', 'ArrowUp'], /^(?!.*\bline \d)/],
    ['left goes to the jump', ['ArrowLeft'], /^line 8: .*, jump/],
    ['left closes it, and the rule below it is passed over', ['ArrowLeft', 'ArrowLeft', 'ArrowDown'], /^(?!line 10: )/],
    ['right opens it again', ['ArrowLeft', 'ArrowLeft', 'ArrowRight', 'ArrowDown'], /^line 10: /],
    ['right in an open chain goes in', ['ArrowLeft', 'ArrowRight'], /^line 10: /],
    ['right where nothing is below stays', ['ArrowRight'], /^line 10: /],
    ['other keys do nothing', ['x', 'PageUp'], /^line 10: /],
  ])('%s', async (_, keys, expected) => {
    const page = await opened();
    for (const each of keys) await page.key('.tree', each);
    expect(page.selectedRow).toMatch(expected);
    const [selected] = page.all('[role=treeitem][aria-selected=true]');
    expect(page.get('.tree[tabindex="0"]').getAttribute('aria-activedescendant')).toBe(selected?.id);
  });

  test.each([
    ['ArrowUp', {}, true],
    ['Home', {}, true],
    ['ArrowUp', { ctrlKey: true }, false],
    ['ArrowUp', { altKey: true }, false],
    ['ArrowUp', { metaKey: true }, false],
    ['x', {}, false],
    ['ArrowLeft', {}, true],
    ['ArrowRight', {}, false],
  ])('%s with %o belongs to the page: %s', async (name, more, expected) => {
    const page = await opened();
    expect(await page.key('.tree', name, more)).toBe(expected);
  });

  test('what is selected is kept, asked for and shown in the editor', async () => {
    const page = await opened();
    await page.key('.tree', 'ArrowUp');
    const [message] = page.posted();
    expect(message).toMatchObject({ type: 'select', reveal: true });
    expect(page.kept?.step).toEqual(message?.type === 'select' ? message.step : undefined);
    expect(page.effects).toContainEqual({ kind: 'reveal', line: 8, focus: false });
    expect(words(page.get('trace-detail h2'))).toMatch(/^Line 8 · INPUT rule 2/);
  });

  test('buttons step, and are off at the ends', async () => {
    const page = await opened();
    const off = (): readonly string[] =>
      page
        .all('.steps button')
        .flatMap((each) => (each.getAttribute('aria-disabled') === 'true' ? [each.classList.item(1) ?? ''] : []));
    const count = (): string => words(page.get('.count [aria-hidden]'));
    await page.click('.steps .first');
    expect([count(), off()]).toEqual([expect.stringMatching(/^1 \/ \d+$/), ['first', 'previous']]);
    await page.click('.steps .next');
    expect([count(), off()]).toEqual([expect.stringMatching(/^2 \/ /), []]);
    await page.click('.steps .last');
    expect([count().replace(/^(\d+) \/ \1$/, 'the last'), off()]).toEqual(['the last', ['next', 'last']]);
    await page.click('.steps .previous');
    expect(off()).toEqual([]);
  });

  test('a row is picked by a click, its chain is closed by its arrow', async () => {
    const page = await opened();
    const jump = page.all('[role=treeitem]').find((row) => spoken(row).startsWith('line 8: '));
    jump?.click();
    await page.settled();
    expect(page.selectedRow).toMatch(/^line 8: /);
    const before = page.all('[role=treeitem]').length;
    await page.click('.twist');
    expect(page.all('[role=treeitem]').length).toBeLessThan(before);
    expect(page.all('[aria-expanded=false][role=treeitem]')).toHaveLength(1);
    await page.click('.twist');
    expect(page.all('[role=treeitem]')).toHaveLength(before);
  });

  test('rules that did not match are fetched in pages', async () => {
    const page = await Page.open(LONG, WEB_PACKET);
    const rows = (): number => page.all('[role=treeitem]').length;
    const before = rows();
    expect(words(page.get('.fold'))).toMatch(/more rules did not match/);
    await page.click('.fold');
    expect(said(page)).toMatchObject([{ type: 'expand', run: { kind: 'fold' }, count: 200 }]);
    expect(rows()).toBe(before + 200);
    expect(words(page.get('.fold'))).toMatch(/more rules did not match/);
    await page.click('.fold');
    expect([rows() > 300, page.all('.fold').length]).toEqual([true, 0]);
  });

  test.each(['Enter', 'ArrowRight', ' '])('%s opens a run of rules', async (name) => {
    const page = await Page.open(LONG, WEB_PACKET);
    for (let i = 0; i < 60 && page.all('.fold.selected').length === 0; i++) await page.key('.tree', 'ArrowUp');
    expect(page.all('.fold.selected')).toHaveLength(1);
    const before = page.all('[role=treeitem]').length;
    await page.key('.tree', name);
    expect(page.all('[role=treeitem]').length).toBe(before + 200);
  });
});

describe('finding steps', () => {
  const type = async (page: Page, text: string): Promise<void> => {
    const box = page.get('input[role=searchbox]') as HTMLInputElement;
    box.value = text;
    box.dispatchEvent(new Event('input'));
    await page.settled();
  };
  const count = (page: Page): string => words(page.get('.box .count'));
  const line = (page: Page): string => /line (\d+)/.exec(page.selectedRow)?.[1] ?? '';

  test.each<[string, string, string, readonly string[], readonly [string, string]]>([
    ['the selected step has it', WEB, '-j DROP', [], ['1 of 1', '10']],
    ['the next one that has it', WEB, '-p tcp', [], ['1 of 1', '8']],
    ['the next, and round to the first', WEB, '-A INPUT', ['Enter', 'Enter'], ['1 of 2', '7']],
    ['back', WEB, '-A INPUT', ['Shift+Enter'], ['2 of 2', '8']],
    ['nothing', WEB, 'no such words', [], ['none', '10']],
    ['a folded rule is fetched', LONG, '--dport 1234 ', [], ['1 of 1', '237']],
    ['one after the other of folded rules', LONG, '198.51.100.3/32', ['Enter'], ['2 of 2', '256']],
  ])('%s', async (_, text, sought, keys, [shown, at]) => {
    const page = await Page.open(text, WEB_PACKET);
    await type(page, sought);
    for (const each of keys)
      await page.key('input[role=searchbox]', each.replace('Shift+', ''), { shiftKey: each.startsWith('Shift') });
    expect([count(page), line(page)]).toEqual([shown, at]);
    expect(page.all('.row.found').length > 0).toBe(shown !== 'none');
  });

  test('Ctrl+F and / lead to the box, Escape back to the steps', async () => {
    const page = await Page.open(WEB, WEB_PACKET);
    for (const [name, more] of [
      ['/', {}],
      ['f', { ctrlKey: true }],
    ] as const) {
      expect(await page.key('.tree', name, more)).toBe(true);
      expect(page.focused?.getAttribute('role')).toBe('searchbox');
      await type(page, 'tcp');
      await page.key('input[role=searchbox]', 'Escape');
      expect(page.focused?.getAttribute('role')).toBe('tree');
      expect(page.all('.row.found')).toEqual([]);
    }
  });

  test('what is looked for is found again in another trace', async () => {
    const page = await Page.open(WEB, WEB_PACKET);
    await type(page, '--dport 443');
    page.insert(7, '-A INPUT -p tcp --dport 443 -m mark --mark 9');
    await page.settled();
    expect(count(page)).toMatch(/2$/);
  });

  test('only what matched, and the selected step', async () => {
    const page = await Page.open(WEB, WEB_PACKET);
    const marks = (): readonly string[] => page.all('.sign').flatMap((each) => [...each.classList].slice(1));
    const before = marks();
    await page.click('.only');
    expect([before.includes('s-no'), marks().includes('s-no'), page.get('.only').getAttribute('aria-pressed')]).toEqual(
      [true, false, 'true'],
    );
    await type(page, 'eth0 ≠ lo');
    expect([line(page), marks().filter((each) => each === 's-no').length]).toEqual(['7', 1]);
    await page.click('.only');
    expect(marks()).toEqual(before);
  });

  test('the cursor in the editor leads to a folded rule', async () => {
    const page = await Page.open(LONG, WEB_PACKET);
    page.take(page.session.selectLine(200));
    await page.settled();
    expect(line(page)).toBe('200');
  });
});

test('controls that belong together are one tab stop, and arrow keys lead from one to the next', async () => {
  const page = await Page.open(WEB, WEB_PACKET);
  const stops = (): readonly string[] =>
    page.all('.tools [tabindex="0"]').map((each) => each.getAttribute('aria-label') ?? spoken(each));
  const walk = async (selector: string, key: string): Promise<readonly string[]> => {
    await page.key(selector, key);
    return stops();
  };
  expect(stops()).toEqual(['Fields', 'Copy the trace as text']);
  expect(await walk('.tool.fields', 'ArrowRight')).toEqual(['Pin this packet', 'Copy the trace as text']);
  expect(await walk('.pin-packet', 'End')).toEqual(['Last step (End)', 'Copy the trace as text']);
  expect(await walk('.tool.last', 'ArrowRight')).toEqual(['Last step (End)', 'Copy the trace as text']);
  expect(await walk('.tool.last', 'Home')).toEqual(['Fields', 'Copy the trace as text']);
});

describe('the name of a step', () => {
  /** What a sign says to those who see it. */
  const signs: Readonly<Record<string, RegExp>> = {
    '·': /^no match, /,
    '✓': /^(match|accepted|the end)\b|, accepted\b/,
    '✕': /\bdropped\b/,
    '●': /^translated\b/,
    '↰': /\breturns?\b/,
    '?': /^not certain\b/,
  };

  test.each([
    ['a question', WEB, WEB_PACKET],
    ['NAT', NAT, NAT_PACKET],
    ['a folded run', LONG, WEB_PACKET],
    ['a sidecar', sampleText('istio-sidecar.md'), undefined],
    ['a node', sampleText('kube-node.iptables-save'), undefined],
  ])('says all that its row shows, with hook and table: %s', async (_, text, expression) => {
    const page = await Page.open(text, expression);
    for (const tree of page.all('.tree')) {
      const title = tree.previousElementSibling;
      const result = title?.querySelector('.result');
      const heading =
        title?.localName === 'h3' ? words(title).slice(0, result ? -words(result).length : undefined) : '';
      for (const row of tree.querySelectorAll('[role=treeitem]')) {
        const name = spoken(row);
        const place = heading.trim() || words(row.querySelector('.where') ?? row).replace(/:$/, '');
        expect(name).toContain(place);
        for (const shown of row.querySelectorAll('.number:not([aria-hidden]), .rule, .why'))
          expect(name).toContain(spoken(shown));
        const sign = row.querySelector('.sign')?.textContent ?? '';
        expect(name).toMatch(signs[sign] ?? /./);
        if (row.querySelector('.number')?.textContent?.match(/\d/)) expect(name).toMatch(/\bline \d+: /);
      }
    }
  });
});

describe('the boxes of the path', () => {
  const current = (page: Page): readonly string[] => page.all('.node[aria-current=step] .title').map(words);

  test('a box leads to its first step, and follows the selected one', async () => {
    const page = await Page.open(NAT, NAT_PACKET);
    expect(current(page)).toEqual(['PREROUTING']);
    await page.click('button.node', 'POSTROUTING');
    expect(current(page)).toEqual(['POSTROUTING']);
    await page.key('.tree', 'Home');
    expect(current(page)).toEqual(['PREROUTING']);
    await page.click('.table', 'nat');
    expect(page.selectedRow).toMatch(/^translated, line 4: /);
    await page.key('.tree', 'End');
    expect(current(page)).toEqual([words(page.all('button.node .title').at(-1) as Element)]);
  });

  test('each box and each table with a step selects one, the others none', async () => {
    const page = await Page.open(NAT, NAT_PACKET);
    for (const box of page.all('button.node, .table')) {
      page.posted();
      box.click();
      await page.settled();
      const off = /not reached/.test(box.title);
      expect(
        page.posted().some(({ type }) => type === 'select'),
        `${words(box)} ${box.title}`,
      ).toBe(!off);
    }
  });
});

describe('a packet that cannot be traced', () => {
  test('leaves the last trace in sight, which takes no input, and the word that is meant can be used', async () => {
    const page = await Page.open(WEB, WEB_PACKET);
    const before = page.get('trace-verdict').textContent;
    const rows = page.all('[role=treeitem]').length;
    page.take(page.session.handle({ type: 'trace', expression: 'in eth0 tpc > :80 sny' }));
    await page.settled();
    expect(page.all('[role=alert]').map((each) => each.textContent.replaceAll(/\s+/g, ' ').trim())).toEqual([
      expect.stringContaining('"tpc" is not understood; did you mean "tcp"? (and 1 more)'),
    ]);
    expect(page.get('.of-before').textContent).toContain(WEB_PACKET);
    expect(page.get('.before').hasAttribute('inert')).toBe(true);
    expect(page.get('trace-verdict').textContent).toBe(before);
    expect(page.all('[role=treeitem]').length).toBe(rows);
    page.posted();
    await page.key('.packet', 'ArrowRight');
    page.app.receive({ type: 'move', to: 'next' });
    expect(page.posted()).toEqual([]);
    await page.click('.problem button.link');
    expect(page.posted()).toEqual([{ type: 'trace', expression: 'in eth0 tcp > :80 sny' }]);
    await page.click('.problem button.link');
    await page.settled();
    expect(page.all('.before')).toEqual([]);
    expect(page.all('[role=alert]')).toEqual([]);
  });

  test('leaves nothing of another rule set', async () => {
    const page = await Page.open('# only prose\n');
    page.take(page.session.handle({ type: 'trace', expression: 'tpc' }));
    await page.settled();
    expect(page.all('.before')).toEqual([]);
  });
});

describe('the packets pinned and traced before', () => {
  const packets = ['in tcp > :81', 'in tcp > :82', 'in tcp > :83'];
  const opened = async (): Promise<Page> => {
    const page = await Page.open(WEB);
    for (const expression of packets) page.take(page.session.handle({ type: 'trace', expression }));
    await page.settled();
    page.posted();
    return page;
  };
  const options = (page: Page): readonly string[] =>
    page
      .all('[role=option]')
      .map((each) =>
        [
          each.getAttribute('aria-selected') === 'true' ? '* ' : '',
          each.closest('[role=group]')?.getAttribute('aria-label') === 'Pinned' ? 'pinned: ' : '',
          spoken(each),
        ].join(''),
      );

  test.each<[string, readonly string[], readonly string[], readonly ToEditor[]]>([
    ['Down opens the list', ['ArrowDown'], ['* in tcp > :82', 'in tcp > :81'], []],
    [
      'Down and Up go round',
      ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp'],
      ['in tcp > :82', '* in tcp > :81'],
      [],
    ],
    ['Enter takes one', ['ArrowDown', 'ArrowDown', 'Enter'], [], [{ type: 'trace', expression: 'in tcp > :81' }]],
    ['Escape closes the list', ['ArrowDown', 'Escape'], [], []],
    ['Up opens nothing', ['ArrowUp'], [], []],
  ])('%s', async (_name, keys, shown, wished) => {
    const page = await opened();
    for (const key of keys) await page.key('.packet', key);
    expect(options(page)).toEqual(shown);
    expect(page.posted().filter(({ type }) => type === 'trace')).toEqual(wished);
    expect(page.get('.packet').getAttribute('aria-expanded')).toBe(shown.length > 0 ? 'true' : 'false');
  });

  test('the button opens the list too, and a click takes one', async () => {
    const page = await opened();
    await page.click('.history');
    expect(options(page)).toEqual(['in tcp > :82', 'in tcp > :81']);
    await page.click('[role=option]', ':81');
    expect(page.posted()).toContainEqual({ type: 'trace', expression: 'in tcp > :81' });
    expect(options(page)).toEqual([]);
    await page.click('.history');
    expect(options(page)).toEqual(['in tcp > :83', 'in tcp > :82']);
  });

  test.each<[string, readonly (readonly [key: string, alt?: boolean])[], readonly string[]]>([
    ['Alt+Enter pins the active one', [['ArrowDown'], ['Enter', true]], ['* pinned: in tcp > :82', 'in tcp > :81']],
    [
      'and goes on from there',
      [['ArrowDown'], ['ArrowDown'], ['Enter', true], ['ArrowDown']],
      ['pinned: in tcp > :81', '* in tcp > :82'],
    ],
    [
      'and takes the pin away again',
      [['ArrowDown'], ['Enter', true], ['Enter', true]],
      ['* in tcp > :82', 'in tcp > :81'],
    ],
    [
      'without an active one it does nothing',
      [
        ['ArrowDown', true],
        ['Enter', true],
      ],
      ['in tcp > :82', 'in tcp > :81'],
    ],
  ])('%s', async (_name, keys, shown) => {
    const page = await opened();
    for (const [key, altKey = false] of keys) await page.key('.packet', key, { altKey });
    expect(options(page)).toEqual(shown);
    expect(page.posted().filter(({ type }) => type === 'trace')).toEqual([]);
  });

  test('the button pins the packet that is traced, which stays in the list, above those traced later', async () => {
    const page = await opened();
    expect(page.get('.pin-packet').getAttribute('aria-pressed')).toBe('false');
    await page.click('.pin-packet');
    expect(page.get('.pin-packet').getAttribute('aria-pressed')).toBe('true');
    expect(page.effects).toContainEqual({ kind: 'pinned', packets: ['in tcp > :83'] });
    await page.click('.history');
    expect(options(page)).toEqual(['pinned: in tcp > :83', 'in tcp > :82', 'in tcp > :81']);
    await page.click('.option .pin');
    expect(options(page)).toEqual(['in tcp > :82', 'in tcp > :81']);
    expect(page.get('.pin-packet').getAttribute('aria-pressed')).toBe('false');
    page.posted();
    await typed('in udp', false)(page);
    await page.click('.pin-packet');
    expect(page.posted().filter(({ type }) => type === 'pin')).toEqual([]);
  });

  test('without any there is no list', async () => {
    const page = await Page.open(WEB);
    await page.key('.packet', 'ArrowDown');
    expect([page.all('.history'), page.all('[role=listbox]')]).toEqual([[], []]);
  });
});

describe('what is dropped on the page', () => {
  interface Thing {
    readonly name: string;
    readonly size?: number;
    readonly folder?: boolean;
    readonly error?: string;
  }

  function dropped(things: readonly Thing[]): { readonly event: Event; readonly prevented: () => boolean } {
    const event = new Event('drop', { cancelable: true });
    const files = things.map(({ name, size = 4, error }) => ({
      name,
      size,
      arrayBuffer: async () => {
        if (error !== undefined) throw new Error(error);
        return new ArrayBuffer(4);
      },
    }));
    const items = things.map(({ folder = false }) => ({ webkitGetAsEntry: () => ({ isDirectory: folder }) }));
    Object.assign(event, { dataTransfer: { types: ['Files'], files, items } });
    return { event, prevented: () => event.defaultPrevented };
  }

  test.each<[name: string, things: readonly Thing[], says: string, taken: readonly string[]]>([
    ['a capture', [{ name: 'a.pcap' }], '', ['a.pcap']],
    [
      'one that is too large',
      [{ name: 'a.pcap', size: 300_000_001 }],
      'a.pcap has 287 MB, and what is dropped may have 256 MB at most. Open it by the command “Trace a Capture…”, or run: iptables-lens trace FILE --capture a.pcap',
      [],
    ],
    ['an empty one', [{ name: 'a.pcap', size: 0 }], 'a.pcap is empty.', []],
    ['a folder', [{ name: 'logs', folder: true }], 'logs is a folder: drop the capture itself.', []],
    [
      'several',
      [{ name: 'a.pcap' }, { name: 'b.pcap' }],
      'One capture at a time: a.pcap is traced, b.pcap is not.',
      ['a.pcap'],
    ],
    [
      'very many',
      ['a', 'b', 'c'].map((name) => ({ name })),
      'One capture at a time: a is traced, 2 others are not.',
      ['a'],
    ],
    ['one that cannot be read', [{ name: 'a.pcap', error: 'denied' }], 'a.pcap cannot be read: denied', []],
    ['no file', [], 'Only a file can be dropped here.', []],
  ])('%s', async (_name, things, says, taken) => {
    const page = await Page.open(WEB);
    const { event, prevented } = dropped(things);
    window.dispatchEvent(event);
    await page.settled();
    expect(prevented()).toBe(true);
    expect(page.all('[role=alert]').map(spoken).join()).toBe(says);
    expect(page.posted().flatMap((each) => (each.type === 'capture-file' ? [each.name] : []))).toEqual(taken);
    if (says === '') return;
    await page.click('.refused button');
    expect(page.all('[role=alert]')).toEqual([]);
  });
});

describe('words in the packet box', () => {
  const box = (page: Page): HTMLInputElement => page.get('input.packet') as HTMLInputElement;
  const shown = (page: Page): readonly string[] =>
    page
      .all('[role=option]')
      .map((each) => `${each.getAttribute('aria-selected') === 'true' ? '* ' : ''}${spoken(each)}`);

  test.each<[name: string, text: string, keys: readonly string[], becomes: string, list: readonly string[]]>([
    ['Tab takes the first', 'in eth0 tcp > :80 sy', ['Tab'], 'in eth0 tcp > :80 syn', []],
    ['Enter too', 'in eth0 tcp > :80 sy', ['Enter'], 'in eth0 tcp > :80 syn', []],
    ['Down and Tab take the next', 'in eth0 ic', ['ArrowDown', 'Tab'], 'in eth0 icmpv6', []],
    [
      'Escape closes the list and leaves what was typed',
      'in eth0 tcp > :80 sy',
      ['Escape'],
      'in eth0 tcp > :80 sy',
      [],
    ],
    ['an arrow to another word closes it', 'in eth0 tcp > :80 sy', ['ArrowLeft'], 'in eth0 tcp > :80 sy', []],
    ['the word that was meant stands first', 'in eth0 tpc > :80', [], 'in eth0 tpc > :80', ['tcp in place of tpc']],
    ['and is taken by Down and Tab', 'in eth0 tpc > :80', ['ArrowDown', 'Tab'], 'in eth0 tcp > :80', []],
    ['at the cursor Tab is enough', 'in eth0 tpc', ['Tab'], 'in eth0 tcp', []],
  ])('%s', async (_name, text, keys, becomes, list) => {
    const page = await Page.open(WEB, WEB_PACKET);
    await typed(text, false)(page);
    for (const key of keys) await page.key('.packet', key);
    expect(box(page).value).toBe(becomes);
    expect(shown(page)).toEqual(list);
    expect(box(page).getAttribute('aria-expanded')).toBe(list.length > 0 ? 'true' : 'false');
    expect(page.posted().filter(({ type }) => type === 'trace')).toEqual([]);
  });

  test('a packet that is whole is traced by Enter, and Tab leads on', async () => {
    const page = await Page.open(WEB, WEB_PACKET);
    await typed('in eth0 tcp > 192.0.2.1', false)(page);
    expect(shown(page)).toEqual(['192.0.2.10 address of eth0']);
    expect(await page.key('.packet', 'Tab')).toBe(false);
    expect(await page.key('.packet', 'Enter')).toBe(false);
    expect(box(page).value).toBe('in eth0 tcp > 192.0.2.1');
  });

  test('the active option is what the box points to, and a click takes one', async () => {
    const page = await Page.open(WEB, WEB_PACKET);
    await typed('in eth0 ic', false)(page);
    expect(box(page).getAttribute('aria-activedescendant')).toBe(page.get('[aria-selected=true]').id);
    await page.click('[role=option]', 'icmpv6');
    expect(box(page).value).toBe('in eth0 icmpv6');
    await typed('in eth0 ', false)(page);
    await page.key('.packet', ' ', { ctrlKey: true });
    expect(shown(page).length).toBeGreaterThan(20);
  });

  test('an answer about another text comes too late', async () => {
    const page = await Page.open(WEB, WEB_PACKET);
    await typed('in eth0 ic', false)(page);
    await page.key('.packet', 'Escape');
    const items = [{ label: 'late', detail: '' }];
    const completions = { start: 0, end: 0, complete: true, items, instead: undefined };
    page.app.receive({ type: 'completions', id: 1, completions });
    await page.settled();
    expect(shown(page)).toEqual([]);
  });
});

describe('state', () => {
  test('what was kept comes back with its step', async () => {
    const page = await Page.open(WEB, WEB_PACKET);
    await page.key('.tree', 'ArrowUp');
    const { kept, selectedRow } = page;
    if (!kept) throw new Error('nothing was kept');
    const again = await Page.open(WEB, undefined, JSON.parse(JSON.stringify(kept)) as typeof kept);
    expect(again.selectedRow).toBe(selectedRow);
    expect((again.get('input.packet') as HTMLInputElement).value).toBe(WEB_PACKET);
  });

  test('after an edit the same rule stays selected, and the editor stays where it is', async () => {
    const page = await Page.open(WEB, WEB_PACKET);
    await page.key('.tree', 'ArrowUp');
    page.posted();
    page.insert(8, '-A INPUT -s 198.51.100.1/32 -j DROP');
    await page.settled();
    expect(page.selectedRow).toMatch(/^line 9: .*, jump/);
    expect(page.posted().filter((message) => message.type === 'select' && message.reveal)).toEqual([]);
  });

  test('what is typed stays while the file changes, and Escape takes it back', async () => {
    const page = await Page.open(WEB, WEB_PACKET);
    await typed('out tcp', false)(page);
    const input = page.get('input.packet') as HTMLInputElement;
    await page.key('input.packet', 'a');
    expect(input.value).toBe('out tcp');
    expect(await page.key('input.packet', 'Escape')).toBe(true);
    expect(input.value).toBe(WEB_PACKET);
  });

  test('messages about another revision are ignored, focus and moves come from the editor', async () => {
    const page = await Page.open(WEB, WEB_PACKET);
    const before = words(page.get('trace-detail'));
    page.app.receive({ type: 'remedies', revision: -1, remedies: [] });
    await page.click('button', 'What would have to change?');
    page.app.receive({ type: 'move', to: 'previous' });
    await page.settled();
    expect(page.selectedRow).toMatch(/^line 8: /);
    expect(words(page.get('trace-detail'))).not.toBe(before);
    page.app.receive({ type: 'focus', part: 'packet' });
    expect(page.focused?.className).toBe('packet');
    page.app.receive({ type: 'focus', part: 'steps' });
    expect(page.focused?.className).toBe('tree');
    const detail = { step: { kind: 'event', event: 0 }, title: [], tokens: [], happened: 'x' } as never;
    page.app.receive({ type: 'detail', revision: 0, detail });
    await page.settled();
    expect(words(page.get('trace-detail'))).not.toContain('x x');
  });

  test('a field that an assumption names is opened', async () => {
    const page = await Page.open(WEB, '> :443');
    await page.click('button', 'Assumed:');
    await page.click('button.link', 'change');
    expect(page.all('trace-fields')).toHaveLength(1);
    expect(page.get('button', 'Fields').getAttribute('aria-pressed')).toBe('true');
    await page.click('button', 'Fields');
    expect(page.all('trace-fields')).toHaveLength(0);
  });
});

describe('many outcomes', () => {
  const chips = (page: Page): readonly string[] => page.all('.tab .label').map(words);
  const open = (endpoints: number): Promise<Page> => Page.open(serviceOf(endpoints), SERVICE_PACKET);

  test('few are all shown', async () => {
    const page = await open(7);
    expect(chips(page)).toHaveLength(7);
    expect(page.all('trace-chips button.link')).toHaveLength(0);
  });

  test('many are folded until one asks for them', async () => {
    const page = await open(12);
    expect(chips(page)).toEqual(Array.from({ length: 6 }, (_, i) => `10.244.1.${i + 1}:8080`));
    await page.click('trace-chips button.link', 'Show all 12');
    expect(chips(page)).toHaveLength(12);
    await page.click('.tab', '10.244.1.11:8080');
    await page.click('trace-chips button.link', 'Show fewer');
    expect(chips(page).slice(5)).toEqual(['10.244.1.6:8080', '10.244.1.11:8080']);
    expect(words(page.get('.tab[aria-selected=true]'))).toContain('10.244.1.11:8080');
  });

  test('keys reach what is folded away', async () => {
    const page = await open(12);
    await page.key('.tab[aria-selected=true]', 'End');
    expect(words(page.focused as Element)).toContain('10.244.1.12:8080');
    expect(page.focused?.getAttribute('aria-selected')).toBe('true');
  });
});
