import { stepDetail } from '../../traceReport/stepDetail';
import { tokensText } from '../../traceReport/ruleTokens';
import { textOfSpans } from '../../traceReport/verdict';
import type { TraceInput } from '../../traceReport/traceInput';
import type { ReportedCondition } from '../../../shared/traceReport';
import type { Cursor, Recording } from '../recording';
import type { Variable } from './variable';

/** What is there: what the rule asks, what the packet has, and what comes of it. */
export function ruleVariables(input: TraceInput, recording: Recording, cursor: Cursor): readonly Variable[] {
  const event = recording.eventAt(cursor);
  if (!event) return [];
  const detail = stepDetail(
    input,
    event.kind === 'skipped'
      ? { kind: 'rule', event: cursor.event, rule: cursor.rule }
      : { kind: 'event', event: cursor.event },
  );
  if (!detail) return [];
  const text = (name: string, value: string): readonly Variable[] => (value === '' ? [] : [{ name, value }]);
  const isRule = event.kind === 'rule' || event.kind === 'skipped';
  return [
    ...text('rule', isRule ? tokensText(detail.tokens) : textOfSpans(detail.title)),
    ...(isRule
      ? [{ name: 'matched', value: String(event.kind === 'rule' && event.matched), expression: 'matched' }]
      : []),
    ...text('why', detail.happened),
    ...(detail.conditions.length > 0
      ? [
          {
            name: 'conditions',
            value: conditionsWords(detail.conditions),
            children: () => detail.conditions.map(conditionVariable),
          },
        ]
      : []),
    ...detail.changes.map(({ field, before, after }) => ({ name: `changes ${field}`, value: `${before} → ${after}` })),
    ...text('then', detail.consequence),
    ...text('purpose', detail.purpose.join(' ')),
    ...detail.notes.map(({ title, text: value }) => ({ name: title, value })),
    ...text('line', detail.line === undefined ? '' : String(detail.line)),
  ];
}

function conditionsWords(conditions: readonly ReportedCondition[]): string {
  const count = (result: ReportedCondition['result']): number =>
    conditions.filter((each) => each.result === result).length;
  const parts = (['yes', 'no', 'unknown', 'not-asked'] as const)
    .map((result) => [count(result), result === 'not-asked' ? 'not evaluated' : result] as const)
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`);
  return parts.join(', ');
}

function conditionVariable({ text, actual, result, reason }: ReportedCondition): Variable {
  const answer = result === 'not-asked' ? 'not evaluated' : result;
  const why = reason === '' ? '' : ` (${reason})`;
  return { name: text, value: `${answer}${result === 'not-asked' ? '' : `: ${actual}`}${why}` };
}
