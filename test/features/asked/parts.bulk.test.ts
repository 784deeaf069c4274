import path from 'node:path';
import { formatPacketExpression, parsePacketExpression } from '../../../src/core/net/packetExpression';
import { lensesOf } from '../../../src/features/codeLens';
import { ruleSetOf } from '../../../src/features/fileModel';
import { settingOf } from '../../../src/features/fileTrace';
import { loadWarnings } from '../../../src/features/loadProblems';
import { assumedFacts } from '../../../src/features/traceSession/assumedFacts';
import { evaluate } from '../../../src/features/traceSession/evaluate';
import { hostFields, hostOverrides } from '../../../src/features/traceSession/hostFields';
import { lineMarks } from '../../../src/features/traceSession/lineMarks';
import { withField } from '../../../src/features/traceSession/packetForm';
import { readingFacts } from '../../../src/features/traceSession/readingFacts';
import { replyState, replyTo } from '../../../src/features/traceSession/shownReply';
import { answersOf, outlineOf } from '../../answers';
import { modelOfText } from '../sample';
import { fileOf } from './files';

const file = (name: string): string => path.join(import.meta.dirname, name);

/** The packet of a section with a field changed, and further ones, each behind ` | `: the packet, or what is wrong. */
answersOf(
  file('fields.txt'),
  (question, section) => {
    let { request } = parsePacketExpression(section);
    if (!request) throw new Error(`${section} is not a packet`);
    const said: string[] = [];
    for (const change of question.split(' | ')) {
      const [name = ''] = change.split(' ');
      const next = withField(request, name, change.slice(name.length));
      if (typeof next === 'string') said.push(`! ${next}`);
      else said.push(formatPacketExpression((request = next)));
    }
    return said;
  },
  () => undefined,
);

/** What was assumed for a packet, with its line and the field that changes it, and what contradicts it. */
answersOf(file('assumed.txt'), (expression, section) => {
  const { model, dump } = fileOf(section);
  const evaluation = evaluate(model, dump, { expression, outcome: 0, answers: {}, overrides: undefined });
  return [
    ...evaluation.problems.map(({ start, end, message }) => `! ${start}–${end} ${message}`),
    ...assumedFacts(model, dump, evaluation).map(
      ({ message, line, field }) =>
        `${line === undefined ? '' : `line ${line}: `}${message}${field === undefined ? '' : ` [${field}]`}`,
    ),
    ...evaluation.contradictions.map((message) => `but: ${message}`),
    ...evaluation.notes.map((message) => `read: ${message}`),
    ...outlineOf({ listenersFrom: evaluation.input?.listenersFrom }),
  ];
});

/** The fields of a host, and those that are changed, `FIELD=VALUE` each, ` | ` between them; and what they override. */
answersOf(file('hostFields.txt'), (question, section) => {
  const { model, dump } = fileOf(section);
  const { ownFile, setting } = settingOf(model, dump);
  const { host } = setting;
  const changes = Object.fromEntries(
    question === 'as it is' ? [] : question.split(' | ').map((each) => /^([^=]*)=(.*)$/s.exec(each)?.slice(1) ?? []),
  ) as Readonly<Record<string, string>>;
  const fields = hostFields(ownFile, host, changes).filter(({ given }) => question === 'as it is' || given);
  const { overrides, problems } = hostOverrides(ownFile, host, changes);
  return [
    ...fields.map(
      ({ name, label, group, value, given, why, choices, closed }) =>
        `${name} ${group} ${label}: ${value}${given ? ' given' : ` (${why})`}` +
        (choices.length > 0 ? ` ${closed ? 'one of' : 'such as'} ${choices.join(', ')}` : ''),
    ),
    ...outlineOf({ overrides }),
    ...[...problems].map(([name, message]) => `! ${name}: ${message}`),
  ];
});

/** Lines of a text: what does not load of its rules, and the links above its lines, with those of its rule sets. */
answersOf(file('links.txt'), (text, section) => {
  const model = modelOfText(text, section === 'notes' ? 'notes.md' : 'rules.v4');
  return [
    ...model.dumps.flatMap(({ section }) => loadWarnings(ruleSetOf(section))),
    ...lensesOf(model, { dumps: true }).map(
      ({ line, dump, chain, packet, title, note }) =>
        `${line}: ${title} (${note}), of ${dump}${chain ? `, ${chain.table} ${chain.hook}` : ''}` +
        (packet === undefined ? '' : `, ${packet}`),
    ),
  ];
});

/** The lines that a path of a packet left a trace on, behind ` | ` its number; and its reply, as offered and as shown. */
answersOf(file('marks.txt'), (question, section) => {
  const { model, dump } = fileOf(section);
  const [expression = '', path = '1'] = question.split(' | ');
  const asked = { expression, outcome: Number(path) - 1, answers: {}, overrides: undefined };
  const evaluation = evaluate(model, dump, asked);
  if (!evaluation.input) throw new Error(`${expression} cannot be traced`);
  const { marks } = lineMarks(evaluation.input, undefined, '', [1]);
  const shown = replyTo(evaluation, 0);
  const reply = shown?.evaluation;
  return [
    marks.map(({ line, kind, text }) => `${line} ${kind}${text === '' ? '' : ` ${text}`}`).join('; '),
    ...outlineOf({ offered: replyState(evaluation, undefined), shown: shown && replyState(evaluation, shown) }),
    ...(reply?.filled ?? []).map(({ field, value, why }) => `${field} ${value}: ${why}`),
    ...(reply?.assumed ?? []).map(({ message }) => message),
    ...(reply?.input?.traced.outcomes ?? []).flatMap(({ provided = [] }) => provided.map(({ what }) => `if ${what}`)),
  ];
});

/** What the view says of how a text was read: as a question has it, or as many times as it says, `%` numbered. */
answersOf(file('readings.txt'), (question) => {
  const [, times = '1', text = ''] = /^(?:(\d+) times )?(.*)$/s.exec(question) ?? [];
  const lines = Array.from({ length: Number(times) }, (_, i) => text.replaceAll('%', String(i % 200)));
  const { summary, found, unread, unreadCount } = readingFacts(modelOfText(lines.join('\n'), 'notes.md'));
  const listed = (facts: typeof found): readonly string[] => {
    const all = facts.map(({ message, line }) => `${line === undefined ? '' : `line ${line}: `}${message}`);
    return all.length > 8 ? [...all.slice(0, 2), `(${all.length})`, ...all.slice(-2)] : all;
  };
  return [summary, ...listed(found), `${unreadCount} not read`, ...listed(unread)];
});
