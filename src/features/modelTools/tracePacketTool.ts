import { visible } from '../../core/text/visible';
import { findRemedies } from '../remedies/findRemedies';
import { remediesText } from '../remedies/remediesText';
import { decisionPlace } from '../share/sharedTrace';
import { outcomeReport } from '../traceReport/makeReport';
import { outcomeTabs } from '../traceReport/outcomeTabs';
import { percent } from '../traceReport/questions';
import { selectPath, type TraceInput } from '../traceReport/traceInput';
import { traceText } from '../traceReport/traceText';
import { assumedFacts } from '../traceSession/assumedFacts';
import { evaluate, type Evaluation } from '../traceSession/evaluate';
import { unreadLines } from '../unread';
import { limited } from './limited';
import { dumpNumbered, fileLine, type ToolFile } from './toolFile';
import type { ToolFields, ToolInput, ToolProblem } from './toolInput';

export const TRACE_FIELDS: ToolFields = {
  packet: { type: 'string', required: true, most: 4000 },
  file: { type: 'string', most: 4000 },
  rules: { type: 'string', most: 2_000_000 },
  ruleSet: { type: 'integer', most: 1000 },
};

/**
 * What becomes of a packet, the answer first: each possible outcome with the lines that decided, then everything that
 * was assumed, what would change it, and the steps.
 */
export function traceForModel(file: ToolFile, input: ToolInput): string | ToolProblem {
  const dump = dumpNumbered(file, input.number('ruleSet'));
  if ('problem' in dump) return dump;
  const { model } = file;
  const expression = input.text('packet') ?? '';
  const evaluation = evaluate(model, dump, { expression, outcome: 0, answers: {}, overrides: undefined });
  const traced = evaluation.input;
  if (!traced) return { problem: evaluation.problems.map(({ message }) => message).join('; ') };
  const assumed = assumedFacts(model, dump, evaluation, { choose: '"ruleSet" selects it' }).map(
    ({ message }) => message,
  );
  const notes = [...evaluation.notes, ...evaluation.contradictions, ...unreadNote(file)];
  const text = [
    `File: ${fileLine(file, dump)}`,
    `Packet: ${traced.packet}`,
    ...outcomeLines(traced),
    ...section('Assumed, because neither the file nor the packet states it', assumed),
    ...section('Notes', notes),
    ...remedyLines(evaluation),
    '',
    'Steps, with the line of the file before each rule:',
  ]
    .map(visible)
    .join('\n');
  return limited(
    `${text}\n${traceText(traced)}`,
    'the outcomes above are complete, and an explanation of a chain lists its rules',
  );
}

function outcomeLines(input: TraceInput): readonly string[] {
  const tabs = outcomeTabs(input);
  const more = input.traced.outcomes.length - tabs.length;
  return [
    ...(tabs.length > 1 ? [`${tabs.length} outcomes are possible, because something is not known:`] : []),
    ...tabs.flatMap(({ badge, probability, assumptions }, i) => {
      const { card, verdictText } = outcomeReport(selectPath(input, i));
      const chance = probability === undefined ? '' : ` (${percent(probability)})`;
      return [
        `${tabs.length > 1 ? `Outcome ${i + 1}` : 'Outcome'}: ${badge.text}${chance}: ${verdictText}`,
        ...assumptions.map(({ text, reason }) => `  only if ${text} (${reason})`),
        ...card.provided.map(({ what, reason }) => `  only if ${what} (${reason})`),
        ...card.decided.map((decision) => `  ${decision.word} ${decisionPlace(decision)}`),
      ];
    }),
    ...(more > 0 || input.traced.truncated ? ['More outcomes are possible than are shown.'] : []),
  ];
}

function section(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : ['', `${title}:`, ...items.map((item) => `  ${item}`)];
}

function unreadNote({ model }: ToolFile): readonly string[] {
  const { length } = unreadLines(model);
  return length === 0
    ? []
    : [
        `${length} ${length === 1 ? 'line that looks like a rule or a fact was' : 'lines that look like rules or facts were'} ` +
          'not read.',
      ];
}

function remedyLines(evaluation: Evaluation): readonly string[] {
  const text = remediesText(findRemedies(evaluation));
  return text === '' ? [] : text.trimEnd().split('\n');
}
