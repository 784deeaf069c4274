import { describe, expect, test } from 'vitest';
import type { ToEditor } from '../../src/shared/protocol';
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

const BYTES = new Uint8Array(1);

/** One of each type, with all its parts. */
const EACH: { readonly [T in ToEditor['type']]: Omit<Extract<ToEditor, { readonly type: T }>, 'type'> } = {
  ready: { restored: undefined },
  theme: { id: 'a' },
  trace: { expression: 'a' },
  complete: { id: 1, text: 'a', column: 1, asked: true },
  pin: { expression: 'a', pinned: true },
  'set-field': { name: 'a', value: 'a' },
  'choose-dump': { id: 'a' },
  'choose-scenario': { id: 'a' },
  'choose-outcome': { index: 1 },
  'choose-leg': { id: 'a' },
  'show-ways': { shown: true },
  'choose-way-leg': { way: 'a', id: 'a' },
  'paste-trace': { text: 'a' },
  'capture-file': { name: 'a', bytes: BYTES },
  'capture-rows': { from: 1 },
  'capture-again': {},
  'capture-iface': { name: 'a' },
  'close-capture': {},
  'show-reply': { shown: true },
  answer: { question: 'a', chosen: 1 },
  select: { revision: 1, step: { kind: 'event', event: 1 }, reveal: true },
  'open-line': { line: 1 },
  expand: { revision: 1, run: { kind: 'fold', event: 1, from: 1 }, from: 1, count: 1 },
  revert: {},
  find: { revision: 1, text: 'a' },
  'ask-remedies': { revision: 1 },
  'what-if': { text: 'a' },
  'what-if-step': { revision: 1, step: { kind: 'beside', event: 1, why: 'absent' } },
  'what-if-remedy': { revision: 1, index: 1 },
  'what-if-back': { index: 1 },
  'what-if-copy': {},
  'copy-remedy': { revision: 1, index: 1 },
  'try-remedy': { revision: 1, index: 1 },
  'add-expectation': {},
  copy: { format: 'text' },
  share: {},
  drawn: { png: BYTES },
};

const OTHER_TYPES = [7.5, 'x'.repeat(3), true, {}, [], 1];

test.each(Object.entries(EACH))('a message %s is read, and no part of it may be of another type', (type, parts) => {
  expect(readMessage({ type, ...parts })).toEqual({ type, ...parts });
  const checked = Object.entries(parts).filter(([name]) => name !== 'restored');
  for (const [name, value] of checked)
    for (const other of OTHER_TYPES.filter((each) => typeof each !== typeof value || typeof value === 'object'))
      expect(readMessage({ type, ...parts, [name]: other }), `${name}: ${JSON.stringify(other)}`).toBeUndefined();
});

test.each<[object, boolean]>([
  [{ kind: 'event', event: 1 }, true],
  [{ kind: 'event' }, false],
  [{ kind: 'rule', event: 1, rule: 1 }, true],
  [{ kind: 'rule', event: 1, rule: '1' }, false],
  [{ kind: 'fold', event: 1, from: 1 }, true],
  [{ kind: 'fold', event: 1 }, false],
  [{ kind: 'beside', event: 1, why: 'absent' }, true],
  [{ kind: 'beside', event: 1, why: 'asleep' }, true],
  [{ kind: 'beside', event: 1, why: 'elsewhere' }, false],
  [{ kind: 'other', event: 1 }, false],
])('the step %j is one: %s', (step, expected) => {
  expect(readMessage({ type: 'select', revision: 1, step, reveal: true }) !== undefined).toBe(expected);
});

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
    [{ ...KEPT, tables: { a: 'nat' }, reply: true, ways: false, kernel: 1, recent: ['a'], pinned: [] }, true],
    [{ ...KEPT, tables: { a: 1 } }, false],
    [{ ...KEPT, reply: 'yes' }, false],
    [{ ...KEPT, ways: 1 }, false],
    [{ ...KEPT, kernel: '1' }, false],
    [{ ...KEPT, recent: 'a' }, false],
    [{ ...KEPT, recent: [1] }, false],
    [{ ...KEPT, pinned: ['a', 1] }, false],
    [{ ...KEPT, dump: 0 }, false],
    [{ ...KEPT, scenario: 1 }, false],
    [{ ...KEPT, expression: undefined }, false],
    [{ ...KEPT, whatIf: [{ kind: 'typed', text: 'a' }] }, true],
    [{ ...KEPT, whatIf: [{ kind: 'off', text: 'a', line: 1 }] }, true],
    [{ ...KEPT, whatIf: [{ kind: 'off', text: 'a' }] }, false],
    [{ ...KEPT, whatIf: [{ kind: 'typed', text: 1 }] }, false],
    [{ ...KEPT, whatIf: [{ kind: 'other', text: 'a', line: 1 }] }, false],
    [{ ...KEPT, whatIf: ['a'] }, false],
    [undefined, false],
    ['x', false],
  ])('%j: %s', (state, expected) => {
    expect(isKept(state)).toBe(expected);
  });
});
