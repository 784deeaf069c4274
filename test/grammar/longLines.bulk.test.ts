import { expect, it } from 'vitest';
import { loadGrammar, tokenizeLines } from './tokenizer';

// A search that begins anew at each character would not end before the test does.
it.each([
  ['words', `in tcp > :80 => ${'LOCAL '.repeat(30_000)}`],
  ['a word', `${'a-b.'.repeat(50_000)} =`],
])('the grammar of expectations searches a line once for each token, however long it is: %s', async (_, line) => {
  const [tokens = []] = tokenizeLines(await loadGrammar('source.iptest'), [line]);
  expect(tokens.at(-1)?.end).toBeGreaterThanOrEqual(line.length);
});
