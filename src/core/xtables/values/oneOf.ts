import { invalid, type InvalidValue, type ValueType } from '../option';

/** One of a few words, in lower case as written. */
export function oneOf<W extends string>(words: readonly W[]): ValueType<W> {
  return {
    metavariable: words.join('|'),
    completions: words,
    parse: (text): W | InvalidValue =>
      words.find((word) => word === text) ?? invalid(`"${text}" is not one of ${words.join(', ')}`),
  };
}
