import type { Word } from '../syntax/tree';
import { unknown } from '../xtables/answer';
import type { MatchExtension } from '../xtables/extension';

/**
 * Stands for a match nobody knows, or one whose options are wrong: it answers unknown and prints what was written.
 * `words` may still grow while the rule is being read.
 */
export function unknownMatch(name: string, words: readonly Word[], known = false): MatchExtension {
  const text = (): string =>
    words.map((word) => ` ${word.quoted ? `"${word.text.replace(/["\\]/g, '\\$&')}"` : word.text}`).join('');
  const reason = known
    ? `the options of -m ${name} could not be read`
    : name === ''
      ? 'an option that is not known'
      : `the match ${name} is not known`;
  return {
    kind: 'match',
    name,
    families: [4, 6],
    options: [],
    documentation: { summary: reason, source: 'not part of iptables 1.8' },
    build: () => undefined,
    print: text,
    conditions: () => [
      { text: `${name === '' ? '' : `-m ${name}`}${text()}`.trim(), test: () => unknown(reason), actual: () => reason },
    ],
  };
}
