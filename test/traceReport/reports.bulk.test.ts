import path from 'node:path';
import { fileOf } from '../features/asked/files';
import { answersOf, outlineOf } from '../answers';
import { makeReport } from '../../src/features/traceReport/makeReport';
import { stepDetail } from '../../src/features/traceReport/stepDetail';
import { selectPath, type TraceInput } from '../../src/features/traceReport/traceInput';
import { evaluate } from '../../src/features/traceSession/evaluate';
import type { Row, StepDetail, TraceReport } from '../../src/shared/protocol';

function inputOf(section: string, question: string): TraceInput {
  const { model, dump } = fileOf(section);
  const [expression = '', path] = question.split(' | ');
  const { input, problems } = evaluate(model, dump, { expression, outcome: 0, answers: {}, overrides: undefined });
  if (!input) throw new Error(problems.map(({ message }) => message).join('; '));
  return path === undefined ? input : selectPath(input, Number(path) - 1);
}

/** The report of a path but for its rows and what a text of the trace has. */
function sketch({ tabs, questions, moreQuestions, group, outcome, packet, family }: TraceReport): readonly string[] {
  const { badge, card, path: nodes } = outcome;
  return [
    `IPv${family} ${packet}${group === '' ? '' : ` (${group})`}`,
    ...(tabs.length > 1
      ? outlineOf(tabs.map(({ badge, name, label, probability }) => ({ badge: badge.text, name, label, probability })))
      : []),
    ...outlineOf(
      questions.map(({ choices, ...question }) => ({
        ...question,
        choices: choices.map(({ text }) => text).join(' / '),
      })),
    ),
    ...(moreQuestions > 0 ? [`${moreQuestions} more questions`] : []),
    ...outlineOf({ badge, card }),
    ...nodes.map(
      ({ kind, title, tables, text, state, tone, assumed, changes }) =>
        `${kind} ${title} ${state}${tone === undefined ? '' : ` ${tone}`}: ${text}` +
        tables.map(({ name, state }) => ` ${name} ${state}`).join(',') +
        (changes.length === 0 ? '' : ` (${changes.join(', ')})`) +
        (assumed === undefined ? '' : ` assumed: ${assumed}`),
    ),
  ];
}

/** A packet, and perhaps the number of the path that is shown. */
answersOf(path.join(import.meta.dirname, 'reports.txt'), (question, section) =>
  sketch(makeReport(inputOf(section, question))),
);

/** What is told of each step of a path, but for the values of the packet that no step changed. */
answersOf(path.join(import.meta.dirname, 'details.txt'), (question, section) => {
  const input = inputOf(section, question);
  const rows = makeReport(input).outcome.groups.flatMap((group) => group.rows);
  return rows.flatMap((row, i) => {
    const detail = stepDetail(input, row.id);
    return [rowWords(row), ...(detail ? detailOf(detail, i + 1 === rows.length) : ['  no detail'])];
  });
});

function rowWords(row: Row): string {
  const common = `${row.kind} ${'  '.repeat(row.depth)}`;
  if (row.kind === 'fold') return `${common}${row.text}`;
  const text = row.kind === 'note' ? row.text : row.tokens.map((token) => token.short ?? token.text).join(' ');
  return `${common}${row.mark} ${text} | ${row.why}`;
}

function detailOf(detail: StepDetail, last: boolean): readonly string[] {
  const { title, happened, purpose, conditions, changes, consequence, notes, changedBy, tries } = detail;
  const state = detail.state
    .map((group) => ({ ...group, values: group.values.filter(({ changed }) => last || changed) }))
    .filter(({ values }) => values.length > 0);
  const words = title.map(({ text }) => text).join('');
  return outlineOf(
    { title: words, happened, purpose, conditions, changes, consequence, notes, changedBy, tries, state },
    '  ',
  );
}
