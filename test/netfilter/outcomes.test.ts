import path from 'node:path';
import { parsePacketExpression } from '../../src/core/net/packetExpression';
import { outcomeOf } from '../../src/core/netfilter/outcome';
import type { Dump } from '../../src/features/fileModel';
import { settingOf, traceInFile } from '../../src/features/fileTrace';
import { answersOf, outlineOf } from '../answers';
import { modelOf } from './walkLines';

/** What becomes of a packet in the words of docs/contract.md: all of the first path, and what sets the others apart. */
answersOf(path.join(import.meta.dirname, 'outcomes.txt'), (question, section) => {
  const model = modelOf(section);
  const { request } = parsePacketExpression(question);
  if (!request) throw new Error(`${question} is not a packet`);
  const result = traceInFile(request, settingOf(model, model.defaultDump as Dump, { packet: request }));
  if (typeof result === 'string') throw new Error(result);
  const [first, ...others] = result.traced.outcomes.map(outcomeOf);
  return [
    ...outlineOf(first),
    ...others.map(({ outcome, verdict, reasonCode }) => `or ${outcome} ${verdict} ${reasonCode}`),
  ];
});
