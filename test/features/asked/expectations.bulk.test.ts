import path from 'node:path';
import type { SaidTables } from '../../../src/core/ruleset/oneHost/saidTables';
import { completeExpectation } from '../../../src/features/expectations/complete';
import { generateExpectation } from '../../../src/features/expectations/generate';
import { hoverExpectation, hoverSetting } from '../../../src/features/expectations/hoverExpectation';
import { readExpectations } from '../../../src/features/expectations/readExpectations';
import { ExpectationRunner, type HostFile } from '../../../src/features/expectations/runExpectation';
import { modelOf } from '../../../src/features/fileModel';
import { blocksToText } from '../../../src/features/hover/blocks';
import { evaluate } from '../../../src/features/traceSession/evaluate';
import { answersOf } from '../../answers';
import { cursor, modelOfText } from '../sample';
import { ROUTER } from '../expectations/rules';
import { fileOf } from './files';

const file = (name: string): string => path.join(import.meta.dirname, name);
const router = modelOfText(ROUTER, 'router.md');
const withoutRules = modelOfText('Nothing of this is a rule.\n', 'notes.md');

/** What `@host NAME` reads. */
const hostFileOf = (name: string): HostFile =>
  name === 'lab.json'
    ? { value: { ifaces: [{ name: 'lab0', addrs: ['10.9.9.1/24'] }], sysctls: { 'net.ipv4.ip_forward': 0 } } }
    : { problem: `there is no file ${name}` };

/** Expectations, `⏎` between lines: what is wrong with them, or how each is judged. */
answersOf(file('expectations.txt'), (text, section) => {
  const model = section.startsWith('router') ? router : section === 'no rules' ? withoutRules : fileOf(section).model;
  const { expectations, errors } = readExpectations(text, 'iptest');
  const runner = new ExpectationRunner(model, hostFileOf);
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

interface ShownView {
  readonly answers?: Readonly<Record<string, boolean>>;
  readonly host?: object;
  readonly tables?: SaidTables;
  readonly set?: number;
  readonly outcome?: number;
  readonly above?: string;
}

/**
 * The expectation that is made of a trace: of a packet, or after ` | ` of what else the view has, as JSON: its answers,
 * the changed host, the tables, the number of the rule set and of the outcome, and the lines that are there already.
 */
answersOf(file('generated.txt'), (question, section) => {
  const [packet = '', given = '{}'] = question.split(' | ');
  const view = JSON.parse(given) as ShownView;
  const { model, dump: usual } = section.startsWith('router')
    ? { model: router, dump: router.defaultDump }
    : fileOf(section);
  const answers = view.answers ?? {};
  const reading = view.tables ? modelOf(model.file, view.tables) : model;
  const dump = view.set ? reading.dumps[view.set - 1] : view.tables ? reading.defaultDump : usual;
  if (!dump) throw new Error('there are no rules');
  const evaluation = evaluate(reading, dump, {
    expression: packet,
    outcome: view.outcome ?? 0,
    answers,
    overrides: view.host,
  });
  const shown = { evaluation, reply: undefined, overrides: view.host, ...(view.tables && { tables: view.tables }) };
  const made = generateExpectation(shown, model, view.above ?? '', section.endsWith('marked') ? 'marked' : 'iptest');
  return 'lines' in made ? made.lines : [made.problem];
});
