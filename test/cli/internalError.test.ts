import { expect, test, vi } from 'vitest';
import { answerLine, answerText } from '../../src/cli/batch';

const fault = vi.hoisted((): { print: () => string } => ({ print: () => 'printed' }));
vi.mock('../../src/features/canonical', () => ({ printRuleSet: () => fault.print() }));

const REQUEST = JSON.stringify({ id: 'x', op: 'print', rules: '' });

test.each<[string, unknown, string]>([
  ['an error', new TypeError('a is\nundefined'), 'internal error (TypeError: a is undefined, at '],
  [
    'too deep a recursion',
    new RangeError('Maximum call stack size exceeded'),
    'internal error (RangeError: Maximum call stack size exceeded, at ',
  ],
  ['an error without a stack', Object.assign(new Error('e'), { stack: undefined }), 'internal error (Error: e). '],
  ['a text', 'oh', 'internal error (string). '],
  ['nothing', null, 'internal error (object). '],
])('%s inside of the program is the answer to one request', (_name, thrown, expected) => {
  fault.print = () => {
    throw thrown as Error;
  };
  const { id, error } = answerLine(REQUEST);
  expect(id).toBe('x');
  expect(error).toContain(expected);
  expect(error).toMatch(
    /This is a bug of iptables-lens \d+\.\d+\.\d+: please report it with this line and this request$/,
  );
  fault.print = () => 'printed';
  expect(answerLine(REQUEST)).toEqual({ id: 'x', text: 'printed' });
});

test('an id that is too deep to be written is omitted', () => {
  const depth = 200_000;
  const { id, error } = JSON.parse(
    answerText({ kind: 'line', text: `{"id":${'['.repeat(depth)}${']'.repeat(depth)},"op":"print","rules":""}` }),
  ) as Record<string, unknown>;
  expect(id).toBeNull();
  expect(error).toContain('an id that is not nested deeply');
});
