import { describe, expect, test } from 'vitest';
import { isKept, readMessage } from '../../src/features/traceSession/readMessage';

const STEP = { kind: 'rule', event: 3, rule: 7 };
const KEPT = {
  version: 1,
  uri: 'file:///a',
  dump: '0',
  scenario: undefined,
  expression: 'tcp',
  outcome: 0,
  step: undefined,
  answers: { a: true },
  hostFields: { b: '1' },
};

describe('messages of the page', () => {
  test.each<[unknown]>([
    [{ type: 'ready', restored: undefined }],
    [{ type: 'ready' }],
    [{ type: 'trace', expression: '' }],
    [{ type: 'set-field', name: 'a', value: '' }],
    [{ type: 'answer', question: 'q', chosen: null }],
    [{ type: 'answer', question: 'q', chosen: 1 }],
    [{ type: 'select', revision: 1, step: STEP, reveal: false }],
    [{ type: 'expand', revision: 1, run: STEP, from: 1, count: 5 }],
    [{ type: 'copy', format: 'markdown' }],
    [{ type: 'open-line', line: 3, more: 1 }],
  ])('%j is one', (message) => {
    expect(readMessage(message)).toBe(message);
  });

  test.each<[unknown]>([
    [undefined],
    [null],
    ['trace'],
    [[]],
    [{}],
    [{ type: 1 }],
    [{ type: 'constructor' }],
    [{ type: '__proto__' }],
    [{ type: 'trace' }],
    [{ type: 'trace', expression: 7 }],
    [{ type: 'trace', expression: null }],
    [{ type: 'set-field', name: 'a' }],
    [{ type: 'select', revision: 1, step: STEP }],
    [{ type: 'select', revision: 1, step: '7', reveal: true }],
    [{ type: 'select', revision: 1, step: { kind: 'rule', event: 7 }, reveal: true }],
    [{ type: 'expand', revision: 1, run: { kind: 'run', event: 7 }, from: 1, count: 5 }],
    [{ type: 'select', revision: '1', step: STEP, reveal: true }],
    [{ type: 'open-line', line: 1.5 }],
    [{ type: 'open-line', line: Infinity }],
    [{ type: 'copy', format: 'html' }],
    [{ type: 'answer', question: 'q', chosen: 'x' }],
  ])('%j is none', (message) => {
    expect(readMessage(message)).toBeUndefined();
  });
});

describe('what a page had kept', () => {
  test.each<[unknown, boolean]>([
    [KEPT, true],
    [{ ...KEPT, dump: null }, true],
    [{ ...KEPT, version: 2 }, false],
    [{ ...KEPT, uri: 1 }, false],
    [{ ...KEPT, answers: { a: 'yes' } }, false],
    [{ ...KEPT, answers: null }, false],
    [{ ...KEPT, answers: [] }, false],
    [{ ...KEPT, hostFields: { b: 1 } }, false],
    [{ ...KEPT, outcome: '0' }, false],
    [{ ...KEPT, step: 5 }, false],
    [{ ...KEPT, step: '5' }, false],
    [{ ...KEPT, step: STEP }, true],
    [undefined, false],
    ['x', false],
  ])('%j: %s', (state, expected) => {
    expect(isKept(state)).toBe(expected);
  });
});
