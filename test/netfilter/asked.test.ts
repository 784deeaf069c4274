import path from 'node:path';
import { parsePacketExpression } from '../../src/core/net/packetExpression';
import { askAgain } from '../../src/core/netfilter/asking';
import type { Asked } from '../../src/core/netfilter/evidence';
import type { TraceEvent, Walked } from '../../src/core/netfilter/events';
import type { Dump } from '../../src/features/fileModel';
import { settingOf, traceInFile } from '../../src/features/fileTrace';
import { answersOf } from '../answers';
import { modelOf } from './walkLines';

/** What each rule on a packet's way was asked, those as well that did not match, on every path. */
answersOf(path.join(import.meta.dirname, 'asked.txt'), (question, section) => {
  const model = modelOf(section);
  const { request } = parsePacketExpression(question);
  if (!request) throw new Error(`${question} is not a packet`);
  const result = traceInFile(request, settingOf(model, model.defaultDump as Dump, { packet: request }));
  if (typeof result === 'string') throw new Error(result);
  return result.traced.outcomes.flatMap(pathLines);
});

function pathLines({ events, end, assumptions }: Walked): readonly string[] {
  return [
    ...events.flatMap(ruleLines),
    `= ${end.outcome}`,
    ...assumptions.map(
      ({ num, match, value, probability }) =>
        `  if ${num} ${match}: ${value ? 'yes' : 'no'}${probability === undefined ? '' : ` ${probability}`}`,
    ),
  ];
}

function ruleLines(event: TraceEvent): readonly string[] {
  if (event.kind === 'skipped')
    return event.rules
      .slice(event.from - 1, event.to)
      .map((rule) => `- ${event.chain.name} ${rule.number}: ${askAgain(rule, event.view).map(askedWords).join(', ')}`);
  if (event.kind !== 'rule') return [];
  const { rule, matched, asked, broken } = event;
  const dropped = broken === undefined ? '' : ` broken: ${broken}`;
  return [`${matched ? '+' : '-'} ${rule.chain.name} ${rule.number}! ${asked.map(askedWords).join(', ')}${dropped}`];
}

function askedWords({ question, answer, taken, said }: Asked): string {
  const word = typeof answer === 'boolean' ? (answer ? 'yes' : 'no') : `open, ${answer.reason}`;
  return `${question.text} ${word}${taken === undefined ? '' : ` taken ${taken ? 'yes' : 'no'}`}${said ? ' said' : ''}`;
}
