import path from 'node:path';
import { completeExpectation } from '../../../src/features/expectations/complete';
import { generateExpectation } from '../../../src/features/expectations/generate';
import { hoverExpectation, hoverSetting } from '../../../src/features/expectations/hoverExpectation';
import { readExpectations } from '../../../src/features/expectations/readExpectations';
import { ExpectationRunner } from '../../../src/features/expectations/runExpectation';
import { blocksToText } from '../../../src/features/hover/blocks';
import { evaluate } from '../../../src/features/traceSession/evaluate';
import { answersOf } from '../../answers';
import { cursor, modelOfText } from '../sample';
import { ROUTER } from '../expectations/rules';
import { fileOf } from './files';

const file = (name: string): string => path.join(import.meta.dirname, name);
const router = modelOfText(ROUTER, 'router.md');

/** Expectations, `⏎` between lines: what is wrong with them, or how each is judged. */
answersOf(file('expectations.txt'), (text, section) => {
  const model = section.startsWith('router') ? router : fileOf(section).model;
  const { expectations, errors } = readExpectations(text, 'iptest');
  const runner = new ExpectationRunner(model);
  return [
    ...errors.map(({ line, start, end, message }) => `! line ${line + 1} ${start}–${end}: ${message}`),
    ...expectations.flatMap((expectation) => {
      const { status, message, notes, columns, packet, expected, actual } = runner.run(expectation);
      return [
        `${status}${packet === undefined ? '' : `: ${packet}`}${columns ? ` at ${columns.start}–${columns.end}` : ''}`,
        ...message.split('\n').filter((line) => line !== ''),
        ...notes.map((note) => `note: ${note}`),
        ...(expected === actual
          ? []
          : [`expected: ${expected.replaceAll('\n', '; ')}`, `actual: ${actual.replaceAll('\n', '; ')}`]),
      ];
    }),
  ];
});

/** The hover and the completions at a mark in an expectation. */
answersOf(file('expectationWords.txt'), (marked, section) => {
  const { text, column } = cursor(marked);
  const { expectations, settings } = readExpectations(text, 'iptest');
  if (section === 'completions') {
    const list = completeExpectation(
      text,
      column,
      'iptest',
      readExpectations('office = 203.0.113.9\ninterface wg7', 'iptest').settings,
      router,
    );
    if (!list) return ['nothing'];
    const shown = [...list.items].sort((a, b) => a.rank - b.rank).slice(0, 24);
    return [
      `[${text.slice(list.range.start, list.range.end)}]`,
      ...shown.map(({ label, kind, detail }) => `${label}, ${kind}${detail === '' ? '' : `: ${detail}`}`),
      ...(list.items.length > shown.length ? [`… ${list.items.length - shown.length} more`] : []),
    ];
  }
  const [expectation] = expectations;
  const hover = expectation
    ? hoverExpectation(text, column, expectation, router, () => new ExpectationRunner(router).run(expectation))
    : hoverSetting(text, column);
  if (!hover) return [`nothing (${settings.names.size} names)`];
  return [
    `[${text.slice(hover.start, hover.end)}]`,
    ...blocksToText(hover.blocks)
      .split('\n')
      .filter((line) => line !== ''),
  ];
});

/** The expectation that is made of a trace. */
answersOf(file('generated.txt'), (packet, section) => {
  const { model, dump } = section.startsWith('router') ? { model: router, dump: router.defaultDump } : fileOf(section);
  if (!dump) throw new Error('there are no rules');
  const evaluation = evaluate(model, dump, { expression: packet, outcome: 0, answers: {}, overrides: undefined });
  const shown = { evaluation, reply: undefined, answers: {}, overrides: undefined };
  const made = generateExpectation(shown, model, '', section.endsWith('marked') ? 'marked' : 'iptest');
  return 'lines' in made ? made.lines : [made.problem];
});
