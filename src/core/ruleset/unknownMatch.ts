import type { Word } from '../syntax/tree';
import { isPlaceholder } from '../text/placeholder';
import { unknown } from '../xtables/answer';
import type { MatchExtension, PrintContext } from '../xtables/extension';

/**
 * Stands for a match that is not known, or one whose options are wrong: it answers unknown and prints what was written.
 * `words` may still grow while the rule is being read.
 */
export function unknownMatch(name: string, words: readonly Word[], known = false): MatchExtension {
  const text = (): string =>
    words.map((word) => ` ${word.quoted ? `"${word.text.replace(/["\\]/g, '\\$&')}"` : word.text}`).join('');
  return unansweredMatch(
    name,
    text,
    known
      ? `the options of -m ${name} could not be read`
      : name === ''
        ? () =>
            words.some((word) => isPlaceholder(word.text))
              ? 'its value is not in the file'
              : 'an option that is not known'
        : `the match ${name} is not known`,
  );
}

/**
 * Stands for a match that iptables reads and the kernel refuses: it answers unknown and prints what iptables-save
 * would.
 */
export function refusedMatch(extension: MatchExtension, data: unknown): MatchExtension {
  return unansweredMatch(
    extension.name,
    (context) => extension.print(data, context),
    `the kernel does not accept -m ${extension.name} with these options`,
  );
}

/** `reason` may depend on words that are still to come. */
function unansweredMatch(
  name: string,
  text: (context: PrintContext) => string,
  given: string | (() => string),
): MatchExtension {
  const reason = typeof given === 'string' ? () => given : given;
  return {
    kind: 'match',
    name,
    families: [4, 6],
    options: [],
    documentation: { summary: reason(), source: 'not part of iptables 1.8' },
    build: () => undefined,
    print: (_, context) => text(context),
    conditions: (_data, _self, context) => [
      {
        text: `${name === '' ? '' : `-m ${name}`}${text(context)}`.trim(),
        test: () => unknown(reason()),
        actual: reason,
      },
    ],
  };
}
