// The README as the extension's own page in the editor shows it. That page resolves no relative address: it opens
// https links and places in the same page, and draws images of https and data addresses only. So pictures are put into
// the text, and the documents that it links to are put behind it.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './project.mjs';

/** Between these two lines stands what is of use to those who have the source. */
const SOURCE_ONLY = /^<!-- source only -->\n[^]*?^<!-- end of source only -->\n+/gm;

/** Fenced code is left as it is: what looks like a link there is none. */
const FENCED = /(^```[^]*?^```$)/m;

/** @returns {string} Markdown */
export function packedReadme() {
  const documents = new Map();
  const readme = packed('README.md', read('README.md').replace(SOURCE_ONLY, ''), documents);
  // A document may link to the next one: the map grows while it is read.
  const behind = [...growing(documents)].map((text) => `\n---\n\n${text}`);
  return `${readme}${behind.join('')}`;
}

/** @param {Map<string, string>} documents @returns {Generator<string>} */
function* growing(documents) {
  for (const [name, text] of documents) yield packed(name, text, documents);
}

/**
 * @param {string} name of the document, relative to the project
 * @param {string} text
 * @param {Map<string, string>} documents those that are linked to, with their text; grows
 */
function packed(name, text, documents) {
  /** @param {string} link */
  const file = (link) => path.posix.join(path.posix.dirname(name), link);
  /** @param {string} prose */
  const withLinks = (prose) =>
    prose
      .replace(/(!\[[^\]]*\]\()(?!https:)([^)\s]+\.(png|gif))\)/g, (_, before, link, type) => {
        const bytes = readFileSync(path.join(root, file(link)));
        return `${before}data:image/${type};base64,${bytes.toString('base64')})`;
      })
      .replace(/\]\((?!https:|data:|#)([^)#\s]+)(#[^)\s]+)?\)/g, (_, link, place) => {
        const target = file(link);
        if (!documents.has(target)) documents.set(target, read(target));
        return `](${place ?? anchorOf(documents.get(target) ?? '')})`;
      });
  return text
    .split(FENCED)
    .map((part) => (part.startsWith('```') ? part : withLinks(part)))
    .join('');
}

/** The place of the first heading, as the editor and GitHub name it. @param {string} text */
function anchorOf(text) {
  const heading = /^# (.*)$/m.exec(text)?.[1] ?? '';
  return `#${heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')}`;
}

/** @param {string} name */
function read(name) {
  return readFileSync(path.join(root, name), 'utf8');
}
