// The README as the extension's own page in the editor shows it. That page resolves no relative address: it opens https
// links and places in the same page, and draws no picture but from https addresses, not even one in the text itself. So
// a picture is replaced by what the command line prints, and the documents are put behind the text.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './project.mjs';

/** Between these two lines stands what is of use to those who have the source. */
const SOURCE_ONLY = /^<!-- source only -->\n[^]*?^<!-- end of source only -->\n+/gm;

/** A picture, below the command that prints what it shows. */
const PICTURE = /<!-- prints: (.*) -->\n<picture>[^]*?<\/picture>/g;

/** A picture that nothing can stand for. */
const MOVING = /<!-- moves -->\n<picture>[^]*?<\/picture>\n+/g;

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
      .replace(MOVING, '')
      .replace(PICTURE, (_, command) => printed(command))
      .replace(/\]\((?!https:|#)([^)#\s]+)(#[^)\s]+)?\)/g, (_, link, place) => {
        const target = file(link);
        if (!documents.has(target)) documents.set(target, read(target));
        return `](${place ?? anchorOf(documents.get(target) ?? '')})`;
      });
  return text
    .split(FENCED)
    .map((part) => (part.startsWith('```') ? part : withLinks(part)))
    .join('');
}

/** What a command prints about the packet, without what may be changed. @param {string} command words and blanks */
function printed(command) {
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
  const text = execFileSync(process.execPath, [path.join(root, 'dist/cli.js'), ...words], {
    cwd: root,
    encoding: 'utf8',
  });
  const trace = text.split('\nWhat would have to change')[0]?.trimEnd() ?? '';
  return `\`\`\`text\n$ iptables-lens ${command}\n\n${trace}\n\`\`\``;
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
