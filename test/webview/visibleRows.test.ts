import { describe, expect, test } from 'vitest';
import type { FoldRow, OutcomeReport, Row, RuleRow, StepId } from '../../src/shared/protocol';
import { stepKey } from '../../src/shared/stepId';
import {
  addPage,
  foldOf,
  move,
  NOTHING_OPENED,
  parentOf,
  position,
  reveal,
  sameStep,
  toggle,
  visibleRows,
  type Opened,
  type RowMove,
} from '../../src/webview/visibleRows';

/** A step by a letter, a number or `5.3` (rule 3 of the run 5), as the tests name it. */
function step(name: string): StepId {
  const [first = '', second] = name.split('.');
  if (second !== undefined) return { kind: 'rule', event: Number(first), rule: Number(second) };
  return { kind: 'event', event: /^\d/.test(first) ? Number(first) : 1000 + first.charCodeAt(0) + first.length };
}

function nameOf(id: StepId | undefined): string | undefined {
  if (id?.kind === 'rule') return `${id.event}.${id.rule}`;
  return id && (id.event > 1000 ? String.fromCharCode(id.event - 1001) : String(id.event));
}

const stepOf = (name: string | undefined): StepId | undefined => (name === undefined ? undefined : step(name));

function rule(id: string, depth: number, number = 1, mark: RuleRow['mark'] = 'no'): RuleRow {
  return { kind: 'rule', id: step(id), depth, mark, line: number, why: '', chain: 'C', number, tokens: [] };
}

const fold: FoldRow = {
  kind: 'fold',
  id: step('f'),
  depth: 1,
  chain: 'C',
  from: 3,
  to: 9,
  text: '7 more rules did not match (3–9)',
};

function outcome(rows: readonly Row[], quiet: readonly Row[] = []): OutcomeReport {
  const group = { id: 'g', title: 'INPUT · filter', result: 'ACCEPT', tone: undefined, quiet: false, rows };
  return {
    badge: { text: '', tone: 'accept' },
    card: { code: 'received', headline: '', provided: [], rows: [], decided: [] },
    verdict: [],
    verdictText: '',
    path: [],
    decisive: undefined,
    groups: quiet.length > 0 ? [{ ...group, id: 'q', quiet: true, rows: quiet }, group] : [group],
  };
}

const chains = outcome(
  [rule('a', 0), rule('b', 1), rule('c', 1), rule('d', 2), fold, rule('e', 0)],
  [{ kind: 'note', id: step('z'), depth: 0, mark: 'absent', line: undefined, why: '', text: 'no such table' }],
);
const ids = (opened: Opened): string =>
  visibleRows(chains, opened)
    .map(({ row }) => nameOf(row.id))
    .join(' ');

describe('folding', () => {
  test.each<[string, readonly string[], string]>([
    ['nothing folded', [], 'z a b c d f e'],
    ['a jump folds all below it', ['a'], 'z a e'],
    ['an inner jump folds its own chain', ['c'], 'z a b c f e'],
    ['a rule without a chain below it', ['b'], 'z a b c d f e'],
  ])('%s', (_, collapsed, expected) => {
    expect(ids({ ...NOTHING_OPENED, collapsed: new Set(collapsed.map((name) => stepKey(step(name)))) })).toBe(expected);
  });

  test('to show a step, every chain above it is opened', () => {
    const closed = toggle(toggle(NOTHING_OPENED, step('a'), true), step('c'), true);
    expect(ids(reveal(closed, chains, step('d')))).toBe('z a b c d f e');
    expect(ids(reveal(closed, chains, step('b')))).toBe('z a b c f e');
    expect(ids(reveal(closed, chains, step('nothing')))).toBe('z a e');
  });
});

