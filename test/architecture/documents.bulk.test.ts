import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from './sources';

/** Documents that people write. COVERAGE.md and docs/istio.md are written by tests, CHANGELOG.md tells of the past. */
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'STYLE.md',
  'docs/contract.md',
  'docs/expectations.md',
  'docs/kernel-findings.md',
  'docs/limits.md',
];

const files = ['src', 'test', 'scripts'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map(
    (name) => `${folder}/${name.split(path.sep).join('/')}`,
  ),
);

test.each(documents)('links and names of files in %s lead somewhere', (document) => {
  const text = readFileSync(path.join(root, document), 'utf8').replace(/^```[^]*?^```/gm, '');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '');
  const folder = path.join(root, path.dirname(document));
  expect(links.filter((link) => !existsSync(path.join(folder, link)))).toEqual([]);

  const named = [...text.matchAll(/`([\w./-]+\.(?:ts|mjs))`/g)].map(([, name]) => name ?? '');
  expect(named.filter((name) => !exists(name))).toEqual([]);
});

test('folders and files that ARCHITECTURE.md names are there', () => {
  const text = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
  const named = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]*)+)`/g)].map(([, name = '']) => name.replace(/\/$/, ''));
  expect(named.length).toBeGreaterThan(0);
  // A module is named without the end of its file.
  expect(named.filter((name) => !exists(name) && !exists(`${name}.ts`))).toEqual([]);
});

test.each(documents)('the places in other documents that %s links to are headings there', (document) => {
  const text = readFileSync(path.join(root, document), 'utf8');
  const folder = path.join(root, path.dirname(document));
  const missing = [...text.matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)].filter(([, file = '', place = '']) => {
    const target = readFileSync(file === '' ? path.join(root, document) : path.join(folder, file), 'utf8');
    return ![...target.matchAll(/^#+ (.*)$/gm)].some(([, heading = '']) => anchor(heading) === place);
  });
  expect(missing.map(([link]) => link)).toEqual([]);
});

/** As GitHub makes it: small letters, blanks as hyphens, no punctuation. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

/** Whether the project has a file or folder of this name, from its root on or below any of its folders. */
function exists(name: string): boolean {
  return existsSync(path.join(root, name)) || files.some((file) => file.endsWith(`/${name}`));
}
