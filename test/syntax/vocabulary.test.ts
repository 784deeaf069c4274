import { expect, test } from 'vitest';
import { LONG_OPTION_NAMES, MATCH_NAMES, TARGET_NAMES } from '../../src/core/syntax/vocabulary';
import { allExtensions } from '../../src/core/xtables/registry';

test('the words that a reader of lines knows are those of the extensions', () => {
  const extensions = allExtensions();
  const options = new Set(
    extensions
      .flatMap((extension) => extension.options.flatMap(({ name, aliases }) => [name, ...aliases]))
      .map((name) => name.replace(/^--/, '')),
  );
  expect([...LONG_OPTION_NAMES].sort()).toEqual([...options].sort());
  expect([...MATCH_NAMES, ...TARGET_NAMES].sort()).toEqual([...new Set(extensions.map(({ name }) => name))].sort());
});
