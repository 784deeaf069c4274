import path from 'node:path';
import { traceForModel, TRACE_FIELDS } from '../../../src/features/modelTools/tracePacketTool';
import { ToolInput } from '../../../src/features/modelTools/toolInput';
import { findRemedies } from '../../../src/features/remedies/findRemedies';
import { lineMarks } from '../../../src/features/traceSession/lineMarks';
import { lineNotes } from '../../../src/features/traceSession/lineNotes';
import { findingsOf, findingsOfOutcome, replyOf, shortFinding, verdictOfReply } from '../../../src/features/replies';
import { badgeOf } from '../../../src/features/traceReport/verdict';
import { evaluate, type Evaluation } from '../../../src/features/traceSession/evaluate';
import { answersOf, outlineOf } from '../../answers';
import { fileOf } from './files';

/** All that is said of a packet: outcomes, what was assumed, notes, remedies and steps. */
answersOf(path.join(import.meta.dirname, 'traces.txt'), (packet, section) => {
  const { model } = fileOf(section);
  const input = ToolInput.read({ packet }, TRACE_FIELDS);
  if ('problem' in input) return [input.problem];
  const text = traceForModel({ name: 'rules', model }, input);
  return (typeof text === 'string' ? text.trimEnd() : text.problem).split('\n').filter((line) => line !== '');
});

function evaluationOf(section: string, expression: string, outcome = 0): Evaluation {
  return evaluate(fileOf(section).model, fileOf(section).dump, {
    expression,
    outcome,
    answers: {},
    overrides: undefined,
  });
}

/** The marks of the lines of a file and the notes beside them; `N:` before the packet is the outcome on show, from 1. */
answersOf(path.join(import.meta.dirname, 'lines.txt'), (question, section) => {
  const [, outcome = '1', packet = ''] = /^(?:(\d+): )?(.*)$/s.exec(question) ?? [];
  const { input } = evaluationOf(section, packet, Number(outcome) - 1);
  if (!input) return ['nothing is traced'];
  const { marks } = lineMarks(input, undefined, 'the packet ', [2]);
  const notes = new Map(lineNotes(input, 1, 100_000).map((note) => [note.line, note]));
  const lines = new Set([...marks.map(({ line }) => line), ...notes.keys()]);
  return [...lines]
    .sort((a, b) => a - b)
    .map((line) => {
      const mark = marks.find((each) => each.line === line);
      const note = notes.get(line);
      return [
        `${line}`,
        mark ? [mark.kind, mark.text].join(' ').trim() : '-',
        note ? `${note.matched ? '✓' : '✗'} ${note.text}` : '-',
      ].join(' | ');
    });
});

/** What would have to change for a packet, and how that is tried. */
answersOf(path.join(import.meta.dirname, 'remedies.txt'), (question, section) => {
  const [, outcome = '1', packet = ''] = /^(?:(\d+): )?(.*)$/s.exec(question) ?? [];
  return findRemedies(evaluationOf(section, packet, Number(outcome) - 1)).flatMap(({ remedy, edits }) => [
    `${remedy.title.map(({ text }) => text).join('')} => ${remedy.result.map(({ text, tone }) => `${text} (${tone})`).join(', ')}` +
      `${remedy.live ? ', live' : ''}${edits().length > 0 ? ', in the file' : ''}`,
    ...(remedy.note ? [`  ${remedy.note}`] : []),
    ...(remedy.packet === undefined || remedy.commands.includes(remedy.packet) ? [] : [`  ${remedy.packet}`]),
    ...remedy.commands.map((command) => `  $ ${command}`),
    ...(remedy.makes ? outlineOf(remedy.makes, '  ') : []),
    ...edits().map(({ line, text }) => `  ${line}: ${text ?? 'gone'}`),
  ]);
});

/** The reply on each path of a packet: all together, then each outcome of it where there are several. */
answersOf(path.join(import.meta.dirname, 'replies.txt'), (packet, section) => {
  const { input, setting } = evaluationOf(section, packet);
  if (!input) return ['nothing is traced'];
  return input.traced.outcomes.flatMap((walked) => {
    const reply = replyOf(walked, setting.setting, undefined, input);
    if (reply.kind === 'none') return [`${badgeOf(walked).text}: no reply, ${reply.why}`];
    const { outcomes } = reply.traced;
    return [
      `${badgeOf(walked).text}: ${verdictOfReply(reply)} [${shortFinding(reply)}]`,
      ...findingsOf(reply).map((words) => `  ${words}`),
      ...(outcomes.length > 1
        ? outcomes.flatMap((each, i) => [
            `  ${badgeOf(each).text}: ${verdictOfReply(reply, i)}`,
            ...findingsOfOutcome(reply, i).words.map((words) => `    ${words}`),
          ])
        : []),
    ];
  });
});