describe('pages of a long run', () => {
  const page = (from: number, to: number): RuleRow[] =>
    Array.from({ length: to - from + 1 }, (_, i) => rule(`5.${from + i}`, 1, from + i));

  test('a page stands before a fold for the rest', () => {
    const opened = addPage(NOTHING_OPENED, chains, step('f'), page(3, 5));
    const rows = visibleRows(chains, opened).map(({ row }) => row);
    expect(rows.map(({ id }) => nameOf(id)).join(' ')).toBe('z a b c d 5.3 5.4 5.5 f e');
    expect(rows.find(({ kind }) => kind === 'fold')).toMatchObject({
      from: 6,
      to: 9,
      text: '4 more rules did not match (6–9)',
    });
  });

  test('the last page takes the fold away', () => {
    const opened = addPage(addPage(NOTHING_OPENED, chains, step('f'), page(3, 5)), chains, step('f'), page(6, 9));
    expect(ids(opened)).toBe('z a b c d 5.3 5.4 5.5 5.6 5.7 5.8 5.9 e');
  });

  test.each<[string, string, RuleRow[]]>([
    ['one beyond the run', 'f', page(10, 12)],
    ['an empty one', 'f', []],
    ['one for no fold', 'a', page(3, 5)],
  ])('%s is ignored', (_, run, rows) => {
    expect(addPage(NOTHING_OPENED, chains, step(run), rows)).toBe(NOTHING_OPENED);
  });

  test('the same page twice counts once', () => {
    const once = addPage(NOTHING_OPENED, chains, step('f'), page(3, 5));
    expect(ids(addPage(once, chains, step('f'), page(3, 5)))).toBe(ids(once));
  });

  test.each<[string, readonly [number, number][], string]>([
    ['from the middle', [[5, 6]], 'f:3–4 5.5 5.6 f:7–9'],
    [
      'the middle, and one further on',
      [
        [5, 5],
        [7, 8],
      ],
      'f:3–4 5.5 f:6–6 5.7 5.8 f:9–9',
    ],
    [
      'later ones first',
      [
        [8, 9],
        [3, 4],
      ],
      '5.3 5.4 f:5–7 5.8 5.9',
    ],
    [
      'pages that overlap',
      [
        [4, 6],
        [5, 8],
      ],
      'f:3–3 5.4 5.5 5.6 5.7 5.8 f:9–9',
    ],
  ])('rules %s', (_, pages, expected) => {
    const opened = pages.reduce(
      (known, [from, to]) => addPage(known, chains, step('f'), page(from, to)),
      NOTHING_OPENED,
    );
    const run = visibleRows(chains, opened).filter(({ row }) => row.kind === 'fold' || row.id.kind === 'rule');
    expect(run.map(({ row }) => (row.kind === 'fold' ? `f:${row.from}–${row.to}` : nameOf(row.id))).join(' ')).toBe(
      expected,
    );
    expect(new Set(run.map(({ row }) => stepKey(row.id))).size).toBe(run.length);
  });

  test('the fold that a rule is in', () => {
    expect(foldOf(chains, { kind: 'rule', event: fold.id.event, rule: 5 })).toBe(fold);
    expect(foldOf(chains, { kind: 'rule', event: fold.id.event, rule: 10 })).toBeUndefined();
    expect(foldOf(chains, fold.id)).toBeUndefined();
  });
});

describe('only what matched', () => {
  const mixed = outcome([
    rule('a', 0, 1, 'jump'),
    rule('b', 1, 1, 'no'),
    rule('c', 1, 2, 'unknown'),
    fold,
    rule('d', 0, 2, 'no'),
    rule('e', 0, 3, 'accept'),
  ]);

  test.each<[string | undefined, string]>([
    [undefined, 'a c e'],
    ['b', 'a b c e'],
    ['d', 'a c d e'],
    ['e', 'a c e'],
  ])('with %s selected', (selected, expected) => {
    const rows = visibleRows(mixed, NOTHING_OPENED, { but: stepOf(selected) });
    expect(rows.map(({ row }) => nameOf(row.id)).join(' ')).toBe(expected);
  });
});

describe('stepping', () => {
  const rows = visibleRows(chains, NOTHING_OPENED);

  test.each<[string | undefined, RowMove, boolean, string | undefined]>([
    [undefined, 'next', true, 'a'],
    [undefined, 'next', false, 'z'],
    ['a', 'next', true, 'b'],
    ['d', 'next', true, 'e'],
    ['d', 'next', false, 'f'],
    ['e', 'next', true, 'e'],
    ['e', 'previous', true, 'd'],
    ['a', 'previous', true, 'a'],
    ['a', 'previous', false, 'z'],
    ['d', 'first', true, 'a'],
    ['d', 'last', true, 'e'],
  ])('from %s to the %s, steps only %s: %s', (from, to, stepsOnly, expected) => {
    expect(nameOf(move(rows, stepOf(from), to, stepsOnly))).toBe(expected);
  });

  test('nothing to step through', () => {
    expect(move([], undefined, 'next', true)).toBeUndefined();
  });

  test.each<[string | undefined, number]>([
    ['a', 1],
    ['e', 5],
    ['f', 0],
    [undefined, 0],
  ])('%s is step %i of 5', (name, at) => {
    expect(position(rows, stepOf(name))).toEqual({ at, of: 5 });
  });

  test.each<[string, string | undefined]>([
    ['b', 'a'],
    ['d', 'c'],
    ['f', 'a'],
    ['a', undefined],
    ['nothing', undefined],
  ])('%s is below %s', (name, parent) => {
    expect(nameOf(parentOf(rows, step(name)))).toBe(parent);
  });
});

describe('the same step after an edit', () => {
  const before = visibleRows(chains, NOTHING_OPENED);
  const after = visibleRows(outcome([rule('10', 0, 7), rule('11', 0, 1)]), NOTHING_OPENED);

  test.each<[string | undefined, string | undefined]>([
    ['a', '11'],
    ['z', undefined],
    ['nothing', undefined],
    [undefined, undefined],
  ])('%s is %s', (name, expected) => {
    expect(nameOf(sameStep(before, stepOf(name), after))).toBe(expected);
  });
});
