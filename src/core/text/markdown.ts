import { visible } from './visible';

/**
 * Text of a file in Markdown, as text: no link, image, HTML, list or code comes of it. All ASCII punctuation may be
 * escaped (CommonMark 2.4), so all is.
 */
export function markdownText(text: string): string {
  return visible(text)
    .replace(/^ +/, '')
    .replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

/** The same as a code span, in as many backticks as no run in it has. */
export function markdownCode(text: string): string {
  if (text === '') return '';
  const shown = visible(text);
  const fence = '`'.repeat(longestRun(shown) + 1);
  // One blank on each side is removed again; needed where the code begins or ends with a backtick, or has blanks
  // itself.
  const pad = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Lines as a block of code. */
export function markdownBlock(language: string, lines: readonly string[]): string {
  const shown = lines.map(visible).join('\n');
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}${language}\n${shown}\n${fence}`;
}

function longestRun(text: string): number {
  let longest = 0;
  for (const run of text.matchAll(/`+/g)) longest = Math.max(longest, run[0].length);
  return longest;
}
