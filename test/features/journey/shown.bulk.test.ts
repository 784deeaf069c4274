import path from 'node:path';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { modelOf, type Dump, type FileModel } from '../../../src/features/fileModel';
import type { PacketInRules } from '../../../src/features/journey/journey';
import { shownJourney } from '../../../src/features/journey/shownJourney';
import { evaluate, type Evaluation } from '../../../src/features/traceSession/evaluate';
import { answersOf } from '../../answers';
import { FILES } from './files';
import { shownWords } from './walked';

const models = new Map<string, FileModel>();

function modelOfFile(name: string): FileModel {
  const text = FILES[name];
  if (text === undefined) throw new Error(`there is no file ${name}`);
  const model = models.get(name) ?? modelOf(parseSourceFile(text, { fileName: 'host.txt' }));
  models.set(name, model);
  return model;
}

/**
 * What is said of the journey of a packet in the file that the section is named after. `PACKET of SCENARIO` is shown
 * where that scenario was chosen, `of own` where it calls a Service of the pod's own; `PACKET after PACKET` where the
 * journey is known to begin with the other one. `@1` after a packet: it meets the second rule set of the file.
 */
answersOf(path.join(import.meta.dirname, 'shown.txt'), (question, section) => {
  const model = modelOfFile(section);
  const inRules = (words: string): PacketInRules => {
    const [expression = '', number = '0'] = words.split(' @');
    return { expression, dump: (model.dumps[Number(number)] as Dump).id };
  };
  const trace = ({ expression, dump }: PacketInRules): Evaluation => {
    const there = model.dumps.find(({ id }) => id === dump) as Dump;
    return evaluate(model, there, { expression, outcome: 0, answers: {}, overrides: undefined });
  };
  const [shown = '', how, other = ''] = question.split(/ (of own|of|after) /);
  const packet = inRules(shown);
  return shownWords(
    shownJourney(
      {
        evaluation: trace(packet),
        expression: packet.expression,
        start: how === 'after' ? inRules(other) : undefined,
        scenario: how?.startsWith('of') === true ? { expression: other, ownService: how === 'of own' } : undefined,
      },
      trace,
    ),
  );
});
