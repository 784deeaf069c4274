import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visible } from '../../src/core/text/visible';
import { visibleMessage } from '../../src/features/traceSession/visibleMessage';
import type { ToView } from '../../src/shared/protocol';
import { runs } from '../runs';

/** Names of fields, of which the page hands `id` and `choices` back as they are, and whatever is within `keep`. */
const NAMES = ['text', 'label', 'rows', 'id', 'choices', 'keep'];

const { message } = fc.letrec((tie) => ({
  text: fc.constantFrom('a', 'b c', '\u202e', 'x\u200by', ''),
  list: fc.array(tie('value'), { maxLength: 3 }),
  message: fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof({ maxDepth: 4 }, tie('text'), fc.constantFrom(0, true, null, undefined), tie('list'), tie('message')),
}));

/** What should become of a value, with nothing shared. */
function expected(value: unknown, name = ''): unknown {
  if (name === 'keep') return value;
  if (typeof value === 'string') return name === 'id' || name === 'choices' ? value : visible(value);
  if (Array.isArray(value)) return value.map((each: unknown) => expected(each, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, expected(each, key)]));
}

test('law: what is not to be seen shows in all that a person reads, and what is seen anyhow is not made anew', () => {
  fc.assert(
    fc.property(message, (any) => {
      const shown = visibleMessage(any as ToView);
      expect(shown).toEqual(expected(any));
      expect(visibleMessage(shown)).toBe(shown);
    }),
    { numRuns: runs(200) },
  );
});
