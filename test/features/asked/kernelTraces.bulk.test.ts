import { readFileSync } from 'node:fs';
import path from 'node:path';
import { kernelTraceIn } from '../../../src/features/kernelTrace/kernelTraceOf';
import { agreementWords } from '../../../src/features/kernelTrace/agreementWords';
import { traceAllAgainst, type TracedAgainst } from '../../../src/features/kernelTrace/traceAgainst';
import { answersOf } from '../../answers';
import { modelOfText } from '../sample';

const recorded = (name: string): string => readFileSync(`test/fixtures/kernelTrace/${name}`, 'utf8');

/**
 * A change of the rules, `FROM => TO`, or after `trace: ` of the trace, with which the packets of a trace that a kernel
 * recorded are traced: of each that then differs where, of others what is said of them, and of the rest how many. A
 * section is the file of the rules and that of the trace.
 */
answersOf(path.join(import.meta.dirname, 'kernelTraces.txt'), (question, section) => {
  const [rules = '', trace = ''] = section.split(', ').map(recorded);
  const ofTrace = question.startsWith('trace: ');
  const [from = '', to = ''] = question.replace('trace: ', '').split(' => ');
  if (from !== 'as it is' && !(ofTrace ? trace : rules).includes(from)) return [`${from} is not there`];
  const model = modelOfText(ofTrace ? rules : rules.replaceAll(from, to), 'rules.md');
  if (!model.defaultDump) return ['there are no rules'];
  const read = kernelTraceIn(ofTrace ? trace.replaceAll(from, to) : trace);
  const all: TracedAgainst[] = [];
  const different: TracedAgainst[] = [];
  for (const each of traceAllAgainst(model, model.defaultDump, read)) {
    all.push(each);
    if (each.comparison?.difference !== undefined) different.push(each);
    // What follows is traced after a packet that the kernel treated otherwise.
    if (different.length === 3) break;
  }
  const untraced = all.filter(({ comparison }) => comparison === undefined);
  const agreeing = all.filter(({ comparison }) => comparison && comparison.difference === undefined);
  return [
    `${all.length - different.length} of ${all.length} agree`,
    ...(ofTrace ? [...untraced, ...agreeing].slice(0, 3) : []).map(({ expression, comparison, implied, evaluation }) =>
      [
        expression,
        comparison ? agreementWords(comparison) : evaluation.problems.map(({ message }) => message).join(', '),
        ...(comparison?.remarks ?? []),
        ...implied,
      ].join('; '),
    ),
    ...different.flatMap(({ expression, comparison, implied }) => {
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
