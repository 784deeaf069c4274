import { describe, expect, test } from 'vitest';
import { framesOf, internalErrorOf, internalErrorText } from '../../src/features/internalError';

/** An error whose stack has these lines below its message. */
function errorOf(message: string, ...frames: readonly string[]): Error {
  const error = new RangeError(message);
  error.stack = [`RangeError: ${message}`, ...frames].join('\n');
  return error;
}

const FRAMES = ['    at read (/home/me/lens/dist/cli.js:14:31832)', '    at /home/me/lens/dist/cli.js:2:7'];
const SECRET = 'it says\n    at home (secret.txt:1:2)\n  at  night';

describe('an error that should not have happened', () => {
  test.each<[string, unknown, string, string, string | undefined]>([
    ['in a function', errorOf('too deep', ...FRAMES), 'RangeError', 'too deep', 'cli.js:14:31832'],
    ['elsewhere', errorOf('too deep', ...FRAMES.slice(1)), 'RangeError', 'too deep', 'cli.js:2:7'],
    ['on Windows', errorOf('x', '    at f (C:\\lens\\cli.js:3:4)'), 'RangeError', 'x', 'cli.js:3:4'],
    ['where no place is known', errorOf('x', '    at <anonymous>', 'cli.js:3:4'), 'RangeError', 'x', undefined],
    ['without a message', errorOf('', ...FRAMES), 'RangeError', '', 'cli.js:14:31832'],
    ['whose message has many lines', errorOf('a\n\t b  c', ...FRAMES), 'RangeError', 'a b c', 'cli.js:14:31832'],
    ['whose message is long', errorOf('x'.repeat(300), ...FRAMES), 'RangeError', 'x'.repeat(200), 'cli.js:14:31832'],
    [
      'whose message looks like a stack',
      errorOf(SECRET, ...FRAMES),
      'RangeError',
      'it says at home (secret.txt:1:2) at night',
      'cli.js:14:31832',
    ],
    ['without a stack', Object.assign(new TypeError('x'), { stack: undefined }), 'TypeError', 'x', undefined],
    ['that is a text', 'secret', 'string', '', undefined],
    ['that is nothing', undefined, 'undefined', '', undefined],
    ['that is an object', { message: 'secret' }, 'object', '', undefined],
  ])('%s', (_, thrown, name, message, place) => {
    expect(internalErrorOf(thrown)).toEqual({ name, message, place });
  });

  test.each<[unknown, string]>([
    [errorOf('too deep', ...FRAMES), 'RangeError: too deep, at cli.js:14:31832'],
    [errorOf('', ...FRAMES), 'RangeError, at cli.js:14:31832'],
    [errorOf('too deep'), 'RangeError: too deep'],
    ['x', 'string'],
  ])('%s in one line', (thrown, what) => {
    expect(internalErrorText(thrown, '1.2.3', 'the file')).toBe(
      `internal error (${what}). This is a bug of iptables-lens 1.2.3: please report it with this line and the file`,
    );
  });

  test.each<[string, unknown, readonly string[]]>([
    ['those below the message', errorOf('too deep', ...FRAMES), FRAMES],
    ['none of the message', errorOf(SECRET, ...FRAMES), FRAMES],
    ['none of other lines', errorOf('x', 'secret', ...FRAMES, 'at home'), FRAMES],
    ['at most twenty', errorOf('x', ...Array.from({ length: 30 }, () => FRAMES[1] ?? '')), Array(20).fill(FRAMES[1])],
    ['of a stack that begins in another way', Object.assign(new Error('y'), { stack: FRAMES.join('\n') }), FRAMES],
    ['none of a text', '    at home', []],
    ['none without a stack', Object.assign(new Error('x'), { stack: 5 }), []],
  ])('frames: %s', (_, thrown, frames) => {
    expect(framesOf(thrown)).toBe(frames.join('\n'));
  });
});
