import path from 'node:path';
import { traceForModel, TRACE_FIELDS } from '../../../src/features/modelTools/tracePacketTool';
import { ToolInput } from '../../../src/features/modelTools/toolInput';
import { answersOf } from '../../answers';
import { fileOf } from './files';

/** All that is said of a packet: outcomes, what was assumed, notes, remedies and steps. */
answersOf(path.join(import.meta.dirname, 'traces.txt'), (packet, section) => {
  const { model } = fileOf(section);
  const input = ToolInput.read({ packet }, TRACE_FIELDS);
  if ('problem' in input) return [input.problem];
  const text = traceForModel({ name: 'rules', model }, input);
  return (typeof text === 'string' ? text.trimEnd() : text.problem).split('\n').filter((line) => line !== '');
});
