import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const folder = path.join(root, 'src/webview');
const files = readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')] as const);

/** What the page's security policy forbids, and what would let text of a file become markup. */
const forbidden: readonly (readonly [string, RegExp])[] = [
  ['markup made of text', /innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|unsafeSVG|unsafeStatic|document\.write/],
  ['style attributes in templates', /<[a-z-]+[^>]*\sstyle=|styleMap/],
  ['handlers as attributes', /<[a-z-]+[^>]*\son[a-z]+=/],
  ['colours that no theme gives', /#[0-9a-fA-F]{3,8}\b(?=[\s;,)])|\brgba?\(|\bhsla?\(/],
];

describe('the page', () => {
  test.each(forbidden)('has no %s', (_, pattern) => {
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter(([, text]) => pattern.test(text)).map(([name]) => name)).toEqual([]);
  });

  test.each<[string, string]>([
    ['markup made of text', 'element.innerHTML = text;'],
    ['style attributes in templates', 'html`<span style="color:red">`'],
    ['handlers as attributes', 'html`<button onclick="x()">`'],
    ['colours that no theme gives', 'color: #ff0000;'],
  ])('%s would be found', (name, text) => {
    expect(forbidden.find(([each]) => each === name)?.[1].test(text)).toBe(true);
  });
});
