import { readFileSync } from 'node:fs';
import path from 'node:path';
import { kernelTraceIn } from '../../../src/features/kernelTrace/kernelTraceOf';
import { agreementWords } from '../../../src/features/kernelTrace/agreementWords';
import { traceAllAgainst } from '../../../src/features/kernelTrace/traceAgainst';
import { answersOf } from '../../answers';
import { modelOfText } from '../sample';

const recorded = (name: string): string => readFileSync(`test/fixtures/kernelTrace/${name}`, 'utf8');

/**
 * A change of the rules, `FROM => TO`, with which packets of a trace that a kernel recorded are traced: of each that
 * then differs where, and of the others how many. A section is the file of the rules and that of the trace.
 */
answersOf(path.join(import.meta.dirname, 'kernelTraces.txt'), (question, section) => {
  const [rules = '', trace = ''] = section.split(', ').map(recorded);
  const [from = '', to = ''] = question.split(' => ');
  if (from !== 'as it is' && !rules.includes(from)) return [`${from} is not in the rules`];
  const model = modelOfText(rules.replaceAll(from, to), 'rules.md');
  if (!model.defaultDump) return ['there are no rules'];
  const all = [...traceAllAgainst(model, model.defaultDump, kernelTraceIn(trace))];
  const different = all.filter(({ comparison }) => comparison?.difference !== undefined);
  return [
    `${all.length - different.length} of ${all.length} agree`,
    ...different.slice(0, 3).flatMap(({ expression, comparison, implied }) => {
      if (!comparison?.difference) return [];
      const { kernel, kernelLine, here, line, step } = comparison.difference;
      return [
        expression,
        `  ${agreementWords(comparison)}`,
        `  kernel, line ${kernelLine}: ${kernel}`,
        `  here, line ${line ?? 'none'}: ${here} (${step?.kind ?? 'no step'})`,
        ...[...comparison.remarks, ...implied].map((words) => `  ${words}`),
      ];
    }),
  ];
});
