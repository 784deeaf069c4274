import path from 'node:path';
import { wayJson } from '../../../src/features/ways/wayJson';
import { answersOf, outlineOf } from '../../answers';
import { FILES } from '../asked/files';
import { HOST, rulesOf } from '../rulesInWords';
import { Bench } from '../sessionBench';

/**
 * All ways in and out of a host: of a file, or of rules in words and behind ` || ` what else the file shows; as the JSON
 * of the command line has them.
 */
answersOf(path.join(import.meta.dirname, 'ways.txt'), (question, section) => {
  const [rules = '', facts = ''] = question.split(' || ');
  const text = section === 'files' ? FILES[question] : `${rulesOf(rules).text}${HOST}${facts}\n`;
  if (text === undefined) throw new Error(`there is no file ${question}`);
  const { shown } = new Bench(text).send({ type: 'show-ways', shown: true }).state.ways;
  return (shown?.ways ?? []).flatMap((way) => outlineOf([wayJson(way)]));
});
