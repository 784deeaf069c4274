import type { Counters, Word } from '../syntax/tree';
import type { RuleSurroundings } from './optionReader';

/**
 * The value of `-c`: `packets,bytes`, or two words, of which `next` is the second. `words` is how many of the words
 * after `value` belong to it. Only the first digits of each count (sscanf).
 */
export function readCounterWords(
  option: Word,
  value: Word,
  next: Word | undefined,
  rule: RuleSurroundings,
): { readonly counters: Counters | undefined; readonly words: 0 | 1 } {
  const comma = value.text.indexOf(',', 1);
  const second =
    comma > 0 ? { ...value, text: value.text.slice(comma + 1) } : next && !/^[-!]/.test(next.text) ? next : undefined;
  if (second === undefined) {
    rule.report(option, 'missing-value', `${option.text} needs a number of packets and a number of bytes`);
    return { counters: undefined, words: 0 };
  }
  for (const each of [value, second])
    if (!/^\s*[-+]?\d/.test(each.text)) rule.report(each, 'bad-value', `"${each.text}" is not a number`);
  const packets = comma > 0 ? value.text.slice(0, comma) : value.text;
  return {
    counters: { packets, bytes: second.text, start: value.start, end: second.end },
    words: second === next ? 1 : 0,
  };
}
