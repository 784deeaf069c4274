import type { OutcomeReport, Row, StepId } from '../../shared/traceReport';
import { tokensText } from './ruleTokens';
import { selectedPath, type TraceInput } from './traceInput';

/** At most this many steps are named; of more only their number. */
const MOST_FOUND = 1000;

/**
 * The steps that have a text in them, in the order in which the packet came by: rules by their line and the reason
 * beside it, notes by what they say, rules of folded runs by their line. Case does not count.
 */
export function findSteps(
  input: TraceInput,
  { groups }: OutcomeReport,
  text: string,
): { readonly steps: readonly StepId[]; readonly of: number } {
  const wanted = text.toLowerCase();
  const steps: StepId[] = [];
  let of = 0;
  const add = (step: StepId): void => {
    of++;
    if (steps.length < MOST_FOUND) steps.push(step);
  };
  if (wanted.trim() === '') return { steps, of };
  const { events } = selectedPath(input);
  const has = (words: string): boolean => words.toLowerCase().includes(wanted);
  for (const { title, quiet, rows } of groups)
    for (const row of rows) {
      if (row.kind === 'fold') {
        const event = events[row.id.event];
        if (event?.kind !== 'skipped') continue;
        for (let number = row.from; number <= row.to; number++) {
          const rule = event.rules[number - 1];
          if (rule && has(rule.line.text)) add({ kind: 'rule', event: row.id.event, rule: number });
        }
      } else if (has(rowText(row)) || (quiet && has(title))) add(row.id);
    }
  return { steps, of };
}

function rowText(row: Exclude<Row, { readonly kind: 'fold' }>): string {
  const line = row.line === undefined ? '' : `${row.line} `;
  return row.kind === 'note'
    ? `${line}${row.text} ${row.why}`
    : `${line}-A ${row.chain} ${tokensText(row.tokens)} ${row.why}`;
}
